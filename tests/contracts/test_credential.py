"""What a credential says, byte for byte, and that it says it in one way only."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.credential import (
    CLAIMS_LENGTH,
    PREFIX,
    SIGNING_DOMAIN,
    TEXT_LENGTH,
    Claims,
    Kind,
    Language,
    decode,
    encode,
    looks_like_credential,
    parse,
    sign,
    unwrap,
    verify,
)
from contracts.errors import Malformed
from contracts.keys import SoftwareSigner
from tests.contracts.strategies import some_claims_of_any_kind

SIGNER = SoftwareSigner.from_seed(bytes(range(32)))
A_PASS = Claims(
    kind=Kind.RENTER,
    key_id=0x0102,
    site=0x0304,
    areas=0x80000001,
    valid_from=0x050607,
    duration=0x08090A,
    credential_id=b"abcdefgh",
    grant_id=0x0B0C0D0E,
    issue=0x0F,
    repeats=0x10,
    pattern=0x91,
    uses=0,
    language=Language.DE,
    accessible=True,
)


def test_every_field_has_its_bytes() -> None:
    assert encode(A_PASS).hex(" ") == (
        "11 21 01 02 03 04 80 00 00 01 05 06 07 08 09 0a 10 91 "
        "61 62 63 64 65 66 67 68 0b 0c 0d 0e 0f 00"
    )


@pytest.mark.parametrize(
    ("change", "offset", "value"),
    [
        ({"kind": Kind.RENTER}, 0, 0x11),
        ({"kind": Kind.CREW}, 0, 0x12),
        ({"kind": Kind.STAFF}, 0, 0x13),
        ({"kind": Kind.EMERGENCY}, 0, 0x14),
        ({"accessible": True, "language": Language.SITE}, 1, 0b000001),
        ({"may_hold_open": True, "accessible": False, "language": Language.SITE}, 1, 0b000010),
        ({"dynamic_required": True, "accessible": False, "language": Language.SITE}, 1, 0b000100),
        ({"accessible": False, "language": Language.NL}, 1, 0b001000),
        ({"accessible": False, "language": Language.FR}, 1, 0b010000),
        ({"accessible": False, "language": Language.EN}, 1, 0b011000),
        ({"accessible": False, "language": Language.DE}, 1, 0b100000),
        ({"issue": 255}, 30, 255),
        ({"areas": 1, "uses": 3}, 31, 3),
    ],
)
def test_every_flag_has_its_bit(change: dict[str, object], offset: int, value: int) -> None:
    claims = replace(A_PASS, **change)  # type: ignore[arg-type]
    assert encode(claims)[offset] == value
    assert decode(encode(claims)) == claims


@given(some_claims_of_any_kind())
def test_what_is_encoded_is_decoded_again(claims: Claims) -> None:
    body = encode(claims)
    assert len(body) == CLAIMS_LENGTH
    assert decode(body) == claims


@given(st.binary(min_size=32, max_size=32))
def test_there_is_one_way_to_say_it(body: bytes) -> None:
    """Any 32 bytes that mean something are the bytes that this meaning is encoded to."""
    for head in range(0x10, 0x15):
        try:
            claims = decode(bytes([head]) + body[1:])
        except Malformed:
            continue
        assert encode(claims) == bytes([head]) + body[1:]


@pytest.mark.parametrize(
    "change",
    [
        {"key_id": 1 << 16},
        {"site": 1 << 16},
        {"areas": 1 << 32},
        {"valid_from": 1 << 24},
        {"duration": 1 << 24},
        {"grant_id": 1 << 32},
        {"issue": 256},
        {"repeats": 256},
        {"pattern": 256},
        {"uses": 256},
        {"key_id": -1},
        {"valid_from": -1},
        {"duration": -1},
        {"credential_id": b"short"},
        {"credential_id": b"much too long"},
        {"kind": 0},
        {"kind": 5},
        {"kind": 17},
        {"language": 5},
        {"language": 8},
    ],
    ids=repr,
)
def test_a_value_that_does_not_fit_is_not_encoded(change: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        encode(replace(A_PASS, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"areas": 0},
        {"duration": 0},
        {"repeats": 0},
        {"pattern": 0},
        {"pattern": 0x80},
        {"repeats": 0, "pattern": 0x80},
        {"repeats": 1, "pattern": 0x81},
        {"repeats": 255, "pattern": 0x81},
        {"uses": 1},
        {"uses": 1, "areas": 0b11},
    ],
    ids=repr,
)
def test_what_is_not_canonical_is_neither_encoded_nor_decoded(change: dict[str, int]) -> None:
    claims = replace(A_PASS, **change)  # type: ignore[arg-type]
    with pytest.raises(Malformed, match="not canonical"):
        encode(claims)
    body = bytearray(encode(A_PASS))
    offsets = {"areas": (6, 4), "duration": (13, 3), "repeats": (16, 1), "pattern": (17, 1)}
    for name, value in change.items():
        offset, length = offsets.get(name, (31, 1))
        body[offset : offset + length] = value.to_bytes(length)
    with pytest.raises(Malformed, match="not canonical"):
        decode(bytes(body))


@given(some_claims_of_any_kind())
def test_what_is_signed_is_verified(claims: Claims) -> None:
    text = sign(claims, SIGNER)
    assert looks_like_credential(text)
    assert set(text) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    credential = parse(text)
    assert credential.body + credential.signature == b"".join(unwrap(text))
    assert verify(credential, SIGNER.verify_key) == claims


def test_a_text_is_prefix_and_base45_of_claims_and_signature() -> None:
    text = sign(A_PASS, SIGNER)
    body = encode(A_PASS)
    packed = body + SIGNER.sign(SIGNING_DOMAIN + body)
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
    expected = PREFIX
    for high, low in zip(packed[::2], packed[1::2], strict=True):
        rest, first = divmod(high * 256 + low, 45)
        third, second = divmod(rest, 45)
        expected += alphabet[first] + alphabet[second] + alphabet[third]
    assert text == expected
    assert len(text) == TEXT_LENGTH


def test_a_decoder_s_phantom_does_not_look_like_a_credential() -> None:
    for phantom in ("", "653607", "https://example.org", "HP1:", "HP1:" + "A" * 143):
        assert not looks_like_credential(phantom)
    assert looks_like_credential("HP1:" + "A" * 144)
