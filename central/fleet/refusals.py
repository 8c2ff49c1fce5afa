"""The last refusal at a door, for the holder of the pass. Changes nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.fleet.models import Entry
from central.halls.models import Door
from contracts.journal import EventKind
from contracts.reasons import DenyReason

_GRANTED = "granted"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a door stayed shut for a pass."""

    reason: DenyReason
    door: str
    at: datetime
    """By the door's clock; when it reached central where that is not known."""


def last_refusal(session: Session, grants: Collection[int], since: datetime) -> Refusal | None:
    """Return why a door refused a pass of these grants last.

    None: it did not since then, or it has let the holder in after that. What a door could not read
    or prove names no grant, so nobody is told what another person's pass did.
    """
    found = session.execute(
        select(Entry, Door.name)
        .join(Door, Door.id == Entry.door_id)
        .where(Entry.grant_id.in_(grants), Entry.kind == EventKind.DECIDED)
        .where(Entry.received_at >= since)
        .order_by(Entry.id.desc())
        .limit(1)
    ).first()
    if found is None or found[0].outcome == _GRANTED:
        return None
    entry, door = found
    try:
        reason = DenyReason(entry.reason or "")
    except ValueError:  # of a newer release
        return None
    return Refusal(reason, door, entry.wall or entry.received_at)
