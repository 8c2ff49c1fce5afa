import contextlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import pytest

from central.errors import CentralError
from central.feedback.room_state import (
    ITEMS,
    Item,
    Moment,
    StateIncomplete,
    check_items,
    check_time,
)
from central.feedback.trends import Answer, Direction, Question, trend_of
from tests.central.a_city import NOW

TODAY = date(2026, 11, 24)


def answers(days_ago: int, marks: Iterable[int]) -> list[Answer]:
    day = TODAY - timedelta(days=days_ago)
    return [Answer(day, {Question.OVERALL: mark}) for mark in marks]


@pytest.mark.parametrize(
    ("recent", "before", "direction"),
    [
        ([5, 5, 4], [4, 4, 4], Direction.BETTER),
        ([4, 4, 4], [5, 5, 4], Direction.WORSE),
        ([4, 4, 4, 4], [4, 4, 4, 5], Direction.SAME),
        ([5, 5], [1, 1, 1], Direction.UNKNOWN),
        ([5, 5, 5], [1, 1], Direction.UNKNOWN),
        ([], [], Direction.UNKNOWN),
    ],
)
def test_three_months_are_compared_with_the_three_before(
    recent: list[int], before: list[int], direction: Direction
) -> None:
    given = answers(10, recent) + answers(120, before)
    assert trend_of(given, TODAY).direction is direction


def test_fewer_than_three_answers_are_counted_and_not_shown() -> None:
    given = [
        *answers(5, [5, 4]),
        Answer(TODAY - timedelta(days=40), {Question.OVERALL: 3, Question.CLEANLINESS: 1}),
    ]
    trend = trend_of(given, TODAY)
    assert trend.count == 3
    assert trend.averages[Question.OVERALL] == 4
    assert trend.averages[Question.CLEANLINESS] is None
    assert [(one.first.month, one.count, one.average) for one in trend.months] == [
        (11, 2, None),
        (10, 1, None),
    ]


def test_only_the_last_year_counts() -> None:
    given = answers(365, [1, 1, 1]) + answers(364, [5, 5, 5])
    trend = trend_of(given, TODAY)
    assert (trend.count, trend.averages[Question.OVERALL]) == (3, 5)


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("moment", "now", "code"),
    [
        (Moment.BEFORE, NOW, None),
        (Moment.BEFORE, NOW + 2 * HOUR, None),
        (Moment.BEFORE, NOW + 3 * HOUR, "state_too_late"),
        (Moment.AFTER, NOW - HOUR, "use_not_begun"),
        (Moment.AFTER, NOW, None),
        (Moment.AFTER, NOW + timedelta(days=5), None),
    ],
)
def test_a_state_is_noted_at_its_time(moment: Moment, now: datetime, code: str | None) -> None:
    refused = contextlib.nullcontext() if code is None else pytest.raises(CentralError)
    with refused as raised:
        check_time(moment, NOW, NOW + 2 * HOUR, now)
    assert (raised.value.code if raised else None) == code


@pytest.mark.parametrize("moment", Moment)
def test_a_list_is_complete_and_holds_nothing_else(moment: Moment) -> None:
    whole = dict.fromkeys(ITEMS[moment], True)
    check_items(moment, whole)
    without = dict(list(whole.items())[1:])
    foreign = next(one for one in Item if one not in whole)
    for wrong in ({}, without, {**whole, foreign: True}):
        with pytest.raises(StateIncomplete):
            check_items(moment, wrong)
