"""Documents that are rightly signed and should not count all the same: they refuse, and never crash."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.documents import Envelope, payload_of
from contracts.errors import Malformed
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
from tests.contracts.forge import encoded, envelope, header, signed_document
from tests.contracts.strategies import TOO_DEEP


def forged(protected: dict[str, Any] | bytes) -> bytes:
    """A document with another header, rightly signed all the same."""
    return signed_document(protected, envelope({"a": 1}), SIGNER)


def wrapped(payload: dict[str, Any] | bytes) -> bytes:
    """A document with another payload, rightly signed all the same."""
    return signed_document(header(KIND, "1"), payload, SIGNER)


def test_the_untouched_document_is_taken() -> None:
    judge(GOOD)
    judge(b".".join((HEAD, PAYLOAD, SIGNATURE)))


# --- the header


@pytest.mark.parametrize(
    "more",
    [
        {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": encoded(KEY.raw).decode()}},
        {"jku": "https://example.org/keys"},
        {"x5u": "https://example.org/cert"},
        {"x5c": ["MIIB"]},
        {"x5t": "AAAA"},
        {"x5t#S256": "AAAA"},
        {"crit": ["exp"], "exp": 1},
        {"crit": []},
        {"b64": False, "crit": ["b64"]},
        {"cty": "JWT"},
        {"zip": "DEF"},
        {"iat": 1},
        {"": ""},
        {"Alg": "none"},
    ],
    ids=lambda more: next(iter(more)),
)
def test_a_header_that_brings_its_own_rules_is_refused(more: dict[str, Any]) -> None:
    assert_malformed(forged(header(KIND, "1", **more)))


@pytest.mark.parametrize(
    "algorithm",
    [
        "none",
        "None",
        "NONE",
        "",
        "EdDSA",
        "ed25519",
        "Ed448",
        "HS256",
        "ES256",
        "RS256",
        None,
        1,
        [],
    ],
)
def test_another_algorithm_is_refused(algorithm: object) -> None:
    assert_malformed(forged(header(KIND, "1", alg=algorithm)))


@pytest.mark.parametrize("signature", [b"", encoded(bytes(64)), SIGNATURE])
def test_no_algorithm_needs_no_key_and_is_refused(signature: bytes) -> None:
    head = encoded(json.dumps(header(KIND, "1", alg="none")).encode())
    assert_malformed(b".".join((head, PAYLOAD, signature)))


@pytest.mark.parametrize(
    "kind", ["", "JWT", "jws", "hallpass-command", "HALLPASS-COMMAND+JWS", f"{KIND} ", None, 1, []]
)
def test_another_type_is_refused(kind: object) -> None:
    assert_malformed(forged(header(KIND, "1", typ=kind)))


@pytest.mark.parametrize("missing", ["alg", "kid", "typ"])
def test_a_header_that_says_too_little_is_refused(missing: str) -> None:
    complete = header(KIND, "1")
    assert_malformed(forged({name: complete[name] for name in complete if name != missing}))


@pytest.mark.parametrize(
    "protected",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'"Ed25519"',
        b'{"alg":"none","alg":"Ed25519","kid":"1","typ":"hallpass-command+jws"}',
        b'{"alg":"Ed25519","kid":"1","kid":"2","typ":"hallpass-command+jws"}',
        b'{"alg":"Ed25519","\\u006bid":"2","kid":"1","typ":"hallpass-command+jws"}',
        b'{"alg":"Ed25519","kid":1,"typ":"hallpass-command+jws"}',
        b'{"alg":"Ed25519","kid":"1","typ":"hallpass-command+jws"',
        b"\xef\xbb\xbf" + json.dumps(header(KIND, "1")).encode(),
        json.dumps(header(KIND, "1")).encode("utf-16"),
        json.dumps(header(KIND, "k" * 65)).encode(),
        json.dumps(header(KIND, "1")).encode() + b"\xff",
    ],
)
def test_a_header_with_two_readings_or_none_is_refused(protected: bytes) -> None:
    assert_malformed(forged(protected))


# --- the payload


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"v": 0},
        {"v": True},
        {"v": "1"},
        {"num": -1},
        {"num": 2**53 + 1},
        {"num": "1"},
        {"num": True},
        {"num": None},
        {"num": 1.0},
        {"num": 1.5},
        {"iat": -1},
        {"iat": 2**32},
        {"iat": 1e9},
        {"aud": 1},
        {"aud": None},
        {"aud": ["central"]},
        {"aud": "a" * 65},
        {"body": []},
        {"body": None},
        {"body": "{}"},
        {"body": {"a": 1.5}},
        {"body": TOO_DEEP},
        {"exp": 1},
    ],
    ids=lambda change: str(change)[:30],
)
def test_an_envelope_of_another_form_is_refused(change: dict[str, Any]) -> None:
    assert_malformed(wrapped(envelope({}, **change)))


@pytest.mark.parametrize("missing", ["aud", "num", "iat", "body"])
def test_an_envelope_that_says_too_little_is_refused(missing: str) -> None:
    assert_malformed(wrapped({name: v for name, v in envelope({}).items() if name != missing}))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'{"aud":"central","num":1,"num":2,"iat":0,"body":{}}',
        b'{"aud":"central","num":1,"iat":0,"body":{"a":1,"a":2}}',
        b'{"aud":"central","num":1,"iat":0,"body":{"a":NaN}}',
        b'{"aud":"central","num":1,"iat":0,"body":{"a":1e3}}',
        b'{"aud":"central","num":1,"iat":0,"body":{"a":"\\ud800"}}',
        b'{"aud":"central","num":1,"iat":0,"body":{}}{}',
        b'{"aud":"central","num":01,"iat":0,"body":{}}',
        b'{"aud":"central","num":1,"iat":0,"body":' + b"[" * 100_000,
        json.dumps(envelope({})).encode("utf-16"),
    ],
    ids=lambda payload: payload[:50].decode(errors="replace"),
)
def test_a_payload_with_two_readings_or_none_is_refused(payload: bytes) -> None:
    assert_malformed(wrapped(payload))


# --- anything at all

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(JSON, st.dictionaries(st.sampled_from(["v", "aud", "num", "iat", "body", "x"]), JSON))
def test_any_signed_payload_is_read_or_refused_and_never_crashes(
    plain: object, changes: dict[str, Any]
) -> None:
    for payload in (plain, envelope({}, **changes)):
        raw = wrapped(json.dumps(payload).encode(errors="surrogatepass"))
        try:
            judge(raw)
        except Malformed:
            continue
        assert Envelope.parse(payload_of(raw)).aud == "central"
