"""Whatever is done to a credential on its way, it refuses: every bit, every character, every trick."""

import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.bodies import Body
from contracts.credential import (
    PREFIX,
    SIGNING_DOMAIN,
    SignedCredential,
    encode,
    parse,
    sign,
    unwrap,
    verify,
)
from contracts.documents import CENTRAL, DocumentType, check_signature, sign_document
from contracts.errors import BadSignature, ContractError, Malformed
from contracts.keys import SoftwareSigner
from tests.contracts.forge import decoded, encoded, malleable, packed, signed_text
from tests.contracts.test_credential import A_PASS, SIGNER

KEY = SIGNER.verify_key
TEXT = sign(A_PASS, SIGNER)
PACKED = b"".join(unwrap(TEXT))
BODY = PACKED[:32]
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def signed(body: bytes) -> str:
    return signed_text(body, SIGNER)


def judge(text: str) -> None:
    verify(parse(text), KEY)


def assert_refused(text: str) -> None:
    with pytest.raises(ContractError):
        judge(text)


def test_the_untouched_text_is_taken() -> None:
    judge(TEXT)
    judge(packed(PACKED))
    judge(signed(BODY))


@pytest.mark.parametrize("byte", range(96))
def test_every_flipped_bit_is_refused(byte: int) -> None:
    for bit in range(8):
        changed = bytearray(PACKED)
        changed[byte] ^= 1 << bit
        assert_refused(packed(bytes(changed)))


def test_every_other_character_in_every_place_is_refused() -> None:
    for index, there in enumerate(TEXT):
        for other in ALPHABET:
            if other != there:
                assert_refused(TEXT[:index] + other + TEXT[index + 1 :])


def test_every_truncation_is_refused() -> None:
    for length in range(len(TEXT)):
        assert_refused(TEXT[:length])
        assert_refused(TEXT[len(TEXT) - length :])


@pytest.mark.parametrize("extra", [*ALPHABET, "\n", "\r", "\t", "\0", "é", "\u200b"], ids=repr)
def test_every_extra_character_is_refused(extra: str) -> None:
    for index in range(len(TEXT) + 1):
        assert_refused(TEXT[:index] + extra + TEXT[index:])


def test_every_missing_character_is_refused() -> None:
    for missing in range(len(TEXT)):
        assert_refused(TEXT[:missing] + TEXT[missing + 1 :])


def test_every_character_that_is_not_in_the_alphabet_is_refused() -> None:
    for index in range(len(PREFIX), len(TEXT)):
        for other in (
            "a",
            "_",
            "=",
            "\n",
            "\0",
            "é",
            "\N{FULLWIDTH DIGIT ONE}",
            "\N{NO-BREAK SPACE}",
        ):
            assert_refused(TEXT[:index] + other + TEXT[index + 1 :])


def test_lower_case_is_refused() -> None:
    assert_refused(TEXT.lower())
    assert_refused(TEXT.swapcase())
    assert_refused(PREFIX + TEXT[len(PREFIX) :].lower())


@pytest.mark.parametrize(
    "prefix", ["hp1:", "Hp1:", "HP2:", "HP1;", "HP1 ", "HC1:", "HP01", " HP1", "HP1:HP1:", ""]
)
def test_a_wrong_prefix_is_refused(prefix: str) -> None:
    assert_refused(prefix + TEXT[len(PREFIX) :])


def text_with_spaces() -> str:
    """A good text with two spaces beside each other, as one in some twenty has them."""
    for number in range(1000):
        text = sign(replace(A_PASS, credential_id=struct.pack(">Q", number)), SIGNER)
        if "  " in text:
            return text
    pytest.fail("no text with a double space in 1000")


def test_a_lost_or_collapsed_space_is_refused() -> None:
    text = text_with_spaces()
    judge(text)
    assert_refused(text.replace("  ", " "))
    assert_refused(text.replace(" ", ""))
    assert_refused(text.replace(" ", "", 1))
    assert_refused(text.replace(" ", "+"))
    assert_refused(text.replace(" ", "%20"))
    assert_refused(text.replace("  ", " ") + " ")


@pytest.mark.parametrize("tail", ["\n", "\r\n", " ", "\0"])
def test_what_a_scanner_adds_is_refused(tail: str) -> None:
    assert_refused(TEXT + tail)
    assert_refused(tail + TEXT)
    assert_refused(TEXT[: -len(tail)] + tail)  # of the right length again


def test_a_newline_that_base45_would_drop_is_refused_by_its_form() -> None:
    """Without its last character a text can still be base45, of 95 bytes."""
    signed_ones = (sign(replace(A_PASS, issue=number), SIGNER) for number in range(255))
    for text in signed_ones:
        first, second = (ALPHABET.index(letter) for letter in text[-3:-1])
        if first + 45 * second <= 255:
            with pytest.raises(Malformed):
                judge(text[:-1] + "\n")
            return
    pytest.fail("no such text in 255")


