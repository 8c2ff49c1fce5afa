"""Which two words about the time are the same, and that one key never agrees with itself."""

import pytest

from edge.core.second_key import MOST_KEYS, Claim, Claims

NOON, BOOT, HOUR, WAY = 1_795_000_000_000, 5_000, 3_600_000, 5_000


def test_another_key_that_says_the_same_confirms_it() -> None:
    claims = Claims().note(Claim("7", NOON, BOOT))
    assert claims.confirm(Claim("10", NOON, BOOT))
    assert claims.confirm(Claim("10", NOON + HOUR, BOOT + HOUR))


def test_a_key_never_confirms_itself() -> None:
    claims = Claims().note(Claim("7", NOON, BOOT)).note(Claim("7", NOON, BOOT + 1))
    assert not claims.confirm(Claim("7", NOON, BOOT))


@pytest.mark.parametrize(
    ("away", "same"), [(WAY, True), (-WAY, True), (WAY + 1, False), (-WAY - 1, False)]
)
def test_the_same_is_what_lies_within_the_way_of_an_answer(away: int, *, same: bool) -> None:
    claims = Claims().note(Claim("7", NOON, BOOT))
    assert claims.confirm(Claim("10", NOON + HOUR + away, BOOT + HOUR)) is same


def test_only_the_newest_word_of_a_key_counts() -> None:
    claims = Claims().note(Claim("7", NOON + HOUR, BOOT)).note(Claim("7", NOON, BOOT))
    assert not claims.confirm(Claim("10", NOON + HOUR, BOOT))
    assert claims.confirm(Claim("10", NOON, BOOT))


def test_the_word_of_a_key_that_counts_no_more_confirms_nothing() -> None:
    claims = Claims().note(Claim("7", NOON, BOOT)).note(Claim("10", NOON + HOUR, BOOT))
    left = claims.only({"10", "11"})
    assert not left.confirm(Claim("11", NOON, BOOT))
    assert left.confirm(Claim("11", NOON + HOUR, BOOT))
    assert claims.only(()).latest is None


def test_the_latest_word_is_what_waits_and_few_are_remembered() -> None:
    claims = Claims()
    assert claims.latest is None
    for number in range(MOST_KEYS + 3):
        claims = claims.note(Claim(str(number), NOON, BOOT))
    assert claims.latest == Claim(str(MOST_KEYS + 2), NOON, BOOT)
    assert len(claims.heard) == MOST_KEYS
