"""REST: priorities, prices, extras, kinds of activity and policies, each within one's scope."""

from fastapi import APIRouter
from sqlalchemy import select

from central.accounts.principals import CityHallManager, HallManager, MaybeVisitor, Public
from central.accounts.refusals import NotInScope
from central.accounts.roles import Role
from central.accounts.services import service_of
from central.accounts.sessions import StaffMember
from central.booking import rules
from central.booking.offering import choices_for
from central.booking.rule_models import ExtraRow, PriceRuleRow, PriorityRuleRow
from central.booking.rule_schemas import (
    ActivityIn,
    ActivityOut,
    Code,
    ExtraIn,
    ExtraOut,
    PolicyForm,
    PriceRuleIn,
    PriorityRuleIn,
    RuleOut,
)
from central.dependencies import Now, TheDatabase

router = APIRouter(prefix="/api/v1", tags=["rules and prices"])
_LOOKING = Public("renters look around before they say who they are")


def _check(staff: StaffMember, *services: int | None) -> None:
    for one in services:
        if not staff.may(Role.HALL_MANAGER, service=one):
            raise NotInScope


@router.get("/priority-rules")
def list_priority_rules(staff: HallManager, database: TheDatabase) -> list[RuleOut]:
    """List the priority rules that one keeps, in the order in which they are read."""
    order = select(PriorityRuleRow).order_by(PriorityRuleRow.position, PriorityRuleRow.id)
    with database.read() as session:
        rows = session.scalars(order).all()
        mine = [one for one in rows if staff.may(Role.HALL_MANAGER, service=one.service_id)]
        return [RuleOut.of(one) for one in mine]


@router.post("/priority-rules", status_code=201)
def add_priority_rule(
    new: PriorityRuleIn, staff: HallManager, database: TheDatabase, now: Now
) -> RuleOut:
    """Add a priority rule."""
    _check(staff, new.service)
    with database.write() as session:
        row = rules.put_priority(session, new.service, new.rule(), staff.actor, now)
        return RuleOut.of(row)


@router.put("/priority-rules/{rule_id}")
def change_priority_rule(
    rule_id: int, new: PriorityRuleIn, staff: HallManager, database: TheDatabase, now: Now
) -> RuleOut:
    """Give a priority rule new contents."""
    _check(staff, new.service)
    with database.write() as session:
        row = rules.put_priority(session, new.service, new.rule(), staff.actor, now, rule_id)
        return RuleOut.of(row)


@router.delete("/priority-rules/{rule_id}", status_code=204)
def drop_priority_rule(rule_id: int, staff: HallManager, database: TheDatabase, now: Now) -> None:
    """Take a priority rule away."""
    with database.write() as session:
        row = rules.priority_row(session, rule_id)
        _check(staff, row.service_id)
        rules.drop(session, row, staff.actor, now)


@router.get("/price-rules")
def list_price_rules(staff: HallManager, database: TheDatabase) -> list[RuleOut]:
    """List the price rules that one keeps, in the order in which they are read."""
    order = select(PriceRuleRow).order_by(PriceRuleRow.position, PriceRuleRow.id)
    with database.read() as session:
        rows = session.scalars(order).all()
        mine = [one for one in rows if staff.may(Role.HALL_MANAGER, service=one.service_id)]
        return [RuleOut.of(one) for one in mine]


@router.post("/price-rules", status_code=201)
def add_price_rule(
    new: PriceRuleIn, staff: HallManager, database: TheDatabase, now: Now
) -> RuleOut:
    """Add a price rule; what is booked keeps its price."""
    _check(staff, new.service)
    with database.write() as session:
        return RuleOut.of(rules.put_price(session, new.service, new.rule(), staff.actor, now))


@router.put("/price-rules/{rule_id}")
def change_price_rule(
    rule_id: int, new: PriceRuleIn, staff: HallManager, database: TheDatabase, now: Now
) -> RuleOut:
    """Give a price rule new contents; what is booked keeps its price."""
    _check(staff, new.service)
    with database.write() as session:
        row = rules.put_price(session, new.service, new.rule(), staff.actor, now, rule_id)
        return RuleOut.of(row)


@router.delete("/price-rules/{rule_id}", status_code=204)
def drop_price_rule(rule_id: int, staff: HallManager, database: TheDatabase, now: Now) -> None:
    """Take a price rule away; what is booked keeps its price."""
    with database.write() as session:
        row = rules.price_row(session, rule_id)
        _check(staff, row.service_id)
        rules.drop(session, row, staff.actor, now)


@router.get("/extras", dependencies=[_LOOKING])
def list_extras(database: TheDatabase, visitor: MaybeVisitor, now: Now) -> list[ExtraOut]:
    """List what can be had with halls; to who is logged in, with those that exist for them."""
    order = select(ExtraRow).where(ExtraRow.is_offered).order_by(ExtraRow.position, ExtraRow.id)
    with database.read() as session:
        found = [ExtraOut.of(one) for one in session.scalars(order)]
        if visitor is None:
            return found
        mine = {one.id for one in choices_for(session, visitor.acting, now)}
    told = [
        one.model_copy(update={"halls": [hall for hall in one.halls if hall in mine]})
        for one in found
    ]
    # Without halls is with every hall: what goes only with halls that are not there is not there.
    return [
        after for before, after in zip(found, told, strict=True) if after.halls or not before.halls
    ]


@router.post("/extras", status_code=201)
def add_extra(new: ExtraIn, staff: HallManager, database: TheDatabase, now: Now) -> ExtraOut:
    """Put an extra on offer."""
    _check(staff, new.service)
    with database.write() as session:
        return ExtraOut.of(rules.put_extra(session, new.data(), staff.actor, now))


@router.put("/extras/{extra_id}")
def change_extra(
    extra_id: int, new: ExtraIn, staff: HallManager, database: TheDatabase, now: Now
) -> ExtraOut:
    """Change an extra, or take it off the market; what is booked keeps its price."""
    with database.write() as session:
        _check(staff, new.service, rules.extra_row(session, extra_id).service_id)
        return ExtraOut.of(rules.put_extra(session, new.data(), staff.actor, now, extra_id))


@router.get("/activities", dependencies=[_LOOKING])
def list_activities(database: TheDatabase) -> list[ActivityOut]:
    """List the kinds of activity that rules and prices tell apart."""
    with database.read() as session:
        return [ActivityOut.of(one) for one in rules.activities(session)]


@router.put("/activities/{code}")
def put_activity(
    code: Code, new: ActivityIn, staff: CityHallManager, database: TheDatabase, now: Now
) -> ActivityOut:
    """Add a kind of activity, or give one other names."""
    with database.write() as session:
        return ActivityOut.of(rules.put_activity(session, code, new.names, staff.actor, now))


@router.get("/services/{service_id}/policy")
def get_policy(service_id: int, staff: HallManager, database: TheDatabase) -> PolicyForm:
    """Tell how a city service handles reservations."""
    _check(staff, service_id)
    with database.read() as session:
        return PolicyForm.of(rules.policy_of(session, service_id))


@router.put("/services/{service_id}/policy")
def put_policy(
    service_id: int, new: PolicyForm, staff: HallManager, database: TheDatabase, now: Now
) -> PolicyForm:
    """Set how a city service handles reservations from now on."""
    _check(staff, service_id)
    with database.write() as session:
        service_of(session, service_id)
        rules.put_policy(session, service_id, new.policy(), staff.actor, now)
        return PolicyForm.of(rules.policy_of(session, service_id))
