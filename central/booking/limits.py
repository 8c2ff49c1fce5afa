"""Within what a hall is booked: grid, length, notice, horizon; pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

from central.booking.times import Period, to_wall
from central.errors import CentralError

_MINUTE = timedelta(minutes=1)


class OffGrid(CentralError):
    """The hall is let in whole quarters, half hours or hours, and this is between them."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "off_grid"
    sentence = "In this hall times go by {minutes} minutes."


class TooShort(CentralError):
    """The hall is not let for so short a time."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "too_short"
    sentence = "This hall is let for at least {minutes} minutes."


class TooLongHere(CentralError):
    """The hall is not let for so long a time."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "too_long_here"
    sentence = "This hall is let for at most {minutes} minutes."


class TooLate(CentralError):
    """It begins sooner than the hall can be made ready."""

    status = HTTPStatus.CONFLICT
    code = "too_late"
    sentence = "This hall is booked at least {hours} hours before."


class TooEarly(CentralError):
    """It lies further away than the hall is let."""

    status = HTTPStatus.CONFLICT
    code = "too_early"
    sentence = "This hall is booked at most {days} days before. That day opens on {day}."


class NotYetHere(CentralError):
    """Until its go-live day the hall is let in the old way."""

    status = HTTPStatus.CONFLICT
    code = "not_yet_here"
    sentence = "Uses from {day} are booked here. For earlier ones ask the city service."


@dataclass(frozen=True, slots=True)
class Limits:
    """Within what a hall is booked; without anything said, as any reservation."""

    grid: timedelta = _MINUTE
    """Uses start and end on wall times that this divides, counted from midnight."""
    shortest: timedelta = _MINUTE
    longest: timedelta | None = None
    notice: timedelta = timedelta()
    horizon: timedelta | None = None
    live_from: date | None = None


NO_LIMITS = Limits()


def check_limits(limits: Limits, use: Period, zone: ZoneInfo, now: datetime) -> None:
    """Let pass a use that lies within the limits; the horizon counts local days.

    Raises:
        OffGrid, TooShort, TooLongHere, TooLate, TooEarly, NotYetHere: it does not.

    """
    _check_form(limits, use, zone)
    first, today = to_wall(use.start, zone).date(), to_wall(now, zone).date()
    if limits.notice and use.start < now + limits.notice:
        raise TooLate(field="starts_at", hours=limits.notice // timedelta(hours=1))
    if limits.horizon is not None and first > today + limits.horizon:
        opens = first - limits.horizon
        raise TooEarly(field="starts_at", days=limits.horizon.days, day=opens.isoformat())
    if limits.live_from is not None and first < limits.live_from:
        raise NotYetHere(field="starts_at", day=limits.live_from.isoformat())


def _check_form(limits: Limits, use: Period, zone: ZoneInfo) -> None:
    for field, moment in (("starts_at", use.start), ("ends_at", use.end)):
        wall = to_wall(moment, zone)
        if timedelta(hours=wall.hour, minutes=wall.minute) % limits.grid:
            raise OffGrid(field=field, minutes=limits.grid // _MINUTE)
    if use.length < limits.shortest:
        raise TooShort(field="ends_at", minutes=limits.shortest // _MINUTE)
    if limits.longest is not None and use.length > limits.longest:
        raise TooLongHere(field="ends_at", minutes=limits.longest // _MINUTE)
