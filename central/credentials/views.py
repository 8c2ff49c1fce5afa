"""Read passes for pages and programs. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from central.booking.models import Reservation
from central.booking.reservation import State
from central.booking.times import to_wall
from central.credentials.models import Credential, CredentialState, Grant, NamedPass
from central.credentials.texts import text_of
from central.credentials.way_in import instructions, way_in
from central.errors import NotFound
from central.halls.access_type import AccessType
from central.halls.models import Area, Hall


class PassState(StrEnum):
    """What the holder of a pass must know first."""

    COMING = "coming"
    """The reservation is confirmed, the pass is being made."""
    NOT_NEEDED = "not_needed"
    """One enters with a key, or somebody opens: see the way in."""
    VALID = "valid"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class PassView:
    """A renter's pass as the page shows it; times are on the wall of the hall."""

    state: PassState
    reservation: int
    reference: str
    holder: str | None
    """To whom its renter gave it, empty once that is forgotten; None: it is the renter's own one."""
    hall: str
    site: str
    address: str
    starts: datetime
    ends: datetime
    opens: datetime
    closes: datetime
    opens_at: datetime
    """The same as moments."""
    closes_at: datetime
    zone: str
    """IANA zone of that wall."""
    may_hold_open: bool
    """Whether its holder may leave doors open for guests."""
    route: tuple[str, ...]
    """What to walk through, in order; the hall itself comes last."""
    way_in: AccessType
    instructions: str
    """Beside the way in: where the key is, whom to call."""
    arriving: str
    """How things work in the hall."""
    leaving: str
    house_rules: str
    grants: tuple[int, ...]
    """What its entries at the doors are found by."""
    text: str | None
    """What the QR code holds, while there is one to show."""


def pass_of(session: Session, reference: str, now: datetime) -> PassView:
    """Return the pass of a reservation, or one with a name: always the newest signed form.

    Raises:
        NotFound: there is no such reservation or pass, or the reservation never was confirmed.

    """
    named = session.scalar(select(NamedPass).where(NamedPass.reference == reference))
    mine = (
        Reservation.reference == reference
        if named is None
        else Reservation.id == named.reservation_id
    )
    one = session.scalar(
        select(Reservation)
        .where(mine)
        .options(
            joinedload(Reservation.hall).joinedload(Hall.site),
            joinedload(Reservation.hall).selectinload(Hall.route),
            joinedload(Reservation.hall).selectinload(Hall.access),
        )
    )
    if one is None or one.state not in {State.CONFIRMED, State.FINISHED, State.CANCELLED}:
        raise NotFound("pass")
    newest = _newest(session, one.id) if named is None else _newest_named(session, named)
    is_withdrawn = named is not None and named.withdrawn_at is not None
    state, zone = _state(one, newest, now, is_withdrawn=is_withdrawn), ZoneInfo(one.zone)
    return PassView(
        state=state,
        reservation=one.id,
        reference=one.reference,
        holder=named.name if named is not None else None,
        hall=one.hall.name,
        site=one.hall.site.name,
        address=one.hall.site.address,
        starts=one.local_start,
        ends=one.local_end,
        opens=to_wall(one.opens_at, zone),
        closes=to_wall(one.closes_at, zone),
        opens_at=one.opens_at,
        closes_at=one.closes_at,
        zone=one.zone,
        may_hold_open=one.hall.may_hold_open,
        route=_route(session, one.hall),
        way_in=way_in(one.hall, one.local_start.date()),
        instructions=instructions(one.hall, one.local_start.date()),
        arriving=one.hall.arriving,
        leaving=one.hall.leaving,
        house_rules=one.hall.house_rules,
        grants=(newest.grant_id,) if newest is not None else (),
        text=text_of(newest) if newest is not None and state is PassState.VALID else None,
    )


def passes(
    session: Session, *, grant: int | None, reservation: str | None, limit: int = 200
) -> Sequence[Credential]:
    """Return passes with their grants, the newest first."""
    query = (
        select(Credential)
        .options(joinedload(Credential.grant))
        .order_by(Credential.created_at.desc(), Credential.id)
        .limit(limit)
    )
    if grant is not None:
        query = query.where(Credential.grant_id == grant)
    if reservation is not None:
        query = (
            query.join(Grant, Grant.id == Credential.grant_id)
            .outerjoin(NamedPass, NamedPass.grant_id == Grant.id)
            .join(
                Reservation,
                Reservation.id == func.coalesce(Grant.reservation_id, NamedPass.reservation_id),
            )
            .where(Reservation.reference == reservation)
        )
    return session.scalars(query).all()


def pass_by_id(session: Session, credential_id: str) -> Credential:
    """Return a pass with its grant.

    Raises:
        NotFound: there is none.

    """
    credential = session.scalar(
        select(Credential)
        .where(Credential.id == credential_id)
        .options(joinedload(Credential.grant))
    )
    if credential is None:
        raise NotFound("pass")
    return credential


def reservation_of_grant(session: Session, grant_id: int) -> int | None:
    """Return the reservation that a grant is for; None: it is a crew's or staff's."""
    return session.scalar(
        select(func.coalesce(Grant.reservation_id, NamedPass.reservation_id))
        .outerjoin(NamedPass, NamedPass.grant_id == Grant.id)
        .where(Grant.id == grant_id)
    )


def replaced_for(session: Session, credential_id: str) -> int | None:
    """Return the reservation whose renter's own pass took the place of another; None: there is none."""
    return session.scalar(
        select(Grant.reservation_id)
        .join(Credential, Credential.grant_id == Grant.id)
        .where(Credential.id == credential_id, Credential.issue > 0)
    )


def _newest(session: Session, reservation_id: int) -> Credential | None:
    return session.scalar(
        select(Credential)
        .join(Grant, Grant.id == Credential.grant_id)
        .where(Grant.reservation_id == reservation_id)
        .order_by(Credential.issue.desc())
        .limit(1)
    )


def _newest_named(session: Session, named: NamedPass) -> Credential | None:
    return session.scalar(
        select(Credential)
        .where(Credential.grant_id == named.grant_id)
        .order_by(Credential.issue.desc())
        .limit(1)
    )


def _state(
    one: Reservation, newest: Credential | None, now: datetime, *, is_withdrawn: bool
) -> PassState:
    if one.state is State.CANCELLED:
        return PassState.CANCELLED
    if now >= one.closes_at:
        return PassState.OVER
    if is_withdrawn:
        return PassState.REVOKED
    if way_in(one.hall, one.local_start.date()) is not AccessType.DOOR_UNIT:
        return PassState.NOT_NEEDED
    if newest is None:
        return PassState.COMING
    if newest.state is CredentialState.REVOKED:
        return PassState.REVOKED
    return PassState.VALID


def _route(session: Session, hall: Hall) -> tuple[str, ...]:
    names = {
        area.bit: area.name
        for area in session.scalars(select(Area).where(Area.site_id == hall.site_id))
    }
    return tuple(names[step.bit] for step in hall.route if step.bit in names)
