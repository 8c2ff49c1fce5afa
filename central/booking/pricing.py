"""What a use costs, from rules that a city service writes as data; pure.

Rules for the rent are read in order; each takes what it prices from the time that is still to be
priced. Parts of the day are chosen so that the renter pays least: the afternoon with the evening
when that is cheaper than both apart. What no rule prices costs the hall's own price per hour.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from central.booking.availability import without
from central.booking.price_rules import (
    ChosenExtra,
    LineKind,
    PriceLine,
    PriceRule,
    PriceUnit,
    Quote,
)
from central.booking.times import Period, to_wall
from central.booking.when import HOME

_HOUR = timedelta(hours=1)
_HALF_HOUR = timedelta(minutes=30)
_MINUTE = timedelta(minutes=1)
_MOST_PARTS = 8
"""Of one day, compared with one another."""

Part = tuple[PriceRule, Period]


def price(period: Period, cents_per_hour: int | None) -> int:
    """Return the price of the real hours, half a cent up; a hall without a price is free."""
    if not cents_per_hour:
        return 0
    return (2 * period.length * cents_per_hour + _HOUR) // (2 * _HOUR)


@dataclass(frozen=True, slots=True)
class _Use:
    """All that the price of one use depends on."""

    period: Period
    zone: ZoneInfo
    attendees: int
    day_before: int
    """How many consecutive days of the same hall came before."""

    @property
    def first(self) -> date:
        return to_wall(self.period.start, self.zone).date()

    def number_of(self, day: date) -> int:
        """Return the n-th consecutive day it is; a night belongs to the day it began on."""
        return max(0, (day - self.first).days) + 1 + self.day_before


def quote(  # noqa: PLR0913 - every input that a price depends on, by name
    rules: Sequence[PriceRule],
    *,
    hall: int,
    group: int,
    period: Period,
    attendees: int = 1,
    activity: str = "",
    extras: Sequence[ChosenExtra] = (),
    cents_per_hour: int | None = None,
    days_before: int = 0,
    zone: ZoneInfo = HOME,
) -> Quote:
    """Return what a use costs, with a line for each amount.

    Args:
        rules: all rules in question, in any order.
        hall: its number.
        group: number of the renter's target group on the day of use.
        period: the use.
        attendees: how many people.
        activity: code of the kind of activity; empty: not said.
        extras: what else is wanted.
        cents_per_hour: the hall's own price, for time that no rule prices; None: free.
        days_before: consecutive days of the same hall in the same order before this one.
        zone: of the hall's site.

    """
    use = _Use(period, zone, attendees, days_before)
    chosen = frozenset(one.extra.code for one in extras if one.count)
    fitting = [
        rule
        for rule in sorted(rules, key=lambda one: (one.position, one.id))
        if _fits(rule, use, hall, group, activity, chosen)
    ]
    rent = list(_rent(fitting, use, cents_per_hour))
    lines = [*rent, *(_extra(one, use) for one in extras if one.count)]
    lines += _discounts(fitting, use, rent)
    lines += _deposit(fitting)
    return Quote(tuple(lines))


def _fits(
    rule: PriceRule, use: _Use, hall: int, group: int, activity: str, chosen: frozenset[str]
) -> bool:
    return (
        (not rule.halls or hall in rule.halls)
        and (not rule.groups or group in rule.groups)
        and (not rule.activities or activity in rule.activities)
        and (not rule.with_extras or bool(rule.with_extras & chosen))
        and rule.attendees_from <= use.attendees
        and (rule.attendees_until is None or use.attendees <= rule.attendees_until)
        and (rule.used_from is None or rule.used_from <= use.first)
        and (rule.used_until is None or use.first <= rule.used_until)
        and rule.hours.touch(use.period, use.zone)
    )


def _rent(
    fitting: Sequence[PriceRule], use: _Use, cents_per_hour: int | None
) -> Iterator[PriceLine]:
    rules = [rule for rule in fitting if rule.kind is LineKind.RENT]
    parts = [rule for rule in rules if rule.unit is PriceUnit.PART]
    left: list[Period] = [use.period]
    for rule in rules:
        if not left:
            return
        if rule.unit is PriceUnit.PART:
            batch, parts = parts, []  # all parts are compared where the first one stands
            taken = list(_cheapest_parts(batch, use, left))
        else:
            taken = list(_TAKES[rule.unit](rule, use, left))
        yield from (line for line, _ in taken)
        left = _minus(left, [span for _, span in taken])
    for one in left:
        if cents := price(one, cents_per_hour):
            minutes, day = one.length // _MINUTE, to_wall(one.start, use.zone).date()
            unit = (LineKind.RENT, PriceUnit.HOUR, minutes, cents_per_hour or 0, cents)
            yield PriceLine(*unit, day=day)


Taken = tuple[PriceLine, Period]


def _by_hour(rule: PriceRule, use: _Use, left: Sequence[Period]) -> Iterator[Taken]:
    for day, one in _overlaps(rule, use, left):
        yield _line(rule, one.length // _MINUTE, price(one, rule.cents), day), one


def _by_half_hour(rule: PriceRule, use: _Use, left: Sequence[Period]) -> Iterator[Taken]:
    for day, one in _overlaps(rule, use, left):
        begun = -(-one.length // _HALF_HOUR)
        yield _line(rule, begun, begun * rule.cents, day), one


def _by_day(rule: PriceRule, use: _Use, left: Sequence[Period]) -> Iterator[Taken]:
    billed: set[date] = set()
    for day, one in _overlaps(rule, use, left):
        cents = 0 if day in billed else rule.cents
        billed.add(day)
        yield _line(rule, 1, cents, day), one


def _by_use(rule: PriceRule, use: _Use, left: Sequence[Period]) -> Iterator[Taken]:
    count = use.attendees if rule.unit is PriceUnit.PERSON else 1
    yield _line(rule, count, count * rule.cents, use.first), use.period
    del left


_TAKES: Mapping[PriceUnit, Callable[[PriceRule, _Use, Sequence[Period]], Iterator[Taken]]] = {
    PriceUnit.HOUR: _by_hour,
    PriceUnit.HALF_HOUR: _by_half_hour,
    PriceUnit.DAY: _by_day,
    PriceUnit.USE: _by_use,
    PriceUnit.PERSON: _by_use,
    PriceUnit.PIECE: _by_use,
}


def _cheapest_parts(
    rules: Sequence[PriceRule], use: _Use, left: Sequence[Period]
) -> Iterator[Taken]:
    by_day: dict[date, dict[Period, PriceRule]] = {}
    for rule in rules:
        for day, span in rule.hours.windows(use.period, use.zone):
            if any(span.overlaps(one) for one in left):
                by_day.setdefault(day, {}).setdefault(span, rule)
    for day in sorted(by_day):
        choices = [(rule, span) for span, rule in by_day[day].items()][:_MOST_PARTS]
        chosen = _cheapest(choices, left)
        # The lunch hour between morning and afternoon belongs to no part, and costs nothing more.
        spans = [span for _, span in chosen]
        whole = Period(min(one.start for one in spans), max(one.end for one in spans))
        for rule, _ in chosen:
            yield _line(rule, 1, rule.cents, day), whole


def _cheapest(choices: Sequence[Part], left: Sequence[Period]) -> list[Part]:
    """Return the cheapest parts that together hold the use, few before many.

    A part that holds another one (all day, afternoon with evening) is a way to pay for it, and does
    not make the time between two parts cost anything.
    """
    spans = [span for _, span in choices]
    small = [one for one in spans if not any(one != two and one.contains(two) for two in spans)]
    used = [two for one in left for two in small if one.overlaps(two)] or spans
    covering = [
        parts
        for count in range(1, len(choices) + 1)
        for parts in combinations(choices, count)
        if all(_is_held(parts, one, left) for one in used)
    ]
    best = min(covering, key=lambda parts: (sum(rule.cents for rule, _ in parts), len(parts)))
    return sorted(best, key=lambda part: part[1])


def _is_held(parts: Sequence[Part], span: Period, left: Sequence[Period]) -> bool:
    """Tell whether what is used of a span lies in some of these parts."""
    rest = [one for used in left for one in without(used, [span for _, span in parts])]
    return not any(one.overlaps(span) for one in rest)


def _overlaps(rule: PriceRule, use: _Use, left: Sequence[Period]) -> Iterator[tuple[date, Period]]:
    """Yield what a rule takes of the time that is left, cut at the ends of its hours."""
    if rule.hours.is_always and rule.unit is not PriceUnit.DAY:
        yield from ((to_wall(one.start, use.zone).date(), one) for one in left)
        return
    for day, span in rule.hours.windows(use.period, use.zone):
        for one in left:
            if span.overlaps(one):
                yield day, Period(max(span.start, one.start), min(span.end, one.end))


def _minus(left: Sequence[Period], spans: Sequence[Period]) -> list[Period]:
    return [rest for one in left for rest in without(one, spans)]


def _line(rule: PriceRule, quantity: int, cents: int, day: date | None = None) -> PriceLine:
    return PriceLine(
        rule.kind,
        rule.unit,
        quantity,
        rule.cents,
        cents,
        vat_percent=rule.vat_percent,
        rule_id=rule.id,
        rule_version=rule.version,
        names=rule.names,
        day=day,
    )


def _extra(chosen: ChosenExtra, use: _Use) -> PriceLine:
    extra, count = chosen.extra, chosen.count
    quantity = {
        PriceUnit.HOUR: count * (use.period.length // _MINUTE),
        PriceUnit.PERSON: use.attendees,
        PriceUnit.USE: 1,
    }.get(extra.unit, count)
    cents = quantity * extra.cents
    if extra.unit is PriceUnit.HOUR:
        cents = count * price(use.period, extra.cents)
    return PriceLine(
        LineKind.EXTRA,
        extra.unit,
        quantity,
        extra.cents,
        cents,
        vat_percent=extra.vat_percent,
        rule_version=extra.version,
        extra=extra.code,
        names=extra.names,
    )


def _discounts(
    fitting: Sequence[PriceRule], use: _Use, rent: Sequence[PriceLine]
) -> Iterator[PriceLine]:
    """Yield a line per discount; of several for one amount only the highest counts."""
    rules = [rule for rule in fitting if rule.kind is LineKind.DISCOUNT]
    reduced: dict[int, int] = {}
    for line in rent:
        number = use.number_of(line.day or use.first)
        open_to = [rule for rule in rules if rule.from_day <= number]
        if open_to and line.cents:
            best = max(open_to, key=lambda rule: rule.cents)
            reduced[best.id] = reduced.get(best.id, 0) + line.cents
    for rule in rules:
        if amount := reduced.get(rule.id):
            yield _line(rule, amount, -((2 * amount * rule.cents + 100) // 200))


def _deposit(fitting: Sequence[PriceRule]) -> Iterator[PriceLine]:
    for rule in fitting:
        if rule.kind is LineKind.DEPOSIT:
            if rule.cents:
                yield _line(rule, 1, rule.cents)
            return
