"""Everything signed that is not a credential: JWS (RFC 7515), Ed25519 (RFC 9864), one type per purpose.

A document says its type (`typ`), its key (`kid`), whom it is for (`aud`) and a number that only
rises. Central signs with a key from the key set; a unit signs statements with its own key.
"""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from pydantic import StringConstraints

from contracts import strict_json
from contracts.bodies import Body, Number, UnixSeconds, Version
from contracts.errors import BadSignature, Equivocation, Malformed, Rollback
from contracts.keys import SIGNATURE_LENGTH, KeyPurpose, Signer, VerifyKey

ALGORITHM = "Ed25519"
LARGEST_DOCUMENT = strict_json.LARGEST
CENTRAL = "central"

_REGISTRY = jws.JWSRegistry(algorithms=[ALGORITHM], strict_check_header=True)
_REGISTRY.max_payload_length = LARGEST_DOCUMENT

BodyT = TypeVar("BodyT", bound=Body)


class DocumentType(StrEnum):
    """The `typ` of a JWS: what it is, so that none can stand for another."""

    KEY_SET = "hallpass-keyset+jws"
    AMENDMENTS = "hallpass-amendments+jws"
    CONFIG = "hallpass-config+jws"
    MODES = "hallpass-modes+jws"
    COMMAND = "hallpass-command+jws"
    ACK = "hallpass-ack+jws"
    FRESHNESS = "hallpass-freshness+jws"
    DENY = "hallpass-deny+jws"
    BIRTH = "hallpass-unit-birth+jws"
    HELD = "hallpass-unit-held+jws"
    HEAD = "hallpass-unit-head+jws"
    RESULT = "hallpass-unit-result+jws"
    NONCE = "hallpass-unit-nonce+jws"
    FRESHNESS_REQUEST = "hallpass-unit-freshness+jws"
    FLOOR_RESET = "hallpass-floor-reset+jws"


PURPOSE_OF = {
    DocumentType.AMENDMENTS: KeyPurpose.AMENDMENTS,
    DocumentType.CONFIG: KeyPurpose.CONFIG,
    DocumentType.MODES: KeyPurpose.MODES,
    DocumentType.COMMAND: KeyPurpose.COMMAND,
    DocumentType.ACK: KeyPurpose.ACK,
    DocumentType.FRESHNESS: KeyPurpose.FRESHNESS,
    DocumentType.DENY: KeyPurpose.DENY,
}
"""Which purpose a key must have to sign a document (key set and floor reset are signed by the root)."""


Word = Annotated[str, StringConstraints(max_length=64)]


class Header(Body):
    """The protected header: an exact list.

    `jwk`, `jku`, `x5c` or `crit` would let a document bring its own rules.
    """

    alg: Word
    kid: Word
    typ: Word


class Envelope(Body):
    """What stands around every body."""

    v: Version = 1
    aud: Word
    num: Number
    iat: UnixSeconds
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """A document whose signature was right."""

    kind: DocumentType
    audience: str
    """`city`, `site:<number>`, `unit:<id>` or `central`."""
    number: int
    issued: int
    """Unix seconds by the signer's clock."""
    body: dict[str, Any]
    key_id: str
    raw: bytes
    payload: bytes
    """The signed bytes. Two documents are the same one when these are, whoever signed them."""

    @property
    def digest(self) -> str:
        """The SHA-256 of the payload, by which a unit says what it holds."""
        return hashlib.sha256(self.payload).hexdigest()

    def read(self, model: type[BodyT]) -> BodyT:
        """Return the body as its model.

        Raises:
            Malformed: it does not fit.

        """
        return model.read(self.body)


FindKey = Callable[[str, Envelope], VerifyKey]
"""Given `kid` and the still unproven envelope, the key that may sign it; raises UnknownKey."""


def site_audience(site: int) -> str:
    """Return the audience of a document for all units of a site."""
    return f"site:{site}"


def unit_audience(unit: str) -> str:
    """Return the audience of a document for one unit."""
    return f"unit:{unit}"


def sign_document(
    kind: DocumentType,
    audience: str,
    number: int,
    issued: int,
    body: Body,
    *,
    key_id: str,
    signer: Signer,
) -> bytes:
    """Return the compact serialization of a signed document.

    joserfc verifies; signing is put together here because the private key may sit in a token that
    only signs bytes (`keys.Signer`).
    """
    envelope = Envelope(aud=audience, num=number, iat=issued, body=body.to_json())
    return b".".join(sign_parts(kind, key_id, envelope.to_bytes(), signer))


