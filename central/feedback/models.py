"""The tables of defects with photos and history, of answers, and of how halls were found and left."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from central.booking.models import Reservation
from central.database import Base, BigId, words_of
from central.feedback.defect import Kind, State, Transition
from central.feedback.room_state import Moment
from central.feedback.trends import Question
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
    """`renter`, `guest` or `staff:7`: who, without a name."""
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


class Feedback(Base):
    """What one renter answered the day after; shown to nobody as theirs."""

    __tablename__ = "feedback"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservation.id"), unique=True)
    """So that each use is answered once."""
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    overall: Mapped[int] = mapped_column(SmallInteger)
    entering: Mapped[int | None] = mapped_column(SmallInteger)
    cleanliness: Mapped[int | None] = mapped_column(SmallInteger)
    equipment: Mapped[int | None] = mapped_column(SmallInteger)
    """Marks from 1 to 5, see `trends.Question`; empty: not answered."""
    remark: Mapped[str] = mapped_column(Text, default="")
    given_at: Mapped[datetime]

    __table_args__ = (
        *(CheckConstraint(f"{one} BETWEEN 1 AND 5", f"{one}_is_a_mark") for one in Question),
        Index("ix_feedback_hall_id_given_at", "hall_id", "given_at"),
    )


class RoomState(Base):
    """How a renter found or left a hall; once for each, never changed."""

    __tablename__ = "room_state"

    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservation.id"), primary_key=True)
    moment: Mapped[Moment] = mapped_column(words_of(Moment), primary_key=True)
    items: Mapped[dict[str, bool]] = mapped_column(JSON)
    """`room_state.Item`, and whether it was in order."""
    noted_at: Mapped[datetime]

    reservation: Mapped[Reservation] = relationship(lazy="raise")
