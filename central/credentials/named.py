"""Passes with a name: what a renter gives to a partner, a caterer of his own, a second trainer.

Each has a grant of its own with the window of the reservation, so that it is withdrawn alone and
follows the reservation like the renter's own pass. The name stays here: it is in no credential, no
list, no log. Never commits. The reservation's row is locked first, as `follow_reservation` does.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from central.audit.service import record
from central.booking.models import Reservation
from central.booking.reservation import State
from central.booking.rows import new_reference
from central.credentials.models import Credential, CredentialState, NamedPass
from central.credentials.service import revoke
from central.credentials.way_in import way_in
from central.documents.authority import Authority
from central.errors import CentralError, NotFound
from central.events import NamedPassGiven
from central.halls.access_type import AccessType
from central.halls.models import Hall
from central.outbox.service import announce

LONGEST_NAME = 60
TIMES_OVER = 4
"""So many times its maximum a hall lets a renter give passes in all, withdrawn ones included: each
withdrawn one stands in the site's list until its time is over."""
NAMES_KEPT_FOR = timedelta(days=30)
"""After the doors closed: who asks who was there asks within that time."""
WITHDRAWN = "withdrawn by the renter"


class NoNameForPass(CentralError):
    """A pass with a name needs one."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "no_name_for_pass"
    sentence = "Fill in for whom the pass is, in at most {most} characters."


class TooManyNamedPasses(CentralError):
    """The hall allows no more at a time."""

    status = HTTPStatus.CONFLICT
    code = "too_many_named_passes"
    sentence = "This hall allows {most} extra passes at a time. Withdraw one first."


class NoMoreNamedPasses(CentralError):
    """So many were given and withdrawn that it looks like a mistake."""

    status = HTTPStatus.CONFLICT
    code = "no_more_named_passes"
    sentence = "{given} extra passes were given already. Call the city if you need another one."


class NamedTwice(CentralError):
    """There is a pass of that name: the button was pressed twice."""

    status = HTTPStatus.CONFLICT
    code = "named_twice"
    sentence = "You gave a pass to this name already. Choose another name, or withdraw that pass."


class NoPassesToGive(CentralError):
    """The reservation is not certain, is over, or its hall has no door that takes passes."""

    status = HTTPStatus.CONFLICT
    code = "no_passes_to_give"
    sentence = "No passes can be given for this reservation (any more)."


@dataclass(frozen=True, slots=True)
class Giving:
    """A reservation of an order, the passes that were given for it, and whether more can be."""

    reservation: Reservation
    """With its hall and site."""
    passes: Sequence["NamedView"]
    is_possible: bool
    """Whether passes can be given at all, now."""
    left: int
    """How many more, before one is withdrawn."""


@dataclass(frozen=True, slots=True)
class NamedView:
    """A pass with a name, as its giver sees it."""

    reference: str
    """What its link is for."""
    name: str
    given_at: datetime
    withdrawn_at: datetime | None
    """Since when it opens nothing; by whomever it was withdrawn."""
    is_made: bool


def may_give(one: Reservation, now: datetime) -> bool:
    """Tell whether passes can be given for a reservation whose hall, route and access are loaded."""
    is_certain = one.state is State.CONFIRMED and now < one.closes_at
    by_pass = way_in(one.hall, one.local_start.date()) is AccessType.DOOR_UNIT
    return is_certain and by_pass and one.hall.named_passes > 0


def give(session: Session, reservation_id: int, name: str, now: datetime, actor: str) -> NamedPass:
    """Give somebody a pass for a reservation; it is made a moment later.

    Raises:
        NotFound: there is no such reservation.
        NoPassesToGive: nothing can be entered with a pass of it.
        NoNameForPass: nobody is named.
        NamedTwice: somebody of that name has one.
        TooManyNamedPasses: the hall's maximum is reached.
        NoMoreNamedPasses: too many were given and withdrawn.

    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise NoNameForPass(field="name", most=LONGEST_NAME)
    reservation = _locked(session, reservation_id)
    if not may_give(reservation, now):
        raise NoPassesToGive
    _check_number(session, reservation, name)
    one = NamedPass(
        reference=new_reference(),
        reservation_id=reservation_id,
        name=name,
        given_at=now,
        given_by=actor,
    )
    session.add(one)
    session.flush()
    record(session, actor, "named_pass.given", f"named_pass:{one.id}", now, after=_facts(one))
    announce(session, NamedPassGiven(reservation_id, one.id), now)
    return one


