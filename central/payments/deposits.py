"""Deposits: collected with the price, given back after the use, kept in part for a reason. Never commits."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.audit.service import record
from central.booking.models import Reservation
from central.events import DepositRetained
from central.outbox.service import announce
from central.payments import ledger, refunding
from central.payments.deposit import State, Transition, after, check_retained, return_by
from central.payments.models import Deposit, Payment
from central.payments.refund import Cause

_AT_ONCE = 200  # deposits in one transaction


def collect(session: Session, one: Payment, reservations: Collection[int], now: datetime) -> None:
    """Write down the deposits that came with a payment; its order is locked."""
    for share in ledger.shares_of(session, one.id):
        if share.reservation_id not in reservations or not share.deposit_cents:
            continue
        found = of_reservation(session, share.reservation_id)
        if found is not None:  # the reservation was changed, and asks more
            found.cents += share.deposit_cents
            continue
        ends_at = session.get_one(Reservation, share.reservation_id).ends_at
        session.add(
            Deposit(
                reservation_id=share.reservation_id,
                payment_id=one.id,
                state=State.HELD,
                cents=share.deposit_cents,
                retained_cents=0,
                return_by=return_by(ends_at),
                changed_at=now,
            )
        )
    session.flush()


def give_back(session: Session, deposit_id: int, actor: str, now: datetime) -> Deposit:
    """Give a deposit back whole.

    Raises:
        DepositNotPossible: it was decided already.

    """
    one = locked(session, deposit_id)
    _settle(session, one, Transition.RETURN, actor, now)
    return one


def retain(
    session: Session, deposit_id: int, cents: int, reason: str, actor: str, now: datetime
) -> Deposit:
    """Keep a part of a deposit, or all of it, and say why; the rest goes back.

    Raises:
        DepositNotPossible: it was decided already.
        TooMuchRetained: nothing, or more than there is.

    """
    one = locked(session, deposit_id)
    after(one.state, Transition.RETAIN)
    check_retained(cents, one.cents)
    one.retained_cents, one.reason = cents, reason
    _settle(session, one, Transition.RETAIN, actor, now)
    announce(session, DepositRetained(one.id), now)
    return one


def cancelled(session: Session, reservation_id: int, now: datetime) -> None:
    """Give back the deposit of a reservation that will not happen."""
    found = of_reservation(session, reservation_id)
    if found is not None and found.state is State.HELD:
        give_back(session, found.id, "system", now)


def overdue(session: Session, now: datetime) -> list[int]:
    """Return the deposits that nobody decided about and that go back now."""
    wanted = select(Deposit.id).where(Deposit.state == State.HELD, Deposit.return_by <= now)
    return list(session.scalars(wanted.order_by(Deposit.id).limit(_AT_ONCE)))


def of_reservation(session: Session, reservation_id: int) -> Deposit | None:
    """Return the deposit of a reservation, if one was collected."""
    return session.scalar(select(Deposit).where(Deposit.reservation_id == reservation_id))


def locked(session: Session, deposit_id: int) -> Deposit:
    """Return a deposit as it is now, the order locked.

    Raises:
        NotFound: there is none.

    """
    payment = session.scalar(select(Deposit.payment_id).where(Deposit.id == deposit_id))
    ledger.locked(session, payment or 0)
    wanted = select(Deposit).where(Deposit.id == deposit_id)
    return session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one()


def _settle(
    session: Session, one: Deposit, transition: Transition, actor: str, now: datetime
) -> None:
    one.state = after(one.state, transition)
    one.decided_by, one.changed_at = actor, now
    _owe(session, one, now)
    facts = {"cents": one.cents, "retained_cents": one.retained_cents}
    action = f"deposit.{one.state}"
    record(session, actor, action, f"deposit:{one.id}", now, reason=one.reason, after=facts)


def _owe(session: Session, one: Deposit, now: datetime) -> None:
    """Owe what is not kept of a deposit; it may have come in several payments."""
    back = one.cents - one.retained_cents
    for share, paid in refunding.booked_shares(session, one.reservation_id):
        cents = min(back, share.deposit_cents, refunding.left(session, paid))
        key = f"deposit:{one.id}:{paid.id}"
        refunding.owe(session, paid, cents, Cause.DEPOSIT, key, now, one.reservation_id)
        back -= cents
