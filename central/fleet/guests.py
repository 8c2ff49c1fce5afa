"""Doors that renters let stand open for their guests: asked on a page, signed as a mode, over by time.

What a door is told follows from all rows of it together: a street door of two halls stands open as long
as one of their renters wants it. A mode that staff set goes before it, and ends it. Never commits.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, selectinload

from central.audit.service import SYSTEM, record
from central.booking.models import Reservation
from central.booking.reservation import State
from central.documents import service as documents
from central.documents.authority import Authority
from central.documents.models import SignedDocument
from central.documents.service import body_of
from central.errors import CentralError, NotFound
from central.events import GuestOpeningChanged
from central.fleet import configuring, publishing, queries, units
from central.fleet.health import Presence
from central.fleet.models import GuestOpening
from central.halls.access_type import AccessType, access_on
from central.halls.models import Door, Hall
from central.outbox.service import announce
from contracts.documents import DocumentType, unit_audience
from contracts.modes import DoorMode, Modes

_CAUSE = re.compile(r"guests-(\d{1,18})")
_OVER = "guests-over"


class ModeSetByStaff(CentralError):
    """Staff gave the door a mode that lasts."""

    status = HTTPStatus.CONFLICT
    code = "mode_set_by_staff"
    sentence = "Staff decide about this door now. Call the number beside the door if you need it."


class NotDuringTheUse(CentralError):
    """It is not time, or too late for the moment that was chosen."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "not_during_the_use"
    sentence = "Choose a time between now and the end of your reservation."


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which door is to stand open, for whom, until when."""

    door: int
    reservation: int
    grant: int
    opens_at: datetime
    closes_at: datetime
    """When the pass opens doors: it can hold none open before or after."""
    until: datetime


@dataclass(frozen=True, slots=True)
class GuestDoor:
    """A door on somebody's way, as far as guests are concerned."""

    id: int
    name: str
    presence: Presence
    until: datetime | None
    """Until when it is to stand open; None: it is not."""
    is_applied: bool
    """Whether the unit said, signed, that it holds what was decided last."""
    is_of_staff: bool
    """Whether staff decide about it now."""
    mode: str | None
    """Its mode by its unit's own word, which is only a hint; None: nobody knows."""


def ask(session: Session, wanted: Wanted, actor: str, now: datetime) -> GuestOpening:
    """Let a door stand open; what was asked for it with the same pass before is over.

    Raises:
        NotFound: no unit is in service at the door.
        NotDuringTheUse: the time chosen is not within the use.
        ModeSetByStaff: staff decide about it now.

    """
    unit = queries.unit_of(session, wanted.door)
    if not wanted.opens_at <= now < wanted.until <= wanted.closes_at:
        raise NotDuringTheUse(field="until")
    if _is_of_staff(_modes(session, unit), now):
        raise ModeSetByStaff(field="until")
    for before in _live(session, now, GuestOpening.door_id == wanted.door):
        if before.grant_id == wanted.grant:
            before.ended_at, before.ended_by = now, actor
    one = GuestOpening(
        door_id=wanted.door,
        reservation_id=wanted.reservation,
        grant_id=wanted.grant,
        until=wanted.until,
        asked_at=now,
        asked_by=actor,
    )
    session.add(one)
    session.flush()
    told = {"until": one.until, "reservation": one.reservation_id, "opening": one.id}
    record(session, actor, "door.held_open", f"door:{one.door_id}", now, after=told)
    announce(session, GuestOpeningChanged(one.door_id), now)
    return one


def end(session: Session, openings: Sequence[GuestOpening], actor: str, now: datetime) -> None:
    """Let what stands open be locked again before its time."""
    for one in openings:
        _end(session, one, actor, now)
    for door in sorted({one.door_id for one in openings}):
        announce(session, GuestOpeningChanged(door), now)


def live_of_grant(session: Session, grant: int, now: datetime) -> list[GuestOpening]:
    """Return what stands open by a pass of a grant."""
    return _live(session, now, GuestOpening.grant_id == grant)


def keep_within(session: Session, reservation_id: int, now: datetime) -> None:
    """End what stands open for a reservation that may not hold that door open now, until then."""
    live = _live(session, now, GuestOpening.reservation_id == reservation_id)
    one = session.get_one(Reservation, reservation_id)
    may = _may_hold_open(session, one, now)
    over = [each for each in live if each.door_id not in may or each.until > one.closes_at]
    end(session, over, SYSTEM, now)


def _may_hold_open(session: Session, one: Reservation, now: datetime) -> frozenset[int]:
    """Return the doors that a reservation, as it is now, may let stand open."""
    way = (selectinload(Hall.route), selectinload(Hall.access))
    hall = session.get_one(Hall, one.hall_id, options=way)
    since = {each.first: each.access for each in hall.access}
    by_pass = access_on(one.local_start.date(), since) is AccessType.DOOR_UNIT
    is_on = one.state is State.CONFIRMED and one.opens_at <= now
    may = is_on and by_pass and hall.may_hold_open
    areas = sum(1 << step.bit for step in hall.route) if may else 0
    doors = session.scalars(select(Door).where(Door.site_id == hall.site_id))
    return frozenset(door.id for door in doors if door.areas & areas)


