"""Requests that somebody of a city service decides about, with a deadline. Never commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, selectinload

from central.accounts.roles import Scope
from central.audit.service import record
from central.booking import occupancy, paying
from central.booking.models import Order, Reservation
from central.booking.reservation import State, Transition, after
from central.booking.rows import Over, locked, note
from central.booking.rule_models import Handling
from central.events import (
    OrderAwaitsPayment,
    RequestOverdue,
    ReservationApproved,
    ReservationConfirmed,
    ReservationDenied,
)
from central.halls.models import Hall
from central.halls.scope import in_scope
from central.outbox.service import announce

WAITING = frozenset({State.REQUESTED, State.IN_HANDLING})
REMINDED_BEFORE = timedelta(days=1)
"""Somebody is reminded this long before the deadline of a request."""


@dataclass(frozen=True, slots=True)
class Request:
    """A reservation that waits for an answer."""

    reservation: Reservation
    handling: Handling


def requests(session: Session, scope: Scope) -> list[Request]:
    """Return what waits for an answer about the halls of a scope, the most pressing first."""
    rows = session.execute(
        select(Reservation, Handling)
        .join(Handling, Handling.reservation_id == Reservation.id)
        .join(Hall, Hall.id == Reservation.hall_id)
        .where(Reservation.state.in_(WAITING), in_scope(scope))
        .options(
            selectinload(Reservation.order).selectinload(Order.person),
            selectinload(Reservation.hall).selectinload(Hall.site),
        )
        .order_by(Handling.due_at, Reservation.id)
    )
    return [Request(*row) for row in rows]


def due_of(session: Session, reservation_ids: Sequence[int]) -> dict[int, Handling]:
    """Return how requests are handled, by reservation."""
    wanted = select(Handling).where(Handling.reservation_id.in_(reservation_ids))
    return {one.reservation_id: one for one in session.scalars(wanted)}


def take_up(session: Session, reservation_id: int, actor: str, now: datetime) -> Reservation:
    """Tell the renter that somebody looks at it.

    Raises:
        NotPossible: it is no request, or somebody does already.

    """
    _, (one,) = locked(session, [reservation_id], frozenset(), now)
    one.state = after(one.state, Transition.TAKE_UP)
    note(session, [one], Transition.TAKE_UP, now, actor)
    return one


def approve(session: Session, reservation_id: int, actor: str, now: datetime) -> Reservation:
    """Agree: it is certain, or waits for its payment.

    Raises:
        NotPossible: it is no request (any more).
        Over: its time has passed.

    """
    places, (one,) = locked(session, [reservation_id], frozenset(), now)
    one.state = after(one.state, Transition.APPROVE)
    if one.ends_at <= now:
        raise Over
    note(session, [one], Transition.APPROVE, now, actor)
    _decided(session, one, "reservation.approved", actor, now)
    announce(session, ReservationApproved(one.id), now)
    if paying.has_to_pay_first(session, one):
        paying.await_payment(places, [one], now, paying.AFTER_APPROVAL)
        announce(session, OrderAwaitsPayment(one.order_id), now)
        return one
    one.state = after(one.state, Transition.CONFIRM)
    note(session, [one], Transition.CONFIRM, now, actor)
    announce(session, ReservationConfirmed(one.id), now)
    return one


def deny(
    session: Session, reservation_id: int, actor: str, now: datetime, reason: str
) -> Reservation:
    """Do not agree; others may have the place.

    Raises:
        NotPossible: it is no request (any more).

    """
    places, (one,) = locked(session, [reservation_id], frozenset(), now)
    one.state = after(one.state, Transition.DENY)
    occupancy.give_back(places, [one.id])
    note(session, [one], Transition.DENY, now, actor, reason)
    _decided(session, one, "reservation.denied", actor, now, reason)
    announce(session, ReservationDenied(one.id), now)
    return one


def remind(session: Session, now: datetime) -> int:
    """Announce each request that nears its deadline, and once more when it is over."""
    late = _lateness(now)
    rows = session.scalars(
        select(Handling)
        .join(Reservation, Reservation.id == Handling.reservation_id)
        .where(Reservation.state.in_(WAITING), late)
        .order_by(Handling.reservation_id)
        .limit(500)
        .with_for_update(of=Handling, skip_locked=True)
    ).all()
    for one in rows:
        is_over = one.due_at is not None and one.due_at <= now
        one.reminded_at = one.reminded_at or now
        if is_over:
            one.escalated_at = now
        announce(session, RequestOverdue(one.reservation_id, is_over), now)
    return len(rows)


def to_remind(session: Session, now: datetime) -> bool:
    """Tell whether `remind` has something to do; so that it need not write for nothing."""
    wanted = select(Handling.reservation_id).join(
        Reservation, Reservation.id == Handling.reservation_id
    )
    late = wanted.where(Reservation.state.in_(WAITING), _lateness(now)).limit(1)
    return session.scalar(late) is not None


def _lateness(now: datetime) -> ColumnElement[bool]:
    soon = Handling.reminded_at.is_(None) & (Handling.due_at <= now + REMINDED_BEFORE)
    over = Handling.escalated_at.is_(None) & (Handling.due_at <= now)
    return soon | over


def _decided(
    session: Session, one: Reservation, action: str, actor: str, now: datetime, reason: str = ""
) -> None:
    handling = session.get_one(Handling, one.id)
    handling.decided_at, handling.decided_by, handling.reason = now, actor, reason
    record(session, actor, action, f"reservation:{one.id}", now, reason=reason)
