"""Belgium's clock from the directive itself: the last Sundays of March and October, 01:00 UTC."""

from datetime import UTC, datetime, timedelta

from contracts.door_config import Zone
from contracts.moments import minute_of

WINTER, SUMMER = 60, 120
YEARS = range(2025, 2030)


def last_sunday(year: int, month: int) -> datetime:
    """Return the moment at which the clock changes in a month of 31 days."""
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


BRUSSELS = Zone(
    name="Europe/Brussels",
    first_offset=WINTER,
    transitions=tuple(
        (minute_of(last_sunday(year, month)), offset)
        for year in YEARS
        for month, offset in ((3, SUMMER), (10, WINTER))
    ),
)
TABLE = BRUSSELS.table()


def utc(text: str) -> int:
    """Return the minute of a moment in UTC, such as `2026-03-29 01:00`."""
    return minute_of(datetime.fromisoformat(text).replace(tzinfo=UTC))
