"""What a unit believes about time, from nothing to central's signature, and who may change it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.clock import ClockTrust
from edge.core.timekeeping import (
    DRIFT_BASE_MS,
    FAR_MS,
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


@pytest.mark.parametrize(
    ("away", "outcome"),
    [
        (FAR_MS, "set"),
        (-FAR_MS, "set"),
        (FAR_MS + 1, "far_ahead"),
        (-FAR_MS - 1, "far_behind"),
        (900 * DAY, "far_ahead"),
        (-400 * DAY, "far_behind"),
    ],
)
def test_signed_time_more_than_a_day_from_a_good_rtc_waits_for_a_second_key(
    away: int, outcome: str
) -> None:
    keeper = start(NOON - 500 * DAY, NOON, BOOT)
    later, came = hear_signed(keeper, NOON + away, BOOT)
    assert came == outcome
    assert later.now_ms(BOOT) == (NOON + away if outcome == "set" else NOON)
    later, came = hear_signed(keeper, NOON + away, BOOT, second_key=True)
    assert (later.floor_ms, came) == (NOON + away, "set")


@pytest.mark.parametrize("rtc", [None, 0, NOON - 30 * DAY], ids=["no power", "reset", "stopped"])
def test_an_rtc_that_stopped_is_set_by_two_keys_and_not_by_one(rtc: int | None) -> None:
    keeper = start(NOON, rtc, BOOT)
    assert keeper.trust is ClockTrust.FLOOR
    assert hear_signed(keeper, NOON + 30 * DAY, BOOT) == (keeper, "far_ahead")
    later, came = hear_signed(keeper, NOON + 30 * DAY, BOOT, second_key=True)
    assert (later.trust, later.now_ms(BOOT), came) == (ClockTrust.SIGNED, NOON + 30 * DAY, "set")


def test_after_two_keys_agreed_one_is_enough_again() -> None:
    keeper, _ = hear_signed(start(NOON, 0, BOOT), NOON + 30 * DAY, BOOT, second_key=True)
    later = NOON + 31 * DAY + SECOND
    assert hear_signed(keeper, later, BOOT + DAY)[1] == "set"
    assert hear_signed(keeper, later + FAR_MS, BOOT + DAY)[1] == "far_ahead"


def test_a_new_unit_holds_the_first_signed_time_against_its_rtc_where_it_has_one() -> None:
    assert hear_signed(start(0, None, BOOT), NOON, BOOT)[1] == "set"
    assert hear_signed(start(0, NOON - HOUR, BOOT), NOON, BOOT)[1] == "set"
    assert hear_signed(start(0, NOON - 2 * DAY, BOOT), NOON, BOOT)[1] == "far_ahead"


@pytest.mark.parametrize("step", [HOUR, DAY // 2, DAY - SECOND, -HOUR, -DAY // 2, SECOND - DAY])
def test_steps_of_less_than_a_day_do_not_add_up(step: int) -> None:
    keeper = start(NOON - 100 * DAY, NOON, BOOT)
    for _ in range(50):
        keeper, _ = hear_signed(keeper, keeper.now_ms(BOOT) + step, BOOT)
        assert abs(keeper.now_ms(BOOT) - NOON) <= FAR_MS


@given(
    st.integers(NOON - 100 * DAY, NOON),
    st.lists(
        st.tuples(
            st.sampled_from([0, HOUR]) | st.integers(0, 2 * DAY),
            st.sampled_from([FAR_MS - HOUR, HOUR - FAR_MS]) | st.integers(-3 * DAY, 3 * DAY),
            st.sampled_from(["from the true time", "from what is believed", "restart", "network"]),
        ),
        max_size=40,
    ),
)
def test_one_stolen_key_moves_a_unit_with_a_good_rtc_by_a_day_and_no_further(
    floor: int, story: list[tuple[int, int, str]]
) -> None:
    """However often it signs, in however small steps, and however often the machine starts anew."""
    true_ms, boot = NOON, BOOT
    keeper = start(floor, true_ms, boot)
    for passes, lie, what in story:
        true_ms, boot = true_ms + passes, boot + passes
        match what:
            case "restart":
                keeper = start(max(keeper.floor_ms, certain_ms(keeper, boot)), true_ms, boot)
            case "network":
                keeper = hear_network(keeper, true_ms + lie, boot)
            case "from the true time":
                keeper, _ = hear_signed(keeper, true_ms + lie, boot)
            case _:
                keeper, _ = hear_signed(keeper, keeper.now_ms(boot) + lie, boot)
        assert keeper.floor_ms <= true_ms + FAR_MS
        if keeper.trust.trusted:
            moved = abs(keeper.now_ms(boot) - true_ms)
            # With a floor behind, an RTC counts from the floor; the network adds its small budget.
            assert moved <= FAR_MS + RTC_MAY_LAG_MS + budget_ms(keeper, boot)


@pytest.mark.parametrize("step", [HOUR, FAR_MS - HOUR, FAR_MS])
@pytest.mark.parametrize("noted", [None, NOON], ids=["by the first start", "by an RTC that died"])
def test_without_an_rtc_steps_of_less_than_a_day_do_not_add_up_over_restarts(
    noted: int | None, step: int
) -> None:
    keeper = start(NOON, None, BOOT, noted)
    for _ in range(50):
        keeper, _ = hear_signed(keeper, keeper.now_ms(BOOT) + step, BOOT)
        keeper = start(keeper.floor_ms, None, BOOT, keeper.own_now_ms(BOOT))
        assert keeper.floor_ms <= NOON + FAR_MS


def test_an_rtc_that_says_something_counts_more_than_what_was_noted() -> None:
    assert start(NOON, NOON + DAY, BOOT, NOON).own_ms == NOON + DAY
    assert start(NOON, None, BOOT, 0).own_ms == NOON  # of an earlier release, which noted nothing


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
