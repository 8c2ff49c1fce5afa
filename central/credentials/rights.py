"""What the holder of a pass's link may do at the doors now: for what is asked on its page."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from central.booking.models import Order, Reservation
from central.booking.reservation import State
from central.credentials.models import Credential, CredentialState, Grant, GrantState, NamedPass
from central.credentials.way_in import way_in
from central.errors import NotFound
from central.halls.access_type import AccessType
from central.halls.models import Hall


@dataclass(frozen=True, slots=True)
class PassRight:
    """A pass that opens doors now or will, and by whom it is used."""

    reservation: int
    grant: int
    actor: str
    """How the audit trail names its holder: `person:12`, or `named_pass:5` for who got it."""
    hall: str
    site: int
    route: tuple[int, ...]
    """Bits of the areas on the way in, in walking order."""
    zone: ZoneInfo
    opens_at: datetime
    closes_at: datetime
    may_hold_open: bool
    """Whether the hall lets renters leave its doors open for guests."""


def right_of(session: Session, reference: str, now: datetime) -> PassRight:
    """Return what the holder of a pass may do.

    Args:
        session: reading.
        reference: of a reservation, or of a pass with a name.
        now: when.

    Raises:
        NotFound: there is no such pass, or it opens nothing any more.

    """
    named = session.scalar(select(NamedPass).where(NamedPass.reference == reference))
    mine = (
        Reservation.reference == reference
        if named is None
        else Reservation.id == named.reservation_id
    )
    one = session.scalar(
        select(Reservation)
        .where(mine, Reservation.state == State.CONFIRMED, Reservation.closes_at > now)
        .options(
            joinedload(Reservation.hall).selectinload(Hall.route),
            joinedload(Reservation.hall).selectinload(Hall.access),
            joinedload(Reservation.order),
        )
    )
    grant = _grant(session, one, named) if one is not None else None
    if one is None or grant is None:
        raise NotFound("pass")
    order: Order = one.order
    by_pass = way_in(one.hall, one.local_start.date()) is AccessType.DOOR_UNIT
    return PassRight(
        reservation=one.id,
        grant=grant,
        actor=f"person:{order.person_id}" if named is None else f"named_pass:{named.id}",
        hall=one.hall.name,
        site=one.hall.site_id,
        route=tuple(step.bit for step in one.hall.route),
        zone=ZoneInfo(one.zone),
        opens_at=one.opens_at,
        closes_at=one.closes_at,
        may_hold_open=one.hall.may_hold_open and by_pass,
    )


def lost_with(session: Session, credential_id: str) -> int | None:
    """Return the grant that has no pass any more since this one was revoked; None: it has another."""
    grant = session.scalar(select(Credential.grant_id).where(Credential.id == credential_id))
    return None if grant is None or _has_pass(session, grant) else grant


def _grant(session: Session, one: Reservation, named: NamedPass | None) -> int | None:
    """Return the grant of a pass that doors take."""
    mine = Grant.reservation_id == one.id if named is None else Grant.id == named.grant_id
    grant = session.scalar(select(Grant.id).where(mine, Grant.state == GrantState.ACTIVE))
    is_withdrawn = named is not None and named.withdrawn_at is not None
    if grant is None or is_withdrawn or not _has_pass(session, grant):
        return None
    return grant


def _has_pass(session: Session, grant: int) -> bool:
    active = Credential.state == CredentialState.ACTIVE
    of_grant = select(Credential.id).where(Credential.grant_id == grant, active)
    return session.scalar(of_grant.limit(1)) is not None
