from dataclasses import replace

import pytest

from central.credentials.amendments_builder import KEEP, GrantNow, SignedPass, build
from contracts.amendments import AmendmentIndex, GrantAmendment
from contracts.credential import Claims
from contracts.effective import effective_areas, effective_windows
from contracts.windows import Window
from tests.simulators.city import BRUSSELS_WINTER, some_claims

ZONE = BRUSSELS_WINTER.table()
CLAIMS = some_claims(valid_from=1000, duration=100, areas=0b11, grant_id=77)
SIGNED = Window(1000, 1100)
NOW = 500


def a_grant(*passes: SignedPass, **changes: object) -> GrantNow:
    like = GrantNow(77, (SIGNED,), 0b11, 0, 1100, passes or (SignedPass(CLAIMS, is_revoked=False),))
    return replace(like, **changes)  # type: ignore[arg-type]


def an_issue(issue: int, *, is_revoked: bool = False, **changes: object) -> SignedPass:
    identity = bytes([issue] * 8)
    claims = replace(CLAIMS, issue=issue, credential_id=identity, **changes)  # type: ignore[arg-type]
    return SignedPass(claims, is_revoked)


def test_a_grant_that_is_as_its_pass_says_is_not_in_the_list() -> None:
    assert build([a_grant()], ZONE, NOW).grants == ()


TABLE = [
    ({"windows": (Window(2000, 2100),)}, GrantAmendment(grant=77, windows=((2000, 2100),))),
    ({"windows": ()}, GrantAmendment(grant=77, windows=())),
    ({"areas": 0b100}, GrantAmendment(grant=77, areas=0b100)),
    (
        {"windows": (Window(900, 1200),), "areas": 1},
        GrantAmendment(grant=77, windows=((900, 1200),), areas=1),
    ),
]


@pytest.mark.parametrize(("changes", "expected"), TABLE)
def test_what_differs_from_the_pass_is_in_the_list(
    changes: dict[str, object], expected: GrantAmendment
) -> None:
    assert build([a_grant(**changes)], ZONE, NOW).grants == (expected,)


def test_an_earlier_issue_is_superseded_and_says_nothing_about_windows() -> None:
    old, new = an_issue(0), an_issue(1, valid_from=3000)
    grant = a_grant(old, new, windows=(Window(3000, 3100),), minimum_issue=1)
    assert build([grant], ZONE, NOW).grants == (GrantAmendment(grant=77, minimum_issue=1),)


def test_a_revoked_pass_is_named_and_needs_no_entry_of_its_grant() -> None:
    grant = a_grant(an_issue(3, is_revoked=True), windows=())
    body = build([grant], ZONE, NOW)
    assert (body.revoked, body.grants) == (("03" * 8,), ())


def test_a_revoked_pass_stays_revoked_when_a_new_one_is_issued() -> None:
    grant = a_grant(an_issue(0, is_revoked=True), an_issue(1), minimum_issue=1)
    body = build([grant], ZONE, NOW)
    assert (body.revoked, body.grants) == (("00" * 8,), ())


def test_entries_leave_two_days_after_the_latest_end() -> None:
    grant = a_grant(an_issue(0, is_revoked=True), an_issue(1), windows=(), latest_end=5000)
    assert build([grant], ZONE, 5000 + KEEP - 1).revoked
    assert build([grant], ZONE, 5000 + KEEP) == build([], ZONE, NOW)


def test_the_list_is_the_same_whatever_the_order_of_its_grants() -> None:
    grants = [
        a_grant(an_issue(number, grant_id=number), id=number, windows=()) for number in (9, 3, 5)
    ]
    listed = build(grants, ZONE, NOW)
    assert listed == build(reversed(grants), ZONE, NOW)
    assert [one.grant for one in listed.grants] == [3, 5, 9]


@pytest.mark.parametrize("changes", [changes for changes, _ in TABLE])
def test_the_door_comes_to_what_the_grant_says(changes: dict[str, object]) -> None:
    grant = a_grant(**changes)
    amended = AmendmentIndex.of(build([grant], ZONE, NOW)).grant(77)
    claims: Claims = grant.passes[0].claims
    assert effective_windows(claims, amended, ZONE) == grant.windows
    assert effective_areas(claims, amended) == grant.areas
