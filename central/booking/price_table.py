"""What a hall costs one target group, rule by rule, to read before any time is chosen; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from central.booking.price_rules import LineKind, PriceRule, PriceUnit
from central.booking.when import ALWAYS

_ORDER = (LineKind.RENT, LineKind.DISCOUNT, LineKind.DEPOSIT)
_OF_ALL_TIME = frozenset(
    {PriceUnit.HOUR, PriceUnit.HALF_HOUR, PriceUnit.USE, PriceUnit.PERSON, PriceUnit.PIECE}
)
"""Units of a rule that leaves no time without a price, when it asks nothing."""


@dataclass(frozen=True, slots=True)
class PriceTable:
    """The rules that can decide for a group, in the order in which people want to read them."""

    rules: tuple[PriceRule, ...]
    other_hours: int | None
    """Cents per hour of the time that no rule prices, 0 where it is free; None: there is no such time."""


def price_table(
    rules: Sequence[PriceRule], hall: int, group: int, today: date, cents_per_hour: int | None
) -> PriceTable:
    """Return what a hall costs a target group from today on."""
    mine = [
        rule
        for rule in sorted(rules, key=lambda one: (one.position, one.id))
        if (not rule.halls or hall in rule.halls)
        and (not rule.groups or group in rule.groups)
        and (rule.used_until is None or today <= rule.used_until)
    ]
    kept: list[PriceRule] = []
    seen: set[PriceRule] = set()
    for rule in mine:
        asks = _what_it_asks(rule)
        if asks not in seen:  # the first that fits decides: one that asks the same never does
            seen.add(asks)
            kept.append(rule)
    kept.sort(key=lambda one: _ORDER.index(one.kind))
    whole = any(rule.unit in _OF_ALL_TIME and _asks_nothing(rule) for rule in kept)
    return PriceTable(tuple(kept), None if whole else cents_per_hour or 0)


def _what_it_asks(rule: PriceRule) -> PriceRule:
    """Return a rule with only its conditions; a discount's amount stays, for the highest counts."""
    is_discount = rule.kind is LineKind.DISCOUNT
    return replace(
        rule,
        id=0,
        halls=frozenset(),
        groups=frozenset(),
        cents=rule.cents if is_discount else 0,
        vat_percent=0,
        position=0,
        version=0,
    )


def _asks_nothing(rule: PriceRule) -> bool:
    return (
        rule.kind is LineKind.RENT
        and rule.hours == ALWAYS
        and not rule.activities
        and not rule.with_extras
        and not rule.attendees_from
        and rule.attendees_until is None
        and rule.used_from is None
    )
