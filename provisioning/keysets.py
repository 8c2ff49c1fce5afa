"""Key sets as files: drawn up from requests, signed by one root key after the other, proven.

Two people sign on two machines: `keyset sign` draws it up and signs first, `keyset cosign` adds a
signature to the very same bytes. Doors and central believe it once enough keys of the root signed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from contracts.documents import (
    DocumentType,
    Envelope,
    check_signature,
    payload_of,
    read_header,
)
from contracts.errors import ContractError, Malformed
from contracts.keys import Signer
from contracts.keyset import (
    CITY,
    KeyEntry,
    KeySet,
    KeySetBody,
    RootKeys,
    SignedByRoot,
    root_key_id,
    sign_keyset,
    verify_keyset,
)
from contracts.moments import minute_of
from provisioning import files
from provisioning.errors import ProvisioningError, Unusable


@dataclass(frozen=True, slots=True)
class Draft:
    """A key set with the signatures it has so far."""

    raw: bytes
    number: int
    issued: int
    """Unix seconds."""
    body: KeySetBody
    signers: frozenset[str]
    """The `kid` of every root key whose signature is right."""

    @property
    def issued_at(self) -> datetime:
        """When it was drawn up."""
        return datetime.fromtimestamp(self.issued, UTC)

    def lacking(self, root: RootKeys) -> int:
        """Return how many signatures of a root are still to come."""
        return max(0, root.threshold - len(self.signers & root.loaded().keys()))

    def is_complete(self, root: RootKeys) -> bool:
        """Tell whether those who believe `root` believe this; a new root must have signed too."""
        return not self.lacking(root) and not self.lacking(self.body.root)


def read(path: Path, roots: Iterable[RootKeys] = ()) -> Draft:
    """Return a key set, complete or not.

    Args:
        path: the file.
        roots: roots that may have signed, beside the one it names itself.

    Raises:
        Unusable: it is missing, is something else, or a signature in it is wrong.

    """
    try:
        return _draft(files.read(path, "a key set"), roots)
    except ContractError as error:
        raise Unusable(f"{path} is no key set: {error}.") from error


def read_complete(path: Path, root: RootKeys) -> KeySet:
    """Return a key set that enough keys of a root signed.

    Raises:
        Unusable: they did not, or it is something else.

    """
    try:
        return verify_keyset(files.read(path, "a key set"), root)
    except ContractError as error:
        raise Unusable(f"{path} is no key set of this root: {error}.") from error


def draw_up(
    previous: KeySet | None,
    requested: Iterable[KeyEntry],
    dropped: Sequence[int],
    root: RootKeys,
    now: datetime,
) -> KeySetBody:
    """Return what the next key set says: the previous keys that still count, and the new ones.

    Raises:
        ProvisioningError: a key has two places, a new one is past its time, one to drop is not there.

    """
    minute, known = minute_of(now), dict(previous.keys) if previous else {}
    if strangers := set(dropped) - known.keys():
        raise ProvisioningError(
            f"There is no key {min(strangers)} to drop in the previous key set."
        )
    kept = [
        key.entry
        for number, key in sorted(known.items())
        if number not in dropped and key.entry.verify_until > minute
    ]
    new = list(requested)
    for entry in new:
        if entry.sign_until <= minute:
            raise ProvisioningError(f"Key {entry.id} may sign no longer: request a new one.")
    try:
        return KeySetBody(keys=(*kept, *new), root=root)
    except ValidationError as error:
        why = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise ProvisioningError(f"This cannot be one key set: {why}.") from error


def sign(
    previous: KeySet | None, body: KeySetBody, signers: Sequence[Signer], now: datetime
) -> Draft:
    """Return the next key set with the first signatures."""
    number = previous.document.number + 1 if previous else 1
    issued = int(now.timestamp())
    if previous and issued < previous.document.issued:
        raise ProvisioningError(
            "The previous key set was made later than this computer's clock says."
        )
    return _draft(sign_keyset(number, issued, body, signers), [previous.root] if previous else [])


def cosign(draft: Draft, signers: Sequence[Signer]) -> Draft:
    """Return the same key set with more signatures; a key that signed already changes nothing."""
    held = SignedByRoot.parse(draft.raw)
    added = SignedByRoot.parse(sign_keyset(draft.number, draft.issued, draft.body, signers))
    if added.payload != held.payload:
        raise Unusable("This key set was written by another release, which must also cosign it.")
    fresh = [
        one
        for one, raw in zip(added.signatures, added.compact(), strict=True)
        if read_header(raw).kid not in draft.signers
    ]
    raw = SignedByRoot(payload=held.payload, signatures=(*held.signatures, *fresh)).to_bytes()
    return Draft(raw, draft.number, draft.issued, draft.body, draft.signers | _kids(signers))


def _draft(raw: bytes, roots: Iterable[RootKeys]) -> Draft:
    compact = SignedByRoot.parse(raw).compact()
    envelope = Envelope.parse(payload_of(compact[0]))
    body = KeySetBody.read(envelope.body)
    if envelope.aud != CITY:
        raise Malformed("not a key set for a city")
    keys = {kid: key for root in (*roots, body.root) for kid, key in root.loaded().items()}
    signers = set()
    for one in compact:
        header = read_header(one)
        if header.typ != DocumentType.KEY_SET:
            raise Malformed(f"a signature for {header.typ!r} is none for a key set")
        if header.kid in keys:
            check_signature(one, keys[header.kid])
            signers.add(header.kid)
    return Draft(raw, envelope.num, envelope.iat, body, frozenset(signers))


def _kids(signers: Iterable[Signer]) -> frozenset[str]:
    return frozenset(root_key_id(one.public.hex()) for one in signers)
