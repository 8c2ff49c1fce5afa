"""Bring every unit what is in force for it: when it changes, when it asks, when it differs.

Retained messages may be lost (a broker without its disk), withheld or old: what counts is what the
unit signed that it holds, compared with what is in force.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.documents import service as documents
from central.documents.models import SignedDocument
from central.fleet.freshness import KEPT_BY_UNITS
from central.fleet.models import HeldDocument
from central.fleet.units import KnownUnit
from contracts.documents import DocumentType
from contracts.topics import Down, down

TOPICS: Mapping[DocumentType, Down] = {
    DocumentType.KEY_SET: Down.KEYS,
    DocumentType.DENY: Down.DENY,
    DocumentType.CONFIG: Down.CONFIG,
    DocumentType.MODES: Down.MODES,
    DocumentType.AMENDMENTS: Down.AMENDMENTS,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """Something to publish for a unit."""

    topic: str
    payload: bytes
    retain: bool = False
    expiry: int | None = None
    """Seconds after which the broker drops it undelivered."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A document in force that a unit did not say it holds."""

    kind: DocumentType
    in_force: int
    held: int | None
    """The number it holds; None when it never said."""


def desired(session: Session, unit: KnownUnit) -> Sequence[SignedDocument]:
    """Return the documents in force for a unit, key set first."""
    found = documents.current_for(session, unit.audiences)
    order = list(TOPICS)
    kept = (one for one in found if one.kind in KEPT_BY_UNITS)
    return sorted(kept, key=lambda one: order.index(one.kind))


def gaps(session: Session, unit: KnownUnit) -> list[Gap]:
    """Return what a unit does not hold yet, by its own signed word."""
    rows = session.scalars(select(HeldDocument).where(HeldDocument.unit_id == unit.id))
    held = {row.kind: row for row in rows}
    return [
        Gap(one.kind, one.number, held[one.kind].number if one.kind in held else None)
        for one in desired(session, unit)
        if one.kind not in held or not _is_held(one, held[one.kind])
    ]


def missing(session: Session, unit: KnownUnit) -> list[SignedDocument]:
    """Return the documents in force that a unit did not say it holds."""
    lacking = {gap.kind for gap in gaps(session, unit)}
    return [one for one in desired(session, unit) if one.kind in lacking]


def reply_with(unit: KnownUnit, document: SignedDocument) -> Reply:
    """Return the message that brings a unit a document."""
    return Reply(down(unit.id, TOPICS[document.kind]), document.raw, retain=True)


def withdrawal(unit: str) -> list[Reply]:
    """Return the messages that remove what the broker keeps for a unit."""
    return [Reply(down(unit, topic), b"", retain=True) for topic in TOPICS.values()]


def _is_held(document: SignedDocument, held: HeldDocument) -> bool:
    return (held.audience, held.number, held.digest) == (
        document.audience,
        document.number,
        document.digest,
    )
