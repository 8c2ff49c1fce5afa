"""decide() and the time: trusted, a floor, an estimate, and what a site's policy then allows."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.clock import ClockReading, ClockTrust
from contracts.credential import Kind
from contracts.decision import GRACE_MINUTES, STAFF_WITHOUT_CLOCK, Denied, Granted
from contracts.reasons import DenyReason
from tests.contracts.scene import MINUTE, Scene
from tests.simulators.city import NOW

R = DenyReason
TRUSTED = [ClockTrust.RTC, ClockTrust.NETWORK, ClockTrust.SIGNED]
UNTRUSTED = [ClockTrust.NONE, ClockTrust.FLOOR]
STAFF = [Kind.STAFF, Kind.EMERGENCY]
OTHERS = [Kind.RENTER, Kind.CREW]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def unsure(
    floor: datetime | None = None,
    estimate: datetime | None = None,
    seconds: float = 0.0,
    trust: ClockTrust = ClockTrust.FLOOR,
) -> ClockReading:
    return ClockReading(None, trust, floor, estimate, seconds)


def answer(scene: Scene, clock: ClockReading) -> Granted | Denied:
    return replace(scene, clock=clock).decided()


def reason(scene: Scene, clock: ClockReading) -> DenyReason | None:
    decided = answer(scene, clock)
    return decided.reason if isinstance(decided, Denied) else None


def staff_policy(kind: Kind = Kind.STAFF) -> Scene:
    return Scene().with_claims(kind=kind).with_policy(staff_without_clock=True)


def grace_policy(minutes: int = 60) -> Scene:
    return Scene().with_policy(grace_minutes=minutes)


@pytest.mark.parametrize("trust", TRUSTED)
def test_a_trusted_time_is_taken_whatever_else_is_known(trust: ClockTrust) -> None:
    clock = ClockReading(NOW, trust, floor=NOW - DAY, estimate=NOW - HOUR, untrusted_for=9e9)
    granted = answer(Scene(), clock)
    assert isinstance(granted, Granted)
    assert granted.grace is None


@pytest.mark.parametrize("trust", UNTRUSTED)
@pytest.mark.parametrize("kind", Kind)
def test_without_a_policy_an_untrusted_time_opens_for_nobody(trust: ClockTrust, kind: Kind) -> None:
    scene = Scene().with_claims(kind=kind)
    for clock in (
        ClockReading(NOW, trust),  # a time without trust is no time
        ClockReading(NOW, trust, NOW, NOW, 0.0),
        unsure(NOW, NOW, 0.0, trust),
        unsure(None, None, 0.0, trust),
    ):
        assert reason(scene, clock) is R.CLOCK_UNTRUSTED


@pytest.mark.parametrize("trust", TRUSTED)
def test_trust_without_a_time_opens_for_nobody(trust: ClockTrust) -> None:
    assert reason(Scene(), ClockReading(None, trust)) is R.CLOCK_UNTRUSTED


# --- staff and emergency passes, where the site allows them without a clock


@pytest.mark.parametrize("kind", STAFF)
def test_staff_open_by_policy_and_it_is_noted(kind: Kind) -> None:
    for clock in (unsure(floor=NOW), unsure(NOW, NOW - DAY), unsure(NOW, NOW + DAY, 9e9)):
        granted = answer(staff_policy(kind), clock)
        assert isinstance(granted, Granted)
        assert granted.grace == STAFF_WITHOUT_CLOCK


@pytest.mark.parametrize("kind", OTHERS)
def test_nobody_else_opens_by_the_policy_for_staff(kind: Kind) -> None:
    assert reason(staff_policy(kind), unsure(floor=NOW)) is R.CLOCK_UNTRUSTED


def test_staff_do_not_open_when_not_even_a_floor_is_known() -> None:
    assert reason(staff_policy(), unsure()) is R.CLOCK_UNTRUSTED
    assert reason(staff_policy(), unsure(estimate=NOW)) is R.CLOCK_UNTRUSTED


def test_a_guess_does_not_keep_staff_out_of_a_window_that_may_be_on() -> None:
    assert reason(staff_policy(), unsure(floor=NOW, estimate=NOW + 30 * DAY)) is None


def test_staff_may_be_early_for_all_that_the_unit_knows() -> None:
    """The floor is only a lower bound: what has not surely ended may be on now."""
    granted = answer(staff_policy(), unsure(floor=NOW - 30 * DAY))
    assert isinstance(granted, Granted)
    assert granted.window.start == MINUTE - 30


def test_staff_do_not_open_once_their_pass_has_surely_ended() -> None:
    ends = NOW + 2 * HOUR
    assert reason(staff_policy(), unsure(floor=ends - timedelta(minutes=1))) is None
    assert reason(staff_policy(), unsure(floor=ends)) is R.EXPIRED
    assert reason(staff_policy(), unsure(floor=ends, estimate=NOW - DAY)) is R.EXPIRED


def test_staff_do_not_open_by_a_key_that_has_surely_ended() -> None:
    scene = staff_policy().but(entry={"verify_until": MINUTE})
    assert reason(scene, unsure(floor=NOW)) is R.UNKNOWN_KEY
    assert reason(scene, unsure(floor=NOW - timedelta(minutes=1))) is None


def test_a_key_cannot_be_too_young_when_only_a_floor_is_known() -> None:
    scene = staff_policy().but(entry={"sign_from": MINUTE})
    assert reason(scene, unsure(floor=NOW - 30 * DAY)) is None
    trusted = ClockReading(NOW - timedelta(minutes=1), ClockTrust.SIGNED)
    assert reason(scene, trusted) is R.UNKNOWN_KEY


def test_staff_are_held_to_every_other_rule() -> None:
    clock = unsure(floor=NOW)
    assert reason(staff_policy().but(revoked=frozenset({b"passpass"})), clock) is R.REVOKED
    assert reason(staff_policy().but(amendment={"windows": ()}), clock) is R.REVOKED
    assert reason(staff_policy().with_door(areas=0b10), clock) is R.WRONG_ACCESS_POINT


# --- a bounded grace after the time was last trusted


@pytest.mark.parametrize("kind", Kind)
def test_any_pass_opens_for_the_minutes_of_grace_and_it_is_noted(kind: Kind) -> None:
    scene = grace_policy(60).with_claims(kind=kind)
    granted = answer(scene, unsure(estimate=NOW, seconds=3599.9))
    assert isinstance(granted, Granted)
    assert granted.grace == GRACE_MINUTES
    assert reason(scene, unsure(estimate=NOW, seconds=3600.0)) is R.CLOCK_UNTRUSTED


def test_grace_needs_an_estimate_and_not_only_a_floor() -> None:
    assert reason(grace_policy(), unsure(floor=NOW)) is R.CLOCK_UNTRUSTED


def test_in_grace_the_window_counts_by_the_estimate() -> None:
    scene = grace_policy()
    assert reason(scene, unsure(estimate=NOW - HOUR)) is R.NOT_YET_VALID
    assert reason(scene, unsure(estimate=NOW + 2 * HOUR)) is R.EXPIRED
    early_key = scene.but(entry={"sign_from": MINUTE + 1})
    assert reason(early_key, unsure(estimate=NOW)) is R.UNKNOWN_KEY


def test_in_grace_the_estimate_is_never_before_the_floor() -> None:
    assert reason(grace_policy(), unsure(floor=NOW + 2 * HOUR, estimate=NOW)) is R.EXPIRED
    assert reason(grace_policy(), unsure(floor=NOW, estimate=NOW - HOUR)) is None


def test_after_the_grace_the_policy_for_staff_still_counts() -> None:
    scene = staff_policy().with_policy(grace_minutes=1)
    for seconds, grace in ((59.9, GRACE_MINUTES), (60.0, STAFF_WITHOUT_CLOCK)):
        granted = answer(scene, unsure(NOW, NOW, seconds))
        assert isinstance(granted, Granted)
        assert granted.grace == grace


def test_a_grace_of_no_minutes_allows_none() -> None:
    for seconds in (0.0, -0.0, -1.0, -9e9, float("nan"), float("-inf")):
        clock = unsure(estimate=NOW, seconds=seconds)
        assert reason(grace_policy(0), clock) is R.CLOCK_UNTRUSTED


def test_a_time_since_trust_that_makes_no_sense_is_no_grace() -> None:
    for seconds in (-1.0, float("nan"), float("-inf"), float("inf")):
        clock = unsure(estimate=NOW, seconds=seconds)
        assert reason(grace_policy(60), clock) is R.CLOCK_UNTRUSTED


@given(
    st.sampled_from(Kind),
    st.sampled_from(ClockTrust),
    st.none() | st.integers(-3000, 3000),
    st.none() | st.integers(-3000, 3000),
    st.floats(allow_nan=True),
    st.booleans(),
    st.integers(0, 90),
)
def test_no_reading_of_the_clock_opens_what_policy_does_not_allow(
    kind: Kind,
    trust: ClockTrust,
    floor: int | None,
    estimate: int | None,
    seconds: float,
    staff: bool,  # noqa: FBT001
    grace: int,
) -> None:
    """Without a trusted time: only in grace, or staff; and never after what is known to be over."""
    minutes = [None if one is None else NOW + timedelta(minutes=one) for one in (floor, estimate)]
    scene = Scene().with_claims(kind=kind)
    scene = scene.with_policy(staff_without_clock=staff, grace_minutes=grace)
    decided = answer(scene, ClockReading(None, trust, minutes[0], minutes[1], seconds))
    in_grace = estimate is not None and 0 <= seconds < 60 * grace
    if in_grace:
        least = max(one for one in (floor, estimate) if one is not None)
        expected = GRACE_MINUTES if -30 <= least < 120 else None
    else:
        is_staff = staff and kind in STAFF and floor is not None and floor < 120
        expected = STAFF_WITHOUT_CLOCK if is_staff else None
    assert (decided.grace if isinstance(decided, Granted) else None) == expected
