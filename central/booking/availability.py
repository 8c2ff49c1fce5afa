"""When a hall can be used: opening hours minus what is taken; pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from central.booking.times import Period, earliest, latest, to_wall
from central.halls.holidays import holiday

_DAY = timedelta(days=1)
_WHOLE_DAY = 24 * 60
Hours = tuple[int, int]
"""Opens and closes, in minutes after local midnight."""


@dataclass(frozen=True, slots=True)
class OpenHours:
    """Hours of a weekday, in minutes after its local midnight; may reach into the next day."""

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides when a hall can be used. Without any hours it is open day and night."""

    zone: ZoneInfo
    hours: tuple[OpenHours, ...]
    setup: timedelta
    turnaround: timedelta
    special: Mapping[date, tuple[Hours, ...]] = field(default_factory=dict)
    """Days with other hours than usual; without any they are closed."""
    closes_on_holidays: bool = False
    """On Belgian public holidays that are no special days."""

    def hours_on(self, day: date) -> tuple[Hours, ...]:
        """Return the hours of a local day: special ones, else none on a holiday, else the usual."""
        if day in self.special:
            return self.special[day]
        if self.closes_on_holidays and holiday(day):
            return ()
        if not self.hours:
            return ((0, _WHOLE_DAY),)
        return tuple((one.opens, one.closes) for one in self.hours if one.weekday == day.weekday())

    def occupied_by(self, use: Period) -> Period:
        """Return what a use takes up: set-up before it, turn-around after it."""
        return use.widened(self.setup, self.turnaround)


def open_periods(rules: Rules, first: date, last: date) -> tuple[Period, ...]:
    """Return when the hall is open on local days `first` to `last`, merged and rising.

    Hours that began on the day before and reach into `first` count too.
    """
    return tuple(_merged(sorted(_openings(rules, first, last))))


def _openings(rules: Rules, first: date, last: date) -> Iterator[Period]:
    for offset in range(-1, (last - first).days + 1):
        day = first + timedelta(days=offset)
        midnight = datetime.combine(day, time())
        for opens, closes in rules.hours_on(day):
            if day < first and closes <= _WHOLE_DAY:
                continue  # over before the first day begins
            start = earliest(midnight + timedelta(minutes=opens), rules.zone)
            end = latest(midnight + timedelta(minutes=closes), rules.zone)
            if start < end:  # the night's gap can swallow short hours
                yield Period(start, end)


def _merged(periods: Iterable[Period]) -> Iterator[Period]:
    current: Period | None = None
    for period in periods:
        if current is not None and period.start <= current.end:
            current = Period(current.start, max(current.end, period.end))
            continue
        if current is not None:
            yield current
        current = period
    if current is not None:
        yield current


def is_open(rules: Rules, use: Period) -> bool:
    """Tell whether the hall is open during all of a use."""
    days = (to_wall(use.start, rules.zone).date(), to_wall(use.end, rules.zone).date())
    return any(one.contains(use) for one in open_periods(rules, *days))


def free_periods(rules: Rules, day: date, busy: Sequence[Period]) -> tuple[Period, ...]:
    """Return when a use could be on a local day, rising.

    `busy` is what others take up, their buffers included; one's own buffers are kept off here.
    """
    blocked = [one.widened(rules.turnaround, rules.setup) for one in busy]
    return tuple(
        free for period in open_periods(rules, day, day) for free in without(period, blocked)
    )


def without(period: Period, blocked: Iterable[Period]) -> Iterator[Period]:
    """Yield what is left of a period, rising."""
    start = period.start
    for one in sorted(blocked):
        if one.start >= period.end:
            break
        if start < one.start:
            yield Period(start, one.start)
        start = max(start, one.end)
    if start < period.end:
        yield Period(start, period.end)
