"""A pass that is shown twice holds its door open; what begins that, and all that ends it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.core.hold_open import LONGEST, NOTHING, TWICE_WITHIN, Ended, HoldOpen, shown, why_over

MINE, OTHER = "HP1:MINE", "HP1:OTHER"
HOUR = 3600.0


def show(
    hold: HoldOpen,
    text: str,
    now: float,
    *,
    lasts: float = HOUR,
    modes: int = 4,
    may_begin: bool = True,
) -> HoldOpen:
    return shown(hold, text, now, lasts=lasts, modes=modes, may_begin=may_begin)


def twice() -> HoldOpen:
    return show(show(NOTHING, MINE, 100), MINE, 104)


def test_a_pass_shown_once_holds_nothing_open() -> None:
    assert not show(NOTHING, MINE, 100).is_on


def test_shown_again_in_time_it_holds_the_door_open_until_its_window_ends() -> None:
    hold = twice()
    assert hold.rests_on(MINE)
    assert hold.until == 104 + HOUR


def test_shown_again_later_it_is_a_first_time() -> None:
    late = show(show(NOTHING, MINE, 100), MINE, 100 + TWICE_WITHIN)
    assert not late.is_on
    assert show(late, MINE, 100 + TWICE_WITHIN + 5).is_on


def test_another_pass_in_between_begins_anew() -> None:
    hold = show(show(show(NOTHING, MINE, 100), OTHER, 103), MINE, 106)
    assert not hold.is_on


def test_shown_a_third_time_it_ends_and_a_fourth_is_a_first() -> None:
    hold = show(twice(), MINE, 108)
    assert hold == NOTHING
    assert not show(hold, MINE, 112).is_on


def test_pass_of_somebody_else_neither_ends_nor_takes_over_what_holds() -> None:
    hold = twice()
    assert show(show(hold, OTHER, 200), OTHER, 204) == hold


def test_nothing_begins_while_a_mode_lets_everybody_in_or_nobody() -> None:
    first = show(NOTHING, MINE, 100)
    assert not show(first, MINE, 104, may_begin=False).is_on


def test_window_that_is_over_begins_nothing() -> None:
    assert not show(show(NOTHING, MINE, 100), MINE, 104, lasts=0).is_on


@pytest.mark.parametrize("lasts", [LONGEST + 1, 90 * 24 * HOUR])
def test_long_window_holds_nothing_open_for_longer_than_a_day_at_a_hall_lasts(
    lasts: float,
) -> None:
    hold = show(show(NOTHING, MINE, 100), MINE, 104, lasts=lasts)
    assert why_over(hold, 100 + LONGEST - 0.01, is_good=True, modes=4) is None
    assert why_over(hold, 100 + LONGEST, is_good=True, modes=4) is Ended.TOO_LONG


def test_it_ends_with_its_window_its_pass_or_a_mode_that_central_signed_since() -> None:
    hold = twice()
    assert why_over(hold, 104 + HOUR - 0.01, is_good=True, modes=4) is None
    assert why_over(hold, 104 + HOUR, is_good=True, modes=4) is Ended.WINDOW_OVER
    assert why_over(hold, 200, is_good=False, modes=4) is Ended.NOT_GRANTED
    assert why_over(hold, 200, is_good=True, modes=5) is Ended.MODE_SAID


STEPS = st.lists(
    st.tuples(
        st.sampled_from([MINE, OTHER]),
        st.sampled_from([0.0, 3.0, 9.9, 10.0, 60.0]),
        st.sampled_from([-60.0, 0.0, 1.0, 90.0, 30 * 24 * HOUR]),
        st.booleans(),
    ),
    max_size=12,
)


@given(STEPS)
def test_whatever_is_shown_nothing_is_held_beyond_the_window_of_a_pass_shown_twice(
    steps: list[tuple[str, float, float, bool]],
) -> None:
    hold, now, before = NOTHING, 1000.0, ("", float("-inf"))
    for text, pause, lasts, may_begin in steps:
        now += pause
        was, hold = hold, show(hold, text, now, lasts=lasts, may_begin=may_begin)
        if hold.is_on and not was.is_on:
            assert hold.until is not None
            assert hold.until <= min(now + lasts, before[1] + LONGEST)
            assert before[0] == text
            assert now - before[1] < TWICE_WITHIN
            assert may_begin
        before = (text, now)
