"""Read doors, entries, faults. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from central.errors import NotFound
from central.fleet import publishing, units
from central.fleet.health import DoorNow, Heard, door_now
from central.fleet.models import DoorUnit, Entry, UnitFault, UnitState, UnitStatus
from central.fleet.publishing import Gap
from central.halls.models import Door, Site
from contracts.journal import EventKind

MOST_ENTRIES = 500


@dataclass(frozen=True, slots=True)
class DoorView:
    """A door and its unit, as they are known to be now."""

    id: int
    name: str
    site: str
    unit: str | None
    now: DoorNow
    heard_at: datetime | None
    software: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry and the door it happened at."""

    entry: Entry
    door: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are looked for; None: any."""

    door: int | None = None
    unit: str | None = None
    grant: int | None = None
    credential: str | None = None
    kind: EventKind | None = None
    before: int | None = None
    """Only entries that arrived before the one of this id: the next page."""


def doors(session: Session, now: datetime, door_id: int | None = None) -> list[DoorView]:
    """Return every door, or one, by site and name."""
    query = (
        select(Door, Site.name, DoorUnit.id, UnitState)
        .join(Site, Site.id == Door.site_id)
        .outerjoin(
            DoorUnit,
            and_(DoorUnit.door_id == Door.id, DoorUnit.status == UnitStatus.ENROLLED),
        )
        .outerjoin(UnitState, UnitState.unit_id == DoorUnit.id)
        .order_by(Site.name, Door.id)
    )
    if door_id is not None:
        query = query.where(Door.id == door_id)
    return [_view(*row, now) for row in session.execute(query)]


def door(session: Session, door_id: int, now: datetime) -> DoorView:
    """Return one door.

    Raises:
        NotFound: there is none.

    """
    found = doors(session, now, door_id)
    if not found:
        raise NotFound("door")
    return found[0]


def unit_of(session: Session, door_id: int) -> str:
    """Return the unit in service at a door.

    Raises:
        NotFound: it has none.

    """
    unit = session.scalar(
        select(DoorUnit.id).where(
            DoorUnit.door_id == door_id, DoorUnit.status == UnitStatus.ENROLLED
        )
    )
    if unit is None:
        raise NotFound("door unit")
    return unit


def lacking(session: Session, door_id: int) -> list[Gap]:
    """Return what the door's unit does not hold yet, by its own signed word."""
    unit = units.in_service(session, unit_of(session, door_id))
    return publishing.gaps(session, unit)


def entries(session: Session, wanted: Wanted, limit: int = 100) -> list[EntryView]:
    """Return entries, what arrived last first."""
    query = select(Entry, Door.name).join(Door, Door.id == Entry.door_id)
    for column, value in (
        (Entry.door_id, wanted.door),
        (Entry.unit_id, wanted.unit),
        (Entry.grant_id, wanted.grant),
        (Entry.credential, wanted.credential),
        (Entry.kind, wanted.kind),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.before is not None:
        query = query.where(Entry.id < wanted.before)
    rows = session.execute(query.order_by(Entry.id.desc()).limit(min(limit, MOST_ENTRIES)))
    return [EntryView(entry, door_name) for entry, door_name in rows]


def faults_now(session: Session) -> Sequence[tuple[UnitFault, str]]:
    """Return what is wrong now, each with the door's name, the newest first."""
    rows = session.execute(
        select(UnitFault, Door.name)
        .join(DoorUnit, DoorUnit.id == UnitFault.unit_id)
        .join(Door, Door.id == DoorUnit.door_id)
        .where(UnitFault.cleared_at.is_(None), DoorUnit.status == UnitStatus.ENROLLED)
        .order_by(UnitFault.raised_at.desc(), UnitFault.id.desc())
    )
    return [(fault, name) for fault, name in rows]


def _view(
    door: Door, site: str, unit: str | None, state: UnitState | None, now: datetime
) -> DoorView:
    return DoorView(
        id=door.id,
        name=door.name,
        site=site,
        unit=unit,
        now=door_now(_heard(state) if unit else None, now),
        heard_at=state.heard_at if state is not None else None,
        software=state.software if state is not None else "",
    )


def _heard(state: UnitState | None) -> Heard:
    if state is None:
        return Heard(None, None, None, None, None, None, "", "")
    return Heard(
        is_online=state.is_online,
        state_at=state.state_at,
        online_since=state.online_since,
        offline_since=state.offline_since,
        health_at=state.health_at,
        mode=state.mode,
        leaf=state.leaf,
        strike=state.strike,
    )
