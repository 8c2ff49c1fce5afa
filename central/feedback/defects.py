"""Report defects and do something about them. Never commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from central.accounts.roles import WHOLE_CITY, Scope
from central.booking.models import Order, Reservation
from central.booking.service import new_reference
from central.errors import NotFound
from central.events import DefectChanged, DefectReported
from central.feedback.defect import (
    CLOSING,
    EXPLAINED,
    OPEN,
    DefectNotPossible,
    Kind,
    NoteNeeded,
    State,
    Transition,
    after,
)
from central.feedback.models import Defect, DefectChange, DefectPhoto, Source
from central.feedback.photos import MOST_PHOTOS, TooManyPhotos
from central.halls.models import Hall
from central.halls.scope import in_scope
from central.outbox.service import announce

MOST_LETTERS = 2000
_PRESSED_TWICE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody tells of a defect; the fields mean what they mean in `models.Defect`."""

    kind: Kind
    description: str
    language: str
    is_urgent: bool = False
    email: str = ""
    photos: Sequence[str] = ()
    """Hashes of what is in the store."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reports, and how it became possible."""

    source: Source
    actor: str
    reservation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Sought:
    """Which defects to list; None: all."""

    is_open: bool | None = True
    state: State | None = None
    hall_id: int | None = None
    is_urgent: bool | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """Where to tell a reporter what happened."""

    email: str
    name: str
    language: str


def report(
    session: Session, hall_id: int, what: Report, reporter: Reporter, now: datetime
) -> Defect:
    """Write a defect down; the same again within minutes is the same one (a button pressed twice).

    Raises:
        NotFound: there is no such hall.
        TooManyPhotos: more than go with one report.

    """
    if session.get(Hall, hall_id) is None:
        raise NotFound("hall")
    if len(what.photos) > MOST_PHOTOS:
        raise TooManyPhotos
    if there := _same_again(session, hall_id, what, reporter, now):
        return defect_of(session, there)
    defect = Defect(
        reference=new_reference(),
        hall_id=hall_id,
        reservation_id=reporter.reservation_id,
        source=reporter.source,
        reported_by=reporter.actor,
        email=what.email.strip().lower(),
        language=what.language,
        kind=what.kind,
        description=what.description.strip(),
        is_urgent=what.is_urgent,
        state=State.REPORTED,
        reported_at=now,
        changed_at=now,
        photos=[DefectPhoto(position=at, hash=one) for at, one in enumerate(what.photos, 1)],
        changes=[DefectChange(transition=Transition.REPORT, at=now, actor=reporter.actor)],
    )
    session.add(defect)
    session.flush()
    announce(session, DefectReported(defect.id), now)
    return defect_of(session, defect.reference)


def add_photo(session: Session, reference: str, name: str) -> Defect:
    """Add a photo to a report; `name` is its hash in the store.

    Raises:
        NotFound: there is no such defect.
        TooManyPhotos: it has as many as it may.

    """
    defect = locked(session, reference)
    if len(defect.photos) >= MOST_PHOTOS:
        raise TooManyPhotos
    defect.photos.append(DefectPhoto(position=len(defect.photos) + 1, hash=name))
    session.flush()
    return defect


def change(
    session: Session,
    reference: str,
    transition: Transition,
    actor: str,
    now: datetime,
    note: str = "",
) -> Defect:
    """Let something happen with a defect; the reporter is told, with the note if there is one.

    Raises:
        NotFound: there is no such defect.
        DefectNotPossible: not in its state, or only with `close_hall` and `open_hall`.
        NoteNeeded: without a note it would tell nothing.

    """
    defect = locked(session, reference)
    if transition in CLOSING:
        raise DefectNotPossible(state=defect.state.value, transition=transition.value)
    following = after(defect.state, transition)
    if transition in EXPLAINED and not note.strip():
        raise NoteNeeded(field="note")
    defect.state = following
    write_down(session, defect, transition, actor, now, note)
    return defect


