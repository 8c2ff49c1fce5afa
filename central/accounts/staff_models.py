"""The tables of staff accounts: rights, second factor, sessions, tokens, invitations."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from central.accounts.roles import Right, Role
from central.database import Base, BigId, words_of


class Staff(Base):
    """Somebody who works for the city and logs in with a password."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """Lower case."""
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    """argon2id, with its parameters; empty: invited, and no password chosen yet."""
    is_active: Mapped[bool] = mapped_column(default=True)
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary(200))
    """Of the authenticator app, sealed (`sealing.py`)."""
    totp_proven_at: Mapped[datetime | None]
    """When a first code of it was right; empty: not in use yet."""
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    """The newest 30-second step whose code was used: no code counts twice."""
    created_at: Mapped[datetime]

    roles: Mapped[list["StaffRole"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="StaffRole.role, StaffRole.id"
    )

    @property
    def rights(self) -> frozenset[Right]:
        """What this account may do, and over what."""
        return frozenset(one.right for one in self.roles)

    @property
    def has_second_factor(self) -> bool:
        """Whether logging in asks for a code of the authenticator app."""
        return self.totp_proven_at is not None


class StaffRole(Base):
    """A role that a member of staff has: in the whole city, for one city service or one hall."""

    __tablename__ = "staff_role"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(words_of(Role))
    service_id: Mapped[int | None] = mapped_column(
        ForeignKey("city_service.id", ondelete="CASCADE"), index=True
    )
    # By name: accounts knows nothing of halls, but a role must end with its hall.
    hall_id: Mapped[int | None] = mapped_column(
        ForeignKey("hall.id", ondelete="CASCADE"), index=True
    )

    __table_args__ = (CheckConstraint("service_id IS NULL OR hall_id IS NULL", "has_one_scope"),)

    @property
    def right(self) -> Right:
        """The same as a value."""
        return Right(self.role, self.service_id, self.hall_id)

    @classmethod
    def of(cls, right: Right) -> "StaffRole":
        """Return the row of a right."""
        return cls(role=right.role, service_id=right.service, hall_id=right.hall)


class StaffSession(Base):
    """A browser in which somebody of staff is logged in."""

    __tablename__ = "staff_session"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    """SHA-256 of what the cookie holds: reading this table lets nobody in."""
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    is_half: Mapped[bool] = mapped_column(default=False)
    """The password was right, the second factor is still to come: worth nothing else."""
    device: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    proven_at: Mapped[datetime]
    """When this browser last showed password or code: dangerous things ask for it again."""
    acting_for_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    """The caller whom one helps now."""
    acting_organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id", ondelete="SET NULL"), index=True
    )


class RecoveryCode(Base):
    """Counts once in the place of the authenticator app."""

    __tablename__ = "recovery_code"

    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class AccountLinkPurpose(StrEnum):
    """What the holder of a link may do with a staff account."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a purpose, not a password


class AccountLink(Base):
    """A link that lets somebody of staff choose a password, once."""

    __tablename__ = "account_link"

    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[AccountLinkPurpose] = mapped_column(words_of(AccountLinkPurpose))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiToken(Base):
    """A bearer token of a tool that acts for somebody of staff."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    """What it is for, in the words of who made it."""
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