def withdraw(
    session: Session,
    reservation_id: int,
    reference: str,
    authority: Authority,
    now: datetime,
    actor: str,
) -> None:
    """Let one of the passes of a reservation open nothing any more; the others go on.

    A second time changes nothing.

    Raises:
        NotFound: the reservation has no such pass.

    """
    _locked(session, reservation_id)
    one = session.scalar(
        select(NamedPass).where(
            NamedPass.reference == reference, NamedPass.reservation_id == reservation_id
        )
    )
    if one is None:
        raise NotFound("pass")
    if one.withdrawn_at is not None:
        return
    one.withdrawn_at, one.withdrawn_by = now, actor
    record(session, actor, "named_pass.withdrawn", f"named_pass:{one.id}", now, after=_facts(one))
    session.flush()
    if live := _live(session, one.grant_id):
        revoke(session, live, WITHDRAWN, authority, now, actor)


def givings(session: Session, order_id: int, now: datetime) -> list[Giving]:
    """Return what a renter may see of the passes for others of an order, in the order of its times."""
    found = session.scalars(
        select(Reservation)
        .where(Reservation.order_id == order_id)
        .options(
            joinedload(Reservation.hall).joinedload(Hall.site),
            joinedload(Reservation.hall).selectinload(Hall.route),
            joinedload(Reservation.hall).selectinload(Hall.access),
        )
        .order_by(Reservation.starts_at, Reservation.id)
    ).all()
    given = _given(session, [one.id for one in found])
    return [_giving(one, given.get(one.id, []), now) for one in found]


def _giving(one: Reservation, passes: Sequence[NamedView], now: datetime) -> Giving:
    held = sum(view.withdrawn_at is None for view in passes)
    left = min(one.hall.named_passes - held, one.hall.named_passes * TIMES_OVER - len(passes))
    return Giving(one, passes, may_give(one, now), max(left, 0))


def _given(session: Session, reservations: Collection[int]) -> dict[int, list[NamedView]]:
    """Return the passes with a name of some reservations, in the order they were given."""
    rows = session.execute(
        select(NamedPass, Credential)
        .outerjoin(Credential, Credential.grant_id == NamedPass.grant_id)
        .where(NamedPass.reservation_id.in_(reservations))
        .order_by(NamedPass.id, Credential.issue)
    )
    newest = {one.id: (one, credential) for one, credential in rows}  # the last issue stays
    found: dict[int, list[NamedView]] = {}
    for one, credential in newest.values():
        found.setdefault(one.reservation_id, []).append(_view(one, credential))
    return found


def forget_names(session: Session, now: datetime) -> None:
    """Drop the names of who had a pass, some time after the doors closed."""
    over = select(Reservation.id).where(Reservation.closes_at < now - NAMES_KEPT_FOR)
    session.execute(
        update(NamedPass)
        .where(NamedPass.name != "", NamedPass.reservation_id.in_(over))
        .values(name="")
    )


def _locked(session: Session, reservation_id: int) -> Reservation:
    found = session.scalar(
        select(Reservation)
        .where(Reservation.id == reservation_id)
        .options(
            joinedload(Reservation.hall).selectinload(Hall.route),
            joinedload(Reservation.hall).selectinload(Hall.access),
        )
        .with_for_update(of=Reservation)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("reservation")
    return found


def _check_number(session: Session, reservation: Reservation, name: str) -> None:
    most = reservation.hall.named_passes
    given = _given(session, [reservation.id]).get(reservation.id, [])
    held = [one.name.casefold() for one in given if one.withdrawn_at is None]
    if name.casefold() in held:
        raise NamedTwice(field="name")
    if len(held) >= most:
        raise TooManyNamedPasses(field="name", most=most)
    if len(given) >= most * TIMES_OVER:
        raise NoMoreNamedPasses(field="name", given=len(given))


def _live(session: Session, grant_id: int | None) -> str | None:
    """Return the pass of a grant that doors still take; those before it are superseded."""
    is_active = Credential.state == CredentialState.ACTIVE
    return session.scalar(select(Credential.id).where(Credential.grant_id == grant_id, is_active))


def _view(one: NamedPass, credential: Credential | None) -> NamedView:
    revoked_at = credential.revoked_at if credential is not None else None
    return NamedView(
        reference=one.reference,
        name=one.name,
        given_at=one.given_at,
        withdrawn_at=one.withdrawn_at or revoked_at,
        is_made=credential is not None,
    )


def _facts(one: NamedPass) -> dict[str, object]:
    """Return what the audit keeps: never the name, which is somebody else's and is forgotten."""
    return {"reservation": one.reservation_id, "is_withdrawn": one.withdrawn_at is not None}
