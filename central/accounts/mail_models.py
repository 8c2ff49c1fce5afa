"""The tables of mail: what was posted, and how far it got."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, SmallInteger, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from central.database import Base, BigId, words_of


class MailState(StrEnum):
    """How far a mail got."""

    WAITING = "waiting"
    SENT = "sent"
    """The mail server took it over; whether anybody reads it is unknown."""
    REFUSED = "refused"
    """The mail server says that this address takes no mail."""


class StoredMail(Base):
    """One mail to one address."""

    __tablename__ = "mail"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[UUID] = mapped_column(Uuid, unique=True)
    """Its Message-ID: the same at every attempt."""
    dedupe_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    """Whoever posts with the same key posts once."""
    to: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(250))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text, default="")
    is_secret: Mapped[bool] = mapped_column(default=False)
    """What it says lets its reader in: the words are dropped once it is sent."""
    state: Mapped[MailState] = mapped_column(words_of(MailState))
    error: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]

    attachments: Mapped[list["MailAttachment"]] = relationship(
        order_by="MailAttachment.position", lazy="raise", cascade="all, delete-orphan"
    )


class MailAttachment(Base):
    """A file that goes with a mail."""

    __tablename__ = "mail_attachment"

    mail_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("mail.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(80))
    content: Mapped[bytes] = mapped_column(LargeBinary)
