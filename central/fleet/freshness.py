"""Answer a unit that asks whether it is up to date: the time, the numbers in force, the spent uses.

The unit's nonce comes back in the signed answer, so an old answer proves nothing.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from central.documents import service as documents
from central.documents.authority import Authority
from central.fleet.models import Entry
from central.fleet.units import KnownUnit
from central.halls.models import Door
from contracts.bodies import U8
from contracts.documents import Document, DocumentType, unit_audience
from contracts.freshness import Freshness, FreshnessRequest

KEPT_BY_UNITS = frozenset(
    {
        DocumentType.KEY_SET,
        DocumentType.DENY,
        DocumentType.CONFIG,
        DocumentType.MODES,
        DocumentType.AMENDMENTS,
    }
)
_MOST_SPENT = 4096


def answer(
    session: Session, unit: KnownUnit, asked: Document, authority: Authority, now: datetime
) -> bytes:
    """Return the signed answer to a unit's question.

    A unit that doubts the time that one key said is answered by another one, where there is one.

    Raises:
        Malformed: the question is none.
        NoKeyFor: no key may sign answers.

    """
    request = asked.read(FreshnessRequest)
    body = Freshness(
        nonce=request.nonce,
        unix_ms=int(now.timestamp() * 1000),
        numbers=numbers_in_force(session, unit),
        spent=spent_uses(session, unit),
    )
    kind, audience = DocumentType.FRESHNESS, unit_audience(unit.id)
    return authority.sign(
        session, kind, audience, body, now, site=unit.site, besides=request.doubts
    ).raw


def numbers_in_force(session: Session, unit: KnownUnit) -> dict[DocumentType, int]:
    """Return the number of every document that a unit should hold."""
    found = documents.numbers_in_force(session, unit.audiences)
    return {kind: number for kind, number in found.items() if kind in KEPT_BY_UNITS}


def spent_uses(session: Session, unit: KnownUnit) -> dict[str, int]:
    """Return how often passes of counted uses were used at doors to the same areas.

    It comes from the journals of all of those doors, so a replaced unit does not give uses away
    again, and two doors to one area agree as soon as both were heard.
    """
    here, there = aliased(Door), aliased(Door)
    rows = session.execute(
        select(Entry.credential, func.count())
        .join(there, there.id == Entry.door_id)
        .join(here, here.site_id == there.site_id)
        .where(here.id == unit.door, here.areas.bitwise_and(there.areas) != 0)
        .where(Entry.is_use, Entry.credential.is_not(None))
        .group_by(Entry.credential)
        .order_by(func.max(Entry.id).desc())
        .limit(_MOST_SPENT)
    )
    return {credential: min(count, U8) for credential, count in rows if credential}
