"""Which hours of which days a rule is about, and how long before them; pure.

Weekdays and parts of the day are those of the wall clock; working days follow Belgian holidays.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from central.booking.availability import without
from central.booking.times import Period, earliest, latest, to_wall
from central.halls.holidays import holiday

HOME = ZoneInfo("Europe/Brussels")
PUBLIC_HOLIDAY = 7
"""Beside the weekdays 0 (Monday) to 6: a Belgian public holiday, on whatever weekday."""
DAY_MINUTES = 24 * 60
_SATURDAY = 5
_DAY = timedelta(days=1)


def is_working_day(day: date) -> bool:
    """Tell whether a day is none of Saturday, Sunday and public holiday."""
    return day.weekday() < _SATURDAY and holiday(day) is None


def working_days_before(day: date, count: int) -> date:
    """Return the day that lies so many working days before another, which itself does not count."""
    while count > 0:
        day -= _DAY
        count -= is_working_day(day)
    return day


def working_days_after(moment: datetime, count: int) -> datetime:
    """Return the same time of day so many working days later (days of UTC; never earlier)."""
    while count > 0:
        moment += _DAY
        count -= is_working_day(moment.date())
    return moment


def working_days_between(first: date, last: date) -> int:
    """Return how many whole working days lie after `first` and before `last`."""
    days = (last - first).days
    return sum(is_working_day(first + timedelta(days=one)) for one in range(1, days))


@dataclass(frozen=True, slots=True)
class Ahead:
    """A time before a day: so many months, then days, then working days earlier."""

    months: int = 0
    days: int = 0
    working_days: int = 0

    def before(self, day: date) -> date:
        """Return the day that lies this long before; 31 March less a month is the last of February."""
        total = day.year * 12 + day.month - 1 - self.months
        year, month = divmod(total, 12)
        moved = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
        return working_days_before(moved - timedelta(days=self.days), self.working_days)


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of some weekdays. The usual value is every hour of every day."""

    weekdays: frozenset[int] = frozenset()
    """0 is Monday, 7 a public holiday; empty: every day."""
    begins: int = 0
    """Minutes after local midnight."""
    ends: int = DAY_MINUTES
    """Minutes after the same midnight; 1560 is two o'clock in the night after."""

    @property
    def is_always(self) -> bool:
        """Whether every moment lies in them."""
        return not self.weekdays and self.begins == 0 and self.ends >= DAY_MINUTES

    def falls_on(self, day: date) -> bool:
        """Tell whether a local day is one of these."""
        return (
            not self.weekdays
            or day.weekday() in self.weekdays
            or (PUBLIC_HOLIDAY in self.weekdays and holiday(day) is not None)
        )

    def windows(self, period: Period, zone: ZoneInfo) -> Iterator[tuple[date, Period]]:
        """Yield each of these spans that has a moment in a period, with its local day, rising."""
        for day in local_days(period, zone):
            midnight = datetime.combine(day, time())
            begins = earliest(midnight + timedelta(minutes=self.begins), zone)
            ends = latest(midnight + timedelta(minutes=self.ends), zone)
            if self.falls_on(day) and begins < ends and begins < period.end and period.start < ends:
                yield day, Period(begins, ends)

    def touch(self, period: Period, zone: ZoneInfo) -> bool:
        """Tell whether some moment of a period lies in these hours."""
        return self.is_always or any(True for _ in self.windows(period, zone))

    def cover(self, period: Period, zone: ZoneInfo) -> bool:
        """Tell whether all of a period lies in these hours."""
        if self.is_always:
            return True
        spans = [span for _, span in self.windows(period, zone)]
        return not any(True for _ in without(period, spans))


ALWAYS = Hours()


def local_days(period: Period, zone: ZoneInfo) -> Iterator[date]:
    """Yield the day before a period begins (its night reaches into it), then each day it touches."""
    day = to_wall(period.start, zone).date() - _DAY
    while earliest(datetime.combine(day, time()), zone) < period.end:
        yield day
        day += _DAY
