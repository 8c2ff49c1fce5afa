"""The nearest yes for a no: another time on the same day; pure."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from central.booking.times import Period, to_wall

_MINUTE = timedelta(minutes=1)


def nearest(
    use: Period,
    free: Sequence[Period],
    grid: timedelta,
    zone: ZoneInfo,
    now: datetime,
    may: Callable[[Period], bool] = lambda _: True,
) -> Period | None:
    """Return the time of the same length that starts nearest to a use, on the hall's grid; pure.

    `may` tells of a time whether it counts.
    """
    starts = []
    for one in free:
        first = _on_grid(max(one.start, now), grid, zone)
        last = one.end - use.length
        if first <= last:
            starts += [first, _on_grid(last - grid + _MINUTE, grid, zone)]
            starts += [use.start] if first <= use.start <= last else []
    fitting = [
        one for one in starts if any(f.start <= one and one + use.length <= f.end for f in free)
    ]
    by_distance = sorted(fitting, key=lambda one: (abs(one - use.start), one < use.start))
    times = (Period(start, start + use.length) for start in by_distance)
    return next((one for one in times if may(one)), None)


def _on_grid(moment: datetime, grid: timedelta, zone: ZoneInfo) -> datetime:
    """Return the first moment from this one on whose wall time the grid divides, to the minute."""
    wall = to_wall(moment, zone)
    over = timedelta(
        hours=wall.hour, minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond
    )
    return moment + (-over) % max(grid, _MINUTE)
