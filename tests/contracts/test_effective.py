"""What a pass allows after amendment: moved, extended, shortened, cancelled, added."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.amendments import AmendmentIndex, GrantAmendment
from contracts.credential import Claims
from contracts.effective import (
    amend,
    amended_ends_ms,
    cancelled,
    effective_areas,
    effective_windows,
    span,
)
from contracts.windows import Window, local_day, occurrences
from tests.contracts.brussels import TABLE, utc
from tests.contracts.test_amendments import GRANTS
from tests.simulators.city import some_claims

WED = 1 << 2
DAYS = {date: utc(f"2026-{date} 00:00") // 1440 for date in ("11-25", "12-02", "12-09")}
FIRST, SECOND, THIRD = (
    Window(utc(f"2026-{date} 17:00"), utc(f"2026-{date} 18:30")) for date in DAYS
)


def a_series() -> Claims:
    """Three Wednesdays, 18:00-19:30 on the wall."""
    return some_claims(valid_from=FIRST.start, duration=90, repeats=2, pattern=WED)


def after(**change: Any) -> tuple[Window, ...]:  # noqa: ANN401 - of each field
    return effective_windows(a_series(), GrantAmendment(grant=77, **change), TABLE)


def test_nothing_changed() -> None:
    assert effective_windows(a_series(), None, TABLE) == (FIRST, SECOND, THIRD)
    assert after() == (FIRST, SECOND, THIRD)
    assert after(minimum_issue=3, areas=2) == (FIRST, SECOND, THIRD)


def test_moved() -> None:
    assert after(windows=((5, 9),)) == (Window(5, 9),)


def test_extended_and_shortened() -> None:
    start, end = FIRST.start, FIRST.end
    assert after(windows=((start, end + 60),)) == (Window(start, end + 60),)
    assert after(windows=((start, end - 60),)) == (Window(start, end - 60),)


def test_cancelled_as_a_whole() -> None:
    assert after(windows=()) == ()


def test_one_date_cancelled() -> None:
    assert after(cancelled=(DAYS["12-02"],)) == (FIRST, THIRD)
    assert after(cancelled=tuple(DAYS.values())) == ()
    assert after(cancelled=(DAYS["12-02"] + 1,)) == (FIRST, SECOND, THIRD)


def test_one_date_added() -> None:
    assert after(added=((5, 9),)) == (Window(5, 9), FIRST, SECOND, THIRD)


def test_one_date_moved_to_another_hour_of_its_day() -> None:
    later = (SECOND.start + 120, SECOND.end + 120)
    assert after(cancelled=(DAYS["12-02"],), added=(later,)) == (FIRST, Window(*later), THIRD)


def test_a_date_is_cancelled_among_replaced_windows_too() -> None:
    spans = ((FIRST.start, FIRST.end), (SECOND.start + 60, SECOND.end + 60))
    assert after(windows=spans, cancelled=(DAYS["12-02"],)) == (FIRST,)


def test_a_cancelled_date_is_the_day_on_the_wall() -> None:
    """Half past midnight on Thursday in Brussels is still Wednesday in UTC."""
    night = Window(utc("2026-11-25 23:30"), utc("2026-11-26 00:30"))
    claims = some_claims(valid_from=night.start, duration=60)
    thursday = GrantAmendment(grant=77, cancelled=(DAYS["11-25"] + 1,))
    wednesday = GrantAmendment(grant=77, cancelled=(DAYS["11-25"],))
    assert effective_windows(claims, thursday, TABLE) == ()
    assert effective_windows(claims, wednesday, TABLE) == (night,)


def test_windows_that_touch_or_overlap_become_one() -> None:
    touching = (FIRST.end, FIRST.end + 30)
    assert after(added=(touching,))[0] == Window(FIRST.start, FIRST.end + 30)
    overlapping = (FIRST.start - 30, FIRST.start + 30)
    assert after(added=(overlapping,))[0] == Window(FIRST.start - 30, FIRST.end)
    inside = (FIRST.start + 5, FIRST.end - 5)
    assert after(added=(inside,)) == (FIRST, SECOND, THIRD)
    bridge = (FIRST.end, SECOND.start)
    assert after(added=(bridge,)) == (Window(FIRST.start, SECOND.end), THIRD)


def test_windows_a_minute_apart_stay_two() -> None:
    apart = (FIRST.end + 1, FIRST.end + 30)
    assert after(added=(apart,))[:2] == (FIRST, Window(*apart))


def test_what_was_cancelled_by_its_date_is_known() -> None:
    signed = occurrences(a_series(), TABLE)
    gone = GrantAmendment(grant=77, cancelled=(DAYS["12-02"],))
    assert cancelled(signed, gone, TABLE) == (SECOND,)
    assert cancelled(signed, None, TABLE) == ()
    assert cancelled(signed, GrantAmendment(grant=77, windows=()), TABLE) == ()


@pytest.mark.parametrize(("areas", "expected"), [(None, 0b1), (0b110, 0b110), (0, 0)])
def test_areas_are_replaced_as_a_whole(areas: int | None, expected: int) -> None:
    assert effective_areas(some_claims(), GrantAmendment(grant=77, areas=areas)) == expected
    assert effective_areas(some_claims(areas=0b101), None) == 0b101


def test_a_span_reaches_from_the_first_start_to_the_last_end() -> None:
    assert span(()) == 0
    assert span([Window(10, 20)]) == 10
    assert span([Window(100, 101), Window(10, 20), Window(50, 400)]) == 390


@given(GRANTS, st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 5000)), max_size=5))
def test_a_minute_is_open_exactly_when_the_amendment_says_so(
    change: GrantAmendment, made: list[tuple[int, int]]
) -> None:
    signed = tuple(Window(start, start + length) for start, length in made)
    base = signed if change.windows is None else [Window(*one) for one in change.windows]
    kept = [one for one in base if local_day(one, TABLE) not in change.cancelled]
    allowed = [*kept, *(Window(*one) for one in change.added)]
    found = amend(signed, change, TABLE)
    edges = {minute for one in (*signed, *allowed, *found) for minute in (one.start, one.end)}
    for minute in edges | {edge - 1 for edge in edges}:
        assert any(minute in one for one in found) == any(minute in one for one in allowed)
    assert all(earlier.end < later.start for earlier, later in itertools.pairwise(found))


@pytest.mark.parametrize(
    ("changes", "latest"),
    [
        ({}, None),
        ({"windows": ()}, None),
        ({"windows": ((10, 20), (30, 40))}, 40),
        ({"windows": ((10, 20),), "added": ((50, 60), (30, 40))}, 60),
        ({"added": ((30, 40),), "cancelled": (0,)}, 40),
    ],
)
def test_latest_end_that_an_amendment_names_is_of_its_windows_and_what_it_adds(
    changes: dict[str, Any], latest: int | None
) -> None:
    index = AmendmentIndex(grants={7: GrantAmendment(grant=7, **changes)})
    minute_ms = 1_735_689_600_000  # the first of 2025, from which minutes count
    expected = {} if latest is None else {7: minute_ms + latest * 60_000}
    assert amended_ends_ms(index) == expected
    assert amended_ends_ms(AmendmentIndex()) == {}
