"""Where an order waits for its money, and what follows. Never commits.

Payments are somebody else's: they hear `OrderAwaitsPayment`, and call what stands here. Nothing is
certain, and so no pass is made, before the money is booked or somebody of staff decides so.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.audit.service import record
from central.booking import occupancy
from central.booking.catalogue import offer
from central.booking.models import Order, Reservation
from central.booking.occupancy import Locked
from central.booking.reservation import NotPossible, State, Transition, after
from central.booking.rows import HoldRanOut, Over, claim, locked, note
from central.booking.rules import policy_of
from central.events import ReservationConfirmed
from central.halls.models import Hall
from central.outbox.service import announce

PAYING_TAKES = timedelta(minutes=30)
"""How long a place is kept for who pays; a slower way of paying needs a decision of staff."""
AFTER_APPROVAL = timedelta(days=3)
"""How long it is kept when the renter only hears by mail that it can be paid."""


def confirm_paid(
    session: Session,
    order_id: int,
    now: datetime,
    actor: str = "system",
    reason: str = "",
    only: Collection[int] | None = None,
) -> Order:
    """Make certain what waited for its money: it is booked, or somebody of staff decides so.

    A `reason` says why somebody of staff does not wait for the money; it is audited. `only` names the
    reservations that were paid; None: all of the order.

    Raises:
        HoldRanOut: the time for paying is over, and the place may be somebody else's (`rebook`).
        NotPossible: nothing of the order waits for payment.

    """
    places, waiting = _waiting(session, order_id, now, only)
    for one in waiting:
        if one.hold_expires_at is not None and one.hold_expires_at <= now:
            raise HoldRanOut
        one.state = after(one.state, Transition.CONFIRM)
        one.hold_expires_at = None
        announce(session, ReservationConfirmed(one.id), now)
    occupancy.keep(places, [one.id for one in waiting])
    note(session, waiting, Transition.CONFIRM, now, actor, reason)
    if reason:
        subject = f"order:{order_id}"
        record(session, actor, "order.confirmed_unpaid", subject, now, reason=reason)
    return session.get_one(Order, order_id)


def expire_unpaid(session: Session, order_id: int, now: datetime, actor: str = "system") -> None:
    """Give back the places of an order that will not be paid.

    Raises:
        NotPossible: nothing of it waits for payment.

    """
    places, waiting = _waiting(session, order_id, now)
    for one in waiting:
        one.state = after(one.state, Transition.EXPIRE)
        one.hold_expires_at = None
    occupancy.give_back(places, [one.id for one in waiting])
    note(session, waiting, Transition.EXPIRE, now, actor)


def keep_waiting(
    session: Session, order_id: int, until: datetime, now: datetime, only: Collection[int]
) -> None:
    """Keep places longer for who pays in a slow way; none is kept shorter than it was.

    Raises:
        HoldRanOut: the time for paying is over.
        NotPossible: nothing of it waits for payment.

    """
    places, waiting = _waiting(session, order_id, now, only)
    for one in waiting:
        kept = min(until, one.starts_at)
        if one.hold_expires_at is not None and one.hold_expires_at < kept:
            one.hold_expires_at = kept
            occupancy.keep(places, [one.id], kept)


def rebook(
    session: Session,
    order_id: int,
    now: datetime,
    actor: str = "system",
    only: Collection[int] | None = None,
) -> Order:
    """Give an order that was paid too late its places again, all of them or none.

    `only` names the reservations that were paid; None: all that ran out.

    Raises:
        Taken: one is somebody else's meanwhile. Roll back, and give the money back.
        Over: the time of one has passed.
        NotPossible: nothing of it ran out.

    """
    ran_out = _of_order(session, order_id, State.EXPIRED, only)
    offers = {one.id: offer(session, one.hall_id) for one in ran_out}
    spaces = frozenset().union(*(one.spaces for one in offers.values()))
    places, rows = locked(session, list(offers), spaces, now)
    for one in rows:
        one.state = after(one.state, Transition.REBOOK)
        if one.ends_at <= now:
            raise Over
        announce(session, ReservationConfirmed(one.id), now)
    session.flush()
    occupancy.occupy(places, [claim(one, offers[one.id]) for one in rows])
    note(session, rows, Transition.REBOOK, now, actor)
    return session.get_one(Order, order_id)


def await_payment(
    places: Locked,
    reservations: Collection[Reservation],
    now: datetime,
    takes: timedelta = PAYING_TAKES,
) -> None:
    """Keep places for as long as paying may take; whoever wants them after that gets them."""
    for one in reservations:
        one.hold_expires_at = min(now + takes, one.ends_at)
        occupancy.keep(places, [one.id], one.hold_expires_at)


def has_to_pay_first(session: Session, one: Reservation) -> bool:
    """Tell whether money must be booked before a reservation is certain."""
    return one.cents + one.deposit_cents > 0 and is_paid_first(session, one.hall_id)


def is_paid_first(session: Session, hall_id: int) -> bool:
    """Tell whether what a hall costs must be booked before a use of it is certain."""
    service = session.scalar(select(Hall.service_id).where(Hall.id == hall_id))
    return policy_of(session, service).pays_first


def _waiting(
    session: Session, order_id: int, now: datetime, only: Collection[int] | None = None
) -> tuple[Locked, list[Reservation]]:
    wanted = select(Reservation.id).where(Reservation.order_id == order_id)
    if only is not None:
        wanted = wanted.where(Reservation.id.in_(only))
    ids = session.scalars(wanted).all()
    places, rows = locked(session, ids, frozenset(), now)
    waiting = [one for one in rows if one.state is State.AWAITING_PAYMENT]
    if not waiting:
        if any(one.state is State.EXPIRED for one in rows):
            raise HoldRanOut
        raise NotPossible(state=rows[0].state.value, transition=Transition.CONFIRM.value)
    return places, waiting


def _of_order(
    session: Session, order_id: int, state: State, only: Collection[int] | None = None
) -> list[Reservation]:
    found = session.scalars(select(Reservation).where(Reservation.order_id == order_id)).all()
    those = [one for one in found if one.state is state and (only is None or one.id in only)]
    if not those:
        raise NotPossible(
            state=", ".join(sorted({one.state for one in found})), transition="rebook"
        )
    return those
