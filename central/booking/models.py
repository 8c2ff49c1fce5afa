"""The tables of orders, reservations, closures and occupancy."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    String,
    Text,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from central.accounts.models import Person
from central.booking.reservation import State, Transition
from central.database import Base, BigId, words_of
from central.halls.models import Hall


class Order(Base):
    """One checkout: one or more reservations of one renter."""

    __tablename__ = "booking_order"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    """What people and links call it; tells nothing and cannot be guessed."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    """For whom the person rents; empty: for oneself."""
    renter_name: Mapped[str] = mapped_column(String(120), default="", server_default=text("''"))
    """What the holder of the link may read of the person: the name as typed, or of who was logged in."""
    idempotency_key: Mapped[str | None] = mapped_column(String(80), unique=True, index=True)
    """What the asker called the wish: asked twice, there is one order."""
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="raise")
    reservations: Mapped[list["Reservation"]] = relationship(
        back_populates="order", order_by="Reservation.starts_at", lazy="raise"
    )


class Reservation(Base):
    """A hall for a period, by somebody, with a state."""

    __tablename__ = "reservation"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("booking_order.id"), index=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), index=True)
    state: Mapped[State] = mapped_column(words_of(State))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(60))
    """IANA zone in which the renter chose the time."""
    local_start: Mapped[datetime] = mapped_column(DateTime)
    """Wall time, without zone."""
    local_end: Mapped[datetime] = mapped_column(DateTime)
    busy_from: Mapped[datetime]
    """Start with set-up: what the occupancy holds."""
    busy_to: Mapped[datetime]
    opens_at: Mapped[datetime]
    """From when its pass opens; never before `busy_from`."""
    closes_at: Mapped[datetime]
    """Until when its pass opens; never after `busy_to`."""
    hold_expires_at: Mapped[datetime | None]
    """While held: until when the time is kept."""
    attendees: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(200), default="")
    cents: Mapped[int]
    """Price, frozen when the time was chosen."""
    deposit_cents: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """Given back afterwards; no part of the price."""
    refund_percent: Mapped[int] = mapped_column(default=100, server_default=text("100"))
    """At most this much of the price comes back: the least that did when its renter moved it."""
    activity: Mapped[str] = mapped_column(String(40), default="", server_default=text("''"))
    """Code of the kind of activity; empty: not said."""
    group_code: Mapped[str] = mapped_column(String(40), default="", server_default=text("''"))
    """Target group of the renter on the day of use, frozen with the price."""
    accessible: Mapped[bool] = mapped_column(default=False)
    """Doors stay released and may stay open longer; no reason is asked."""
    created_at: Mapped[datetime]

    order: Mapped[Order] = relationship(back_populates="reservations", lazy="raise")
    hall: Mapped[Hall] = relationship(lazy="raise")

    __table_args__ = (
        CheckConstraint("starts_at < ends_at", "ends_after_start"),
        CheckConstraint(
            "busy_from <= opens_at AND opens_at <= starts_at"
            " AND ends_at <= closes_at AND closes_at <= busy_to",
            "pass_stays_inside_occupancy",
        ),
        CheckConstraint("cents >= 0", "price_is_not_negative"),
        Index("ix_reservation_state_ends_at", "state", "ends_at"),
    )


class StateChange(Base):
    """What happened to a reservation, when and by whom."""

    __tablename__ = "reservation_change"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservation.id"), index=True)
    transition: Mapped[Transition] = mapped_column(words_of(Transition))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))
    """`renter`, `staff:7` or `system`: who, without a name."""
    reason: Mapped[str] = mapped_column(Text, default="")


class Closure(Base):
    """A time in which spaces cannot be used: works, an election, the summer."""

    __tablename__ = "closure"

    id: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    """What renters read."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    created_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("starts_at < ends_at", "ends_after_start"),)


class Occupancy(Base):
    """A space that is taken for a time. The database refuses a second row for the same moment.

    The refusal is an exclusion constraint on PostgreSQL and triggers on SQLite (see the first
    migration). Rows are written by `central/booking/occupancy.py` and nowhere else.
    """

    __tablename__ = "occupancy"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("space.id"))
    busy_from: Mapped[datetime]
    busy_to: Mapped[datetime]
    reservation_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("reservation.id"), index=True
    )
    closure_id: Mapped[int | None] = mapped_column(
        ForeignKey("closure.id", ondelete="CASCADE"), index=True
    )
    expires_at: Mapped[datetime | None]
    """A hold: from then on it keeps nobody away."""

    __table_args__ = (
        CheckConstraint("busy_from < busy_to", "ends_after_start"),
        CheckConstraint("(reservation_id IS NULL) <> (closure_id IS NULL)", "has_one_cause"),
        Index("ix_occupancy_space_id_busy_to", "space_id", "busy_to"),
        # Holds all that "which spaces are taken then" asks for, over all halls at once.
        Index("ix_occupancy_in_time", "busy_to", "busy_from", "space_id", "expires_at"),
        ExcludeConstraint(
            (literal_column("space_id"), "="),
            (func.tstzrange(literal_column("busy_from"), literal_column("busy_to"), "[)"), "&&"),
            name="ex_occupancy_once",
            using="gist",
        ).ddl_if(dialect="postgresql"),
    )
