"""The tables of door units, their journals, what they hold and what they were told."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from central.database import Base, BigId, words_of
from central.halls.models import Door
from contracts.clock import ClockTrust
from contracts.commands import CommandName
from contracts.documents import DocumentType
from contracts.journal import EventKind
from contracts.modes import DoorMode
from contracts.reasons import Fault

UNIT_ID = String(32)
EPOCH_ID = String(16)


class UnitStatus(StrEnum):
    """Whether a unit belongs to the city."""

    ENROLLED = "enrolled"
    RETIRED = "retired"


class DoorUnit(Base):
    """The box at a door, with the public halves of its two keys."""

    __tablename__ = "door_unit"

    id: Mapped[str] = mapped_column(UNIT_ID, primary_key=True)
    door_id: Mapped[int] = mapped_column(ForeignKey("door.id"), index=True)
    statement_key: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    """Ed25519: what the unit says is signed with it."""
    certificate_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    """Of its TLS certificate, in hexadecimal."""
    status: Mapped[UnitStatus] = mapped_column(words_of(UnitStatus))
    is_commissioned: Mapped[bool]
    """Somebody checked it at the door and accepted it; before that it opens for nobody."""
    enrolled_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    door: Mapped[Door] = relationship(lazy="raise")

    __table_args__ = (
        # A door has one unit at a time; the ones before it stay for their entries.
        Index(
            "uq_door_unit_enrolled",
            "door_id",
            unique=True,
            sqlite_where=text("status = 'enrolled'"),
            postgresql_where=text("status = 'enrolled'"),
        ),
    )


class UnitState(Base):
    """What is known of a unit now. What nobody said is empty: unknown, never guessed."""

    __tablename__ = "unit_state"

    unit_id: Mapped[str] = mapped_column(UNIT_ID, ForeignKey("door_unit.id"), primary_key=True)
    session: Mapped[int] = mapped_column(BigInteger, default=0)
    """Of its newest proven birth: a will of an older one arrives late and says nothing."""
    is_online: Mapped[bool | None]
    """By the broker; empty before the first birth and while central itself is cut off."""
    state_at: Mapped[datetime | None]
    """When its birth or will was last heard."""
    online_since: Mapped[datetime | None]
    offline_since: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]
    """When anything proven came from it."""
    software: Mapped[str] = mapped_column(String(40), default="")
    boot: Mapped[str] = mapped_column(String(16), default="")
    state_lost: Mapped[bool] = mapped_column(default=False)
    health_at: Mapped[datetime | None]
    """When the hints below came; they are not signed."""
    mode: Mapped[DoorMode | None] = mapped_column(words_of(DoorMode))
    leaf: Mapped[str] = mapped_column(String(64), default="")
    strike: Mapped[str] = mapped_column(String(64), default="")
    trust: Mapped[ClockTrust | None] = mapped_column(words_of(ClockTrust))
    unacked: Mapped[int | None] = mapped_column(BigInteger)
    lists_age: Mapped[int | None] = mapped_column(BigInteger)
    temperature: Mapped[int | None]
    disk_free_percent: Mapped[int | None]


class HeldDocument(Base):
    """A document that a unit holds, by its own signed word: the proof that it was applied."""

    __tablename__ = "held_document"

    unit_id: Mapped[str] = mapped_column(UNIT_ID, ForeignKey("door_unit.id"), primary_key=True)
    kind: Mapped[DocumentType] = mapped_column(words_of(DocumentType), primary_key=True)
    audience: Mapped[str] = mapped_column(String(64))
    number: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime]
    """When the unit first said so."""


class HeldStatement(Base):
    """The signed statement behind the rows of `held_document`, as evidence."""

    __tablename__ = "held_statement"

    unit_id: Mapped[str] = mapped_column(UNIT_ID, ForeignKey("door_unit.id"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime]


class JournalHead(Base):
    """How far central holds the journal of a unit, per epoch."""

    __tablename__ = "journal_head"

    unit_id: Mapped[str] = mapped_column(UNIT_ID, ForeignKey("door_unit.id"), primary_key=True)
    epoch: Mapped[str] = mapped_column(EPOCH_ID, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    """The chain's hash at `seq`."""
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class Entry(Base):
    """A line of a unit's journal: the bytes verbatim, and what people search for beside them."""

    __tablename__ = "journal_entry"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    """In the order of arrival."""
    unit_id: Mapped[str] = mapped_column(UNIT_ID, ForeignKey("door_unit.id"))
    epoch: Mapped[str] = mapped_column(EPOCH_ID)
    seq: Mapped[int] = mapped_column(BigInteger)
    door_id: Mapped[int] = mapped_column(ForeignKey("door.id"))
    """Where the unit was when the entry arrived."""
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    received_at: Mapped[datetime]
    kind: Mapped[EventKind] = mapped_column(words_of(EventKind))
    wall: Mapped[datetime | None]
    """By the unit's clock, whose quality `trust` tells."""
    trust: Mapped[ClockTrust] = mapped_column(words_of(ClockTrust))
    outcome: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(String(64))
    credential: Mapped[str | None] = mapped_column(String(16))
    grant_id: Mapped[int | None] = mapped_column(BigInteger)
    is_use: Mapped[bool] = mapped_column(default=False)
    """It spent one of the counted uses of its pass."""

    __table_args__ = (
        UniqueConstraint("unit_id", "epoch", "seq"),
        Index("ix_journal_entry_door_id_id", "door_id", "id"),
        Index("ix_journal_entry_grant_id_id", "grant_id", "id"),
        Index(
            "ix_journal_entry_uses",
            "credential",
            sqlite_where=text("is_use"),
            postgresql_where=text("is_use"),
        ),
    )


