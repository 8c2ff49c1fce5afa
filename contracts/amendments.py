"""Amendments: one whole list per site of what changed after passes were signed; never a delta.

Moving, extending, shortening or cancelling a reservation changes an entry here, so the renter's QR,
also on paper, stays the same one. An entry stays until 48 h after the latest end ever signed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from pydantic import Field, model_validator

from contracts.bodies import Body, Byte, Day, HexId, Long, Minute

LARGEST_LIST = 131_072  # bytes of the signed document, per site

Span = tuple[Minute, Minute]
"""Start and end minute of a window, half-open."""


class GrantAmendment(Body):
    """What changed for one grant. A field that is absent changes nothing."""

    grant: Long
    minimum_issue: Byte = 0
    """Passes of an earlier issue are superseded."""
    windows: tuple[Span, ...] | None = None
    """Replaces every signed window; an empty list cancels the grant."""
    areas: Long | None = None
    """Replaces the signed areas."""
    cancelled: tuple[Day, ...] = ()
    """Local days (counted from 2025-01-01) whose occurrence is cancelled."""
    added: tuple[Span, ...] = ()
    """Windows added to the others."""

    @model_validator(mode="after")
    def _spans_are_spans(self) -> Self:
        for start, end in (*(self.windows or ()), *self.added):
            if start >= end:
                msg = "a window must end after it starts"
                raise ValueError(msg)
        return self


class Amendments(Body):
    """The body of an amendments document."""

    revoked: tuple[HexId, ...] = Field(default=(), max_length=8192)
    """Credentials that open nothing any more."""
    grants: tuple[GrantAmendment, ...] = Field(default=(), max_length=4096)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({one.grant for one in self.grants}) != len(self.grants) or len(
            set(self.revoked)
        ) != len(self.revoked):
            msg = "a grant or credential stands twice in the list"
            raise ValueError(msg)
        return self


@dataclass(frozen=True, slots=True)
class AmendmentIndex:
    """A list made ready for looking up; exact, no filter."""

    revoked: frozenset[bytes] = frozenset()
    grants: Mapping[int, GrantAmendment] | None = None

    @classmethod
    def of(cls, body: Amendments) -> Self:
        """Return the index of a list."""
        return cls(
            frozenset(map(bytes.fromhex, body.revoked)), {one.grant: one for one in body.grants}
        )

    def grant(self, grant_id: int) -> GrantAmendment | None:
        """Return what changed for a grant, if anything."""
        return self.grants.get(grant_id) if self.grants else None
