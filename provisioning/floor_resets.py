"""Floor resets as files: drawn up from a unit's request, signed by one root key after the other.

Like a key set: whoever draws it up signs first, another holder adds a signature to the very same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contracts.documents import (
    DocumentType,
    Envelope,
    check_signature,
    payload_of,
    read_header,
    unit_audience,
)
from contracts.errors import ContractError, Malformed
from contracts.floor_reset import FloorReset, ResetRequest, sign_floor_reset
from contracts.keys import Signer
from contracts.keyset import RootKeys, SignedByRoot, root_key_id, sign_by_root
from provisioning import files
from provisioning.errors import ProvisioningError, Unusable

EARLIEST = datetime(2025, 1, 1, tzinfo=UTC)
"""No unit of this program lived before; an offline computer without power often says 1970."""
MOST_AHEAD = timedelta(days=1)
"""How far a time may lie after this computer's: a floor in the future would lock the door anew."""
_UNIT = unit_audience("")


@dataclass(frozen=True, slots=True)
class Draft:
    """A floor reset with the signatures it has so far."""

    raw: bytes
    unit: str
    body: FloorReset
    signers: frozenset[str]
    """The `kid` of every root key whose signature is right."""

    def lacking(self, root: RootKeys) -> int:
        """Return how many signatures of the root are still to come."""
        return max(0, root.threshold - len(self.signers))


def read_request(path: Path) -> ResetRequest:
    """Return what a unit asks the root to sign.

    Raises:
        Unusable: the file is missing or is something else.

    """
    try:
        return ResetRequest.parse(files.read(path, "a unit's request for a floor reset"))
    except Malformed as error:
        raise Unusable(f"{path} is no request for a floor reset: {error}.") from error


def read(path: Path, root: RootKeys) -> Draft:
    """Return a floor reset, complete or not.

    Raises:
        Unusable: it is missing, is something else, or a signature of the root in it is wrong.

    """
    try:
        return _draft(files.read(path, "a floor reset"), root)
    except ContractError as error:
        raise Unusable(f"{path} is no floor reset: {error}.") from error


def sign(
    request: ResetRequest, at: datetime, signers: Sequence[Signer], root: RootKeys, now: datetime
) -> Draft:
    """Return a floor reset to a time, with the first signatures."""
    raw = sign_floor_reset(request, unix_ms(at), unix_ms(now) // 1000, signers)
    return _draft(raw, root)


def cosign(draft: Draft, signers: Sequence[Signer], root: RootKeys) -> Draft:
    """Return the same with more signatures; a key that signed already changes nothing."""
    held = SignedByRoot.parse(draft.raw)
    fresh = [one for one in signers if root_key_id(one.public.hex()) not in draft.signers]
    if not fresh:
        return draft
    added = SignedByRoot.parse(
        sign_by_root(DocumentType.FLOOR_RESET, payload_of(held.compact()[0]), fresh)
    )
    signatures = (*held.signatures, *added.signatures)
    return _draft(SignedByRoot(payload=held.payload, signatures=signatures).to_bytes(), root)


def require_possible(at: datetime, now: datetime) -> None:
    """Refuse a time that cannot be today's.

    Raises:
        ProvisioningError: `at` is before `EARLIEST`, or more than `MOST_AHEAD` after `now`.

    """
    if at < EARLIEST:
        raise ProvisioningError(
            f"{at:%Y-%m-%d %H:%M} UTC is not the time now. Give it with --time, or set this computer's"
            " clock right. Nothing was signed."
        )
    if at > now + MOST_AHEAD:
        raise ProvisioningError(
            f"{at:%Y-%m-%d %H:%M} UTC is later than tomorrow: this computer's clock says"
            f" {now:%Y-%m-%d %H:%M} UTC. Correct --time, or set the clock right first."
            " Nothing was signed."
        )


def asked(request: ResetRequest, at: datetime) -> list[str]:
    """Return in words what a unit asks for, before anybody signs it."""
    held = moment(request.floor_ms) if request.floor_ms else "nothing"
    lines = [
        f"Door unit {request.unit}, request {request.nonce}.",
        f"It holds for certain that it is later than {held}.",
        *_becomes(unix_ms(at)),
    ]
    if request.floor_ms <= unix_ms(at):
        lines.append("That lowers no time: it only lets the unit take low numbers again.")
    return lines


def words(draft: Draft) -> list[str]:
    """Return in words what is signed."""
    return [
        f"Door unit {draft.unit}, request {draft.body.nonce}.",
        *_becomes(draft.body.unix_ms),
    ]


def unix_ms(at: datetime) -> int:
    """Return a moment in Unix milliseconds."""
    return int(at.timestamp()) * 1000


def moment(milliseconds: int) -> str:
    """Return a time for people, UTC."""
    at = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _becomes(milliseconds: int) -> list[str]:
    return [
        f"Signed, it will be certain only that it is later than {moment(milliseconds)}.",
        "Is that today? A unit believes no time before it.",
        "The unit then forgets every document but its keys, and waits for central to bring them.",
    ]


def _draft(raw: bytes, root: RootKeys) -> Draft:
    signed = SignedByRoot.parse(raw).compact()
    envelope = Envelope.parse(payload_of(signed[0]))
    if not envelope.aud.startswith(_UNIT):
        raise Malformed(f"for {envelope.aud}, which is no unit")
    keys, signers = root.loaded(), set()
    for one in signed:
        header = read_header(one)
        if header.typ != DocumentType.FLOOR_RESET:
            raise Malformed(f"a signature for {header.typ!r} is none for a floor reset")
        if header.kid in keys:
            check_signature(one, keys[header.kid])
            signers.add(header.kid)
    body = FloorReset.read(envelope.body)
    return Draft(raw, envelope.aud.removeprefix(_UNIT), body, frozenset(signers))
