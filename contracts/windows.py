"""When a credential is valid: its first window and the weekly repeats of it in wall time."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from contracts.credential import EVERY_SECOND_WEEK, WEEKDAYS, Claims
from contracts.errors import Malformed
from contracts.moments import MINUTES_PER_DAY
from contracts.zone import ZoneTable

_EPOCH_WEEKDAY = 2  # 2025-01-01 was a Wednesday; Monday is 0


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open span of UTC minutes since `moments.EPOCH`: `start` is in it, `end` is not."""

    start: int
    end: int

    def __contains__(self, minute: int) -> bool:
        """Tell whether a minute lies inside."""
        return self.start <= minute < self.end


def weekday(local_day: int) -> int:
    """Return the weekday (Monday is 0) of a local day counted from 2025-01-01."""
    return (local_day + _EPOCH_WEEKDAY) % WEEKDAYS


def local_day(window: Window, zone: ZoneTable) -> int:
    """Return the local day (counted from 2025-01-01) on which a window starts."""
    return zone.local(window.start) // MINUTES_PER_DAY


def occurrences(claims: Claims, zone: ZoneTable) -> tuple[Window, ...]:
    """Return every window of a credential in rising order (format 5).

    The first window is exactly as signed. Repeats keep the local start and the local end of the
    first: in a gap the later reading counts; where a wall time happens twice, the earliest start
    and the latest end. A window that a gap leaves nothing of does not happen.

    Raises:
        Malformed: the first day is not in its own pattern, or windows overlap.

    """
    first = Window(claims.valid_from, claims.valid_from + claims.duration)
    if not claims.repeats:
        return (first,)
    windows = (first, *_repeats(claims, first, zone))
    if any(earlier.end > later.start for earlier, later in pairwise(windows)):
        msg = "the windows of this credential overlap"
        raise Malformed(msg)
    return windows


def _repeats(claims: Claims, first: Window, zone: ZoneTable) -> Iterator[Window]:
    start, end = zone.local(first.start), zone.local(first.end)
    first_day = local_day(first, zone)
    if not claims.pattern >> weekday(first_day) & 1:
        msg = "the first day of this credential is not in its own pattern"
        raise Malformed(msg)
    for day in _days(claims, first_day):
        shift = (day - first_day) * MINUTES_PER_DAY
        window = Window(zone.earliest(start + shift), zone.latest(end + shift))
        if window.start < window.end:  # the night's gap can swallow a short one
            yield window


def _days(claims: Claims, first_day: int) -> Iterator[int]:
    monday = first_day - weekday(first_day)
    step = 2 if claims.pattern & EVERY_SECOND_WEEK else 1
    for week in range(0, claims.repeats + 1, step):
        for index in range(WEEKDAYS):
            day = monday + WEEKDAYS * week + index
            if day > first_day and claims.pattern >> index & 1:
                yield day
