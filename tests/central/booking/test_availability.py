from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.booking.availability import (
    OpenHours,
    Rules,
    free_periods,
    is_open,
    open_periods,
    without,
)
from central.booking.times import Period

BRUSSELS = ZoneInfo("Europe/Brussels")
HALF_HOUR = timedelta(minutes=30)
MONDAY = date(2026, 12, 7)


def rules(*hours: OpenHours, setup: timedelta = timedelta(), after: timedelta = HALF_HOUR) -> Rules:
    return Rules(BRUSSELS, hours, setup, after)


def local(day: date, start: float, end: float) -> Period:
    """A period of Brussels wall hours of a day (24 and more: the night after)."""
    midnight = datetime.combine(day, time())
    first, last = (
        (midnight + timedelta(hours=hour)).replace(tzinfo=BRUSSELS).astimezone(UTC)
        for hour in (start, end)
    )
    return Period(first, last)


def test_open_in_its_hours_only() -> None:
    weekdays = rules(OpenHours(0, 8 * 60, 22 * 60))
    assert is_open(weekdays, local(MONDAY, 8, 22))
    assert not is_open(weekdays, local(MONDAY, 7.75, 10))
    assert not is_open(weekdays, local(MONDAY, 21, 22.25))
    assert not is_open(weekdays, local(MONDAY + timedelta(days=1), 9, 10))


def test_hours_past_midnight_reach_into_the_next_day() -> None:
    late = rules(OpenHours(0, 18 * 60, 26 * 60))
    assert is_open(late, local(MONDAY, 23, 26))
    assert is_open(late, local(MONDAY, 24.5, 25.5))
    assert not is_open(late, local(MONDAY, 25, 26.5))


def test_hours_that_touch_are_one() -> None:
    split = rules(
        OpenHours(0, 8 * 60, 12 * 60), OpenHours(0, 12 * 60, 24 * 60), OpenHours(1, 0, 60)
    )
    assert is_open(split, local(MONDAY, 9, 24.5))


def test_a_hall_without_hours_is_always_open() -> None:
    assert is_open(rules(), local(MONDAY, 3, 60))


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (MONDAY, 24)]
)
def test_a_day_is_as_long_as_it_is(day: date, hours: int) -> None:
    (whole,) = open_periods(rules(), day, day)
    assert whole.length == timedelta(hours=hours)


def test_hours_that_lie_in_the_gap_do_not_break_the_calendar() -> None:
    sunday = date(2026, 3, 29)
    in_the_gap = rules(OpenHours(6, 150, 180))
    assert open_periods(in_the_gap, sunday, sunday) == ()
    assert open_periods(in_the_gap, sunday - timedelta(days=7), sunday) != ()


def test_free_leaves_room_for_both_sides_buffers() -> None:
    busy = [local(MONDAY, 11.5, 14.5)]
    with_setup = rules(OpenHours(0, 8 * 60, 20 * 60), setup=timedelta(hours=1), after=HALF_HOUR)
    assert free_periods(with_setup, MONDAY, busy) == (
        local(MONDAY, 8, 11),
        local(MONDAY, 15.5, 20),
    )


minutes = st.integers(0, 600)
spans = st.lists(st.tuples(minutes, st.integers(1, 120)), max_size=8)


@given(spans)
def test_free_and_blocked_together_are_the_whole_and_never_the_same(
    blocked: list[tuple[int, int]],
) -> None:
    start = datetime(2026, 12, 7, 8, tzinfo=UTC)
    whole = Period(start, start + timedelta(minutes=500))
    taken = [
        Period(start + timedelta(minutes=at), start + timedelta(minutes=at + length))
        for at, length in blocked
    ]
    free = list(without(whole, taken))
    for minute in range(500):
        now = Period(start + timedelta(minutes=minute), start + timedelta(minutes=minute + 1))
        is_taken = any(one.overlaps(now) for one in taken)
        assert is_taken != any(one.overlaps(now) for one in free)
    assert free == sorted(free)
