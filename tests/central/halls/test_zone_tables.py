from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from central.halls.zone_tables import zone_from
from contracts.moments import minute_of
from tests.central.a_city import NOW

ZONES = ["Europe/Brussels", "UTC", "Africa/Casablanca", "Australia/Lord_Howe", "America/St_Johns"]


@pytest.mark.parametrize("name", ZONES)
def test_the_table_agrees_with_the_zone_at_every_half_hour_of_four_years(name: str) -> None:
    table, zone = zone_from(name, NOW).table(), ZoneInfo(name)
    at, end = datetime(2025, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
    while at < end:
        offset = at.astimezone(zone).utcoffset()
        assert offset is not None
        assert table.offset_at(minute_of(at)) == offset // timedelta(minutes=1), at
        at += timedelta(minutes=30)


def test_the_table_changes_once_a_year() -> None:
    last = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    assert zone_from("Europe/Brussels", NOW) == zone_from("Europe/Brussels", last)
    following = zone_from("Europe/Brussels", last + timedelta(minutes=1))
    assert following != zone_from("Europe/Brussels", NOW)
    assert following.transitions[-1][0] > minute_of(datetime(2029, 10, 1, tzinfo=UTC))
