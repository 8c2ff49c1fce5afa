"""What happens to passes: they follow their reservation, are issued by hand, and are revoked.

Never commits. Order of locks: what booking locks, then the lists of sites (`lists.open_lists`),
under which grants and passes of those sites change. Making the first pass of a grant needs none.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from central.booking.models import Order, Reservation
from central.booking.reservation import State
from central.credentials import issuing, lists
from central.credentials.errors import AlreadyRevoked
from central.credentials.models import Credential, CredentialState, Grant, GrantState, NamedPass
from central.credentials.validity import Entitlement, bits_of, of_renter
from central.credentials.way_in import way_in
from central.documents.authority import Authority
from central.errors import Busy, NotFound
from central.events import CredentialRevoked
from central.halls import service as halls
from central.halls.access_type import AccessType
from central.halls.models import Hall
from central.outbox.service import announce


def follow_reservation(
    session: Session, reservation_id: int, authority: Authority, now: datetime
) -> None:
    """Bring the passes of a reservation in line with it: made, amended or withdrawn.

    The renter's own one, and those with a name. It reads how things are now, so it may be called
    late, twice, or in any order.
    """
    reservation = session.scalar(
        select(Reservation)
        .where(Reservation.id == reservation_id)
        .options(
            joinedload(Reservation.hall).selectinload(Hall.route),
            joinedload(Reservation.hall).selectinload(Hall.access),
            joinedload(Reservation.order).joinedload(Order.person),
        )
        .with_for_update(of=Reservation)
    )
    if reservation is None:
        raise NotFound("reservation")
    day = reservation.local_start.date()
    has_doors = way_in(reservation.hall, day) is AccessType.DOOR_UNIT
    match reservation.state:
        case State.CONFIRMED | State.FINISHED if has_doors:
            _allow(session, reservation, authority, now)
        case State.CONFIRMED | State.FINISHED | State.CANCELLED | State.EXPIRED:
            _cancel(session, grants_of(session, reservation_id), authority, now)
        case _:
            pass


def grants_of(session: Session, reservation_id: int) -> list[Grant]:
    """Return every grant of a reservation, the renter's own first."""
    named = select(NamedPass.grant_id).where(NamedPass.reservation_id == reservation_id)
    mine = (Grant.reservation_id == reservation_id) | Grant.id.in_(named)
    return list(session.scalars(select(Grant).where(mine).order_by(Grant.id)))


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


def _allow(session: Session, reservation: Reservation, authority: Authority, now: datetime) -> None:
    allowed = _entitlement(reservation)
    there = grants_of(session, reservation.id)
    changed = [grant for grant in there if not _says(grant, allowed)]
    if changed:
        _change(session, changed, allowed, authority, now)
    if all(grant.reservation_id is None for grant in there):
        grant = issuing.new_grant(session, allowed, now, issuing.SYSTEM, reservation=reservation.id)
        issuing.issue(session, grant, authority, now, issuing.SYSTEM)
    for named in _to_make(session, reservation.id):
        grant = issuing.new_grant(session, allowed, now, named.given_by)
        issuing.issue(session, grant, authority, now, named.given_by)
        named.grant_id = grant.id


def _to_make(session: Session, reservation_id: int) -> Sequence[NamedPass]:
    """Return what was given and has no pass yet; who lost it before it was made gets none."""
    return session.scalars(
        select(NamedPass)
        .where(NamedPass.reservation_id == reservation_id)
        .where(NamedPass.grant_id.is_(None), NamedPass.withdrawn_at.is_(None))
        .order_by(NamedPass.id)
    ).all()


def _entitlement(reservation: Reservation) -> Entitlement:
    return of_renter(
        reservation.opens_at,
        reservation.closes_at,
        reservation.hall.site_id,
        [step.bit for step in reservation.hall.route],
        reservation.order.person.language,
        accessible=reservation.accessible,
        may_hold_open=reservation.hall.may_hold_open,
    )


def _says(grant: Grant, allowed: Entitlement) -> bool:
    """Tell whether a grant says this already."""
    return grant.state is GrantState.ACTIVE and issuing.entitlement_of(grant) == _kept(
        grant, allowed
    )


def _kept(grant: Grant, allowed: Entitlement) -> Entitlement:
    """Return what a grant is to allow.

    That doors may be held open is no reason to sign anew: paper would stop opening for it. That they
    may not is one.
    """
    return replace(allowed, may_hold_open=allowed.may_hold_open and grant.may_hold_open)


def _change(
    session: Session,
    grants: Sequence[Grant],
    allowed: Entitlement,
    authority: Authority,
    now: datetime,
) -> None:
    opened = lists.open_lists(session, allowed.site, *(grant.site_id for grant in grants))
    zone = issuing.zone_of_site(session, allowed.site, now)
    for grant in grants:
        wanted = _kept(grant, allowed)
        signed_anew = _signed_only(issuing.entitlement_of(grant)) != _signed_only(wanted)
        issuing.allow(grant, wanted)
        grant.state = GrantState.ACTIVE  # it may come back from a hall without doors
        grant.latest_end = max(grant.latest_end, issuing.windows_of(wanted, zone)[-1].end)
        session.flush()
        if signed_anew and _has_pass(session, grant):
            issuing.issue(session, grant, authority, now, issuing.SYSTEM)
    lists.publish(session, opened, authority, now)


def _signed_only(allowed: Entitlement) -> tuple[int, bool, bool]:
    """Return what a list cannot say and only a pass does."""
    return allowed.site, allowed.accessible, allowed.may_hold_open


def _has_pass(session: Session, grant: Grant) -> bool:
    """Tell whether its holder has one: who lost it by revocation gets none by moving."""
    is_active = Credential.state == CredentialState.ACTIVE
    of_grant = select(Credential.id).where(Credential.grant_id == grant.id, is_active)
    return session.scalar(of_grant.limit(1)) is not None


def _cancel(session: Session, grants: Sequence[Grant], authority: Authority, now: datetime) -> None:
    if not grants:
        return
    opened = lists.open_lists(session, *(grant.site_id for grant in grants))
    for grant in grants:
        grant.state = GrantState.CANCELLED
    lists.publish(session, opened, authority, now)
