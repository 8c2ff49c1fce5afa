"""Working days, months before a day, and hours of weekdays on the wall clock."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from central.booking.times import Period
from central.booking.when import (
    PUBLIC_HOLIDAY,
    Ahead,
    Hours,
    is_working_day,
    working_days_before,
    working_days_between,
)

BRUSSELS = ZoneInfo("Europe/Brussels")


def moments(start: str, end: str) -> Period:
    return Period(*(datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (start, end)))


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 12, 5), 5, date(2026, 11, 30)),  # Saturday: the Monday before
        (date(2026, 12, 28), 5, date(2026, 12, 18)),  # over Christmas, a Friday
        (date(2027, 5, 10), 1, date(2027, 5, 7)),  # Ascension 2027 is on the 6th
        (date(2027, 5, 7), 1, date(2027, 5, 5)),
        (date(2026, 12, 5), 0, date(2026, 12, 5)),
    ],
)
def test_working_days_before_a_day(day: date, count: int, expected: date) -> None:
    assert working_days_before(day, count) == expected


def test_working_days_between_two_days_leave_both_out() -> None:
    assert working_days_between(date(2026, 12, 4), date(2026, 12, 14)) == 5
    assert working_days_between(date(2026, 12, 24), date(2026, 12, 28)) == 0


def test_weekend_and_public_holidays_are_no_working_days() -> None:
    assert not is_working_day(date(2026, 12, 25))
    assert not is_working_day(date(2026, 12, 6))
    assert is_working_day(date(2026, 12, 24))


@pytest.mark.parametrize(
    ("ahead", "day", "expected"),
    [
        (Ahead(months=1), date(2027, 3, 31), date(2027, 2, 28)),
        (Ahead(months=12), date(2028, 2, 29), date(2027, 2, 28)),
        (Ahead(months=1), date(2027, 1, 15), date(2026, 12, 15)),
        (Ahead(months=1, days=1), date(2027, 3, 1), date(2027, 1, 31)),
        (Ahead(working_days=5), date(2026, 12, 5), date(2026, 11, 30)),
    ],
)
def test_a_time_ahead_is_counted_back_from_the_day_of_use(
    ahead: Ahead, day: date, expected: date
) -> None:
    assert ahead.before(day) == expected


def test_a_public_holiday_counts_as_a_weekday_of_its_own() -> None:
    sundays = Hours(frozenset({6, PUBLIC_HOLIDAY}))
    assert sundays.falls_on(date(2026, 12, 25)), "a Friday"
    assert not sundays.falls_on(date(2026, 12, 18))


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    friday_night = Hours(frozenset({4}), 19 * 60, 26 * 60)
    after_midnight = moments("2026-12-04T23:30", "2026-12-05T01:00")
    assert friday_night.cover(after_midnight, BRUSSELS)
    assert not friday_night.touch(moments("2026-12-05T18:00", "2026-12-05T20:00"), BRUSSELS)


def test_a_part_that_is_only_touched_is_not_covered() -> None:
    evening = Hours(begins=19 * 60, ends=24 * 60)
    late_afternoon = moments("2026-12-04T16:00", "2026-12-04T20:00")
    assert evening.touch(late_afternoon, BRUSSELS)
    assert not evening.cover(late_afternoon, BRUSSELS)


def test_back_to_back_is_not_touching() -> None:
    evening = Hours(begins=19 * 60, ends=24 * 60)
    assert not evening.touch(moments("2026-12-04T16:00", "2026-12-04T18:00"), BRUSSELS)
