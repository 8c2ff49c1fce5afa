"""What staff see of money and do with it: look up, book what arrived, decide. Never commits."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, selectinload

from central.accounts.models import Person
from central.accounts.roles import Scope
from central.audit.service import record
from central.booking.models import Order, Reservation
from central.booking.reservation import State as Place
from central.errors import CentralError
from central.halls.models import Hall
from central.halls.scope import in_scope
from central.payments import ledger, settling
from central.payments.deposit import State as DepositState
from central.payments.models import TRANSFER, Deposit, Payment, Receipt, Refund, Via
from central.payments.numbers import read_communication
from central.payments.payment import State
from central.payments.refund import State as RefundState
from central.payments.settling import Money

_MOST = 100  # rows of a list


class ChangedMeanwhile(CentralError):
    """Money was booked since the page was shown: it may be the same money."""

    status = HTTPStatus.CONFLICT
    code = "changed_meanwhile"
    sentence = "Money was booked for this payment since you opened the page. Look again."


@dataclass(frozen=True, slots=True)
class Line:
    """A payment in a list, with who rents."""

    payment: Payment
    order: Order


@dataclass(frozen=True, slots=True)
class Owed:
    """Money that somebody of staff must transfer, and where to."""

    refund: Refund
    payment: Payment
    order: Order
    iban: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A deposit whose use is over, and that nobody decided about."""

    deposit: Deposit
    payment: Payment
    order: Order


@dataclass(frozen=True, slots=True)
class Booking:
    """Money that somebody of staff saw arrive."""

    cents: int
    via: Via
    payer_iban: str
    seen_cents: int
    """What had arrived when the page was shown: two who book the same money book it once."""


def waiting(session: Session, scope: Scope) -> list[Line]:
    """Return the transfers that are waited for, what arrived in part first, then the oldest."""
    wanted = _payments(scope).where(
        Payment.state.in_({State.OPEN, State.PARTLY}),
        or_(Payment.way == TRANSFER, Payment.state == State.PARTLY),
    )
    by_state = Payment.state != State.PARTLY
    rows = session.execute(wanted.order_by(by_state, Payment.created_at).limit(_MOST))
    return [Line(one, order) for one, order in rows]


def found(session: Session, scope: Scope, text: str) -> list[Line]:
    """Return payments by structured communication, number of order or payment, name or mail address."""
    plain = text.strip()
    if not plain:
        return []
    wanted = _payments(scope).join(Person, Person.id == Order.person_id)
    rows = session.execute(wanted.where(_matches(plain)).order_by(Payment.id.desc()).limit(_MOST))
    return [Line(one, order) for one, order in rows]


def unpaid_orders(session: Session, scope: Scope, text: str) -> list[Order]:
    """Return orders that wait for money, by their number or their renter; for who pays at the desk."""
    plain = text.strip()
    if not plain:
        return []
    awaits = select(Reservation.order_id).where(Reservation.state == Place.AWAITING_PAYMENT)
    wanted = (
        select(Order)
        .join(Person, Person.id == Order.person_id)
        .where(Order.id.in_(awaits), _reached(scope))
        .where(or_(Order.reference == plain.upper(), _names(plain)))
        .options(selectinload(Order.person))
    )
    return list(session.scalars(wanted.order_by(Order.id.desc()).limit(_MOST)))


def owed(session: Session, scope: Scope) -> list[Owed]:
    """Return what somebody of staff must transfer back, the oldest first."""
    wanted = (
        select(Refund, Payment, Order)
        .join(Payment, Payment.id == Refund.payment_id)
        .join(Order, Order.id == Payment.order_id)
        .where(Refund.state == RefundState.BY_HAND, _reached(scope))
        .options(selectinload(Order.person))
        .order_by(Refund.id)
        .limit(_MOST)
    )
    rows = session.execute(wanted).all()
    return [Owed(*row, ledger.payer_iban(session, row[1].id)) for row in rows]


def deposits_to_decide(session: Session, scope: Scope, now: datetime) -> list[Kept]:
    """Return the deposits whose use is over, the one that goes back first at the top."""
    wanted = (
        select(Deposit, Payment, Order)
        .join(Payment, Payment.id == Deposit.payment_id)
        .join(Order, Order.id == Payment.order_id)
        .join(Reservation, Reservation.id == Deposit.reservation_id)
        .where(Deposit.state == DepositState.HELD, Reservation.ends_at <= now, _reached(scope))
        .options(selectinload(Order.person))
        .order_by(Deposit.return_by)
        .limit(_MOST)
    )
    return [Kept(*row) for row in session.execute(wanted)]


def receive(
    session: Session, payment_id: int, booking: Booking, actor: str, now: datetime
) -> Payment:
    """Book money that somebody of staff saw arrive.

    Raises:
        ChangedMeanwhile: somebody booked money since the page was shown.

    """
    one = ledger.locked(session, payment_id)
    if one.received_cents != booking.seen_cents:
        raise ChangedMeanwhile(field="cents")
    count = select(func.count()).where(Receipt.payment_id == one.id)
    key = f"staff:{session.scalar(count)}"
    money = Money(booking.cents, key, booking.via, now, actor, booking.payer_iban)
    subject, facts = f"payment:{one.id}", {"cents": booking.cents, "via": booking.via}
    record(session, actor, "payment.received", subject, now, after=facts)
    return settling.receive(session, one.id, money, now)


def accept_short(session: Session, payment_id: int, reason: str, actor: str, now: datetime) -> None:
    """Let what arrived be enough, for a reason."""
    one = ledger.locked(session, payment_id)
    facts = {"cents": one.cents, "received_cents": one.received_cents}
    record(
        session,
        actor,
        "payment.accepted_short",
        f"payment:{one.id}",
        now,
        reason=reason,
        after=facts,
    )
    settling.accept_short(session, one.id, actor, now)


def refunds_of(session: Session, payment_ids: Collection[int]) -> list[Refund]:
    """Return what goes back of payments, the oldest first."""
    wanted = select(Refund).where(Refund.payment_id.in_(payment_ids))
    return list(session.scalars(wanted.order_by(Refund.id)))


def deposits_of(session: Session, payment_ids: Collection[int]) -> list[Deposit]:
    """Return the deposits that came with payments."""
    wanted = select(Deposit).where(Deposit.payment_id.in_(payment_ids))
    return list(session.scalars(wanted.order_by(Deposit.id)))


def _payments(scope: Scope) -> Select[Payment, Order]:
    return (
        select(Payment, Order)
        .join(Order, Order.id == Payment.order_id)
        .where(_reached(scope))
        .options(selectinload(Order.person))
    )


def _reached(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that an order has a hall of the scope."""
    mine = select(Reservation.order_id).join(Hall, Hall.id == Reservation.hall_id)
    return Order.id.in_(mine.where(in_scope(scope)))


def _matches(plain: str) -> ColumnElement[bool]:
    code = plain.upper()
    return or_(
        Payment.communication == (read_communication(plain) or ""),
        Payment.reference == code,
        Order.reference == code,
        _names(plain),
    )


def _names(plain: str) -> ColumnElement[bool]:
    return or_(
        func.lower(Person.name).contains(plain.lower(), autoescape=True),
        Person.email == plain.lower(),
    )