class FaultSource(StrEnum):
    """Who noticed a fault."""

    UNIT = "unit"
    CENTRAL = "central"


class UnitFault(Base):
    """Something that is, or was, wrong with a door or its unit."""

    __tablename__ = "unit_fault"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    unit_id: Mapped[str] = mapped_column(UNIT_ID, ForeignKey("door_unit.id"), index=True)
    code: Mapped[Fault] = mapped_column(words_of(Fault))
    source: Mapped[FaultSource] = mapped_column(words_of(FaultSource))
    detail: Mapped[str] = mapped_column(String(500), default="")
    """For who repairs it."""
    times: Mapped[int] = mapped_column(BigInteger, default=1)
    """How often it was noticed while it lasted."""
    raised_at: Mapped[datetime]
    last_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_unit_fault_current",
            "unit_id",
            "code",
            "source",
            unique=True,
            sqlite_where=text("cleared_at IS NULL"),
            postgresql_where=text("cleared_at IS NULL"),
        ),
    )


class CommandState(StrEnum):
    """How far a command got."""

    ASKED = "asked"
    """The unit was asked for a nonce."""
    SIGNED = "signed"
    """The unit gave one; the command is on its way."""
    DONE = "done"
    REFUSED = "refused"
    """The unit says why in `outcome`."""
    UNANSWERED = "unanswered"
    """No answer came in time. Whether the unit did it, its journal will tell."""


class UnitCommand(Base):
    """Something that staff told a unit to do at once."""

    __tablename__ = "unit_command"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    unit_id: Mapped[str] = mapped_column(UNIT_ID, ForeignKey("door_unit.id"), index=True)
    command: Mapped[CommandName] = mapped_column(words_of(CommandName))
    actor: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[CommandState] = mapped_column(words_of(CommandState))
    outcome: Mapped[str] = mapped_column(String(64), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    asked_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    result: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The unit's signed answer."""


class GuestOpening(Base):
    """A door that a renter lets stand open for guests until a moment, from the page of a pass."""

    __tablename__ = "guest_opening"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    """In the signed mode as `guests-7`: who it was stands here."""
    door_id: Mapped[int] = mapped_column(ForeignKey("door.id"), index=True)
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservation.id"), index=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey("access_grant.id"), index=True)
    """Of the pass whose page it was asked on."""
    until: Mapped[datetime]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(60))
    number: Mapped[int | None] = mapped_column(BigInteger)
    """Of the modes document that says so; empty until it is signed."""
    ended_at: Mapped[datetime | None]
    """When somebody or something ended it before its time."""
    ended_by: Mapped[str] = mapped_column(String(60), default="")
    end_number: Mapped[int | None] = mapped_column(BigInteger)
    """Of the modes document that ended it."""
