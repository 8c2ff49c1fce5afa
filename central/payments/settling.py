"""Money arrives: book it, and decide what it is for. Never commits.

Whatever arrives is written down once, by its key, and then everything is decided anew under locks: in
time it makes reservations certain; late it gets the place back if that is still free, else it goes
back; too little waits for the rest; too much goes back. Each outcome is announced, so somebody is told.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.booking import paying
from central.booking.catalogue import spaces_of_halls
from central.booking.models import Reservation
from central.booking.reservation import State as Place
from central.booking.rows import HoldRanOut, locked
from central.errors import Busy, CentralError
from central.events import PaymentLate, PaymentReceived, PaymentShort
from central.outbox.service import announce
from central.payments import deposits, ledger, refunding
from central.payments.models import Outcome, Payment, PaymentShare, Receipt, Via
from central.payments.payment import SETTLED, PaymentNotPossible, State, Transition
from central.payments.refund import Cause
from central.payments.starting import abandon_others

_CERTAIN = frozenset({Place.CONFIRMED, Place.FINISHED})


@dataclass(frozen=True, slots=True)
class Money:
    """What arrived."""

    cents: int
    key: str
    """The same money has the same key, however often it is told."""
    via: Via
    at: datetime
    """When it arrived, as the bank says."""
    actor: str = "system"
    payer_iban: str = ""


@dataclass(frozen=True, slots=True)
class _Sorted:
    """What the reservations of a payment allow now."""

    kept: list[int] = field(default_factory=list)
    """Their places wait for this money."""
    ran_out: list[int] = field(default_factory=list)
    certain: list[int] = field(default_factory=list)
    """Somebody of staff did not wait for the money."""
    gone: list[int] = field(default_factory=list)
    """Cancelled, denied, or paid already in another way."""
    open: dict[int, tuple[int, int]] = field(default_factory=dict)
    """What of each price and deposit is not paid yet."""


def receive(session: Session, payment_id: int, money: Money, now: datetime) -> Payment:
    """Book money that arrived for a payment; told again, it has no effect."""
    one = ledger.locked(session, payment_id)
    told = select(Receipt.id).where(Receipt.payment_id == one.id, Receipt.key == money.key)
    if session.scalar(told) is not None:
        return one
    session.add(
        Receipt(
            payment_id=one.id,
            key=money.key,
            cents=money.cents,
            via=money.via,
            payer_iban=money.payer_iban,
            at=money.at,
            actor=money.actor,
        )
    )
    one.received_cents += money.cents
    session.flush()
    if one.state in SETTLED:
        ledger.change(session, one, Transition.RECEIVE_MORE, now, money.actor)
        refunding.owe(session, one, money.cents, Cause.SURPLUS, f"more:{one.id}:{money.key}", now)
    else:
        _decide(session, one, money.actor, now)
    return one


def give_up_waiting(session: Session, payment_id: int, now: datetime) -> None:
    """Give back what arrived of a payment when the rest did not come in time."""
    one = ledger.locked(session, payment_id)
    if one.state is State.PARTLY:
        _decide(session, one, "system", now)


def accept_short(session: Session, payment_id: int, actor: str, now: datetime) -> None:
    """Let what arrived be enough: somebody of staff decides so.

    Raises:
        PaymentNotPossible: no part is all that arrived.

    """
    one = ledger.locked(session, payment_id)
    if one.state is not State.PARTLY:
        raise PaymentNotPossible(state=one.state.value, transition=Transition.BOOK.value)
    _book(session, one, actor, now)


def _decide(session: Session, one: Payment, actor: str, now: datetime) -> None:
    if one.received_cents >= one.cents:
        _book(session, one, actor, now)
        return
    found = _sorted(session, one, now)
    if found.kept or found.certain:
        # Told again only when something changed: more came, and still not enough.
        if one.state is not State.PARTLY or actor != "system":
            ledger.change(session, one, Transition.RECEIVE_PART, now, actor)
            announce(session, PaymentShort(one.id), now)
        return
    ledger.change(session, one, Transition.COME_LATE, now, actor)
    ledger.change(session, one, Transition.GIVE_BACK, now, actor)
    _set(session, one, [*found.ran_out, *found.gone], Outcome.RETURNED)
    refunding.owe(session, one, one.received_cents, Cause.LATE, f"late:{one.id}", now)
    announce(session, PaymentLate(one.id, is_kept=False), now)


def _book(session: Session, one: Payment, actor: str, now: datetime) -> None:
    found = _sorted(session, one, now)
    if found.kept:
        try:
            paying.confirm_paid(session, one.order_id, now, actor, only=found.kept)
        except HoldRanOut as error:  # swept by nobody: we hold its spaces; look again
            raise Busy from error
    again = _again(session, one, found.ran_out, actor, now)
    booked = [*found.kept, *found.certain, *again]
    lost = [*found.gone, *(number for number in found.ran_out if number not in again)]
    is_late = bool(found.ran_out or found.gone)
    if is_late:
        ledger.change(session, one, Transition.COME_LATE, now, actor)
        ledger.change(
            session, one, Transition.REBOOK if booked else Transition.GIVE_BACK, now, actor
        )
    else:
        ledger.change(session, one, Transition.BOOK, now, actor)
    _set(session, one, lost, Outcome.RETURNED)
    _count(session, one, found, booked)
    _give_back(session, one, lost, now)
    deposits.collect(session, one, booked, now)
    abandon_others(session, one, now)
    if is_late:
        announce(session, PaymentLate(one.id, is_kept=not lost), now)
    if booked:
        announce(session, PaymentReceived(one.id), now)


def _sorted(session: Session, one: Payment, now: datetime) -> _Sorted:
    """Lock what the payment is for, and return how it stands."""
    ids = [share.reservation_id for share in ledger.shares_of(session, one.id)]
    halls = session.scalars(select(Reservation.hall_id).where(Reservation.id.in_(ids))).all()
    # Also the spaces of what ran out: all are locked in one go, in their order.
    _, rows = locked(session, ids, spaces_of_halls(session, halls), now)
    settled = ledger.settled_for(session, ids)
    found = _Sorted()
    for row in rows:
        found.open[row.id] = ledger.open_of(row, settled)
        if row.id in settled and not any(found.open[row.id]):
            found.gone.append(row.id)
        elif row.state is Place.AWAITING_PAYMENT:
            found.kept.append(row.id)
        elif row.state is Place.EXPIRED:
            found.ran_out.append(row.id)
        elif row.state in _CERTAIN:
            found.certain.append(row.id)
        else:
            found.gone.append(row.id)
    return found


def _again(
    session: Session, one: Payment, ran_out: Collection[int], actor: str, now: datetime
) -> list[int]:
    """Return what got its places again: all of it or nothing."""
    if not ran_out:
        return []
    try:
        with session.begin_nested():
            paying.rebook(session, one.order_id, now, actor, only=ran_out)
    except Busy:
        raise
    except CentralError:  # taken, over, or not let any more
        return []
    return list(ran_out)


def _set(session: Session, one: Payment, reservations: Collection[int], outcome: Outcome) -> None:
    for share in ledger.shares_of(session, one.id):
        if share.reservation_id in reservations:
            share.outcome = outcome
    session.flush()


def _count(session: Session, one: Payment, found: _Sorted, booked: Collection[int]) -> None:
    """Count for each reservation what it still asks; it may cost less than when it was asked."""
    counted = [
        share for share in ledger.shares_of(session, one.id) if share.reservation_id in booked
    ]
    for share in counted:
        cents, deposit = found.open[share.reservation_id]
        share.outcome = Outcome.BOOKED
        share.cents = min(share.cents, cents)
        share.deposit_cents = min(share.deposit_cents, deposit)
    _waive(counted, one.received_cents)
    session.flush()


def _waive(shares: Collection[PaymentShare], received: int) -> None:
    """Count no more than what arrived, for prices before deposits; the rest is not asked again."""
    for share in shares:
        share.waived_cents = max(0, share.cents - received)
        share.cents -= share.waived_cents
        received -= share.cents
    for share in shares:
        share.waived_deposit_cents = max(0, share.deposit_cents - received)
        share.deposit_cents -= share.waived_deposit_cents
        received -= share.deposit_cents


def _give_back(session: Session, one: Payment, lost: Collection[int], now: datetime) -> None:
    """Owe what was asked for what is not had, and what came above what was asked."""
    shares = ledger.shares_of(session, one.id)
    kept = _asked(
        shares, [share.reservation_id for share in shares if share.outcome is Outcome.BOOKED]
    )
    # Where too little was accepted as enough, it is for what is had.
    back = min(_asked(shares, lost), one.received_cents - kept)
    refunding.owe(session, one, back, Cause.LATE, f"late:{one.id}", now)
    surplus = one.received_cents - kept - back
    refunding.owe(session, one, surplus, Cause.SURPLUS, f"surplus:{one.id}", now)


def _asked(shares: Collection[PaymentShare], reservations: Collection[int]) -> int:
    return sum(
        share.cents + share.deposit_cents
        for share in shares
        if share.reservation_id in reservations
    )
