"""What a renter gets back who cancels, in working days before the day of use; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from central.booking.when import working_days_before

Tier = tuple[int, int]
"""Working days before the day of use, and percent given back to who cancels by then."""


@dataclass(frozen=True, slots=True)
class Refund:
    """What comes back of a price; a deposit always comes back whole."""

    percent: int
    cents: int
    until: date | None = None
    """Last day on which it stays this much; None: it becomes no less."""


def part_of(cents: int, percent: int) -> int:
    """Return a part of an amount, half a cent rounded up."""
    return (2 * cents * percent + 100) // 200


def refund(tiers: Sequence[Tier], cents: int, use: date, today: date, at_most: int = 100) -> Refund:
    """Return what comes back of a price when a use is cancelled today, never more than `at_most` percent.

    Without tiers everything does. With tiers, who cancels later than the last one gets nothing back.
    """
    if not tiers:
        return Refund(at_most, part_of(cents, at_most))
    lasts = [(working_days_before(use, days), min(percent, at_most)) for days, percent in tiers]
    percent = max((percent for last, percent in lasts if today <= last), default=0)
    if not percent:
        return Refund(0, 0)
    until = max(last for last, there in lasts if there == percent)
    return Refund(percent, part_of(cents, percent), until)
