"""The tables of defects, their photos and history."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from central.booking.models import Reservation
from central.database import Base, BigId, words_of
from central.feedback.defect import Kind, State, Transition
from central.halls.models import Hall


class Source(StrEnum):
    """Where a defect was reported."""

    RESERVATION = "reservation"
    """By who rented the hall, with the link of the reservation."""
    HALL_SHEET = "hall_sheet"
    """By whoever scanned the code in the hall."""
    STAFF = "staff"


class Defect(Base):
    """Something in a hall that is broken, dirty or dangerous."""

    __tablename__ = "defect"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    """What people and links call it; tells nothing and cannot be guessed."""
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"), index=True)
    reservation_id: Mapped[int | None] = mapped_column(ForeignKey("reservation.id"), index=True)
    """During whose use it was seen; empty: not known."""
    source: Mapped[Source] = mapped_column(words_of(Source))
    reported_by: Mapped[str] = mapped_column(String(60))
    """`renter`, `visitor` or `staff:7`: who, without a name."""
    email: Mapped[str] = mapped_column(String(254), default="")
    """Who wants to hear what happens with it; empty: nobody, or the renter of the reservation."""
    language: Mapped[str] = mapped_column(String(2))
    """Of the reporter."""
    kind: Mapped[Kind] = mapped_column(words_of(Kind))
    description: Mapped[str] = mapped_column(Text)
    is_urgent: Mapped[bool]
    state: Mapped[State] = mapped_column(words_of(State))
    public_note: Mapped[str] = mapped_column(Text, default="")
    """What the reporter reads, the newest one."""
    closure_id: Mapped[int | None] = mapped_column(
        ForeignKey("closure.id", ondelete="SET NULL"), index=True
    )
    """By which the hall is closed because of it."""
    reported_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    hall: Mapped[Hall] = relationship(lazy="raise")
    reservation: Mapped[Reservation | None] = relationship(lazy="raise")
    photos: Mapped[list["DefectPhoto"]] = relationship(
        order_by="DefectPhoto.position", lazy="raise", cascade="all, delete-orphan"
    )
    changes: Mapped[list["DefectChange"]] = relationship(
        order_by="DefectChange.id", lazy="raise", cascade="all, delete-orphan"
    )

    __table_args__ = (Index("ix_defect_state_reported_at", "state", "reported_at"),)


class DefectPhoto(Base):
    """A photo of a defect; the picture itself is a file that its hash names."""

    __tablename__ = "defect_photo"

    defect_id: Mapped[int] = mapped_column(
        ForeignKey("defect.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    """From 1."""
    hash: Mapped[str] = mapped_column(String(64), index=True)
    """SHA-256 of what is stored, in hexadecimal."""

    __table_args__ = (CheckConstraint("position BETWEEN 1 AND 5", "at_most_five"),)


class DefectChange(Base):
    """What happened to a defect, when and by whom; the reporter is told of each."""

    __tablename__ = "defect_change"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    defect_id: Mapped[int] = mapped_column(ForeignKey("defect.id", ondelete="CASCADE"), index=True)
    transition: Mapped[Transition] = mapped_column(words_of(Transition))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))
    public_note: Mapped[str] = mapped_column(Text, default="")
    """What was said to the reporter with it."""
