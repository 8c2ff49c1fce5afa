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


def refund(tiers: Sequence[Tier], cents: int, use: date, today: date) -> Refund:
    """Return what comes back of a price when a use is cancelled today.

    Without tiers everything does. With tiers, who cancels later than the last one gets nothing back.
    """
    if not tiers:
        return Refund(100, cents)
    for days, percent in sorted(tiers, reverse=True):
        last = working_days_before(use, days)
        if today <= last:
            return Refund(percent, (2 * cents * percent + 100) // 200, last)
    return Refund(0, 0)
