"""What somebody wants to book, and why it may not be; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from central.booking.availability import Rules, is_open
from central.booking.limits import NO_LIMITS, Limits, check_limits
from central.booking.times import Period
from central.errors import CentralError

LONGEST = timedelta(days=14)
"""Of one reservation; longer rentals are series."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A hall as booking sees it."""

    hall_id: int
    capacity: int
    cents_per_hour: int | None
    rules: Rules
    early: timedelta
    late: timedelta
    spaces: frozenset[int]
    limits: Limits = NO_LIMITS


@dataclass(frozen=True, slots=True)
class Wish:
    """One hall for one period."""

    hall_id: int
    use: Period
    attendees: int
    purpose: str = ""
    accessible: bool = False
    activity: str = ""
    """Code of the kind of activity; empty: not said."""
    extras: tuple[tuple[str, int], ...] = ()
    """Codes of extras, and how many."""


class InThePast(CentralError):
    """The period began before now."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "in_the_past"
    sentence = "That time is over. Choose a later one."


class TooLong(CentralError):
    """The period is longer than one reservation may be."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "too_long"
    sentence = "One reservation lasts at most {days} days."


class NotWholeMinutes(CentralError):
    """Doors count in minutes."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "not_whole_minutes"
    sentence = "Times are whole minutes."


class TooMany(CentralError):
    """More people than the hall may hold."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "too_many"
    sentence = "This hall is for at most {capacity} people."


class Closed(CentralError):
    """The hall is not open during all of the period."""

    status = HTTPStatus.CONFLICT
    code = "closed"
    sentence = "The hall is not open during all of that time."


def check(wish: Wish, offer: Offer, now: datetime) -> None:
    """Return when a wish can be granted if the hall is free.

    Raises:
        InThePast, TooLong, NotWholeMinutes, TooMany, Closed: it cannot.
        OffGrid, TooShort, TooLongHere, TooLate, TooEarly, NotYetHere: not in this hall.

    """
    use = wish.use
    if any(one.second or one.microsecond for one in (use.start, use.end)):
        raise NotWholeMinutes(field="starts_at")
    if use.start < now - timedelta(minutes=1):
        raise InThePast(field="starts_at")
    if use.length > LONGEST:
        raise TooLong(field="ends_at", days=LONGEST.days)
    if wish.attendees > offer.capacity:
        raise TooMany(field="attendees", capacity=offer.capacity)
    check_limits(offer.limits, use, offer.rules.zone, now)
    if not is_open(offer.rules, use):
        raise Closed(field="starts_at")
