from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from central.booking.times import Period
from central.web.week import free_day

BRUSSELS = ZoneInfo("Europe/Brussels")
FRIDAY, SATURDAY = date(2026, 12, 11), date(2026, 12, 12)


def wall(day: int, start: float, end: float) -> Period:
    """Hours of a day of December 2026 in Brussels; 25 is one o'clock in the night after."""
    midnight = datetime(2026, 12, day, tzinfo=UTC).timestamp() - 3600
    return Period(*(datetime.fromtimestamp(midnight + one * 3600, UTC) for one in (start, end)))


@pytest.mark.parametrize(
    ("day", "free", "shown"),
    [
        (FRIDAY, [wall(11, 8, 17.75), wall(11, 24.25, 26)], ["08:00-17:45"]),
        (SATURDAY, [wall(11, 8, 17.75), wall(11, 24.25, 26), wall(12, 8, 26)],
         ["00:15-02:00", "08:00-02:00"]),
        (SATURDAY, [wall(11, 8, 26)], ["00:00-02:00"]),
        (SATURDAY, [wall(11, 8, 24)], []),
    ],
)  # fmt: skip
def test_a_day_shows_what_begins_on_it_and_the_rest_of_the_night_before(
    day: date, free: list[Period], shown: list[str]
) -> None:
    slots = free_day(day, free, BRUSSELS).free
    assert [f"{one.start:%H:%M}-{one.end:%H:%M}" for one in slots] == shown
    assert all(one.start.date() == day for one in slots)


def test_parts_of_the_day_are_those_of_the_hall() -> None:
    parts = {"morning": (540, 660), "evening": (1140, 1500)}
    found = dict(free_day(SATURDAY, [wall(12, 8, 24)], BRUSSELS, parts).parts)
    assert list(found) == ["morning", "evening"]
    assert found["morning"]
    assert found["evening"] is None, "it lasts until one o'clock"
