"""Rows of payments: locked, read, and what happened to them noted. Never commits.

Whoever changes money of an order locks the order first, then the payment, and only after that spaces
and reservations: so nobody waits in a circle, and two who bring the same money come one by one.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import SQLColumnExpression, func, insert, select
from sqlalchemy.orm import Session

from central.booking.models import Order, Reservation
from central.errors import NotFound
from central.payments.models import Outcome, Payment, PaymentChange, PaymentShare, Receipt
from central.payments.payment import Transition, after


def lock_order(session: Session, order_id: int) -> None:
    """Let nobody else change the money of an order until this transaction ends."""
    # Rows that refer to the order may still be added (a weaker lock than FOR UPDATE).
    wanted = select(Order.id).where(Order.id == order_id)
    session.execute(wanted.with_for_update(key_share=True))


def lock_order_of(session: Session, reservation_id: int) -> None:
    """Do the same for the order of a reservation."""
    wanted = select(Reservation.order_id).where(Reservation.id == reservation_id)
    lock_order(session, session.scalars(wanted).one())


def locked(session: Session, payment_id: int) -> Payment:
    """Return a payment as it is now, its order locked.

    Raises:
        NotFound: there is none.

    """
    order = session.scalar(select(Payment.order_id).where(Payment.id == payment_id))
    if order is None:
        raise NotFound("payment")
    lock_order(session, order)
    wanted = select(Payment).where(Payment.id == payment_id)
    return session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one()


def payment_of(session: Session, reference: str) -> Payment:
    """Return a payment by what pages and providers call it.

    Raises:
        NotFound: there is none.

    """
    found = session.scalar(select(Payment).where(Payment.reference == reference))
    if found is None:
        raise NotFound("payment")
    return found


def payments_of(session: Session, order_id: int) -> list[Payment]:
    """Return the payments of an order, the newest first."""
    wanted = select(Payment).where(Payment.order_id == order_id).order_by(Payment.id.desc())
    return list(session.scalars(wanted))


def shares_of(session: Session, payment_id: int) -> list[PaymentShare]:
    """Return what a payment is for, by reservation."""
    wanted = select(PaymentShare).where(PaymentShare.payment_id == payment_id)
    return list(
        session.scalars(
            wanted.order_by(PaymentShare.reservation_id).execution_options(populate_existing=True)
        )
    )


def paid_for(session: Session, reservation_ids: Collection[int]) -> Mapping[int, tuple[int, int]]:
    """Return what is booked of prices and of deposits, by reservation."""
    return _booked(session, reservation_ids, PaymentShare.cents, PaymentShare.deposit_cents)


def settled_for(
    session: Session, reservation_ids: Collection[int]
) -> Mapping[int, tuple[int, int]]:
    """Return the same with what was waived: all that is not asked any more."""
    cents = PaymentShare.cents + PaymentShare.waived_cents
    deposit = PaymentShare.deposit_cents + PaymentShare.waived_deposit_cents
    return _booked(session, reservation_ids, cents, deposit)


def _booked(
    session: Session,
    reservation_ids: Collection[int],
    cents: SQLColumnExpression[int],
    deposit: SQLColumnExpression[int],
) -> Mapping[int, tuple[int, int]]:
    rows = session.execute(
        select(PaymentShare.reservation_id, func.sum(cents), func.sum(deposit))
        .where(PaymentShare.reservation_id.in_(reservation_ids))
        .where(PaymentShare.outcome == Outcome.BOOKED)
        .group_by(PaymentShare.reservation_id)
    )
    return {number: (int(price), int(held)) for number, price, held in rows}


def open_of(one: Reservation, settled: Mapping[int, tuple[int, int]]) -> tuple[int, int]:
    """Return what of the price and of the deposit of a reservation is still asked."""
    cents, deposit = settled.get(one.id, (0, 0))
    return max(0, one.cents - cents), max(0, one.deposit_cents - deposit)


def receipts_of(session: Session, payment_ids: Collection[int]) -> Sequence[Receipt]:
    """Return what arrived for payments, in the order in which it did."""
    wanted = select(Receipt).where(Receipt.payment_id.in_(payment_ids))
    return session.scalars(wanted.order_by(Receipt.at, Receipt.id)).all()


def has_receipt(session: Session, order_id: int) -> bool:
    """Tell whether any money arrived for an order."""
    wanted = select(Payment.id).where(Payment.order_id == order_id, Payment.received_cents > 0)
    return session.scalar(wanted.limit(1)) is not None


def payer_iban(session: Session, payment_id: int) -> str:
    """Return the account from which a payment came, if somebody noted it."""
    wanted = select(func.max(Receipt.payer_iban)).where(Receipt.payment_id == payment_id)
    return session.scalar(wanted) or ""


def change(
    session: Session, one: Payment, transition: Transition, now: datetime, actor: str
) -> None:
    """Let something happen to a payment, and write it down.

    Raises:
        PaymentNotPossible: not in its state.

    """
    one.state = after(one.state, transition)
    one.changed_at = now
    session.execute(
        insert(PaymentChange),
        {"payment_id": one.id, "transition": transition, "at": now, "actor": actor},
    )
