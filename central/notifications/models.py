"""The table of messages to renters."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, BigId, words_of
from central.notifications.notification import Channel, MessageKind, State


class Notification(Base):
    """One message to one person, however many ways it takes to reach them.

    It holds no words: those are written from the present state when it is sent.
    """

    __tablename__ = "notification"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True)
    """Whatever plans a message with the same key plans it once."""
    kind: Mapped[MessageKind] = mapped_column(words_of(MessageKind))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """Who rents; empty: who reported a defect from the hall's sheet."""
    order_id: Mapped[int | None] = mapped_column(ForeignKey("booking_order.id"), index=True)
    reservation_id: Mapped[int | None] = mapped_column(ForeignKey("reservation.id"), index=True)
    others: Mapped[list[int]] = mapped_column(JSON, default=list)
    """More reservations of the same order that it tells about."""
    defect_id: Mapped[int | None] = mapped_column(
        ForeignKey("defect.id", ondelete="CASCADE"), index=True
    )
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What its event said and no row says any more: where a moved reservation was."""
    channel: Mapped[Channel] = mapped_column(words_of(Channel), default=Channel.MAIL)
    """By which it was sent, or is to be."""
    tried: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Channels that did not reach anybody."""
    state: Mapped[State] = mapped_column(words_of(State))
    due_at: Mapped[datetime]
    must_be_read: Mapped[bool] = mapped_column(default=False)
    """Whoever does not open its link in time is told another way."""
    read_by: Mapped[datetime | None]
    """Once sent: when to try another way."""
    mail_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    """The mail that carries it; mails are forgotten sooner."""
    attempts: Mapped[int] = mapped_column(default=0)
    """How often it was sent, and called about."""
    why: Mapped[str] = mapped_column(String(200), default="", server_default=text("''"))
    """Why it is on the call list or was dropped: a code."""
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    """When it was read, told by phone or dropped."""

    __table_args__ = (
        Index("ix_notification_state_due_at", "state", "due_at"),
        Index("ix_notification_state_read_by", "state", "read_by"),
    )
