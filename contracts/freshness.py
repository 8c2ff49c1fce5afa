"""Freshness: a unit asks with a nonce, central signs the time and the numbers that are current.

It proves to the unit that its lists are the newest ones, sets its clock and gives back what it lost.
Acknowledgements of journal entries are signed the same way, and so are the deny lists of keys.
"""

from typing import Any

from pydantic import Field

from contracts.bodies import Body, Byte, Digest, HexId, Nonce, Number, Short, UnixMilliseconds
from contracts.documents import DocumentType

LONGEST_ROUND_TRIP = 5.0
"""Seconds on the unit's monotonic clock after which an answer is too late to set a clock by."""


class FreshnessRequest(Body):
    """Body of the unit's signed question."""

    nonce: Nonce
    doubts: Short | None = None
    """Number of the key that said a time far from the unit's own clock: another one shall answer.

    Written only when there is such a key, so that a usual question is what it always was.
    """

    def to_json(self) -> dict[str, Any]:
        """Return the value to sign."""
        asked = super().to_json()
        if self.doubts is None:
            del asked["doubts"]
        return asked


class Freshness(Body):
    """The body of a freshness document; audience: the unit."""

    nonce: Nonce
    unix_ms: UnixMilliseconds
    """Central's time when it signed."""
    numbers: dict[DocumentType, Number]
    """The number of every document that is current for this unit."""
    spent: dict[HexId, Byte] = Field(default={}, max_length=4096)
    """Uses already spent, by credential, so that a replaced unit does not give them away again."""


class Ack(Body):
    """The body of an ack document: central's database holds every entry up to and including `upto`."""

    epoch: HexId
    upto: Number
    head: Digest
    """The chain's hash at `upto`; a unit forgets nothing unless its own hash is the same."""
    resend_from: Number | None = None
    """Set when central misses entries: send again from there."""


class DeniedKey(Body):
    """A key that was removed, and the passes of it that stay good."""

    key: Short
    keep: tuple[HexId, ...] = Field(default=(), max_length=4096)
    """First eight bytes of the SHA-256 of the 32 bytes of claims of passes that stay valid."""


class DenyList(Body):
    """The body of a deny document, which can only remove keys."""

    removed: tuple[DeniedKey, ...] = Field(max_length=512)


class HeldDocument(Body):
    """One document as a unit holds it."""

    type: DocumentType
    audience: str
    number: Number
    digest: Digest


class Held(Body):
    """Body of the unit's signed statement of what it holds: the proof that something was applied."""

    documents: tuple[HeldDocument, ...]
