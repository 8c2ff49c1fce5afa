from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from central.booking.pricing import price
from central.booking.times import AmbiguousTime, NoSuchTime, Period, Which, to_utc, to_wall

BRUSSELS = ZoneInfo("Europe/Brussels")


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[arg-type, misc]


def test_an_ordinary_wall_time() -> None:
    assert to_utc(wall("2026-12-05 14:00"), BRUSSELS) == utc(2026, 12, 5, 13)


def test_a_time_in_the_night_the_clock_goes_forward_does_not_exist() -> None:
    with pytest.raises(NoSuchTime) as refusal:
        to_utc(wall("2026-03-29 02:30"), BRUSSELS, field="from")
    assert refusal.value.problem()["field"] == "from"
    assert "2026-03-29" in str(refusal.value)
    assert "02:30" in str(refusal.value)


@pytest.mark.parametrize(("hour", "minute"), [(1, 59), (3, 0)])
def test_the_edges_of_the_gap_exist(hour: int, minute: int) -> None:
    to_utc(wall(f"2026-03-29 {hour:02}:{minute:02}"), BRUSSELS)


def test_a_time_that_happens_twice_is_asked_back() -> None:
    local = wall("2026-10-25 02:30")
    with pytest.raises(AmbiguousTime):
        to_utc(local, BRUSSELS)
    assert to_utc(local, BRUSSELS, Which.FIRST) == utc(2026, 10, 25, 0, 30)
    assert to_utc(local, BRUSSELS, Which.SECOND) == utc(2026, 10, 25, 1, 30)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (wall("2026-03-28 22:00"), wall("2026-03-29 06:00"), 7),
        (wall("2026-10-24 22:00"), wall("2026-10-25 06:00"), 9),
        (wall("2026-12-05 22:00"), wall("2026-12-06 06:00"), 8),
    ],
)
def test_a_night_is_billed_by_its_real_hours(start: datetime, end: datetime, hours: int) -> None:
    night = Period(to_utc(start, BRUSSELS), to_utc(end, BRUSSELS))
    assert night.length == timedelta(hours=hours)
    assert price(night, 2500) == hours * 2500
    assert (to_wall(night.start, BRUSSELS), to_wall(night.end, BRUSSELS)) == (start, end)


@pytest.mark.parametrize(
    ("minutes", "per_hour", "cents"),
    [(60, 2550, 2550), (90, 2550, 3825), (1, 30, 1), (1, 29, 0), (60, 0, 0), (60, None, 0)],
)
def test_price_in_whole_cents_half_up(minutes: int, per_hour: int | None, cents: int) -> None:
    start = utc(2026, 12, 5, 14)
    assert price(Period(start, start + timedelta(minutes=minutes)), per_hour) == cents


def test_back_to_back_is_no_overlap() -> None:
    first, second = (
        Period(utc(2026, 12, 5, hour), utc(2026, 12, 5, hour + 2)) for hour in (10, 12)
    )
    assert not first.overlaps(second)
    assert not second.overlaps(first)
    assert first.overlaps(second.widened(timedelta(minutes=1), timedelta()))


def test_a_period_has_a_length() -> None:
    with pytest.raises(ValueError, match="end after it starts"):
        Period(utc(2026, 1, 1), utc(2026, 1, 1))
