"""How the demo's halls were and will be used, two years of it; pure, and the same for the same day.

Associations have an evening of the week from September to June; the rest comes as it comes, less the
further ahead. No two uses meet in one space, buffers included.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from central.halls.holidays import holiday

_DAY = timedelta(days=1)
_ONE_WAY = 365
"""Days before and after today."""
_FEWER_AFTER = 110.0
"""Days ahead after which people have booked a third."""
_MISSED = 0.06
"""Share of the dates of a season that are left out."""
_SEASON = frozenset({9, 10, 11, 12, 1, 2, 3, 4, 5, 6})
_TURNED_DOWN = 0.03


@dataclass(frozen=True, slots=True)
class Habit:
    """When a hall is used, how often, for what."""

    weekdays: tuple[int, ...]
    begins: int
    """Minutes after midnight."""
    ends: int
    share: float
    is_weekly: bool
    activity: str


@dataclass(frozen=True, slots=True)
class Let:
    """A hall with the spaces it takes up, its buffers, and how it is let."""

    hall: int
    spaces: tuple[int, ...]
    before: timedelta
    after: timedelta
    capacity: int
    habits: tuple[Habit, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """One use, in wall time."""

    hall: int
    start: datetime
    end: datetime
    renter: int
    """Index in the list of renters."""
    activity: str
    attendees: int
    series: int
    """Uses with the same number were booked together."""
    is_cancelled: bool = False


@dataclass
class _Diary:
    """What is taken already."""

    busy: dict[int, list[tuple[datetime, datetime]]] = field(default_factory=dict)

    def takes(self, let: Let, start: datetime, end: datetime) -> bool:
        """Take a time, if it is free in every space."""
        own = start - let.before, end + let.after
        there = [self.busy.setdefault(space, []) for space in let.spaces]
        if any(one[0] < own[1] and own[0] < one[1] for list_ in there for one in list_[-400:]):
            return False
        for list_ in there:
            list_.append(own)
        return True


def uses(
    lets: Sequence[Let], renters: Mapping[str, Sequence[int]], today: date, seed: str
) -> list[Use]:
    """Return every use from a year ago to a year ahead, by day.

    `renters`: who does what, as indexes by activity.
    """
    dice = Random(seed)  # noqa: S311 - the same city each time
    numbers = iter(range(1, 10**9))
    planned = [
        use
        for let in lets
        for habit in let.habits
        for weekday in habit.weekdays
        for use in _planned(let, habit, weekday, renters, today, dice, numbers)
    ]
    whole = {let.hall: let for let in lets}
    diary = _Diary()
    # Several spaces at once come first: nobody gets them once the parts are let.
    planned.sort(key=lambda one: (one.start.date(), -len(whole[one.hall].spaces), one.start))
    return [
        one
        for one in planned
        if one.is_cancelled or diary.takes(whole[one.hall], one.start, one.end)
    ]


def _planned(
    let: Let,
    habit: Habit,
    weekday: int,
    renters: Mapping[str, Sequence[int]],
    today: date,
    dice: Random,
    numbers: Iterator[int],
) -> Iterator[Use]:
    who = renters[habit.activity]
    first = today - timedelta(days=_ONE_WAY)
    first += timedelta(days=(weekday - first.weekday()) % 7)
    is_let = dice.random() < habit.share
    if habit.is_weekly and not is_let:
        return
    renter, series = dice.choice(who), 0
    for week in range(2 * _ONE_WAY // 7):
        day = first + week * 7 * _DAY
        if holiday(day) is not None:
            continue
        if habit.is_weekly:
            if day.month not in _SEASON:
                series = 0
                continue
            if series == 0:
                series, renter = next(numbers), dice.choice((renter, renter, dice.choice(who)))
            if dice.random() < _MISSED:
                continue
            yield _use(let, habit, day, renter, series, dice)
        elif dice.random() < habit.share * _ahead(day, today):
            yield _use(let, habit, day, dice.choice(who), next(numbers), dice)


def _ahead(day: date, today: date) -> float:
    """Return which share of the uses of a day is booked by today."""
    return min(1.0, math.exp(-max(0, (day - today).days - 14) / _FEWER_AFTER))


def _use(let: Let, habit: Habit, day: date, renter: int, series: int, dice: Random) -> Use:
    midnight = datetime.combine(day, time())
    later = 0 if habit.is_weekly else dice.choice((0, 0, 30))
    people = max(2, round(let.capacity * dice.uniform(0.25, 0.95)))
    return Use(
        let.hall,
        midnight + timedelta(minutes=habit.begins + later),
        midnight + timedelta(minutes=habit.ends),
        renter,
        habit.activity,
        people,
        series,
        is_cancelled=dice.random() < _TURNED_DOWN,
    )
