"""Documents that somebody spoiled on their way: they refuse, and never crash."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.documents import LARGEST_DOCUMENT, check_signature, payload_of, read_header
from contracts.errors import BadSignature, ContractError
from contracts.keys import SoftwareSigner
from tests.contracts.a_document import (
    GOOD,
    HEAD,
    KEY,
    KIND,
    PAYLOAD,
    SIGNATURE,
    SIGNER,
    assert_malformed,
    judge,
)
from tests.contracts.forge import decoded, encoded, envelope, header, malleable, signed_document


def wrapped(payload: dict[str, Any] | bytes) -> bytes:
    return signed_document(header(KIND, "1"), payload, SIGNER)


# --- the three parts


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b".",
        b"..",
        b"...",
        b"." * 10_000,
        HEAD,
        HEAD + b"." + PAYLOAD,
        HEAD + b"." + PAYLOAD + b".",
        HEAD + b".." + SIGNATURE,
        b"." + PAYLOAD + b"." + SIGNATURE,
        GOOD + b".",
        GOOD + b"." + SIGNATURE,
        b"." + GOOD,
        b"\n" + GOOD,
        GOOD + b"\n",
        GOOD + b"\0",
        b" " + GOOD,
        HEAD + b" ." + PAYLOAD + b"." + SIGNATURE,
        HEAD + b"\n." + PAYLOAD + b"." + SIGNATURE,
        HEAD + b"." + PAYLOAD + b"." + SIGNATURE + b"==",
        HEAD + b"." + PAYLOAD + b"=." + SIGNATURE,
        HEAD + b"." + PAYLOAD + b"." + SIGNATURE[:-2],
        HEAD + b"." + PAYLOAD + b"." + SIGNATURE + b"AAAA",
        HEAD + b"." + PAYLOAD + b"." + SIGNATURE + SIGNATURE,
        json.dumps(
            {"protected": HEAD.decode(), "payload": PAYLOAD.decode(), "signature": "AA"}
        ).encode(),
    ],
    ids=lambda raw: f"{len(raw)} bytes",
)
def test_what_is_not_three_parts_of_plain_base64url_is_refused(raw: bytes) -> None:
    assert_malformed(raw)


def test_a_second_spelling_of_the_same_bytes_is_refused() -> None:
    """The last character of 64 bytes carries four spare bits: sixteen spellings, one counts."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    start = alphabet.index(SIGNATURE[-1]) // 16 * 16
    for index in range(start, start + 16):
        other = SIGNATURE[:-1] + alphabet[index : index + 1]
        assert decoded(other) == decoded(SIGNATURE)
        if other != SIGNATURE:
            assert_malformed(HEAD + b"." + PAYLOAD + b"." + other)


def test_the_other_base64_alphabet_is_refused() -> None:
    payload = json.dumps(envelope({"a": "???>>>~~~"}), ensure_ascii=False).encode()
    raw = wrapped(payload)
    judge(raw)
    head, body, signature = raw.split(b".")
    for plain in (body.replace(b"-", b"+").replace(b"_", b"/"), body.translate(None, b"-_")):
        if plain != body:
            assert_malformed(b".".join((head, plain, signature)))


def test_a_document_that_is_too_long_is_refused_before_it_is_read() -> None:
    assert_malformed(GOOD + b"A" * LARGEST_DOCUMENT)
    padding = "x" * (LARGEST_DOCUMENT * 3 // 4)
    with pytest.raises(ContractError):
        judge(wrapped(envelope({"a": padding})))


def test_a_large_document_within_the_limit_is_taken() -> None:
    judge(wrapped(envelope({"a": "x" * (LARGEST_DOCUMENT * 3 // 4 - 500)})))


# --- the signature


def test_every_flipped_bit_is_refused() -> None:
    for index in range(len(GOOD)):
        for bit in range(8):
            changed = bytearray(GOOD)
            changed[index] ^= 1 << bit
            with pytest.raises(ContractError):
                judge(bytes(changed))


def test_every_truncation_is_refused() -> None:
    for length in range(len(GOOD)):
        with pytest.raises(ContractError):
            judge(GOOD[:length])


def test_parts_of_two_documents_do_not_fit_together() -> None:
    other = signed_document(header(KIND, "2"), envelope({"a": 2}), SIGNER).split(b".")
    for mixed in (
        (other[0], PAYLOAD, SIGNATURE),
        (HEAD, other[1], SIGNATURE),
        (HEAD, PAYLOAD, other[2]),
        (other[0], other[1], SIGNATURE),
    ):
        with pytest.raises(BadSignature):
            judge(b".".join(mixed))


def test_a_second_signature_made_from_the_first_is_refused() -> None:
    other = encoded(malleable(decoded(SIGNATURE)))
    with pytest.raises(BadSignature):
        judge(b".".join((HEAD, PAYLOAD, other)))


def test_another_key_s_signature_is_refused() -> None:
    with pytest.raises(BadSignature):
        judge(
            signed_document(
                header(KIND, "1"), envelope({"a": 1}), SoftwareSigner.from_seed(bytes(32))
            )
        )


def test_a_signature_over_less_than_header_and_payload_is_refused() -> None:
    for message in (
        PAYLOAD,
        decoded(PAYLOAD),
        HEAD,
        HEAD + b".",
        decoded(HEAD) + b"." + decoded(PAYLOAD),
        HEAD + b"." + decoded(PAYLOAD),  # the unencoded payload of RFC 7797
    ):
        with pytest.raises(BadSignature):
            judge(b".".join((HEAD, PAYLOAD, encoded(SIGNER.sign(message)))))


# --- anything at all


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_and_never_crash(raw: bytes) -> None:
    for read in (judge, read_header, payload_of, lambda one: check_signature(one, KEY)):
        with pytest.raises(ContractError):
            read(raw)


@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(min_size=60, max_size=66))
def test_any_three_parts_are_refused_and_never_crash(
    head: bytes, payload: bytes, signature: bytes
) -> None:
    with pytest.raises(ContractError):
        judge(b".".join(map(encoded, (head, payload, signature))))