def test_a_triple_beyond_two_bytes_is_refused() -> None:
    for start in range(len(PREFIX), len(TEXT), 3):
        assert_refused(TEXT[:start] + ":::" + TEXT[start + 3 :])
        assert_refused(TEXT[:start] + "GGW" + TEXT[start + 3 :])  # 65536


@pytest.mark.parametrize("flag", [0x40, 0x80, 0xC0])
def test_an_unknown_flag_is_refused_although_it_is_signed(flag: int) -> None:
    body = bytearray(BODY)
    body[1] |= flag
    with pytest.raises(Malformed, match="unknown version or flag"):
        judge(signed(bytes(body)))


@pytest.mark.parametrize("language", [5, 6, 7])
def test_an_unknown_language_is_refused_although_it_is_signed(language: int) -> None:
    body = bytearray(BODY)
    body[1] = language << 3
    with pytest.raises(Malformed):
        judge(signed(bytes(body)))


def test_another_version_or_kind_is_refused_although_it_is_signed() -> None:
    known = range(0x11, 0x15)
    for head in set(range(256)) - set(known):
        with pytest.raises(Malformed):
            judge(signed(bytes([head]) + BODY[1:]))


def test_what_is_not_canonical_is_refused_although_it_is_signed() -> None:
    for repeats, pattern in ((0, 1), (1, 0), (1, 0x80), (0, 0x80), (1, 0x81), (3, 0x91), (0, 0x81)):
        body = bytearray(BODY)
        body[16], body[17] = repeats, pattern
        with pytest.raises(Malformed, match="not canonical"):
            judge(signed(bytes(body)))


@pytest.mark.parametrize(
    "domain",
    [
        b"",
        b"hallpass/credential/v1",
        b"hallpass/credential/v2\x00",
        b"hallpass/credential/v1\x00\x00",
        b"HALLPASS/CREDENTIAL/V1\x00",
        b"hallpass/journal/v1\x00",
        b"hallpass/document/v1\x00",
    ],
)
def test_a_signature_for_something_else_is_refused(domain: bytes) -> None:
    with pytest.raises(BadSignature):
        judge(signed_text(BODY, SIGNER, domain))


class Anything(Body):
    """A body to sign."""


@pytest.mark.parametrize("kind", DocumentType)
def test_a_document_s_signature_is_worth_nothing_on_a_credential(kind: DocumentType) -> None:
    raw = sign_document(kind, CENTRAL, 1, 1, Anything(), key_id="1", signer=SIGNER)
    signature = decoded(raw.rsplit(b".", 1)[1])
    with pytest.raises(BadSignature):
        judge(packed(BODY + signature))


def test_a_credential_s_signature_is_worth_nothing_on_a_document() -> None:
    raw = sign_document(DocumentType.ACK, CENTRAL, 1, 1, Anything(), key_id="1", signer=SIGNER)
    head = raw.rsplit(b".", 1)[0]
    check_signature(raw, KEY)
    for signature in (PACKED[32:], SIGNER.sign(SIGNING_DOMAIN + head)):
        with pytest.raises(BadSignature):
            check_signature(head + b"." + encoded(signature), KEY)


def test_another_key_s_signature_is_refused() -> None:
    other = SoftwareSigner.from_seed(bytes(32))
    with pytest.raises(BadSignature):
        verify(parse(sign(A_PASS, other)), KEY)


def test_a_second_signature_made_from_the_first_is_refused() -> None:
    for times in range(1, 15):
        with pytest.raises(BadSignature):
            judge(packed(BODY + malleable(PACKED[32:], times)))


def test_halves_in_each_other_s_place_are_refused() -> None:
    for mixed in (
        PACKED[64:] + PACKED[32:64] + PACKED[:32],
        PACKED[:32] + PACKED[64:] + PACKED[32:64],
    ):
        assert_refused(packed(mixed))


def test_claims_of_one_and_signature_of_another_are_refused() -> None:
    other = encode(replace(A_PASS, grant_id=5))
    with pytest.raises(BadSignature):
        verify(SignedCredential(other, PACKED[32:], A_PASS), KEY)


@given(st.text(max_size=200) | st.text(ALPHABET, min_size=144, max_size=144).map(PREFIX.__add__))
def test_any_text_is_refused_and_never_crashes(text: str) -> None:
    assert_refused(text)


@given(st.binary(min_size=31, max_size=31), st.sampled_from([0x11, 0x12, 0x13, 0x14]))
def test_any_bytes_with_a_right_head_are_refused_without_a_signature(
    rest: bytes, head: int
) -> None:
    assert_refused(packed(bytes([head]) + rest + PACKED[32:]))
