"""Who may book what, and for how much: the rules of the database, asked for one use or for many.

    book = rule_book(session)                      # a handful of queries, whatever is asked
    book.right(acting, asked, now), book.quote(acting, asked)

Everything after the reading is pure, so a search over a thousand halls reads the rules once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

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
from central.halls.models import Hall


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
            self._priorities(asked.hall),
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
        return priority.may_ever(self._priorities(hall), hall=hall, group=group, today=today)

    def _priorities(self, hall: int) -> Sequence[PriorityRule]:
        return self.priorities.get(hall, self.priorities.get(None, ()))


def rule_book(session: Session) -> RuleBook:
    """Return all rules, in as many queries however many halls there are."""
    halls: dict[int | None, list[int]] = {}
    for hall, service in session.execute(select(Hall.id, Hall.service_id)):
        halls.setdefault(service, []).append(hall)
    everywhere = [hall for of_one in halls.values() for hall in of_one]

    def reached(service: int | None, named: frozenset[int]) -> Sequence[int | None]:
        """Return under which halls a rule stands."""
        if service is None and not named:
            return [*everywhere, None]
        mine = everywhere if service is None else halls.get(service, [])
        return [hall for hall in mine if not named or hall in named]

    priorities: dict[int | None, list[PriorityRule]] = {}
    for row in session.scalars(select(PriorityRuleRow)):
        rule = priority_of(row)
        for place in reached(row.service_id, rule.halls):
            priorities.setdefault(place, []).append(replace(rule, halls=frozenset()))
    prices: dict[int | None, list[PriceRule]] = {}
    for price_row in session.scalars(select(PriceRuleRow)):
        price_rule = price_of(price_row)
        for place in reached(price_row.service_id, price_rule.halls):
            prices.setdefault(place, []).append(replace(price_rule, halls=frozenset()))
    extras = {one.code: extra_of(one) for one in session.scalars(select(ExtraRow))}
    return RuleBook(priorities, prices, grouping.rules(session), extras)


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
