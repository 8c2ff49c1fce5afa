"""The credential: 96 fixed bytes in a QR code that a door verifies without a network.

`docs/credential-format.md` is the format for second implementations; "format n" names its section
n. Fields are never reordered or reused: a new field is a new version.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import NoReturn

import base45

from contracts.base45 import decode_triples
from contracts.errors import Malformed
from contracts.keys import Signer, VerifyKey

PREFIX = "HP1:"
TEXT_LENGTH = 148  # characters, the prefix included
SIGNING_DOMAIN = b"hallpass/credential/v1\x00"
VERSION = 1
CLAIMS_LENGTH = 32  # bytes
PACKED_LENGTH = 96  # bytes: claims and signature
WEEKDAYS = 7
EVERY_SECOND_WEEK = 0x80

_LAYOUT = struct.Struct(">BBHHI3s3sBB8sIBB")
_ACCESSIBLE, _HOLD_OPEN, _DYNAMIC = 0x01, 0x02, 0x04
_LANGUAGE_SHIFT, _LANGUAGE_MASK, _KNOWN_FLAGS = 3, 0x07, 0x3F


class Kind(IntEnum):
    """Whose credential it is."""

    RENTER = 1
    CREW = 2
    STAFF = 3
    EMERGENCY = 4


class Language(IntEnum):
    """The language in which the door speaks to the holder."""

    SITE = 0
    NL = 1
    FR = 2
    EN = 3
    DE = 4


@dataclass(frozen=True, slots=True)
class Claims:
    """What a credential says. Times are minutes (UTC) since 2025-01-01T00:00Z (`moments.EPOCH`)."""

    kind: Kind
    key_id: int
    site: int
    areas: int
    """One bit for each area of the site that it may enter."""
    valid_from: int
    duration: int
    """Minutes of the first window, 1 or more."""
    credential_id: bytes
    """Eight random bytes."""
    grant_id: int
    issue: int = 0
    repeats: int = 0
    """Weeks after the first week; 0 is one window only."""
    pattern: int = 0
    """Bits 0-6 Monday to Sunday, bit 7 every second week; 0 exactly when `repeats` is 0."""
    uses: int = 0
    """How many times it opens in all; 0 is any number. More than 0 needs exactly one area."""
    language: Language = Language.SITE
    accessible: bool = False
    may_hold_open: bool = False
    dynamic_required: bool = False


@dataclass(frozen=True, slots=True)
class SignedCredential:
    """A credential whose form is right and whose signature nobody checked yet."""

    body: bytes
    signature: bytes
    claims: Claims


def looks_like_credential(text: str) -> bool:
    """Tell by prefix and length alone whether a text read by a camera is meant for a door."""
    return len(text) == TEXT_LENGTH and text.startswith(PREFIX)


def encode(claims: Claims) -> bytes:
    """Return the 32 bytes of claims (format 3).

    Raises:
        Malformed: a value does not fit its field, or breaks a rule of the format.

    """
    flags = claims.accessible | claims.may_hold_open << 1 | claims.dynamic_required << 2
    try:
        body = _LAYOUT.pack(
            VERSION << 4 | claims.kind,
            flags | claims.language << _LANGUAGE_SHIFT,
            claims.key_id,
            claims.site,
            claims.areas,
            claims.valid_from.to_bytes(3),
            claims.duration.to_bytes(3),
            claims.repeats,
            claims.pattern,
            claims.credential_id,
            claims.grant_id,
            claims.issue,
            claims.uses,
        )
    except (struct.error, OverflowError) as error:
        msg = f"a value does not fit its field: {error}"
        raise Malformed(msg) from error
    if decode(body) != claims:  # for example a credential id of another length, silently padded
        msg = "the claims do not survive their own encoding"
        raise Malformed(msg)
    return body


def decode(body: bytes) -> Claims:
    """Return the claims in 32 bytes (format 3).

    Raises:
        Malformed: an unknown version, kind, flag or language, or a rule of format 4 is broken.

    """
    try:
        (
            head,
            flags,
            key,
            site,
            areas,
            start,
            duration,
            repeats,
            pattern,
            cid,
            grant,
            issue,
            uses,
        ) = _LAYOUT.unpack(body)
        kind, language = Kind(head & 0x0F), Language(flags >> _LANGUAGE_SHIFT & _LANGUAGE_MASK)
    except (struct.error, ValueError) as error:
        msg = f"not a credential of this version: {error}"
        raise Malformed(msg) from error
    if head >> 4 != VERSION or flags & ~_KNOWN_FLAGS:
        msg = "unknown version or flag"
        raise Malformed(msg)
    claims = Claims(
        kind,
        key,
        site,
        areas,
        int.from_bytes(start),
        int.from_bytes(duration),
        cid,
        grant,
        issue,
        repeats,
        pattern,
        uses,
        language,
        bool(flags & _ACCESSIBLE),
        bool(flags & _HOLD_OPEN),
        bool(flags & _DYNAMIC),
    )
    _require_canonical(claims)
    return claims


def sign(claims: Claims, signer: Signer) -> str:
    """Return the text of the QR code for these claims (format 2).

    Raises:
        Malformed: as `encode`.

    """
    body = encode(claims)
    packed: bytes = base45.b45encode(body + signer.sign(SIGNING_DOMAIN + body))
    return PREFIX + packed.decode()


def parse(text: str) -> SignedCredential:
    """Return the parts of a QR text (format 2). Believe none of it before `verify`.

    Raises:
        Malformed: wrong length, prefix, alphabet or layout.

    """
    body, signature = unwrap(text)
    return SignedCredential(body, signature, decode(body))


def unwrap(text: str) -> tuple[bytes, bytes]:
    """Return the 32 bytes of claims and the 64 of the signature in a QR text, layout unseen.

    Raises:
        Malformed: wrong length, prefix or alphabet.

    """
    if not looks_like_credential(text):
        msg = f"not a credential: expected {PREFIX} and {TEXT_LENGTH} characters in all"
        raise Malformed(msg)
    try:
        packed = decode_triples(text[len(PREFIX) :])
    except ValueError as error:
        msg = f"not base45: {error}"
        raise Malformed(msg) from error
    if len(packed) != PACKED_LENGTH:
        msg = f"expected {PACKED_LENGTH} bytes, got {len(packed)}"
        raise Malformed(msg)
    return packed[:CLAIMS_LENGTH], packed[CLAIMS_LENGTH:]


def verify(credential: SignedCredential, key: VerifyKey) -> Claims:
    """Return the claims once the signature is found right.

    Raises:
        BadSignature: anything but a strict Ed25519 signature (RFC 8032) by this key over this body.

    """
    key.verify(credential.signature, SIGNING_DOMAIN + credential.body)
    return credential.claims


def _require_canonical(claims: Claims) -> None:
    """Refuse a second way of saying the same, and what can never open (format 4)."""
    if not claims.areas or not claims.duration:
        _refuse("no area or no duration")
    if bool(claims.repeats) != bool(claims.pattern & ~EVERY_SECOND_WEEK):
        _refuse("repeats and weekdays go together")
    if claims.pattern & EVERY_SECOND_WEEK and (claims.repeats % 2 or not claims.repeats):
        _refuse("an odd last week that never comes")
    if claims.uses and claims.areas.bit_count() != 1:
        _refuse("counted uses need exactly one area")


def _refuse(broken: str) -> NoReturn:
    msg = f"not canonical: {broken}"
    raise Malformed(msg)
