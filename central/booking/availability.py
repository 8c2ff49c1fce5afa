"""When a hall can be used: opening hours minus what is taken; pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from central.booking.times import Period, earliest, latest, to_wall

_DAY = timedelta(days=1)


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

    def occupied_by(self, use: Period) -> Period:
        """Return what a use takes up: set-up before it, turn-around after it."""
        return use.widened(self.setup, self.turnaround)


def open_periods(rules: Rules, first: date, last: date) -> tuple[Period, ...]:
    """Return when the hall is open on local days `first` to `last`, merged and rising.

    Hours that began on the day before and reach into `first` count too.
    """
    if not rules.hours:
        ends = (datetime.combine(first, time()), datetime.combine(last + _DAY, time()))
        return (Period(earliest(ends[0], rules.zone), latest(ends[1], rules.zone)),)
    return tuple(_merged(sorted(_openings(rules, first - _DAY, last))))


def _openings(rules: Rules, first: date, last: date) -> Iterator[Period]:
    for offset in range((last - first).days + 1):
        midnight = datetime.combine(first + timedelta(days=offset), time())
        for hours in rules.hours:
            if hours.weekday == midnight.weekday():
                opens = earliest(midnight + timedelta(minutes=hours.opens), rules.zone)
                closes = latest(midnight + timedelta(minutes=hours.closes), rules.zone)
                if opens < closes:  # the night's gap can swallow short hours
                    yield Period(opens, closes)


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