def sign_parts(
    kind: DocumentType, key_id: str, payload: bytes, signer: Signer
) -> tuple[bytes, bytes, bytes]:
    """Return protected header, payload and signature, each in base64url."""
    header = Header(alg=ALGORITHM, kid=key_id, typ=kind)
    encoded, content = _base64url(header.to_bytes()), _base64url(payload)
    return encoded, content, _base64url(signer.sign(encoded + b"." + content))


def verify_document(
    raw: bytes, kind: DocumentType, find_key: FindKey, audience: str | None = None
) -> Document:
    """Return the document in `raw` once type, key, signature (and audience, if given) are found right.

    Raises:
        Malformed: not a compact JWS of this type with exactly `alg`, `kid` and `typ`, or for others.
        UnknownKey: `find_key` has no key for it.
        BadSignature: the signature is wrong.

    """
    header, payload = _open(raw, kind)
    envelope = Envelope.parse(payload)
    check_signature(raw, find_key(header.kid, envelope))
    if audience is not None and envelope.aud != audience:
        msg = f"for {envelope.aud!r}, not for {audience!r}"
        raise Malformed(msg)
    return Document(
        kind,
        envelope.aud,
        envelope.num,
        envelope.iat,
        envelope.body,
        header.kid,
        raw,
        payload,
    )


def check_signature(raw: bytes, key: VerifyKey) -> None:
    """Return when the compact JWS is signed by this key.

    Raises:
        BadSignature: when it is not.

    """
    jwk = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": _base64url(key.raw).decode()})
    try:
        jws.deserialize_compact(raw, jwk, algorithms=[ALGORITHM], registry=_REGISTRY)
    except JoseError as error:
        msg = f"the signature does not fit: {error}"
        raise BadSignature(msg) from error


def is_newer(new: Document, held: Document | None) -> bool:
    """Tell whether a document replaces the held one.

    Raises:
        Malformed: they are not of the same kind and audience, so their numbers say nothing.
        Rollback: its number is lower.
        Equivocation: the same number with another payload.

    """
    if held is None:
        return True
    if (new.kind, new.audience) != (held.kind, held.audience):
        msg = f"{new.kind} for {new.audience} cannot replace {held.kind} for {held.audience}"
        raise Malformed(msg)
    if new.number < held.number:
        msg = f"number {new.number} is older than {held.number}"
        raise Rollback(msg)
    if new.number == held.number and new.payload != held.payload:
        msg = f"two different documents carry number {new.number}"
        raise Equivocation(msg)
    return new.number > held.number


def read_header(raw: bytes) -> Header:
    """Return the protected header of a compact JWS, believed by nobody.

    Raises:
        Malformed: not a compact JWS, or header fields other than `alg`, `kid` and `typ`.

    """
    return _open(raw, None)[0]


def payload_of(raw: bytes) -> bytes:
    """Return the payload of a compact JWS, believed by nobody; raises as `read_header`."""
    return _open(raw, None)[1]


def _open(raw: bytes, kind: DocumentType | None) -> tuple[Header, bytes]:
    if len(raw) > LARGEST_DOCUMENT:
        msg = f"longer than {LARGEST_DOCUMENT} bytes"
        raise Malformed(msg)
    try:
        protected, payload, signature = map(_plain, raw.split(b"."))
    except ValueError as error:
        msg = f"not a compact JWS: {error}"
        raise Malformed(msg) from error
    if len(signature) != SIGNATURE_LENGTH:
        msg = f"a signature has {SIGNATURE_LENGTH} bytes, not {len(signature)}"
        raise Malformed(msg)
    header = Header.parse(protected)
    if header.alg != ALGORITHM or (kind is not None and header.typ != kind):
        msg = f"expected {kind} by {ALGORITHM}, not {header.typ!r} by {header.alg!r}"
        raise Malformed(msg)
    return header, payload


def _base64url(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _plain(encoded: bytes) -> bytes:
    plain = base64.b64decode(encoded + b"=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    if _base64url(plain) != encoded:  # spare bits: a second spelling of the same bytes
        msg = "base64url that is not canonical"
        raise ValueError(msg)
    return plain
