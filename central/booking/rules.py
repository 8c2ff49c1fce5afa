"""Priorities, prices, extras, activities and policies as staff keep them. Never commits.

A rule of a city service is about its halls only: what names none is about all of them.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import Enum
from http import HTTPStatus
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from central.audit.service import record
from central.booking.price_rules import PriceRule, PriceUnit
from central.booking.priority import PriorityRule
from central.booking.rule_models import (
    ActivityKind,
    ExtraRow,
    PriceRuleRow,
    PriorityRuleRow,
    ServicePolicy,
)
from central.errors import CentralError, NotFound
from central.halls.models import Hall

_PRIORITY = TypeAdapter(PriorityRule)
_PRICE = TypeAdapter(PriceRule)
_KEPT_APART = frozenset({"id", "position", "version"})
"""Columns of their own."""
RuleRow = PriorityRuleRow | PriceRuleRow
_Row = TypeVar("_Row", PriorityRuleRow, PriceRuleRow)


class HallsOfOthers(CentralError):
    """A rule of a city service names halls that are not its own."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "halls_of_others"
    sentence = "These halls do not belong to this city service: {numbers}."


class CodeInUse(CentralError):
    """Another extra has this code."""

    status = HTTPStatus.CONFLICT
    code = "code_in_use"
    sentence = "There is something else with the code {given}."


@dataclass(frozen=True, slots=True)
class Policy:
    """How a city service handles reservations; the fields mean what they mean in `ServicePolicy`."""

    pays_first: bool = True
    approval_working_days: int = 5
    refunds: tuple[tuple[int, int], ...] = ()
    """Pairs of working days before the day of use, and percent given back."""


@dataclass(frozen=True, slots=True)
class ExtraData:
    """All that staff set of an extra; the fields mean what they mean in `ExtraRow`."""

    code: str
    unit: PriceUnit
    cents: int
    names: Mapping[str, str] = field(default_factory=dict)
    service_id: int | None = None
    halls: tuple[int, ...] = ()
    vat_percent: int = 21
    stock: int | None = None
    lead_working_days: int = 0
    position: int = 0
    is_offered: bool = True


def priority_of(row: PriorityRuleRow) -> PriorityRule:
    """Return the rule of a row."""
    return _PRIORITY.validate_python(
        {**row.content, "id": row.id, "position": row.position}, strict=False
    )


def price_of(row: PriceRuleRow) -> PriceRule:
    """Return the rule of a row."""
    return _PRICE.validate_python(
        {**row.content, "id": row.id, "position": row.position, "version": row.version},
        strict=False,
    )


def put_priority(
    session: Session,
    service_id: int | None,
    rule: PriorityRule,
    actor: str,
    now: datetime,
    rule_id: int | None = None,
) -> PriorityRuleRow:
    """Add a priority rule, or give one new contents.

    Raises:
        NotFound: there is no such rule of this service.
        HallsOfOthers: it names a hall of another service.

    """
    row = _row(session, PriorityRuleRow, rule_id, service_id)
    _put(session, row, rule, actor, now)
    return row


def put_price(
    session: Session,
    service_id: int | None,
    rule: PriceRule,
    actor: str,
    now: datetime,
    rule_id: int | None = None,
) -> PriceRuleRow:
    """Add a price rule, or give one new contents; what was booked keeps its price.

    Raises:
        NotFound: there is no such rule of this service.
        HallsOfOthers: it names a hall of another service.

    """
    row = _row(session, PriceRuleRow, rule_id, service_id)
    _put(session, row, rule, actor, now)
    return row


def drop(session: Session, row: RuleRow, actor: str, now: datetime) -> None:
    """Take a rule away."""
    record(session, actor, f"{row.__tablename__}.dropped", _subject(row), now, before=_facts(row))
    session.delete(row)


def priority_row(session: Session, rule_id: int) -> PriorityRuleRow:
    """Return a priority rule.

    Raises:
        NotFound: there is none.

    """
    return _found(session, PriorityRuleRow, rule_id)


def price_row(session: Session, rule_id: int) -> PriceRuleRow:
    """Return a price rule.

    Raises:
        NotFound: there is none.

    """
    return _found(session, PriceRuleRow, rule_id)


def extra_row(session: Session, extra_id: int) -> ExtraRow:
    """Return an extra.

    Raises:
        NotFound: there is none.

    """
    row = session.get(ExtraRow, extra_id)
    if row is None:
        raise NotFound("extra")
    return row


