"""When a credential is valid: in wall time, also in the nights that change the clock."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.credential import EVERY_SECOND_WEEK, Claims
from contracts.errors import Malformed
from contracts.moments import MINUTES_PER_DAY, minute_of, moment_of
from contracts.windows import Window, local_day, occurrences, weekday
from tests.contracts.brussels import TABLE, utc
from tests.contracts.strategies import some_claims_of_any_kind
from tests.simulators.city import some_claims

IANA = ZoneInfo("Europe/Brussels")
MON, TUE, WED, THU, FRI, SAT, SUN = (1 << day for day in range(7))


def windows(start: str, minutes: int, repeats: int = 0, pattern: int = 0) -> list[str]:
    """The windows of a credential from `start` (UTC), as `start - end` in UTC."""
    claims = some_claims(valid_from=utc(start), duration=minutes, repeats=repeats, pattern=pattern)
    return [shown(window) for window in occurrences(claims, TABLE)]


def shown(window: Window) -> str:
    start, end = moment_of(window.start), moment_of(window.end)
    return f"{start:%a %d-%m %H:%M} - {end:%H:%M}"


def test_one_window_is_exactly_as_signed() -> None:
    assert windows("2026-11-24 17:00", 150) == ["Tue 24-11 17:00 - 19:30"]


def test_a_window_contains_its_start_and_not_its_end() -> None:
    window = Window(10, 12)
    assert [minute for minute in range(8, 15) if minute in window] == [10, 11]


def test_a_weekly_series_keeps_its_hours_on_the_wall_when_winter_comes() -> None:
    assert windows("2026-10-14 17:00", 90, 3, WED) == [
        "Wed 14-10 17:00 - 18:30",
        "Wed 21-10 17:00 - 18:30",
        "Wed 28-10 18:00 - 19:30",
        "Wed 04-11 18:00 - 19:30",
    ]


def test_a_weekly_series_keeps_its_hours_on_the_wall_when_summer_comes() -> None:
    assert windows("2026-03-23 18:00", 90, 2, MON) == [
        "Mon 23-03 18:00 - 19:30",
        "Mon 30-03 17:00 - 18:30",
        "Mon 06-04 17:00 - 18:30",
    ]


def test_several_days_begin_with_the_first_and_not_before_it() -> None:
    assert windows("2026-11-25 17:00", 60, 1, MON | WED | FRI) == [
        "Wed 25-11 17:00 - 18:00",
        "Fri 27-11 17:00 - 18:00",
        "Mon 30-11 17:00 - 18:00",
        "Wed 02-12 17:00 - 18:00",
        "Fri 04-12 17:00 - 18:00",
    ]


def test_every_second_week_leaves_one_out() -> None:
    assert windows("2026-11-25 17:00", 60, 4, WED | EVERY_SECOND_WEEK) == [
        "Wed 25-11 17:00 - 18:00",
        "Wed 09-12 17:00 - 18:00",
        "Wed 23-12 17:00 - 18:00",
    ]


def test_the_day_is_the_day_on_the_wall() -> None:
    """Half past midnight on Saturday in Brussels is still Friday in UTC."""
    assert windows("2026-11-27 23:30", 60, 1, SAT) == [
        "Fri 27-11 23:30 - 00:30",
        "Fri 04-12 23:30 - 00:30",
    ]
    with pytest.raises(Malformed, match="not in its own pattern"):
        windows("2026-11-27 23:30", 60, 1, FRI)


# --- the two nights. Summer comes on Sunday 29-03-2026 at 01:00 UTC, winter on 25-10-2026 at 01:00.


@pytest.mark.parametrize(
    ("first", "minutes", "in_the_night"),
    [
        ("2026-03-21 21:00", 540, "Sat 28-03 21:00 - 05:00"),  # 22-07 on the wall: 8 h, not 9
        ("2026-03-22 00:30", 60, "Sun 29-03 00:30 - 01:30"),  # 01:30-02:30: the end jumps on
        ("2026-03-22 01:15", 30, "Sun 29-03 01:15 - 01:45"),  # 02:15-02:45: both jump on
        ("2026-03-22 01:15", 120, "Sun 29-03 01:15 - 02:15"),  # 02:15-04:15: the start jumps on
        ("2026-03-22 02:00", 60, "Sun 29-03 01:00 - 02:00"),  # 03:00-04:00: as ever
    ],
)
def test_the_night_without_an_hour(first: str, minutes: int, in_the_night: str) -> None:
    days = SAT if "21:00" in first else SUN
    assert windows(first, minutes, 1, days)[1] == in_the_night


@pytest.mark.parametrize("minutes", [45, 60])
def test_a_window_that_the_missing_hour_swallows_does_not_happen(minutes: int) -> None:
    """02:30 jumps to 03:30 that night, 03:15 and 03:30 stay: it would end before, or as, it began."""
    found = windows("2026-03-22 01:30", minutes, 2, SUN)
    assert [shown_window[:10] for shown_window in found] == ["Sun 22-03 ", "Sun 05-04 "]


@pytest.mark.parametrize(
    ("first", "minutes", "in_the_night"),
    [
        ("2026-10-17 20:00", 540, "Sat 24-10 20:00 - 06:00"),  # 22-07 on the wall: 10 h, not 9
        ("2026-10-18 00:30", 60, "Sun 25-10 00:30 - 02:30"),  # 02:30-03:30: from the first 02:30
        ("2026-10-17 23:30", 60, "Sat 24-10 23:30 - 01:30"),  # 01:30-02:30: to the second 02:30
        ("2026-10-18 00:10", 40, "Sun 25-10 00:10 - 01:50"),  # 02:10-02:50: the whole of both
        ("2026-10-18 01:00", 60, "Sun 25-10 02:00 - 03:00"),  # 03:00-04:00: as ever
    ],
)
def test_the_night_with_an_hour_twice(first: str, minutes: int, in_the_night: str) -> None:
    days = SUN if first.startswith("2026-10-18") or "23:30" in first else SAT
    assert windows(first, minutes, 1, days)[1] == in_the_night


def test_the_first_window_is_as_signed_even_in_such_a_night() -> None:
    assert windows("2026-10-25 01:10", 40, 1, SUN) == [
        "Sun 25-10 01:10 - 01:50",
        "Sun 01-11 01:10 - 01:50",
    ]


# --- what refuses


def test_a_first_day_outside_its_own_pattern_refuses() -> None:
    with pytest.raises(Malformed, match="not in its own pattern"):
        windows("2026-11-25 17:00", 60, 1, TUE)


@pytest.mark.parametrize(
    ("minutes", "pattern", "fits"),
    [
        (1440, WED | THU, True),
        (1441, WED | THU, False),
        (7 * 1440, WED, True),
        (7 * 1440 + 1, WED, False),
        (14 * 1440, WED | EVERY_SECOND_WEEK, True),
        (14 * 1440 + 1, WED | EVERY_SECOND_WEEK, False),
    ],
)
def test_windows_may_touch_and_not_overlap(minutes: int, pattern: int, fits: bool) -> None:  # noqa: FBT001 - a row of the table
    if fits:
        assert windows("2026-11-25 17:00", minutes, 2, pattern)
    else:
        with pytest.raises(Malformed, match="overlap"):
            windows("2026-11-25 17:00", minutes, 2, pattern)


def test_the_hour_that_comes_twice_can_make_windows_overlap() -> None:
    """A day and night that only touch elsewhere: 02:30 to 02:30 ends at the second one."""
    with pytest.raises(Malformed, match="overlap"):
        windows("2026-10-23 00:30", 1440, 2, 0x7F)


# --- against a second way to calculate


def by_the_wall(claims: Claims) -> list[Window]:
    """The windows from calendar days and the IANA zone, sharing nothing with the product."""
    start = moment_of(claims.valid_from)
    first, last = (
        moment.astimezone(IANA).replace(tzinfo=None, fold=0)
        for moment in (start, start + timedelta(minutes=claims.duration))
    )
    found = [Window(claims.valid_from, claims.valid_from + claims.duration)]
    monday = first.date() - timedelta(days=first.weekday())
    for number in range(1, 7 * (claims.repeats + 1)):
        day = first.date() + timedelta(days=number)
        week = (day - monday).days // 7
        skipped = claims.pattern & EVERY_SECOND_WEEK and week % 2
        if week > claims.repeats or skipped or not claims.pattern >> day.weekday() & 1:
            continue
        shift = timedelta(days=number)
        window = Window(min(moments(first + shift)), max(moments(last + shift)))
        if window.start < window.end:
            found.append(window)
    return found


def moments(wall: datetime) -> set[int]:
    """Every minute that shows a wall time; in a gap, the one that the clock jumped on to."""
    read = [wall.replace(tzinfo=IANA, fold=fold).astimezone(UTC) for fold in (0, 1)]
    exact = {one for one in read if one.astimezone(IANA).replace(tzinfo=None, fold=0) == wall}
    return {minute_of(one) for one in exact or {max(read)}}


@given(
    some_claims_of_any_kind(),
    st.integers(utc("2025-01-01 00:00"), utc("2027-12-31 00:00")),
    st.integers(1, 40),
    st.integers(1, 3 * MINUTES_PER_DAY),
)
def test_two_ways_to_calculate_agree(made: Claims, start: int, repeats: int, minutes: int) -> None:
    local = TABLE.local(start) // MINUTES_PER_DAY
    pattern = made.pattern | (1 << weekday(local) if made.repeats else 0)
    claims = some_claims(
        valid_from=start,
        duration=minutes,
        pattern=pattern,
        repeats=0 if not made.repeats else 2 * repeats if pattern & EVERY_SECOND_WEEK else repeats,
    )
    expected = by_the_wall(claims)
    try:
        assert list(occurrences(claims, TABLE)) == expected
    except Malformed:
        assume(claims.repeats)
        assert any(earlier.end > later.start for earlier, later in pairwise(expected))


@given(some_claims_of_any_kind())
def test_any_claims_give_windows_or_refuse(claims: Claims) -> None:
    try:
        found = occurrences(claims, TABLE)
    except Malformed:
        assert claims.repeats
        return
    assert found[0] == Window(claims.valid_from, claims.valid_from + claims.duration)
    assert list(found) == sorted(found)
    assert all(window.start < window.end for window in found)
    assert len({local_day(window, TABLE) for window in found}) == len(found)


def test_weekdays_count_from_monday() -> None:
    assert weekday(0) == datetime(2025, 1, 1, tzinfo=UTC).weekday()
    for day in range(1000):
        assert weekday(day) == moment_of(day * MINUTES_PER_DAY).weekday()
