"""The table of what people changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, BigId


class AuditEntry(Base):
    """One thing that somebody did. Rows are added and, by retention, dropped; never changed."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))
    """`staff:7`, `person:12` or `system`: a number, so that erasing a person erases the name."""
    acting_for: Mapped[str] = mapped_column(String(60), default="")
    """`person:12` when staff did it for a caller; else empty."""
    action: Mapped[str] = mapped_column(String(80))
    """What was done, as `thing.done`: `staff.invited`, `organisation.recognised`."""
    subject: Mapped[str] = mapped_column(String(80))
    """To what, as `thing:number`: `hall:3`."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """In the words of who did it."""
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What was different before; only what changed, and never a secret."""
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    __table_args__ = (
        Index("ix_audit_entry_subject", "subject", "id"),
        Index("ix_audit_entry_actor", "actor", "id"),
        Index("ix_audit_entry_acting_for", "acting_for", "id"),
    )