def defect_of(session: Session, reference: str) -> Defect:
    """Return a defect with its hall, photos and history.

    Raises:
        NotFound: there is none.

    """
    defect = session.scalar(_defects().where(Defect.reference == reference))
    if defect is None:
        raise NotFound("defect")
    return defect


def defects(
    session: Session, sought: Sought, *, scope: Scope = WHOLE_CITY, limit: int = 200
) -> list[Defect]:
    """Return defects of the halls of a scope: the urgent ones first, then the newest."""
    found = _defects().join(Hall, Hall.id == Defect.hall_id).where(in_scope(scope))
    if sought.state is not None:
        found = found.where(Defect.state == sought.state)
    elif sought.is_open is not None:
        is_open = Defect.state.in_(OPEN)
        found = found.where(is_open if sought.is_open else ~is_open)
    if sought.hall_id is not None:
        found = found.where(Defect.hall_id == sought.hall_id)
    if sought.is_urgent is not None:
        found = found.where(Defect.is_urgent.is_(sought.is_urgent))
    newest = found.order_by(Defect.is_urgent.desc(), Defect.reported_at.desc(), Defect.id.desc())
    return list(session.scalars(newest.limit(limit)))


def reporter_of(session: Session, defect: Defect) -> Address | None:
    """Return where to tell what happened with a defect; None: nobody wants to hear it."""
    if defect.email:
        return Address(defect.email, "", defect.language)
    if defect.reservation_id is None:
        return None
    order = session.scalar(
        select(Order)
        .join(Reservation, Reservation.order_id == Order.id)
        .where(Reservation.id == defect.reservation_id)
        .options(selectinload(Order.person))
    )
    return Address(order.person.email, order.person.name, defect.language) if order else None


def photo_of(defect: Defect, position: int) -> str:
    """Return the hash of one of a defect's photos.

    Raises:
        NotFound: it has no such photo.

    """
    for photo in defect.photos:
        if photo.position == position:
            return photo.hash
    raise NotFound("photo")


def _same_again(
    session: Session, hall_id: int, what: Report, reporter: Reporter, now: datetime
) -> str | None:
    """Return the reference of the same report, down to its photos: only its sender can send it."""
    alike = session.scalars(
        _defects()
        .where(Defect.hall_id == hall_id, Defect.reported_at > now - _PRESSED_TWICE)
        .where(Defect.description == what.description.strip(), Defect.kind == what.kind)
        .where(Defect.source == reporter.source, Defect.reported_by == reporter.actor)
        .where(Defect.email == what.email.strip().lower())
        .where(Defect.reservation_id.is_not_distinct_from(reporter.reservation_id))
    )
    photos = list(what.photos)
    return next(
        (one.reference for one in alike if [photo.hash for photo in one.photos] == photos), None
    )


def locked(session: Session, reference: str) -> Defect:
    """Return a defect that nobody else changes until this transaction ends.

    Raises:
        NotFound: there is none.

    """
    taken = select(Defect.id).where(Defect.reference == reference).with_for_update()
    if session.scalar(taken) is None:
        raise NotFound("defect")
    return defect_of(session, reference)


def write_down(
    session: Session,
    defect: Defect,
    transition: Transition,
    actor: str,
    now: datetime,
    note: str = "",
) -> None:
    """Keep in the history what happened with a defect, and announce it."""
    said = note.strip()
    if said:
        defect.public_note = said
    made = DefectChange(transition=transition, at=now, actor=actor, public_note=said)
    defect.changes.append(made)
    defect.changed_at = now
    session.flush()
    announce(session, DefectChanged(defect.id, made.id), now)


def _defects() -> Select[Defect]:
    return (
        select(Defect)
        .options(
            selectinload(Defect.hall).selectinload(Hall.site),
            selectinload(Defect.photos),
            selectinload(Defect.changes),
            selectinload(Defect.reservation),
        )
        .execution_options(populate_existing=True)
    )
