"""Page for hall managers: the city's target groups, who belongs to them, and a box to try it."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from central.accounts import grouping, organisations
from central.accounts.capacities import ActingAs, Capacity, Source
from central.accounts.grouping import LastRule, RuleData
from central.accounts.models import TargetGroupRuleRow
from central.accounts.principals import CityHallManager, HallManager
from central.accounts.roles import Role
from central.accounts.sessions import StaffMember
from central.accounts.target_groups import Conditions, explain
from central.audit.service import record
from central.booking.times import to_wall
from central.dependencies import Now, TheDatabase, TheSettings
from central.settings import Settings
from central.web.account_organisations import kind_options
from central.web.forms import read_day, read_number
from central.web.language import Words, language_of
from central.web.pages import Pages, ThePages
from central.web.target_words import (
    Kinds,
    because_said,
    conditions_said,
    group_said,
    missed_said,
)
from central.web.typed import Problems, beside, read_optional_day, zone_of

router = APIRouter(prefix="/desk/target-groups", include_in_schema=False)
_POSTCODE = re.compile(r"[0-9A-Za-z-]{3,10}")
_RECOGNISED = {"": None, "yes": True, "no": False}


class RuleForm(BaseModel):
    """A rule, as chosen and typed."""

    group: str = ""
    position: str = ""
    capacities: list[str] = []
    kinds: list[str] = []
    postcodes: str = ""
    recognised: str = ""
    proven: str = ""
    valid_from: str = ""
    valid_until: str = ""


class TryForm(BaseModel):
    """Somebody to try the rules on."""

    capacity: str = ""
    kind: str = ""
    postcode: str = ""
    recognised_until: str = ""
    proven: str = ""
    day: str = ""
    lang: str = ""


@router.get("")
def show(
    request: Request,
    staff: HallManager,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
    trial: Annotated[TryForm, Query()],
) -> Response:
    """Show groups and rules in words; with somebody to try, the group of that renter and why."""
    with database.read() as session:
        return _page(request, pages, session, settings, staff, now, trial)


@router.post("/rules")
def add_rule(
    request: Request,
    staff: CityHallManager,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
    form: Annotated[RuleForm, Form()],
) -> Response:
    """Add a rule."""
    with database.write() as session:
        read = _read(session, form, language_of(request))
        if isinstance(read, dict):
            return _page(request, pages, session, settings, staff, now, form, read)
        row = grouping.put_rule(session, read)
        after = {"group": row.group_id, "position": row.position, "asks": row.conditions}
        subject = f"target_rule:{row.id}"
        record(session, staff.actor, "target_rule.added", subject, now, after=after)
    return RedirectResponse("/desk/target-groups", HTTPStatus.SEE_OTHER)


@router.post("/rules/{rule_id}/end")
def drop_rule(
    request: Request,
    rule_id: int,
    staff: CityHallManager,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
) -> Response:
    """Take a rule away."""
    try:
        with database.write() as session:
            grouping.drop_rule(session, rule_id)
            subject = f"target_rule:{rule_id}"
            record(session, staff.actor, "target_rule.dropped", subject, now)
    except LastRule as error:
        says = beside(language_of(request), error, "group")
        with database.read() as session:
            return _page(request, pages, session, settings, staff, now, TryForm(), says)
    return RedirectResponse("/desk/target-groups", HTTPStatus.SEE_OTHER)


def _read(session: Session, form: RuleForm, words: Words) -> RuleData | Problems:
    problems: Problems = {}
    group, position = read_number(form.group), read_number(form.position)
    if group is None or group not in {one.id for one in grouping.groups(session)}:
        problems["group"] = words("target.which_group")
    if position is None:
        problems["position"] = words("target.which_position")
    postcodes = frozenset(re.split(r"[\s,;]+", form.postcodes.strip())) - {""}
    if not all(_POSTCODE.fullmatch(one) for one in postcodes):
        problems["postcodes"] = words("target.which_postcodes")
    days = {name: read_optional_day(getattr(form, name)) for name in _DAYS}
    problems |= {name: words("problem.day") for name, day in days.items() if isinstance(day, str)}
    if problems:
        return problems
    known = {one.code for one in organisations.kinds(session, only_offered=False)}
    conditions = Conditions(
        capacities=frozenset(Capacity(one) for one in form.capacities if one in set(Capacity)),
        kinds=frozenset(form.kinds) & known,
        postcodes=postcodes,
        recognised=_RECOGNISED.get(form.recognised),
        proven=bool(form.proven),
    )
    return RuleData(group or 0, conditions, position or 0, _day(days, 0), _day(days, 1))


_DAYS = ("valid_from", "valid_until")


def _day(days: Mapping[str, date | str | None], which: int) -> date | None:
    found = days[_DAYS[which]]
    return found if isinstance(found, date) else None


def _tried(trial: TryForm) -> ActingAs | None:
    """Return the renter of the box; None when nobody was chosen."""
    if trial.capacity not in set(Capacity):
        return None
    return ActingAs(
        Capacity(trial.capacity),
        kind=trial.kind,
        recognised_until=read_day(trial.recognised_until),
        postcode=trial.postcode.strip(),
        source=Source.CITY_LIST if trial.proven else Source.DECLARED,
    )


def _page(
    request: Request,
    pages: Pages,
    session: Session,
    settings: Settings,
    staff: StaffMember,
    now: Now,
    typed: TryForm | RuleForm,
    problems: Problems | None = None,
) -> Response:
    words = language_of(request)
    trial = typed if isinstance(typed, TryForm) else TryForm()
    there = organisations.kinds(session, only_offered=False)
    kinds = {one.code: one.names for one in there}
    rows = [
        (row, group_said(rule.group, words), conditions_said(rule.conditions, kinds, words))
        for row in grouping.rule_rows(session)
        for rule in [grouping.rule_of(row)]
    ]
    return pages.show(
        request,
        "staff_groups.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        staff=staff,
        may_change=staff.may(Role.HALL_MANAGER),
        rows=rows,
        groups=[(one.id, group_said(one, words)) for one in grouping.groups(session)],
        kinds=kind_options(there, words),
        capacities=[(one.value, words(f"capacity.{one}")) for one in Capacity],
        form=typed if isinstance(typed, RuleForm) else RuleForm(position=_next_place(rows)),
        problems=problems or {},
        trial=trial,
        answer=_answer(session, trial, kinds, words, to_wall(now, zone_of(settings)).date()),
    )


def _next_place(rows: Sequence[tuple[TargetGroupRuleRow, str, str]]) -> str:
    """Return a place just before the last rule, which asks nothing."""
    return str(max((row.position for row, _, _ in rows), default=1))


def _answer(
    session: Session, trial: TryForm, kinds: Kinds, words: Words, today: date
) -> dict[str, object] | None:
    acting = _tried(trial)
    if acting is None:
        return None
    found = explain(acting, grouping.rules(session), read_day(trial.day) or today)
    return {
        "group": group_said(found.group, words),
        "because": because_said(found, acting, kinds, words),
        "missed": [missed_said(one, acting, kinds, words) for one in found.missed],
    }
