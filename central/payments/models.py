"""The tables of payments, what arrived, what goes back, and deposits."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, BigId, words_of
from central.payments import deposit, payment, refund

TRANSFER = "transfer"
"""The way of paying without a provider: by transfer, or at the desk."""


class Outcome(StrEnum):
    """What became of the money for one reservation."""

    WAITING = "waiting"
    BOOKED = "booked"
    RETURNED = "returned"


class Via(StrEnum):
    """How money arrived."""

    PROVIDER = "provider"
    TRANSFER = "transfer"
    DESK = "desk"


class Payment(Base):
    """An amount asked for some reservations of an order, in one way."""

    __tablename__ = "payment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    """What providers and pages call it."""
    order_id: Mapped[int] = mapped_column(ForeignKey("booking_order.id"), index=True)
    way: Mapped[str] = mapped_column(String(40))
    """`transfer`, or the name of a provider."""
    state: Mapped[payment.State] = mapped_column(words_of(payment.State))
    cents: Mapped[int]
    """What is asked, deposits included."""
    received_cents: Mapped[int] = mapped_column(default=0)
    """What arrived; more than was asked when somebody paid too much."""
    communication: Mapped[str | None] = mapped_column(String(12), unique=True)
    """Structured communication of a transfer, its twelve digits."""
    provider_reference: Mapped[str] = mapped_column(String(80), default="")
    checkout_url: Mapped[str] = mapped_column(String(500), default="")
    expires_at: Mapped[datetime]
    """Until when it is waited for."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    asked_at: Mapped[datetime]
    """When the provider was last asked how it stands."""

    __table_args__ = (
        CheckConstraint("cents > 0", "asks_something"),
        Index("ix_payment_state_created_at", "state", "created_at"),
    )


class PaymentShare(Base):
    """The part of a payment that is for one reservation."""

    __tablename__ = "payment_share"

    payment_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("payment.id", ondelete="CASCADE"), primary_key=True
    )
    reservation_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("reservation.id"), primary_key=True, index=True
    )
    cents: Mapped[int]
    """Of the price: what is asked; once booked, what arrived."""
    deposit_cents: Mapped[int]
    waived_cents: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """What was asked besides, until somebody of staff let less be enough; never asked again."""
    waived_deposit_cents: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    outcome: Mapped[Outcome] = mapped_column(words_of(Outcome))


class PaymentChange(Base):
    """What happened to a payment, when and by whom."""

    __tablename__ = "payment_change"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    payment_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("payment.id", ondelete="CASCADE"), index=True
    )
    transition: Mapped[payment.Transition] = mapped_column(words_of(payment.Transition))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))


class Receipt(Base):
    """Money that arrived for a payment."""

    __tablename__ = "payment_receipt"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    payment_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("payment.id", ondelete="CASCADE")
    )
    key: Mapped[str] = mapped_column(String(120))
    """Told twice with the same key, it arrived once."""
    cents: Mapped[int]
    via: Mapped[Via] = mapped_column(words_of(Via))
    payer_iban: Mapped[str] = mapped_column(String(34), default="")
    """Of who transferred it; it may have to go back there."""
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))

    __table_args__ = (
        UniqueConstraint("payment_id", "key"),
        CheckConstraint("cents > 0", "is_money"),
    )


class Refund(Base):
    """Money that goes back to who paid."""

    __tablename__ = "refund"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    """The provider's idempotency key."""
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    reservation_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("reservation.id"), index=True
    )
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    """Owed twice for the same cause, it goes back once."""
    cause: Mapped[refund.Cause] = mapped_column(words_of(refund.Cause))
    state: Mapped[refund.State] = mapped_column(words_of(refund.State), index=True)
    cents: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    done_by: Mapped[str] = mapped_column(String(60), default="")

    __table_args__ = (CheckConstraint("cents > 0", "is_money"),)


class Deposit(Base):
    """What the city keeps of somebody's money until after the use."""

    __tablename__ = "deposit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reservation_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("reservation.id"), unique=True
    )
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    state: Mapped[deposit.State] = mapped_column(words_of(deposit.State))
    cents: Mapped[int]
    retained_cents: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why a part is kept; the renter reads it."""
    decided_by: Mapped[str] = mapped_column(String(60), default="")
    return_by: Mapped[datetime]
    """It goes back by then."""
    changed_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("retained_cents BETWEEN 0 AND cents", "keeps_no_more_than_it_is"),
        Index("ix_deposit_state_return_by", "state", "return_by"),
    )
