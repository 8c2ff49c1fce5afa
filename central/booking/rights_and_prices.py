"""Who may book what, and for how much: the rules of the database, asked for one use or for many.

    book = rule_book(session)                      # a handful of queries, whatever is asked
    book.right(acting, asked, now), book.quote(acting, asked)

Everything after the reading is pure, so a search over a thousand halls reads the rules once.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from central.accounts import grouping
from central.accounts.capacities import ActingAs
from central.accounts.target_groups import UNGROUPED, Rule, TargetGroup, target_group
from central.booking import pricing, priority
from central.booking.price_rules import ChosenExtra, Extra, PriceRule, Quote
from central.booking.priority import PriorityRule, Right
from central.booking.rule_models import ExtraRow, PriceRuleRow, PriorityRuleRow
from central.booking.rules import price_of, priority_of
from central.booking.times import Period, to_wall
from central.booking.when import HOME
from central.errors import NotFound
from central.halls.models import Hall

_Rule = TypeVar("_Rule", PriorityRule, PriceRule)


@dataclass(frozen=True, slots=True)
class Asked:
    """A use of a hall about which somebody wants to know."""

    hall: int
    period: Period
    attendees: int = 1
    activity: str = ""
    extras: tuple[tuple[str, int], ...] = ()
    """Codes, and how many."""
    cents_per_hour: int | None = None
    """The hall's own price."""
    zone: ZoneInfo = HOME
    days_before: int = 0

    @property
    def day(self) -> date:
        """The local day of use."""
        return to_wall(self.period.start, self.zone).date()


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules of the city as they are now."""

    priorities: Mapping[int | None, Sequence[PriorityRule]]
    """By hall, rules about every hall included; under None those that a new hall would have."""
    prices: Mapping[int | None, Sequence[PriceRule]]
    groups: Sequence[Rule]
    extras: Mapping[str, Extra] = field(default_factory=dict)

    def group(self, acting: ActingAs, day: date) -> TargetGroup:
        """Return the target group of a renter for a use on a day."""
        return target_group(acting, self.groups, day)

    def named(self, code: str) -> TargetGroup:
        """Return the target group with a code; nobody's when the city dropped it."""
        return next((one.group for one in self.groups if one.group.code == code), UNGROUPED)

    def right(self, acting: ActingAs, asked: Asked, now: datetime) -> Right:
        """Return whether a renter may book, and why (not)."""
        return self.right_of(self.group(acting, asked.day).id, asked, now)

    def right_of(self, group: int, asked: Asked, now: datetime) -> Right:
        """Return whether a target group may book, and why (not)."""
        return priority.right_for(
            self.priorities_of(asked.hall),
            hall=asked.hall,
            group=group,
            period=asked.period,
            now=now,
            activity=asked.activity,
            zone=asked.zone,
        )

    def quote(self, acting: ActingAs, asked: Asked) -> Quote:
        """Return what a use costs a renter. Extras that do not exist are left out."""
        return self.quote_of(self.group(acting, asked.day).id, asked)

    def quote_of(self, group: int, asked: Asked) -> Quote:
        """Return what a use costs a target group. Extras that do not exist are left out."""
        return pricing.quote(
            self.prices.get(asked.hall, self.prices.get(None, ())),
            hall=asked.hall,
            group=group,
            period=asked.period,
            attendees=asked.attendees,
            activity=asked.activity,
            extras=[
                ChosenExtra(self.extras[code], count)
                for code, count in asked.extras
                if code in self.extras
            ],
            cents_per_hour=asked.cents_per_hour,
            days_before=asked.days_before,
            zone=asked.zone,
        )

    def may_ever(self, acting: ActingAs, hall: int, today: date) -> bool:
        """Tell whether a renter can book a hall at all; where not, it is absent everywhere."""
        group = self.group(acting, today).id
        return self.may_group_ever(group, hall, today)

    def may_group_ever(self, group: int, hall: int, today: date) -> bool:
        """Tell whether a target group can book a hall at all."""
        return priority.may_ever(self.priorities_of(hall), hall=hall, group=group, today=today)

    def priorities_of(self, hall: int) -> Sequence[PriorityRule]:
        """Return the rules about a hall; the same object for halls with the same rules."""
        return self.priorities.get(hall, self.priorities.get(None, ()))


