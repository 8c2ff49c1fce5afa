"""What many answers say together: averages, months, better or worse; pure.

Few answers say who gave them, so fewer than `LEAST` are counted and not shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

LEAST = 3
"""From so many answers on, an average tells nobody's answer."""
LOOKS_BACK = timedelta(days=365)
_RECENT = timedelta(days=90)
_DIFFERENCE = 0.3
"""Less than this between two quarters is chance."""


class Question(StrEnum):
    """What the form asks, each from 1 (bad) to 5 (very good)."""

    OVERALL = "overall"
    ENTERING = "entering"
    """Whether one came in without trouble."""
    CLEANLINESS = "cleanliness"
    EQUIPMENT = "equipment"


WORST, BEST = 1, 5


class Direction(StrEnum):
    """How the last three months compare with the three before."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    UNKNOWN = "unknown"
    """Too few answers in one of them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The marks of one form, by the day on which it was given."""

    day: date
    marks: Mapping[Question, int]


@dataclass(frozen=True, slots=True)
class Month:
    """The answers of one month."""

    first: date
    count: int
    average: float | None
    """Of the overall marks; None: too few answers."""


@dataclass(frozen=True, slots=True)
class Trend:
    """What the answers about one hall say."""

    count: int
    averages: Mapping[Question, float | None]
    direction: Direction
    months: tuple[Month, ...]
    """Those with answers, the newest first."""


def trend_of(answers: Sequence[Answer], today: date) -> Trend:
    """Return what the answers of the last year say."""
    counting = [one for one in answers if today - LOOKS_BACK < one.day <= today]
    recent = _marks(one for one in counting if one.day > today - _RECENT)
    before = _marks(one for one in counting if today - 2 * _RECENT < one.day <= today - _RECENT)
    return Trend(
        count=len(counting),
        averages={asked: _average(_marks(counting, asked)) for asked in Question},
        direction=_direction(_average(recent), _average(before)),
        months=_months(counting),
    )


def _months(answers: Sequence[Answer]) -> tuple[Month, ...]:
    by_month: dict[date, list[Answer]] = {}
    for one in answers:
        by_month.setdefault(one.day.replace(day=1), []).append(one)
    return tuple(
        Month(first, len(those), _average(_marks(those)))
        for first, those in sorted(by_month.items(), reverse=True)
    )


def _direction(recent: float | None, before: float | None) -> Direction:
    if recent is None or before is None:
        return Direction.UNKNOWN
    if abs(recent - before) < _DIFFERENCE:
        return Direction.SAME
    return Direction.BETTER if recent > before else Direction.WORSE


def _marks(answers: Iterable[Answer], asked: Question = Question.OVERALL) -> list[int]:
    return [one.marks[asked] for one in answers if asked in one.marks]


def _average(marks: Sequence[int]) -> float | None:
    return sum(marks) / len(marks) if len(marks) >= LEAST else None
