"""A zone as a short table agrees with the IANA database, in both directions."""

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.moments import minute_of, moment_of
from contracts.zone import LEAST_APART, ZoneTable
from tests.contracts.brussels import SUMMER, TABLE, WINTER, utc

IANA = ZoneInfo("Europe/Brussels")
FIRST, LAST = utc("2025-01-01 00:00"), utc("2029-12-31 00:00")
FAR = 5 * 366 * 1440


@st.composite
def tables(draw: st.DrawFn) -> ZoneTable:
    """Tables by the rules of `door_config.Zone`, however strange."""
    gaps = draw(st.lists(st.integers(LEAST_APART, 400 * 1440), max_size=6))
    at, instants = draw(st.integers(0, 1000)), []
    for gap in gaps:
        at += gap
        instants.append(at)
    offset = st.integers(-1439, 1439)
    return ZoneTable(draw(offset), tuple((instant, draw(offset)) for instant in instants))


def test_the_offset_agrees_with_the_iana_zone_every_hour_for_five_years() -> None:
    for minute in range(FIRST, LAST, 60):
        at = moment_of(minute).astimezone(IANA)
        assert timedelta(minutes=TABLE.offset_at(minute)) == at.utcoffset(), at


@given(st.integers(FIRST, LAST))
def test_wall_times_agree_with_the_iana_zone(local: int) -> None:
    wall = moment_of(local).replace(tzinfo=None)
    readings = {minute_of(wall.replace(tzinfo=IANA, fold=fold).astimezone(UTC)) for fold in (0, 1)}
    if TABLE.local(min(readings)) == TABLE.local(max(readings)):  # once or twice
        assert (TABLE.earliest(local), TABLE.latest(local)) == (min(readings), max(readings))
    else:  # never: the later reading
        assert (TABLE.earliest(local), TABLE.latest(local)) == (max(readings), max(readings))


@pytest.mark.parametrize(
    ("local", "first", "last"),
    [
        ("2026-03-29 01:59", "2026-03-29 00:59", "2026-03-29 00:59"),
        ("2026-03-29 02:00", "2026-03-29 01:00", "2026-03-29 01:00"),
        ("2026-03-29 02:30", "2026-03-29 01:30", "2026-03-29 01:30"),
        ("2026-03-29 03:00", "2026-03-29 01:00", "2026-03-29 01:00"),
        ("2026-10-25 01:59", "2026-10-24 23:59", "2026-10-24 23:59"),
        ("2026-10-25 02:00", "2026-10-25 00:00", "2026-10-25 01:00"),
        ("2026-10-25 02:59", "2026-10-25 00:59", "2026-10-25 01:59"),
        ("2026-10-25 03:00", "2026-10-25 02:00", "2026-10-25 02:00"),
    ],
)
def test_both_nights_that_change_the_clock(local: str, first: str, last: str) -> None:
    wall = utc(local)  # a wall clock is counted as if it were UTC
    assert (TABLE.earliest(wall), TABLE.latest(wall)) == (utc(first), utc(last))


def test_the_offset_changes_in_the_minute_itself() -> None:
    change = utc("2026-03-29 01:00")
    assert (TABLE.offset_at(change - 1), TABLE.offset_at(change)) == (WINTER, SUMMER)


@st.composite
def tables_and_minutes(draw: st.DrawFn) -> tuple[ZoneTable, int]:
    """A table and a minute, mostly near one of its changes: that is where mistakes are."""
    table = draw(tables())
    near = [at for at, _ in table.transitions] or [0]
    around = st.sampled_from(near).flatmap(lambda at: st.integers(at - 3000, at + 3000))
    return table, draw(around | st.integers(-FAR, FAR))


@given(tables_and_minutes())
def test_every_moment_is_a_reading_of_what_it_shows(made: tuple[ZoneTable, int]) -> None:
    table, minute = made
    local = table.local(minute)
    assert table.earliest(local) <= minute <= table.latest(local)
    assert table.local(table.earliest(local)) == table.local(table.latest(local)) == local


@given(tables_and_minutes())
def test_every_wall_time_has_a_reading_although_it_may_never_be_shown(
    made: tuple[ZoneTable, int],
) -> None:
    table, local = made
    first, last = table.earliest(local), table.latest(local)
    assert first <= last
    if table.local(first) != local:  # in a gap: the clock already shows something later
        assert first == last
        assert table.local(first) > local


@pytest.mark.parametrize(
    ("local", "first", "last"),
    [(1599, 1839, 1839), (1600, 1840, 1900), (1659, 1899, 1959), (1660, 1960, 1960)],
)
def test_west_of_greenwich_a_wall_time_comes_after_its_minute_in_utc(
    local: int, first: int, last: int
) -> None:
    table = ZoneTable(-240, ((1900, -300),))  # New York in autumn: -4 h, then -5 h
    assert (table.earliest(local), table.latest(local)) == (first, last)


def test_two_changes_are_two_days_apart_at_least() -> None:
    assert LEAST_APART == 2 * 24 * 60


def test_a_zone_without_changes_only_shifts() -> None:
    table = ZoneTable(345)
    assert (table.local(1000), table.earliest(1345), table.latest(1345)) == (1345, 1000, 1000)
