"""The tables of numbers and signed documents."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, words_of
from contracts.documents import DocumentType


class DocumentNumber(Base):
    """The highest number given for a type and audience, and which document is in force."""

    __tablename__ = "document_number"

    kind: Mapped[DocumentType] = mapped_column(words_of(DocumentType), primary_key=True)
    audience: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    """Only ever rises. Whoever raises it holds the row until the end of the transaction."""
    in_force: Mapped[int | None] = mapped_column(BigInteger)
    """Number of the stored document that counts; empty for what is signed and not kept (acks)."""


class SignedDocument(Base):
    """A document as it was signed."""

    __tablename__ = "signed_document"

    kind: Mapped[DocumentType] = mapped_column(words_of(DocumentType), primary_key=True)
    audience: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    site_id: Mapped[int | None]
    """Where it counts; empty: everywhere."""
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    """Verbatim: what is published, again and again, is these bytes."""
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the payload in hexadecimal, by which a unit says what it holds."""
    verify_until: Mapped[int | None]
    """Minute until which the key that signed it verifies; empty for the root's signatures."""
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_signed_document_site_id_kind", "site_id", "kind"),)
