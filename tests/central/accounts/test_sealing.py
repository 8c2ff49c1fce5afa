import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.accounts.sealing import Sealer, digest_of, new_secret

SEALER = Sealer(["a secret"])


@given(st.binary(max_size=64))
def test_what_was_sealed_is_opened_again(plain: bytes) -> None:
    assert SEALER.open("x", SEALER.seal("x", plain)) == plain


def test_it_is_sealed_differently_each_time_and_does_not_show() -> None:
    one, other = SEALER.seal("x", b"plain words"), SEALER.seal("x", b"plain words")
    assert one != other
    assert b"plain" not in one


def test_what_is_sealed_for_one_purpose_serves_no_other() -> None:
    assert SEALER.open("y", SEALER.seal("x", b"plain")) is None
    assert SEALER.keyed_hash("x", "123456") != SEALER.keyed_hash("y", "123456")


@pytest.mark.parametrize("place", range(12 + 5 + 16))
def test_a_changed_byte_opens_nothing(place: int) -> None:
    sealed = bytearray(SEALER.seal("x", b"plain"))
    sealed[place] ^= 1
    assert SEALER.open("x", bytes(sealed)) is None


@pytest.mark.parametrize("sealed", [b"", b"short", b"x" * 28])
def test_what_is_not_ours_opens_nothing(sealed: bytes) -> None:
    assert SEALER.open("x", sealed) is None


def test_after_a_change_of_secret_the_old_one_still_opens_and_the_new_one_seals() -> None:
    both = Sealer(["a secret", "another secret"])
    assert both.open("x", SEALER.seal("x", b"plain")) == b"plain"
    assert SEALER.open("x", both.seal("x", b"plain")) is None


def test_secrets_are_long_and_never_the_same() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert {len(one) for one in made} == {43}  # 256 bits
    assert len(digest_of("x")) == 32
