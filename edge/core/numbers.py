"""The numbers of documents that a unit remembers apart from the documents: none is taken below them."""

from collections.abc import Mapping

from contracts.documents import DocumentType

Floors = Mapping[tuple[DocumentType, str], int]
"""By type and audience. Without an audience (noted by an earlier release) one counts for all of its type."""


def least(floors: Floors, kind: DocumentType, audience: str) -> int:
    """Return the lowest number that is taken of a type for an audience."""
    return max(floors.get((kind, whom), 0) for whom in (audience, ""))
