"""The city's target groups and their rules, read and written. Never commits."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from http import HTTPStatus

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from central.accounts.models import TargetGroupRow, TargetGroupRuleRow
from central.accounts.target_groups import Conditions, Rule, TargetGroup
from central.errors import CentralError, NotFound

_CONDITIONS = TypeAdapter(Conditions)


class LastRule(CentralError):
    """Without a rule that asks nothing, some renters would belong to no group."""

    status = HTTPStatus.CONFLICT
    code = "last_rule"
    sentence = "The last rule asks nothing, so that everybody belongs to a group. It stays."


def groups(session: Session) -> list[TargetGroup]:
    """Return every target group, in the city's order."""
    rows = session.scalars(select(TargetGroupRow).order_by(TargetGroupRow.position))
    return [_group(one) for one in rows]


def rules(session: Session) -> tuple[Rule, ...]:
    """Return every rule in the order in which they are read; pass it to `target_group`."""
    return tuple(rule_of(one) for one in rule_rows(session))


def rule_rows(session: Session) -> Sequence[TargetGroupRuleRow]:
    """Return the rows of the rules in the order in which they are read."""
    order = (TargetGroupRuleRow.position, TargetGroupRuleRow.id)
    return session.scalars(select(TargetGroupRuleRow).order_by(*order)).all()


def rule_of(row: TargetGroupRuleRow) -> Rule:
    """Return the rule of a row."""
    conditions = _CONDITIONS.validate_python(row.conditions)
    return Rule(_group(row.group), conditions, row.valid_from, row.valid_until)


def add_group(session: Session, code: str, names: Mapping[str, str]) -> TargetGroup:
    """Make a target group; nobody belongs to it before a rule says so."""
    last = session.scalar(select(func.max(TargetGroupRow.position))) or 0
    row = TargetGroupRow(code=code, names=dict(names), position=last + 1)
    session.add(row)
    session.flush()
    return _group(row)


@dataclass(frozen=True, slots=True)
class RuleData:
    """All that the city sets of a rule; the fields mean what they mean in `target_groups.Rule`."""

    group_id: int
    conditions: Conditions
    position: int
    """Lower is read first."""
    valid_from: date | None = None
    valid_until: date | None = None


def put_rule(session: Session, data: RuleData, rule_id: int | None = None) -> TargetGroupRuleRow:
    """Add a rule, or give one new contents; what stood at its place moves down.

    Raises:
        NotFound: there is no such group or rule.

    """
    if session.get(TargetGroupRow, data.group_id) is None:
        raise NotFound("target group")
    row = TargetGroupRuleRow() if rule_id is None else _row(session, rule_id)
    if row.position != data.position:
        session.execute(
            update(TargetGroupRuleRow)
            .where(TargetGroupRuleRow.position >= data.position)
            .values(position=TargetGroupRuleRow.position + 1)
        )
    row.group_id, row.position = data.group_id, data.position
    row.conditions = stored(data.conditions)
    row.valid_from, row.valid_until = data.valid_from, data.valid_until
    session.add(row)
    session.flush()
    session.expire(row)
    return row


def drop_rule(session: Session, rule_id: int) -> None:
    """Take a rule away.

    Raises:
        NotFound: there is none.
        LastRule: it is the last that asks nothing.

    """
    row = _row(session, rule_id)
    asking_nothing = [one.id for one in rule_rows(session) if _asks_nothing(one)]
    if asking_nothing == [rule_id]:
        raise LastRule
    session.execute(delete(TargetGroupRuleRow).where(TargetGroupRuleRow.id == row.id))


def stored(conditions: Conditions) -> dict[str, object]:
    """Return conditions as the table keeps them: only what they ask."""
    values = {
        name: sorted(value) if isinstance(value, frozenset) else value
        for name, value in asdict(conditions).items()
    }
    return {name: value for name, value in values.items() if value not in ([], None)}


def _asks_nothing(row: TargetGroupRuleRow) -> bool:
    try:
        return rule_of(row) == Rule(_group(row.group))
    except ValidationError:
        return False


def _row(session: Session, rule_id: int) -> TargetGroupRuleRow:
    row = session.get(TargetGroupRuleRow, rule_id)
    if row is None:
        raise NotFound("rule")
    return row


def _group(row: TargetGroupRow) -> TargetGroup:
    return TargetGroup(row.id, row.code, row.names)