def rule_book(session: Session, only: Collection[int] | None = None) -> RuleBook:
    """Return all rules, in as many queries however many halls there are; `only` those about some."""
    asked = select(Hall.id, Hall.service_id)
    priority_rows, price_rows = select(PriorityRuleRow), select(PriceRuleRow)
    if only is not None:
        asked = asked.where(Hall.id.in_(only))
    halls: dict[int | None, list[int]] = {}
    for hall, service in session.execute(asked):
        halls.setdefault(service, []).append(hall)
    if only is not None:
        priority_rows = priority_rows.where(_is_about(PriorityRuleRow.service_id, halls))
        price_rows = price_rows.where(_is_about(PriceRuleRow.service_id, halls))
    priorities = [(row.service_id, priority_of(row)) for row in session.scalars(priority_rows)]
    prices = [(row.service_id, price_of(row)) for row in session.scalars(price_rows)]
    extras = {one.code: extra_of(one) for one in session.scalars(select(ExtraRow))}
    return RuleBook(
        _by_hall(halls, priorities), _by_hall(halls, prices), grouping.rules(session), extras
    )


def _is_about(
    column: InstrumentedAttribute[int | None], services: Collection[int | None]
) -> ColumnElement[bool]:
    named = [one for one in services if one is not None]
    return column.is_(None) | column.in_(named)


def _by_hall(
    halls: Mapping[int | None, Sequence[int]], rules: Sequence[tuple[int | None, _Rule]]
) -> Mapping[int | None, Sequence[_Rule]]:
    """Return the rules about each hall, in no order. Halls with the same rules share one tuple."""
    service_of: dict[int, int | None] = {}
    for service, mine in halls.items():
        service_of |= dict.fromkeys(mine, service)
    common: dict[int | None, list[_Rule]] = {service: [] for service in (*halls, None)}
    own: dict[int, list[_Rule]] = {}
    for of, rule in rules:
        plain = replace(rule, halls=frozenset())
        if rule.halls:
            for hall in rule.halls & service_of.keys():
                if of in {None, service_of[hall]}:
                    own.setdefault(hall, []).append(plain)
        else:
            for one in common if of is None else {of} & common.keys():
                common[one].append(plain)
    plainly: dict[int | None, tuple[_Rule, ...]] = {}
    for of, several in common.items():
        plainly[of] = tuple(several)
    found: dict[int | None, tuple[_Rule, ...]] = {None: plainly[None]}
    found |= {hall: plainly[service] for hall, service in service_of.items()}
    shared: dict[tuple[int, ...], tuple[_Rule, ...]] = {}
    for place, more in own.items():
        every = plainly[service_of[place]] + tuple(more)
        found[place] = shared.setdefault(tuple(map(id, every)), every)
    return found


def extra_of(row: ExtraRow) -> Extra:
    """Return the extra of a row, as prices see it."""
    return Extra(row.id, row.code, row.unit, row.cents, row.vat_percent, row.names, row.version)


def rights(
    session: Session, acting: ActingAs, asked: Sequence[Asked], now: datetime
) -> list[Right]:
    """Return for many uses whether a renter may book them, in their order."""
    book = rule_book(session)
    return [book.right(acting, one, now) for one in asked]


def quotes(session: Session, acting: ActingAs, asked: Sequence[Asked]) -> list[Quote]:
    """Return what many uses cost a renter, in their order."""
    book = rule_book(session)
    return [book.quote(acting, one) for one in asked]


def usable_halls(session: Session, acting: ActingAs, today: date) -> frozenset[int]:
    """Return the halls that a renter can book at some time; all others are absent everywhere."""
    book = rule_book(session)
    return frozenset(
        hall for hall in session.scalars(select(Hall.id)) if book.may_ever(acting, hall, today)
    )


def check_shown(session: Session, acting: ActingAs | None, hall: int, now: datetime) -> None:
    """Let pass a hall that exists for somebody; None: not logged in, for whom all halls do.

    Raises:
        NotFound: somebody who is known can never book it.

    """
    if acting is None or acting.person is None:
        return
    if not rule_book(session, {hall}).may_ever(acting, hall, to_wall(now, HOME).date()):
        raise NotFound("hall")
