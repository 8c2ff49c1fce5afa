"""The tables of the outbox: what was announced, and how far each reaction to it got."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, BigId, words_of


class DeliveryState(StrEnum):
    """How far a delivery got."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"
    """Given up after many attempts; a person decides."""


class StoredEvent(Base):
    """One announced event."""

    __tablename__ = "outbox_event"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[UUID] = mapped_column(Uuid, unique=True)
    """What outside systems see as idempotency key."""
    name: Mapped[str] = mapped_column(String(80))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    announced_at: Mapped[datetime]
    fanned_out_at: Mapped[datetime | None]
    """When its deliveries were made; empty while nobody looked at it."""

    __table_args__ = (
        Index(
            "ix_outbox_event_waiting",
            "id",
            sqlite_where=text("fanned_out_at IS NULL"),
            postgresql_where=text("fanned_out_at IS NULL"),
        ),
    )


class Delivery(Base):
    """One event on its way to one reaction."""

    __tablename__ = "outbox_delivery"

    event_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("outbox_event.id", ondelete="CASCADE"), primary_key=True
    )
    reaction: Mapped[str] = mapped_column(String(80), primary_key=True)
    state: Mapped[DeliveryState] = mapped_column(words_of(DeliveryState))
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    """When to try next; while it is being tried, when to believe that the worker died."""
    error: Mapped[str] = mapped_column(Text, default="")
    finished_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_outbox_delivery_due", "state", "due_at"),)
