"""What a unit believes about time, from nothing to central's signature, and who may change it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.clock import ClockTrust
from edge.core.timekeeping import (
    DRIFT_BASE_MS,
    FAR_AHEAD_MS,
    RTC_MAY_LAG_MS,
    STEP_MS,
    Timekeeper,
    budget_ms,
    certain_ms,
    hear_network,
    hear_signed,
    start,
    watch_wall,
)

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
NOON = 1_795_000_000_000
BOOT = 5_000
WAY = 5_000
"""How long an answer may have been on its way."""


def signed(unix_ms: int = NOON, boot_ms: int = BOOT) -> Timekeeper:
    keeper, outcome = hear_signed(Timekeeper(), unix_ms, boot_ms)
    assert outcome == "set"
    return keeper


# --- start


def test_without_anything_the_time_is_unknown() -> None:
    keeper = start(0, None, BOOT)
    assert keeper.trust is ClockTrust.NONE
    assert keeper.reading(BOOT).now is None
    assert keeper.reading(BOOT).floor is None


def test_without_an_rtc_only_the_floor_is_known() -> None:
    reading = start(NOON, None, BOOT).reading(BOOT + HOUR)
    assert reading.trust is ClockTrust.FLOOR
    assert reading.now is None
    assert reading.floor == datetime.fromtimestamp(NOON / 1000, UTC)


def test_an_rtc_is_not_believed_before_there_is_a_floor_to_hold_it_against() -> None:
    assert start(0, NOON, BOOT).trust is ClockTrust.NONE


def test_an_rtc_that_kept_up_with_the_floor_is_believed_and_goes_on_by_boot_time() -> None:
    keeper = start(NOON, NOON + DAY, BOOT)
    assert keeper.trust is ClockTrust.RTC
    expected = datetime.fromtimestamp(NOON / 1000, UTC) + timedelta(days=1, hours=1)
    assert keeper.reading(BOOT + HOUR).now == expected


@pytest.mark.parametrize("rtc_ms", [0, NOON - DAY, NOON - RTC_MAY_LAG_MS - 1])
def test_an_rtc_that_stopped_or_was_set_back_is_not_believed(rtc_ms: int) -> None:
    assert start(NOON, rtc_ms, BOOT).trust is ClockTrust.FLOOR


def test_an_rtc_may_lose_what_two_parts_in_a_hundred_thousand_are_in_a_month() -> None:
    assert RTC_MAY_LAG_MS == DRIFT_BASE_MS + 51_840


def test_an_rtc_that_only_drifted_behind_the_floor_counts_from_the_floor() -> None:
    keeper = start(NOON, NOON - RTC_MAY_LAG_MS, BOOT)
    assert keeper.trust is ClockTrust.RTC
    assert keeper.now_ms(BOOT) == NOON


# --- signed time


@pytest.mark.parametrize(
    "before",
    [start(0, None, BOOT), start(NOON - DAY, None, BOOT), start(NOON - DAY, NOON - HOUR, BOOT)],
    ids=["nothing", "floor", "rtc"],
)
def test_signed_time_is_believed_and_raises_the_floor(before: Timekeeper) -> None:
    keeper, outcome = hear_signed(before, NOON, BOOT + 7)
    assert outcome == "set"
    assert keeper.trust is ClockTrust.SIGNED
    assert keeper.now_ms(BOOT + 7 + HOUR) == NOON + HOUR
    assert keeper.floor_ms == NOON


def test_signed_time_behind_the_floor_is_refused() -> None:
    keeper = start(NOON, None, BOOT)
    assert hear_signed(keeper, NOON - WAY - 1, BOOT) == (keeper, "behind_floor")


def test_signed_time_behind_what_has_certainly_passed_since_is_refused() -> None:
    keeper = signed()
    certain = certain_ms(keeper, BOOT + DAY)
    assert certain > NOON + DAY - 10 * SECOND
    assert hear_signed(keeper, certain - WAY - 1, BOOT + DAY) == (keeper, "behind_floor")


def test_an_answer_that_was_seconds_on_its_way_is_believed_but_lowers_nothing() -> None:
    keeper = signed()
    certain = certain_ms(keeper, BOOT + HOUR)
    later, outcome = hear_signed(keeper, certain - WAY, BOOT + HOUR)
    assert outcome == "set"
    assert later.floor_ms == later.now_ms(BOOT + HOUR) == certain


def test_signed_time_may_set_back_an_rtc_that_runs_ahead() -> None:
    keeper, outcome = hear_signed(start(NOON - DAY, NOON + 400 * DAY, BOOT), NOON, BOOT)
    assert outcome == "set"
    assert keeper.now_ms(BOOT) == NOON


def test_signed_time_a_day_ahead_of_a_good_rtc_waits_for_a_second_key() -> None:
    keeper = start(NOON, NOON, BOOT)
    assert hear_signed(keeper, NOON + FAR_AHEAD_MS, BOOT)[1] == "set"
    far = NOON + FAR_AHEAD_MS + 1
    assert hear_signed(keeper, far, BOOT) == (keeper, "far_ahead")
    later, outcome = hear_signed(keeper, far, BOOT, second_key=True)
    assert (later.floor_ms, outcome) == (far, "set")


def test_without_a_good_rtc_no_signed_time_is_too_far_ahead() -> None:
    assert hear_signed(start(NOON, None, BOOT), NOON + 900 * DAY, BOOT)[1] == "set"


# --- network time


@pytest.mark.parametrize("keeper", [start(0, None, BOOT), start(NOON, None, BOOT)])
def test_network_time_alone_makes_no_time_trusted(keeper: Timekeeper) -> None:
    assert hear_network(keeper, NOON, BOOT) == keeper


def test_network_time_corrects_within_the_drift_budget() -> None:
    keeper = start(NOON, NOON + DAY, BOOT)
    budget = budget_ms(keeper, BOOT)
    assert budget == DRIFT_BASE_MS + 1_728
    for correction in (budget, -budget):
        corrected = hear_network(keeper, NOON + DAY + correction, BOOT)
        assert corrected.now_ms(BOOT) == NOON + DAY + correction
        assert corrected.trust is ClockTrust.RTC
        assert corrected.floor_ms == NOON
    for too_far in (budget + 1, -budget - 1):
        assert hear_network(keeper, NOON + DAY + too_far, BOOT) == keeper


def test_the_budget_grows_only_while_time_passes() -> None:
    keeper = start(NOON, NOON, BOOT + 10**9)
    assert budget_ms(keeper, BOOT + 10**9) == DRIFT_BASE_MS
    assert budget_ms(keeper, BOOT + 10**9 + DAY) == DRIFT_BASE_MS + 1_728
    assert budget_ms(keeper, BOOT) == DRIFT_BASE_MS


def test_network_time_cannot_walk_away_in_small_steps() -> None:
    keeper = signed()
    for step in range(1, 500):
        boot = BOOT + step * MINUTE
        keeper = hear_network(keeper, keeper.now_ms(boot) + DRIFT_BASE_MS, boot)
    assert abs(keeper.now_ms(boot) - keeper.uncorrected_ms(boot)) <= budget_ms(keeper, boot)


def test_network_time_raises_neither_the_floor_nor_what_is_certain() -> None:
    keeper = signed()
    later = BOOT + DAY
    fast = hear_network(keeper, NOON + DAY + DRIFT_BASE_MS, later)
    assert fast.now_ms(later) == NOON + DAY + DRIFT_BASE_MS
    assert certain_ms(fast, later) == certain_ms(keeper, later)
    assert fast.floor_ms == NOON


def test_network_time_never_brings_the_time_behind_the_floor() -> None:
    keeper = hear_network(start(NOON, NOON, BOOT), NOON - DRIFT_BASE_MS, BOOT)
    assert keeper.now_ms(BOOT) == NOON


def test_the_next_signed_time_ends_the_network_s_correction() -> None:
    keeper = hear_network(signed(), NOON + SECOND, BOOT)
    keeper, _ = hear_signed(keeper, NOON + MINUTE, BOOT + MINUTE)
    assert keeper.now_ms(BOOT + MINUTE) == NOON + MINUTE


# --- the wall clock


def test_a_wall_clock_that_is_set_is_noticed_and_changes_nothing() -> None:
    keeper, step = watch_wall(signed(), NOON, BOOT)
    assert step == 0
    keeper, step = watch_wall(keeper, NOON - 10 * 365 * DAY, BOOT + SECOND)
    assert step == -10 * 365 * DAY - SECOND
    assert keeper.now_ms(BOOT + SECOND) == NOON + SECOND
    assert watch_wall(keeper, NOON - 10 * 365 * DAY + SECOND, BOOT + 2 * SECOND)[1] == 0


@pytest.mark.parametrize(("moved", "step"), [(STEP_MS, 0), (STEP_MS + 1, STEP_MS + 1), (-1, 0)])
def test_a_step_is_more_than_two_seconds(moved: int, step: int) -> None:
    keeper, _ = watch_wall(Timekeeper(), NOON, BOOT)
    assert watch_wall(keeper, NOON + moved, BOOT)[1] == step


# --- what is certain


def test_only_signed_time_makes_more_certain_than_the_floor() -> None:
    assert certain_ms(start(NOON, NOON + DAY, BOOT), BOOT + DAY) == NOON
    assert certain_ms(start(NOON, None, BOOT), BOOT + DAY) == NOON
    assert certain_ms(Timekeeper(), BOOT + DAY) == 0


def test_what_is_certain_follows_signed_time_less_its_drift() -> None:
    assert certain_ms(signed(), BOOT) == NOON
    day_later = certain_ms(signed(), BOOT + DAY)
    assert day_later == NOON + DAY - DRIFT_BASE_MS - 1_728


def test_after_weeks_offline_what_is_certain_leaves_room_for_the_drift_of_weeks() -> None:
    weeks = 28 * DAY
    slow_true_time = NOON + weeks - weeks * 20 // 1_000_000
    assert certain_ms(signed(), BOOT + weeks) <= slow_true_time


TIMES = st.integers(NOON - 3 * DAY, NOON + 3 * DAY)
HEARD = st.one_of(
    st.tuples(st.just("signed"), TIMES, st.booleans()),
    st.tuples(st.just("network"), TIMES, st.just(False)),  # noqa: FBT003 - a value to draw
    st.tuples(st.just("noted"), TIMES, st.just(False)),  # noqa: FBT003 - a value to draw
)


@given(
    st.sampled_from([0, NOON - DAY, NOON]),
    st.none() | TIMES,
    st.lists(st.tuples(st.integers(0, DAY), HEARD), max_size=20),
)
def test_neither_floor_nor_what_is_certain_ever_goes_down(
    floor: int, rtc: int | None, story: list[tuple[int, tuple[str, int, bool]]]
) -> None:
    boot, keeper = BOOT, start(floor, rtc, BOOT)
    seen = [(keeper.floor_ms, certain_ms(keeper, boot))]
    for passes, (what, unix_ms, second_key) in story:
        boot += passes
        if what == "signed":
            keeper, _ = hear_signed(keeper, unix_ms, boot, second_key=second_key)
        elif what == "network":
            before = keeper
            keeper = hear_network(keeper, unix_ms, boot)
            assert (keeper.floor_ms, keeper.trust) == (before.floor_ms, before.trust)
        seen.append((keeper.floor_ms, certain_ms(keeper, boot)))
        assert keeper.now_ms(boot) >= keeper.floor_ms
    for (floor_before, certain_before), (floor_after, certain_after) in pairwise(seen):
        assert floor_after >= floor_before
        assert certain_after >= certain_before


@given(
    st.integers(-20, 20),
    st.lists(
        st.tuples(
            st.integers(1, 20 * DAY),
            st.sampled_from(["signed", "network"]),
            st.integers(0, WAY),
            st.integers(-10 * SECOND, 10 * SECOND),
        ),
        max_size=12,
    ),
)
def test_an_honest_central_is_never_contradicted_whatever_the_network_says(
    ppm: int, story: list[tuple[int, str, int, int]]
) -> None:
    true_ms, boot, keeper = NOON, BOOT, signed()
    for passes, what, on_its_way, lie in story:
        true_ms += passes
        boot += passes + passes * ppm // 1_000_000
        if what == "signed":
            keeper, outcome = hear_signed(keeper, true_ms - on_its_way, boot)
            assert outcome == "set"
        else:
            keeper = hear_network(keeper, true_ms + lie, boot)
        assert certain_ms(keeper, boot) <= true_ms + 1
        assert abs(keeper.now_ms(boot) - true_ms) <= 2 * budget_ms(keeper, boot) + WAY
