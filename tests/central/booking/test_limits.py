from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from central.booking.availability import OpenHours, Rules, free_periods, is_open
from central.booking.limits import (
    Limits,
    NotYetHere,
    OffGrid,
    TooEarly,
    TooLate,
    TooLongHere,
    TooShort,
    check_limits,
)
from central.booking.times import Period
from central.errors import CentralError

BRUSSELS = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CHRISTMAS = date(2026, 12, 25)  # a Friday


def local(day: date, start: float, hours: float) -> Period:
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a wall time
    begins = (midnight + start * HOUR).replace(tzinfo=BRUSSELS).astimezone(UTC)
    return Period(begins, begins + hours * HOUR)


SATURDAY = local(date(2026, 12, 5), 14, 4)


@pytest.mark.parametrize(
    ("limits", "refusal"),
    [
        (Limits(), None),
        (Limits(grid=HOUR), None),
        (Limits(grid=4 * HOUR), OffGrid),
        (Limits(shortest=4 * HOUR, longest=4 * HOUR), None),
        (Limits(shortest=4.25 * HOUR), TooShort),
        (Limits(longest=3.75 * HOUR), TooLongHere),
        (Limits(notice=SATURDAY.start - NOW), None),
        (Limits(notice=SATURDAY.start - NOW + HOUR), TooLate),
        (Limits(horizon=timedelta(days=11)), None),
        (Limits(horizon=timedelta(days=10)), TooEarly),
        (Limits(live_from=date(2026, 12, 5)), None),
        (Limits(live_from=date(2026, 12, 6)), NotYetHere),
    ],
)
def test_a_use_lies_within_the_limits_or_is_refused(
    limits: Limits, refusal: type[CentralError] | None
) -> None:
    if refusal is None:
        check_limits(limits, SATURDAY, BRUSSELS, NOW)
    else:
        with pytest.raises(refusal):
            check_limits(limits, SATURDAY, BRUSSELS, NOW)


def test_too_early_says_from_which_day_on_it_can_be_booked() -> None:
    with pytest.raises(TooEarly) as error:
        check_limits(Limits(horizon=timedelta(days=4)), SATURDAY, BRUSSELS, NOW)
    assert error.value.details["day"] == "2026-12-01"


def rules(**more: object) -> Rules:
    usual = (OpenHours(4, 8 * 60, 22 * 60),)
    return Rules(BRUSSELS, usual, timedelta(), timedelta(), **more)  # type: ignore[arg-type]


def test_a_holiday_is_closed_where_the_hall_says_so() -> None:
    assert is_open(rules(), local(CHRISTMAS, 9, 2))
    assert not is_open(rules(closes_on_holidays=True), local(CHRISTMAS, 9, 2))
    assert is_open(rules(closes_on_holidays=True), local(date(2026, 12, 18), 9, 2))


def test_a_special_day_has_its_own_hours_or_none_also_on_a_holiday() -> None:
    some = rules(special={CHRISTMAS: ((600, 720), (900, 1560))}, closes_on_holidays=True)
    assert free_periods(some, CHRISTMAS, []) == (local(CHRISTMAS, 10, 2), local(CHRISTMAS, 15, 11))
    assert is_open(some, local(CHRISTMAS, 25, 1)), "into the night after"
    assert free_periods(rules(special={CHRISTMAS: ()}), CHRISTMAS, []) == ()


def test_a_hall_open_day_and_night_is_closed_on_special_days_only() -> None:
    always = Rules(BRUSSELS, (), timedelta(), timedelta(), {CHRISTMAS: ()})
    assert is_open(always, local(CHRISTMAS - timedelta(days=2), 5, 40))
    assert not is_open(always, local(CHRISTMAS - timedelta(days=1), 20, 5))
    assert free_periods(always, CHRISTMAS, []) == ()
