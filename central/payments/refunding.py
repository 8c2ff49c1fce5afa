"""Money goes back: owed once per cause, given back by the provider or by hand. Never commits."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.audit.service import record
from central.booking.refunds import part_of
from central.booking.rows import new_reference
from central.errors import NotFound
from central.events import RefundDone, RefundDue
from central.outbox.service import announce
from central.payments import ledger
from central.payments.models import TRANSFER, Outcome, Payment, PaymentShare, Receipt, Refund, Via
from central.payments.provider import GivenBack
from central.payments.refund import Cause, State, Transition, after


def owe(
    session: Session,
    one: Payment,
    cents: int,
    cause: Cause,
    key: str,
    now: datetime,
    reservation_id: int | None = None,
) -> Refund | None:
    """Owe money of a payment to who paid; nothing when it is nothing or was owed for this cause before.

    `key` names the cause. The order of the payment is locked.
    """
    if cents <= 0 or session.scalar(select(Refund.id).where(Refund.dedupe_key == key)) is not None:
        return None
    made = Refund(
        reference=new_reference(),
        payment_id=one.id,
        reservation_id=reservation_id,
        dedupe_key=key,
        cause=cause,
        state=State.BY_HAND if _by_hand(session, one) else State.DUE,
        cents=cents,
        created_at=now,
        changed_at=now,
    )
    session.add(made)
    session.flush()
    announce(session, RefundDue(made.id), now)
    return made


def cancelled(session: Session, reservation_id: int, percent: int, now: datetime) -> None:
    """Owe what comes back of a reservation that was paid and is cancelled: a part, or all.

    Its deposit is somebody else's business (see deposits.py).
    """
    ledger.lock_order_of(session, reservation_id)
    for share, one in booked_shares(session, reservation_id):
        back = part_of(share.cents, percent)
        key = f"cancelled:{reservation_id}:{one.id}"
        # Never more than is there: what was accepted as enough may have been less than asked.
        owe(session, one, min(back, left(session, one)), Cause.CANCELLED, key, now, reservation_id)


def booked_shares(session: Session, reservation_id: int) -> list[tuple[PaymentShare, Payment]]:
    """Return the money that is booked for a reservation."""
    rows = session.execute(
        select(PaymentShare, Payment)
        .join(Payment, Payment.id == PaymentShare.payment_id)
        .where(PaymentShare.reservation_id == reservation_id)
        .where(PaymentShare.outcome == Outcome.BOOKED)
        .order_by(Payment.id)
        .execution_options(populate_existing=True)
    )
    return [(share, one) for share, one in rows]


def left(session: Session, one: Payment) -> int:
    """Return how much of what arrived is not owed back."""
    owed = select(func.coalesce(func.sum(Refund.cents), 0)).where(Refund.payment_id == one.id)
    return max(0, one.received_cents - int(session.scalar(owed) or 0))


def answered(session: Session, refund_id: int, said: GivenBack, now: datetime) -> None:
    """Write down what a provider said to a refund; said again, it changes nothing."""
    one = _locked(session, refund_id)
    if said is GivenBack.PENDING and one.state is State.DUE:
        _change(one, Transition.SEND, now)
    elif said is GivenBack.REFUSED and one.state in {State.DUE, State.SENT}:
        _change(one, Transition.REFUSE, now)
    elif said is GivenBack.DONE and one.state in {State.DUE, State.SENT}:
        _change(one, Transition.FINISH, now)
        announce(session, RefundDone(one.id), now)


def paid_back(session: Session, reference: str, actor: str, now: datetime) -> Refund:
    """Write down that somebody of staff transferred a refund.

    Raises:
        NotFound: there is none.
        RefundNotPossible: it is done already, or the provider's to do.

    """
    one = refund_of(session, reference)
    one = _locked(session, one.id)
    _change(one, Transition.PAY_BACK, now)
    one.done_by = actor
    record(session, actor, "refund.paid_back", f"refund:{one.id}", now, after={"cents": one.cents})
    announce(session, RefundDone(one.id), now)
    return one


def refund_of(session: Session, reference: str) -> Refund:
    """Return a refund.

    Raises:
        NotFound: there is none.

    """
    found = session.scalar(select(Refund).where(Refund.reference == reference))
    if found is None:
        raise NotFound("refund")
    return found


def _locked(session: Session, refund_id: int) -> Refund:
    wanted = select(Refund).where(Refund.id == refund_id)
    return session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one()


def _by_hand(session: Session, one: Payment) -> bool:
    if one.way == TRANSFER:
        return True
    other = select(Receipt.id).where(Receipt.payment_id == one.id, Receipt.via != Via.PROVIDER)
    return session.scalar(other.limit(1)) is not None


def _change(one: Refund, transition: Transition, now: datetime) -> None:
    one.state = after(one.state, transition)
    one.changed_at = now
