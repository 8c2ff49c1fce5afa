"""A week of free hours as a page shows it: by day, and by part of the day; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from central.booking.times import Period, earliest, latest, to_wall
from central.halls.day_parts import PARTS


@dataclass(frozen=True, slots=True)
class Slot:
    """A free time of a day, as the clock on the wall shows it."""

    start: datetime
    end: datetime

    @property
    def ends_at_midnight(self) -> bool:
        """Whether it lasts until the day is over, which people do not call 0:00."""
        return self.end.time() == time()

    def fields(self) -> dict[str, str]:
        """Return it as the fields of the booking form."""
        return {
            "day": f"{self.start:%Y-%m-%d}",
            "start": f"{self.start:%H:%M}",
            "end": f"{self.end:%H:%M}",
        }


@dataclass(frozen=True, slots=True)
class FreeDay:
    """What is free of a day."""

    day: date
    hours: float
    """Real ones: the night that has an hour twice counts it twice."""
    free: tuple[Slot, ...]
    parts: tuple[tuple[str, Slot | None], ...]
    """Each part of the day, and its time when all of it is free."""


def free_day(
    day: date,
    free: Sequence[Period],
    zone: ZoneInfo,
    parts: Mapping[str, tuple[int, int]] = PARTS,
) -> FreeDay:
    """Return a day with its free times; one that ends at midnight ends on the day itself.

    `parts`: of the day, in minutes after midnight.
    """
    hours = sum((one.length for one in free), timedelta()) / timedelta(hours=1)
    slots = tuple(_slot(one, zone) for one in free)
    whole = tuple((name, _part(day, ends, free, zone)) for name, ends in parts.items())
    return FreeDay(day, round(hours, 1), slots, whole)


def _part(day: date, ends: tuple[int, int], free: Sequence[Period], zone: ZoneInfo) -> Slot | None:
    start, end = (datetime.combine(day, time()) + timedelta(minutes=one) for one in ends)
    whole = Period(earliest(start, zone), latest(end, zone))
    return _slot(whole, zone) if any(one.contains(whole) for one in free) else None


def _slot(period: Period, zone: ZoneInfo) -> Slot:
    return Slot(to_wall(period.start, zone), to_wall(period.end, zone))