def follow(session: Session, door: int, authority: Authority, now: datetime) -> None:
    """Bring the signed mode of a door in line with what renters want of it now.

    It reads how things are now, so it may be called late, twice, or in any order.
    """
    try:
        unit = units.in_service(session, queries.unit_of(session, door))
    except NotFound:
        return  # taken out of service: nothing is told to nobody
    audience = unit_audience(unit.id)
    documents.next_number(session, DocumentType.MODES, audience)  # nobody else signs one meanwhile
    before = documents.current(session, DocumentType.MODES, audience)
    for one in _live(session, now, GuestOpening.door_id == door):
        if _is_of_staff(before, now) or _is_overruled(one, before):
            _end(session, one, SYSTEM, now)
    session.flush()
    number = _sign(session, unit.id, door, before, authority, now)
    for one in _changed(session, door):
        if one.ended_at is None:
            one.number = number
        else:
            one.end_number = number


def _sign(
    session: Session,
    unit: str,
    door: int,
    before: SignedDocument | None,
    authority: Authority,
    now: datetime,
) -> int:
    """Sign what follows from all rows of a door; return the number of what holds then."""
    live = _live(session, now, GuestOpening.door_id == door)
    if live:
        last = max(live, key=lambda one: (one.until, one.id))
        mode, until, cause = DoorMode.HOLD_OPEN, last.until, f"guests-{last.id}"
        return configuring.set_mode(session, unit, mode, until, cause, authority, now)
    if before is not None and not _is_foreign(before):
        return configuring.set_mode(session, unit, DoorMode.LOCKED, None, _OVER, authority, now)
    return before.number if before is not None else 0


def on_the_way(
    session: Session, site: int, areas: Sequence[int], grant: int, now: datetime
) -> list[GuestDoor]:
    """Return the doors on a way that have a unit, in walking order.

    Args:
        session: reading.
        site: of the way.
        areas: bits of the areas, in walking order.
        grant: of the pass that is asked about.
        now: when.

    """
    mask = sum(1 << bit for bit in areas)
    doors = session.scalars(select(Door).where(Door.site_id == site).order_by(Door.id))
    found = [one for one in doors if one.areas & mask]
    found.sort(key=lambda one: min(areas.index(bit) for bit in areas if one.areas >> bit & 1))
    told = (_told(session, one, grant, now) for one in found)
    return [one for one in told if one is not None]


def grants_behind(session: Session, causes: Sequence[str]) -> dict[str, int]:
    """Return which grant asked for a mode, by the cause that stands in the mode."""
    numbers = {int(match[1]): cause for cause in causes if (match := _CAUSE.fullmatch(cause))}
    rows = session.execute(
        select(GuestOpening.id, GuestOpening.grant_id).where(GuestOpening.id.in_(numbers))
    )
    return {numbers[row]: grant for row, grant in rows}


def _told(session: Session, door: Door, grant: int, now: datetime) -> GuestDoor | None:
    view = queries.door(session, door.id, now)
    if view.unit is None:
        return None
    unit = units.in_service(session, view.unit)
    mine = select(GuestOpening).where(
        GuestOpening.door_id == door.id, GuestOpening.grant_id == grant
    )
    newest = session.scalar(mine.order_by(GuestOpening.id.desc()).limit(1))
    modes = _modes(session, unit.id)
    is_live = (
        newest is not None
        and newest.ended_at is None
        and newest.until > now
        and not _is_overruled(newest, modes)
    )
    decided = newest is None or (newest.number if is_live else newest.end_number) is not None
    lacking = {gap.kind for gap in publishing.gaps(session, unit)}
    return GuestDoor(
        id=door.id,
        name=door.name,
        presence=view.now.presence,
        until=newest.until if newest is not None and is_live else None,
        is_applied=decided and DocumentType.MODES not in lacking,
        is_of_staff=_is_of_staff(modes, now),
        mode=view.now.mode,
    )


def _live(session: Session, now: datetime, *which: ColumnElement[bool]) -> list[GuestOpening]:
    query = select(GuestOpening).where(
        GuestOpening.ended_at.is_(None), GuestOpening.until > now, *which
    )
    return list(session.scalars(query.order_by(GuestOpening.id)))


def _changed(session: Session, door: int) -> Sequence[GuestOpening]:
    """Return what no signed mode says yet."""
    is_new = GuestOpening.ended_at.is_(None) & GuestOpening.number.is_(None)
    is_over = GuestOpening.ended_at.is_not(None) & GuestOpening.end_number.is_(None)
    return session.scalars(
        select(GuestOpening).where(GuestOpening.door_id == door, is_new | is_over)
    ).all()


def _end(session: Session, one: GuestOpening, actor: str, now: datetime) -> None:
    one.ended_at, one.ended_by = now, actor
    told = {"reservation": one.reservation_id, "opening": one.id}
    record(session, actor, "door.held_open_ended", f"door:{one.door_id}", now, after=told)


def _modes(session: Session, unit: str) -> SignedDocument | None:
    return documents.current(session, DocumentType.MODES, unit_audience(unit))


def _is_foreign(document: SignedDocument | None) -> bool:
    """Tell whether somebody else than renters set a mode."""
    if document is None:
        return False
    cause = body_of(document.raw, Modes).cause
    return cause != _OVER and _CAUSE.fullmatch(cause) is None


def _is_of_staff(document: SignedDocument | None, now: datetime) -> bool:
    """Tell whether somebody else than renters set a mode that lasts."""
    if document is None or not _is_foreign(document):
        return False
    until = body_of(document.raw, Modes).until
    return until is not None and until > now.timestamp()


def _is_overruled(one: GuestOpening, document: SignedDocument | None) -> bool:
    """Tell whether somebody else set a mode after this was signed."""
    is_later = document is not None and one.number is not None and document.number > one.number
    return is_later and _is_foreign(document)
