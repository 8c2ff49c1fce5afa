"""What happens to passes: they follow their reservation, are issued by hand, and are revoked.

Never commits. Order of locks: what booking locks, then the lists of sites (`lists.open_lists`),
under which grants and passes of those sites change. Making the first pass of a grant needs none.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from central.booking.models import Order, Reservation
from central.booking.reservation import State
from central.credentials import issuing, lists
from central.credentials.errors import AlreadyRevoked
from central.credentials.models import Credential, CredentialState, Grant, GrantState
from central.credentials.validity import Entitlement, bits_of, of_renter
from central.documents.authority import Authority
from central.errors import Busy, NotFound
from central.events import CredentialRevoked
from central.halls import service as halls
from central.halls.models import Hall
from central.outbox.service import announce


def follow_reservation(
    session: Session, reservation_id: int, authority: Authority, now: datetime
) -> None:
    """Bring the pass of a reservation in line with it: made, amended or withdrawn.

    It reads how things are now, so it may be called late, twice, or in any order.
    """
    reservation = session.scalar(
        select(Reservation)
        .where(Reservation.id == reservation_id)
        .options(
            joinedload(Reservation.hall).selectinload(Hall.route),
            joinedload(Reservation.order).joinedload(Order.person),
        )
        .with_for_update(of=Reservation)
    )
    if reservation is None:
        raise NotFound("reservation")
    grant = session.scalar(select(Grant).where(Grant.reservation_id == reservation_id))
    has_doors = bool(reservation.hall.route)  # else somebody opens it, or hands out a key
    match reservation.state:
        case State.CONFIRMED | State.FINISHED if has_doors:
            _allow(session, reservation, grant, authority, now)
        case State.CONFIRMED | State.FINISHED | State.CANCELLED | State.EXPIRED if (
            grant is not None
        ):
            _cancel(session, grant, authority, now)
        case _:
            pass


def issue_by_hand(
    session: Session,
    allowed: Entitlement,
    label: str,
    authority: Authority,
    now: datetime,
    actor: str,
) -> Credential:
    """Make a pass for a crew, for staff or for an emergency.

    Raises:
        NotFound: there is no such site.
        NotOfThisSite: an area is not.
        NotAPass: it cannot be said in a credential.
        NoKeyFor: no key may sign it.

    """
    known = {area.bit for area in halls.site_of(session, allowed.site).areas}
    unknown = bits_of(allowed.areas) - known
    if unknown:
        raise halls.NotOfThisSite(what="areas", numbers=", ".join(map(str, sorted(unknown))))
    grant = issuing.new_grant(session, allowed, now, actor, label=label)
    return issuing.issue(session, grant, authority, now, actor)


def issue_again(
    session: Session, grant_id: int, authority: Authority, now: datetime, actor: str
) -> Credential:
    """Replace the pass of a grant, because it was lost or seen by others; the old ones stop opening.

    Raises:
        NotFound: there is no such grant.
        GrantOver: it was cancelled.

    """
    grant = session.get(Grant, grant_id)
    if grant is None:
        raise NotFound("grant")
    opened = lists.open_lists(session, grant.site_id)
    session.refresh(grant)
    if grant.site_id not in opened:
        raise Busy
    credential = issuing.issue(session, grant, authority, now, actor)
    lists.publish(session, opened, authority, now)
    return credential


def revoke(
    session: Session,
    credential_id: str,
    reason: str,
    authority: Authority,
    now: datetime,
    actor: str,
) -> int:
    """Let a pass open nothing any more; return the number of the list that says so.

    Raises:
        NotFound: there is no such pass.
        AlreadyRevoked: it was revoked before.

    """
    credential = session.get(Credential, credential_id)
    if credential is None:
        raise NotFound("pass")
    opened = lists.open_lists(session, credential.site_id)
    session.refresh(credential)
    if credential.state is CredentialState.REVOKED:
        raise AlreadyRevoked
    credential.state = CredentialState.REVOKED
    credential.revoked_at, credential.revoked_by, credential.reason = now, actor, reason
    announce(session, CredentialRevoked(credential.id, credential.site_id), now)
    lists.publish(session, opened, authority, now)
    return opened[credential.site_id]


def _allow(
    session: Session,
    reservation: Reservation,
    grant: Grant | None,
    authority: Authority,
    now: datetime,
) -> None:
    allowed = _entitlement(reservation)
    if grant is None:
        grant = issuing.new_grant(session, allowed, now, issuing.SYSTEM, reservation=reservation.id)
        issuing.issue(session, grant, authority, now, issuing.SYSTEM)
    elif issuing.entitlement_of(grant) != allowed or grant.state is GrantState.CANCELLED:
        _change(session, grant, allowed, authority, now)


def _entitlement(reservation: Reservation) -> Entitlement:
    return of_renter(
        reservation.opens_at,
        reservation.closes_at,
        reservation.hall.site_id,
        [step.bit for step in reservation.hall.route],
        reservation.order.person.language,
        accessible=reservation.accessible,
    )


def _change(
    session: Session, grant: Grant, allowed: Entitlement, authority: Authority, now: datetime
) -> None:
    opened = lists.open_lists(session, grant.site_id, allowed.site)
    signed_anew = (grant.site_id, grant.accessible) != (allowed.site, allowed.accessible)
    zone = issuing.zone_of_site(session, allowed.site, now)
    issuing.allow(grant, allowed)
    grant.state = GrantState.ACTIVE  # it may come back from a hall without doors
    grant.latest_end = max(grant.latest_end, issuing.windows_of(allowed, zone)[-1].end)
    session.flush()
    if signed_anew and _has_pass(session, grant):  # a list cannot say these; a pass does
        issuing.issue(session, grant, authority, now, issuing.SYSTEM)
    lists.publish(session, opened, authority, now)


def _has_pass(session: Session, grant: Grant) -> bool:
    """Tell whether its holder has one: who lost it by revocation gets none by moving."""
    is_active = Credential.state == CredentialState.ACTIVE
    of_grant = select(Credential.id).where(Credential.grant_id == grant.id, is_active)
    return session.scalar(of_grant.limit(1)) is not None


def _cancel(session: Session, grant: Grant, authority: Authority, now: datetime) -> None:
    opened = lists.open_lists(session, grant.site_id)
    grant.state = GrantState.CANCELLED
    lists.publish(session, opened, authority, now)
