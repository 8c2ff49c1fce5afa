"""A paid reservation got another time or hall: what it costs less goes back, what it costs more is asked."""

from datetime import datetime

from sqlalchemy.orm import Session

from central.booking.models import Reservation
from central.booking.refunds import part_of
from central.booking.reservation import State as Place
from central.payments import deposits, ledger, refunding, starting
from central.payments.deposit import State, return_by
from central.payments.refund import Cause


def follow(
    session: Session, reservation_id: int, key: str, now: datetime, percent: int = 100
) -> int:
    """Give back what a changed reservation costs less; return what is asked for it now, in cents.

    `key` names the change: followed twice, the money goes back once. Nothing was booked, or it was
    cancelled meanwhile: nothing to do. Of the price goes back what a cancellation would have, in
    percent; of the deposit all.
    """
    ledger.lock_order_of(session, reservation_id)
    shares = refunding.booked_shares(session, reservation_id)
    if not shares:
        return 0
    one = session.get_one(Reservation, reservation_id, populate_existing=True)
    if one.state not in {Place.CONFIRMED, Place.FINISHED}:
        return 0
    too_much = _too_much(session, one)
    for share, paid in reversed(shares):
        cents = min(share.cents, too_much[0])
        deposit = min(share.deposit_cents, too_much[1])
        too_much = (too_much[0] - cents, too_much[1] - deposit)
        share.cents -= cents
        share.deposit_cents -= deposit
        name = f"cheaper:{reservation_id}:{paid.id}:{key}"
        back = min(part_of(cents, percent) + deposit, refunding.left(session, paid))
        refunding.owe(session, paid, back, Cause.CHEAPER, name, now, reservation_id)
    session.flush()
    _follow_deposit(session, one)
    return _asked(session, one, now)


def _asked(session: Session, one: Reservation, now: datetime) -> int:
    """Return what can be paid for a reservation; where the hall's service asks nothing first, nothing."""
    asked = starting.due(session, one.order_id, now)
    parts = asked.parts if asked else ()
    return sum(part.cents + part.deposit_cents for part in parts if part.reservation.id == one.id)


def _too_much(session: Session, one: Reservation) -> tuple[int, int]:
    """Return how much more is booked than a reservation costs now, and than its deposit is."""
    cents, deposit = ledger.paid_for(session, [one.id])[one.id]
    held = deposits.of_reservation(session, one.id)
    is_held = held is not None and held.state is State.HELD
    return max(0, cents - one.cents), max(0, deposit - one.deposit_cents) if is_held else 0


def _follow_deposit(session: Session, one: Reservation) -> None:
    held = deposits.of_reservation(session, one.id)
    if held is None or held.state is not State.HELD:
        return
    held.return_by = return_by(one.ends_at)
    held.cents = min(held.cents, one.deposit_cents)
    if not held.cents:
        session.delete(held)
    session.flush()