def put_extra(
    session: Session, data: ExtraData, actor: str, now: datetime, extra_id: int | None = None
) -> ExtraRow:
    """Add an extra, or change one; what was booked keeps its price.

    Raises:
        NotFound: there is none with this number.
        CodeInUse: another one has this code.
        HallsOfOthers: it names a hall of another service.

    """
    row = ExtraRow(version=0) if extra_id is None else extra_row(session, extra_id)
    same = select(ExtraRow.id).where(ExtraRow.code == data.code, ExtraRow.id != extra_id)
    if session.scalar(same) is not None:
        raise CodeInUse(field="code", given=data.code)
    _check_halls(session, data.service_id, data.halls)
    before = {name: getattr(row, name) for name in asdict(data)} if extra_id else None
    for name, value in asdict(data).items():
        setattr(row, name, list(value) if isinstance(value, tuple) else value)
    row.version += 1
    session.add(row)
    session.flush()
    record(session, actor, "extra.set", f"extra:{row.id}", now, before=before, after=asdict(data))
    return row


def put_activity(
    session: Session, code: str, names: Mapping[str, str], actor: str, now: datetime
) -> ActivityKind:
    """Add a kind of activity, or give one other names."""
    row = session.get(ActivityKind, code) or ActivityKind(code=code, position=0, is_offered=True)
    row.names = dict(names)
    session.add(row)
    session.flush()
    record(session, actor, "activity.set", f"activity:{code}", now, after={"names": dict(names)})
    return row


def activities(session: Session) -> list[ActivityKind]:
    """Return the kinds of activity on offer, in the city's order."""
    wanted = select(ActivityKind).where(ActivityKind.is_offered)
    return list(session.scalars(wanted.order_by(ActivityKind.position, ActivityKind.code)))


def policy_of(session: Session, service_id: int | None) -> Policy:
    """Return how a city service handles reservations; a hall of no service has nobody to take money."""
    if service_id is None:
        return Policy(pays_first=False)
    row = session.get(ServicePolicy, service_id)
    if row is None:
        return Policy()
    refunds = tuple((days, percent) for days, percent in row.refunds)
    return Policy(row.pays_first, row.approval_working_days, refunds)


def put_policy(
    session: Session, service_id: int, policy: Policy, actor: str, now: datetime
) -> None:
    """Set how a city service handles reservations from now on."""
    before = asdict(policy_of(session, service_id))
    row = session.get(ServicePolicy, service_id) or ServicePolicy(service_id=service_id)
    row.pays_first = policy.pays_first
    row.approval_working_days = policy.approval_working_days
    row.refunds = [list(one) for one in sorted(policy.refunds, reverse=True)]
    session.add(row)
    session.flush()
    subject = f"service:{service_id}"
    record(session, actor, "policy.set", subject, now, before=before, after=asdict(policy))


def _put(
    session: Session, row: RuleRow, rule: PriorityRule | PriceRule, actor: str, now: datetime
) -> None:
    _check_halls(session, row.service_id, rule.halls)
    before = _facts(row) if row.version else None  # a new one has none yet
    row.position, row.content = rule.position, stored(rule)
    row.version += 1
    session.add(row)
    session.flush()
    action = f"{row.__tablename__}.set"
    record(session, actor, action, _subject(row), now, before=before, after=_facts(row))


def stored(rule: PriorityRule | PriceRule) -> dict[str, Any]:
    """Return a rule as the table keeps it: only what it asks."""
    kept = _plain({name: one for name, one in asdict(rule).items() if name not in _KEPT_APART})
    return {name: one for name, one in kept.items() if one not in ([], {}, None)}


def _plain(values: Mapping[str, object]) -> dict[str, Any]:
    return {name: _value(one) for name, one in values.items()}


def _value(one: object) -> object:
    if isinstance(one, Mapping):
        return _plain(one)
    if isinstance(one, frozenset):
        return sorted(one)
    if isinstance(one, Enum):
        return one.value
    return one.isoformat() if isinstance(one, date) else one


def _facts(row: RuleRow) -> dict[str, object]:
    return {"service": row.service_id, "position": row.position, **row.content}


def _subject(row: RuleRow) -> str:
    return f"{row.__tablename__}:{row.id}"


def _row(session: Session, kind: type[_Row], rule_id: int | None, service_id: int | None) -> _Row:
    if rule_id is None:
        return kind(service_id=service_id, version=0)
    row = _found(session, kind, rule_id)
    if row.service_id != service_id:
        raise NotFound("rule")
    return row


def _found(session: Session, kind: type[_Row], rule_id: int) -> _Row:
    row = session.get(kind, rule_id)
    if row is None:
        raise NotFound("rule")
    return row


def _check_halls(session: Session, service_id: int | None, halls: Collection[int]) -> None:
    if service_id is None or not halls:
        return
    mine = select(Hall.id).where(Hall.service_id == service_id, Hall.id.in_(halls))
    if others := set(halls) - set(session.scalars(mine)):
        raise HallsOfOthers(field="halls", numbers=", ".join(map(str, sorted(others))))
