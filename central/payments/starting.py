"""Begin to pay: what an order asks, in which ways, and the row of a payment. Never commits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from central.booking import paying
from central.booking.models import Reservation
from central.booking.reservation import State as Place
from central.booking.rows import new_reference
from central.errors import CentralError
from central.halls.models import Hall
from central.payments import ledger
from central.payments.models import TRANSFER, Outcome, Payment, PaymentShare
from central.payments.numbers import new_communication
from central.payments.payment import WAITING, State, Transition

TRANSFER_TAKES = timedelta(days=5)
"""How long places are kept for who pays by transfer or at the desk."""
TRANSFER_NEEDS = timedelta(days=7)
"""A transfer is offered when the use begins at least this much later: time to arrive, and to be told."""


class NothingToPay(CentralError):
    """Nothing of the order waits for money (any more)."""

    status = HTTPStatus.CONFLICT
    code = "nothing_to_pay"
    sentence = "There is nothing to pay for this order."


class NoSuchWay(CentralError):
    """One cannot pay like that, or not so shortly before the use."""

    status = HTTPStatus.CONFLICT
    code = "no_such_way"
    sentence = "It is not possible to pay in this way."


@dataclass(frozen=True, slots=True)
class Part:
    """What is asked for one reservation: all, or what it became dearer when it was changed."""

    reservation: Reservation
    cents: int
    deposit_cents: int


@dataclass(frozen=True, slots=True)
class Due:
    """What an order asks now."""

    parts: tuple[Part, ...]
    until: datetime | None
    """Until when the places are kept; None: they are certain already."""
    starts_at: datetime

    @property
    def cents(self) -> int:
        """Prices and deposits together."""
        return sum(one.cents + one.deposit_cents for one in self.parts)

    def allows_transfer(self, now: datetime) -> bool:
        """Tell whether a transfer arrives in time."""
        return self.until is None or self.starts_at - now >= TRANSFER_NEEDS


def due(session: Session, order_id: int, now: datetime) -> Due | None:
    """Return what an order asks; None when it asks nothing.

    What somebody of staff made certain before its money was booked is still asked.
    """
    rows = session.scalars(
        select(Reservation)
        .where(Reservation.order_id == order_id)
        .order_by(Reservation.starts_at)
        .options(selectinload(Reservation.hall).selectinload(Hall.site))
        .execution_options(populate_existing=True)
    ).all()
    settled = ledger.settled_for(session, [one.id for one in rows])
    parts = [
        Part(one, *ledger.open_of(one, settled)) for one in rows if _is_asked(session, one, now)
    ]
    asked = tuple(one for one in parts if one.cents + one.deposit_cents)
    if not asked:
        return None
    kept = [time for one in asked if (time := one.reservation.hold_expires_at) is not None]
    return Due(asked, min(kept, default=None), asked[0].reservation.starts_at)


def still_asked(session: Session, order_id: int, now: datetime) -> int:
    """Return what is not paid of what is certain already, in cents."""
    asked = due(session, order_id, now)
    return asked.cents if asked is not None and asked.until is None else 0


def _is_asked(session: Session, one: Reservation, now: datetime) -> bool:
    if one.state is Place.AWAITING_PAYMENT:
        return one.hold_expires_at is None or one.hold_expires_at > now
    is_certain = one.state in {Place.CONFIRMED, Place.FINISHED}
    return is_certain and paying.has_to_pay_first(session, one)


def begin(
    session: Session, order_id: int, way: str, now: datetime, actor: str, *, at_desk: bool = False
) -> Payment:
    """Return a payment of what an order asks in one way; asked again it is the same one.

    At the desk, money is taken until the last moment.

    Raises:
        NothingToPay: nothing is asked.
        NoSuchWay: a transfer would not arrive in time.

    """
    ledger.lock_order(session, order_id)
    asked = due(session, order_id, now)
    if asked is None:
        raise NothingToPay
    if way == TRANSFER and not at_desk and not asked.allows_transfer(now):
        raise NoSuchWay
    shares = {one.reservation.id: (one.cents, one.deposit_cents) for one in asked.parts}
    for other in ledger.payments_of(session, order_id):
        if other.way != way or other.state not in {*WAITING, State.PARTLY}:
            continue
        if _shares(session, other) == shares:
            return other
        if other.state in WAITING:
            ledger.change(session, other, Transition.ABANDON, now, actor)
    made = _new(session, order_id, way, asked, now)
    if way == TRANSFER:
        ledger.change(session, made, Transition.OFFER, now, actor)
    return made


def _new(session: Session, order_id: int, way: str, asked: Due, now: datetime) -> Payment:
    until = asked.until or now + TRANSFER_TAKES
    is_transfer = way == TRANSFER
    if is_transfer and asked.until is not None and asked.allows_transfer(now):
        until = max(until, _first_transfer(session, order_id, now) + TRANSFER_TAKES)
        ids = [one.reservation.id for one in asked.parts if one.reservation.hold_expires_at]
        paying.keep_waiting(session, order_id, until, now, ids)
    made = Payment(
        reference=new_reference(),
        order_id=order_id,
        way=way,
        state=State.BEGUN,
        cents=asked.cents,
        received_cents=0,
        communication=_communication(session) if is_transfer else None,
        expires_at=until,
        created_at=now,
        changed_at=now,
        asked_at=now,
    )
    session.add(made)
    session.flush()
    session.add_all(
        PaymentShare(
            payment_id=made.id,
            reservation_id=one.reservation.id,
            cents=one.cents,
            deposit_cents=one.deposit_cents,
            outcome=Outcome.WAITING,
        )
        for one in asked.parts
    )
    session.flush()
    return made


def offered(
    session: Session, payment_id: int, provider_reference: str, checkout_url: str, now: datetime
) -> Payment:
    """Write down that a provider lets somebody pay."""
    one = ledger.locked(session, payment_id)
    one.provider_reference, one.checkout_url = provider_reference, checkout_url
    if one.state is State.BEGUN:
        ledger.change(session, one, Transition.OFFER, now, "system")
    return one


def expire(session: Session, payment_id: int, now: datetime) -> None:
    """Wait no longer for a payment of which nothing arrived."""
    one = ledger.locked(session, payment_id)
    if one.state in WAITING and one.expires_at <= now:
        ledger.change(session, one, Transition.EXPIRE, now, "system")


def close(session: Session, payment_id: int, transition: Transition, now: datetime) -> None:
    """Write down that a bank refused, or the payer left or was too slow; only where nothing arrived."""
    one = ledger.locked(session, payment_id)
    if one.state in WAITING:
        ledger.change(session, one, transition, now, "system")


def abandon_others(session: Session, paid: Payment, now: datetime) -> None:
    """Wait no longer for other payments of what is paid now."""
    theirs = {one.reservation_id for one in ledger.shares_of(session, paid.id)}
    for other in ledger.payments_of(session, paid.order_id):
        is_open = other.id != paid.id and other.state in WAITING
        if is_open and theirs.issuperset(_shares(session, other)):
            ledger.change(session, other, Transition.ABANDON, now, "system")


def _shares(session: Session, one: Payment) -> dict[int, tuple[int, int]]:
    shares = ledger.shares_of(session, one.id)
    return {share.reservation_id: (share.cents, share.deposit_cents) for share in shares}


def _first_transfer(session: Session, order_id: int, now: datetime) -> datetime:
    """Return when an order first chose to pay by transfer: choosing again gains no time."""
    times = [one.created_at for one in ledger.payments_of(session, order_id) if one.way == TRANSFER]
    return min(times, default=now)


def _communication(session: Session) -> str:
    while True:
        digits = new_communication()
        taken = select(Payment.id).where(Payment.communication == digits)
        if session.scalar(taken) is None:
            return digits
