"""What must hold for every pass, amendment and minute that Hypothesis can think of."""

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from contracts.amendments import GrantAmendment
from contracts.bodies import U24
from contracts.credential import Claims
from contracts.decision import Granted
from contracts.errors import Malformed
from contracts.moments import moment_of
from contracts.windows import Window, local_day, occurrences
from tests.contracts.brussels import TABLE
from tests.contracts.scene import CREDENTIAL_KEY, MINUTE, Scene
from tests.contracts.strategies import some_claims_of_any_kind
from tests.contracts.test_amendments import GRANTS
from tests.simulators.city import SITE, at

LONGEST = 2 * U24
WHOLE_TIME = {
    "sign_from": 0,
    "sign_until": LONGEST,
    "verify_until": LONGEST,
    "longest_span": LONGEST,
}
NEAR = st.integers(-500, 500)
PASSES = some_claims_of_any_kind(
    key_id=CREDENTIAL_KEY, site=SITE, dynamic_required=False, credential_id=b"passpass"
)


def scene_of(claims: Claims, amendment: GrantAmendment | None) -> Scene:
    scene = Scene(claims).but(entry=WHOLE_TIME).with_door(areas=0b1010)
    if amendment is None:
        return scene
    change = amendment.model_dump(exclude={"grant"})
    return scene.but(amendment=change)


def granted(scene: Scene, minute: int) -> bool:
    return isinstance(replace(scene, clock=at(moment_of(minute))).decided(), Granted)


def allowed(claims: Claims, amendment: GrantAmendment | None) -> list[Window]:
    """What the pass and its amendment say, put together in the plainest way."""
    try:
        signed = list(occurrences(claims, TABLE))
    except Malformed:
        return []
    if amendment is None:
        return signed if claims.areas & 0b1010 else []
    areas = claims.areas if amendment.areas is None else amendment.areas
    if claims.issue < amendment.minimum_issue or not areas & 0b1010:
        return []
    if claims.uses and areas.bit_count() != 1:
        return []
    base = signed if amendment.windows is None else [Window(*one) for one in amendment.windows]
    kept = [one for one in base if local_day(one, TABLE) not in amendment.cancelled]
    return kept + [Window(*one) for one in amendment.added]


def edges(windows: Iterable[Window], near: int) -> set[int]:
    """The minutes in which something may go wrong, and one near them."""
    found = {edge + off for w in windows for edge in (w.start, w.end) for off in (-1, 0, near)}
    return {minute for minute in found if 0 <= minute < LONGEST}


@given(PASSES, st.none() | GRANTS, NEAR)
def test_a_pass_opens_exactly_in_its_effective_windows(
    claims: Claims, amendment: GrantAmendment | None, near: int
) -> None:
    """Invariant 2: not outside window, area, issue; and inside them it does open."""
    scene, windows = scene_of(claims, amendment), allowed(claims, amendment)
    minutes = edges([*windows[:3], *windows[-2:], Window(claims.valid_from, U24)], near)
    for minute in minutes:
        assert granted(scene, minute) == any(minute in window for window in windows)


@given(PASSES, st.none() | GRANTS, NEAR)
def test_a_withdrawn_pass_never_opens(
    claims: Claims, amendment: GrantAmendment | None, near: int
) -> None:
    scene = scene_of(claims, amendment).but(revoked=frozenset({b"passpass"}))
    for minute in edges(allowed(claims, amendment)[:3], near):
        assert not granted(scene, minute)


@given(
    st.integers(MINUTE - 2000, MINUTE + 2000),
    st.lists(st.integers(1, 600), min_size=2, max_size=2),
    NEAR,
    st.sampled_from(["signed", "moved here", "extended up to it"]),
)
@example(MINUTE, [60, 60], 0, "extended up to it")
def test_two_passes_one_after_the_other_are_never_valid_in_the_same_minute(
    start: int, lengths: list[int], near: int, how: str
) -> None:
    """Invariant 11, as far as a door can keep it: what does not overlap does not meet."""
    change = start + lengths[0]
    end = change + lengths[1]
    first = Scene().with_claims(valid_from=start, duration=lengths[0])
    second = Scene().with_claims(
        valid_from=change, duration=lengths[1], grant_id=78, credential_id=b"otherone"
    )
    if how == "moved here":
        first = (
            Scene()
            .with_claims(valid_from=start + 9999)
            .but(amendment={"windows": ((start, change),)})
        )
    if how == "extended up to it":
        first = first.with_claims(duration=max(1, lengths[0] - 1)).but(
            amendment={"added": ((start, change),)}
        )
    for minute in (start - 1, start, change - 1, change, end - 1, end, start + near):
        both = granted(first, minute), granted(second, minute)
        assert both == (start <= minute < change, change <= minute < end)
