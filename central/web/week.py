"""A week of free hours as a page shows it: by day, and by part of the day; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from central.booking.entitled import Entitled
from central.booking.priority import Reason, Right
from central.booking.times import Period, earliest, latest, to_wall
from central.halls.day_parts import PARTS

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """A free time of a day, as the clock on the wall shows it."""

    start: datetime
    end: datetime
    period: Period
    """The same moments."""
    zone: ZoneInfo

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
    denied: Right | None = None
    """Why the renter may book nothing of the day; None: something."""


def free_day(
    day: date,
    free: Sequence[Period],
    zone: ZoneInfo,
    parts: Mapping[str, tuple[int, int]] = PARTS,
) -> FreeDay:
    """Return a day with its free times; one that ends at midnight ends on the day itself.

    `parts`: of the day, in minutes after midnight.
    """
    free = _on(day, free, zone)
    hours = sum((one.length for one in free), timedelta()) / timedelta(hours=1)
    slots = tuple(_slot(one, zone) for one in free)
    whole = tuple((name, _part(day, ends, free, zone)) for name, ends in parts.items())
    return FreeDay(day, round(hours, 1), slots, whole)


def _on(day: date, free: Sequence[Period], zone: ZoneInfo) -> list[Period]:
    """Return what begins on a day; of what the night before left, the rest after midnight."""
    midnight = datetime.combine(day, time())
    begins, ends = earliest(midnight, zone), earliest(midnight + timedelta(days=1), zone)
    return [
        Period(max(one.start, begins), one.end)
        for one in free
        if one.start < ends and begins < one.end
    ]


def entitled_day(one: FreeDay, hall: int, entitled: Entitled) -> FreeDay:
    """Return a day with only what a renter may book of it, or why there is nothing.

    A free time of which a part may be booked stays: where it begins and ends is chosen later.
    """
    parts = tuple(
        (name, slot if slot and _may(entitled, hall, slot) else None) for name, slot in one.parts
    )
    asked = [*one.free, *(slot for _, slot in one.parts if slot)]
    rights = [entitled.right(hall, slot.period, slot.zone) for slot in asked]
    if not rights or any(not right.is_denied for right in rights):
        return replace(one, parts=parts)
    # From when on is what helps most; else a part of what is free may do.
    why = next((right for right in rights if right.since), rights[0])
    if why.reason is Reason.NOT_THEN and _may_in_between(entitled, hall, one):
        return replace(one, parts=parts)
    return replace(one, parts=parts, denied=why)


def _may(entitled: Entitled, hall: int, slot: Slot) -> bool:
    return not entitled.right(hall, slot.period, slot.zone).is_denied


def _may_in_between(entitled: Entitled, hall: int, one: FreeDay) -> bool:
    """Tell whether some hour of what is free may be booked."""
    for slot in one.free:
        start = slot.period.start
        while start + _HOUR <= slot.period.end:
            if not entitled.right(hall, Period(start, start + _HOUR), slot.zone).is_denied:
                return True
            start += _HOUR
    return False


def _part(day: date, ends: tuple[int, int], free: Sequence[Period], zone: ZoneInfo) -> Slot | None:
    start, end = (datetime.combine(day, time()) + timedelta(minutes=one) for one in ends)
    whole = Period(earliest(start, zone), latest(end, zone))
    return _slot(whole, zone) if any(one.contains(whole) for one in free) else None


def _slot(period: Period, zone: ZoneInfo) -> Slot:
    return Slot(to_wall(period.start, zone), to_wall(period.end, zone), period, zone)
