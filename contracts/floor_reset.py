"""The way back from a floor, or numbers, that were set wrongly: signed by the root for one unit, once.

Whoever stole the keys that sign the time or a list can push a unit's floor, or a number, so high that
nothing genuine is taken any more. Only the keys that no computer holds may bring it back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.bodies import Body, Nonce, UnitId, UnixMilliseconds, Version
from contracts.documents import DocumentType, Envelope, payload_of, unit_audience
from contracts.errors import Malformed
from contracts.keys import Signer
from contracts.keyset import RootKeys, SignedByRoot, require_threshold, sign_by_root


class ResetRequest(Body):
    """What a unit asks the root to sign; unsigned: only the unit that gave the nonce takes it back."""

    v: Version = 1
    unit: UnitId
    nonce: Nonce
    floor_ms: UnixMilliseconds
    """The time that the unit holds for certainly passed."""


class FloorReset(Body):
    """The body of a floor reset; audience: the unit."""

    nonce: Nonce
    unix_ms: UnixMilliseconds
    """The time of signing: from now on it is certainly later than this, and nothing else is certain."""


@dataclass(frozen=True, slots=True)
class SignedReset:
    """A floor reset whose root signatures were right."""

    audience: str
    issued: int
    """Unix seconds by the signer's clock."""
    body: FloorReset
    signers: frozenset[str]
    """The `kid` of each root key that signed."""


def sign_floor_reset(
    request: ResetRequest, unix_ms: int, issued: int, signers: Sequence[Signer]
) -> bytes:
    """Return a floor reset with one signature per root key given.

    Raises:
        Malformed: none was given.

    """
    body = FloorReset(nonce=request.nonce, unix_ms=unix_ms)
    # It is good for one nonce, so that its number says nothing.
    envelope = Envelope(aud=unit_audience(request.unit), num=0, iat=issued, body=body.to_json())
    return sign_by_root(DocumentType.FLOOR_RESET, envelope.to_bytes(), signers)


def verify_floor_reset(raw: bytes, root: RootKeys) -> SignedReset:
    """Return the floor reset once enough root keys are found to have signed it.

    For which unit and nonce it is, the caller compares.

    Raises:
        Malformed: the form is wrong.
        BadSignature: fewer right signatures than the root asks for.

    """
    signed = SignedByRoot.parse(raw).compact()
    signers = require_threshold(signed, root, DocumentType.FLOOR_RESET)
    envelope = Envelope.parse(payload_of(signed[0]))
    if envelope.num:
        msg = "a floor reset carries no number"
        raise Malformed(msg)
    return SignedReset(envelope.aud, envelope.iat, FloorReset.read(envelope.body), signers)
