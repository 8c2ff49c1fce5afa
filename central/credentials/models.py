"""The tables of grants and credentials."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Enum,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from central.database import Base, BigId, words_of
from contracts.credential import Kind, Language

CLAIMS_LENGTH = 32
SIGNATURE_LENGTH = 64


class GrantState(StrEnum):
    """Whether what a grant allows still holds."""

    ACTIVE = "active"
    CANCELLED = "cancelled"


class CredentialState(StrEnum):
    """What became of a pass."""

    ACTIVE = "active"
    SUPERSEDED = "superseded"
    """A newer issue replaces it."""
    REVOKED = "revoked"


class Grant(Base):
    """What one pass is for: a renter's reservation, a crew's task, a right of staff.

    Its columns say what holds *now*; credentials say what was signed. Where they differ, the site's
    list of amendments tells the doors.
    """

    __tablename__ = "access_grant"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    """Stands in the credential in four bytes; never given again."""
    kind: Mapped[Kind] = mapped_column(Enum(Kind, native_enum=False, length=40))
    reservation_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("reservation.id"), unique=True
    )
    """The reservation behind a renter's grant."""
    label: Mapped[str] = mapped_column(String(120), default="")
    """What it is for, where no reservation says it. No names of people."""
    state: Mapped[GrantState] = mapped_column(words_of(GrantState))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    areas: Mapped[int] = mapped_column(BigInteger)
    valid_from: Mapped[int]
    """Minutes since 2025-01-01T00:00Z, as in the credential."""
    duration: Mapped[int]
    repeats: Mapped[int] = mapped_column(SmallInteger, default=0)
    pattern: Mapped[int] = mapped_column(SmallInteger, default=0)
    uses: Mapped[int] = mapped_column(SmallInteger, default=0)
    language: Mapped[Language] = mapped_column(Enum(Language, native_enum=False, length=40))
    accessible: Mapped[bool] = mapped_column(default=False)
    may_hold_open: Mapped[bool] = mapped_column(default=False)
    minimum_issue: Mapped[int] = mapped_column(SmallInteger, default=0)
    latest_end: Mapped[int]
    """The latest minute that anything ever signed for it, or amended, reaches."""
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(60))

    credentials: Mapped[list["Credential"]] = relationship(
        order_by="Credential.issue", back_populates="grant", lazy="raise"
    )

    __table_args__ = (
        CheckConstraint("areas > 0 AND areas <= 4294967295", "areas_fit_credential"),
        CheckConstraint("duration > 0", "lasts"),
        # A number is not given again, also not after the last row was deleted.
        {"sqlite_autoincrement": True},
    )


class NamedPass(Base):
    """A pass that a renter gives to somebody else: a partner, a caterer, a second trainer."""

    __tablename__ = "named_pass"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    """What its link is for; tells nothing and cannot be guessed."""
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservation.id"), index=True)
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("access_grant.id"), unique=True)
    """Its own, so that it is withdrawn alone; empty until its pass is made."""
    name: Mapped[str] = mapped_column(String(60))
    """For whom; personal data that never leaves central. Empty: forgotten."""
    given_at: Mapped[datetime]
    given_by: Mapped[str] = mapped_column(String(60))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(String(60), default="")


class Credential(Base):
    """A signed pass. Its text is never logged."""

    __tablename__ = "credential"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    """The eight random bytes in it, in hexadecimal."""
    grant_id: Mapped[int] = mapped_column(ForeignKey("access_grant.id"))
    issue: Mapped[int] = mapped_column(SmallInteger)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    """As signed: a grant that moved to another site has passes of both."""
    claims: Mapped[bytes] = mapped_column(LargeBinary(CLAIMS_LENGTH))
    signature: Mapped[bytes] = mapped_column(LargeBinary(SIGNATURE_LENGTH))
    state: Mapped[CredentialState] = mapped_column(words_of(CredentialState))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(60))
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str] = mapped_column(String(60), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was revoked; mandatory then."""

    grant: Mapped[Grant] = relationship(back_populates="credentials", lazy="raise")

    __table_args__ = (
        UniqueConstraint("grant_id", "issue"),
        Index("ix_credential_site_id_state", "site_id", "state"),
    )
