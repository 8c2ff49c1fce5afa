"""Vectors of signed documents and statements, taken and refused."""

from typing import Any

from contracts.documents import PURPOSE_OF, DocumentType, payload_of, unit_audience
from contracts.statements import sign_statement
from tests.contracts.forge import envelope, header, signed_document
from tests.contracts.known_city import a_known_city, known_seed, known_signer
from tests.contracts.samples import SAMPLES
from tests.contracts.strategies import TOO_DEEP
from tests.simulators.city import KEY_IDS, NOW, UNIT

CITY = a_known_city()
UNIT_KEY = known_signer("unit")
KIND = DocumentType.MODES
BODIES = {
    DocumentType.AMENDMENTS: "Amendments",
    DocumentType.CONFIG: "DoorConfig",
    DocumentType.MODES: "Modes",
    DocumentType.COMMAND: "Command",
    DocumentType.ACK: "Ack",
    DocumentType.FRESHNESS: "Freshness",
    DocumentType.DENY: "DenyList",
    DocumentType.BIRTH: "Birth",
    DocumentType.HELD: "Held",
    DocumentType.HEAD: "Head",
    DocumentType.RESULT: "CommandResult",
    DocumentType.NONCE: "NonceGiven",
    DocumentType.FRESHNESS_REQUEST: "FreshnessRequest",
}
_SAMPLES = {type(sample).__name__: sample for sample in SAMPLES}


def documents() -> dict[str, Any]:
    """Return what stands in the file."""
    return {
        "about": "docs/mqtt.md, section 4. The keys are known to everybody: for tests only.",
        "keys": [_key(str(KEY_IDS[purpose]), purpose) for purpose in PURPOSE_OF.values()]
        + [_key(UNIT, "unit")],
        "taken": [_taken(kind) for kind in BODIES],
        "refused": [
            {"name": name, "typ": KIND, "error": error, "raw": raw.decode()}
            for name, (error, raw) in _refused().items()
        ],
    }


def _key(key_id: str, name: str) -> dict[str, str]:
    return {
        "kid": key_id,
        "for": name,
        "seed": known_seed(name).hex(),
        "public": known_signer(name).public.hex(),
    }


def _taken(kind: DocumentType) -> dict[str, str]:
    body = _SAMPLES[BODIES[kind]]
    if kind in PURPOSE_OF:
        raw = CITY.document(kind, unit_audience(UNIT), 7, body)
    else:
        raw = sign_statement(kind, UNIT, 7, int(NOW.timestamp()), body, UNIT_KEY)
    return {"typ": kind, "payload": payload_of(raw).decode(), "raw": raw.decode()}


def _refused() -> dict[str, tuple[str, bytes]]:
    signer, kid = CITY.keys[PURPOSE_OF[KIND]], str(KEY_IDS[PURPOSE_OF[KIND]])
    body = _SAMPLES["Modes"].to_json()
    good = envelope(body, aud=unit_audience(UNIT), iat=int(NOW.timestamp()))

    def signed(protected: dict[str, Any] | bytes, payload: dict[str, Any] | bytes = b"") -> bytes:
        return signed_document(protected, payload or good, signer)

    raw = signed(header(KIND, kid))
    twice = b'{"alg":"Ed25519","kid":"4","kid":"4","typ":"hallpass-modes+jws"}'
    return {
        "alg none": ("malformed", signed(header(KIND, kid, alg="none"))),
        "alg EdDSA": ("malformed", signed(header(KIND, kid, alg="EdDSA"))),
        "brings its own key": ("malformed", signed(header(KIND, kid, jwk={"kty": "OKP"}))),
        "says where its key is": ("malformed", signed(header(KIND, kid, jku="https://x"))),
        "critical": ("malformed", signed(header(KIND, kid, crit=["exp"]))),
        "another type": ("malformed", signed(header(DocumentType.CONFIG, kid))),
        "a name twice in the header": ("malformed", signed(twice)),
        "a number that is not whole": (
            "malformed",
            signed(header(KIND, kid), {**good, "num": 1.5}),
        ),
        "another version": ("malformed", signed(header(KIND, kid), {**good, "v": 2})),
        "an unknown field": ("malformed", signed(header(KIND, kid), {**good, "exp": 1})),
        "too deep": ("malformed", signed(header(KIND, kid), {**good, "body": TOO_DEEP})),
        "padded": ("malformed", raw + b"="),
        "a newline behind": ("malformed", raw + b"\n"),
        "two parts": ("malformed", raw.rsplit(b".", 1)[0]),
        "no such key": ("unknown key", signed(header(KIND, "99"))),
        "the key's number spelt otherwise": ("unknown key", signed(header(KIND, f"0{kid}"))),
        "a key of another purpose": ("unknown key", signed(header(KIND, "3"))),
        "another key": ("bad signature", signed_document(header(KIND, kid), good, UNIT_KEY)),
        "the last bit of the signature": (
            "bad signature",
            raw[:-3] + _other(raw[-3:-2]) + raw[-2:],
        ),
    }


def _other(letter: bytes) -> bytes:
    return b"A" if letter != b"A" else b"B"
