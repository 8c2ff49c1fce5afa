"""Log in, log out, and recognise somebody of staff by browser session or bearer token."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from central.accounts.models import ApiToken, Role, Staff, StaffSession
from central.errors import CentralError

SESSION_LIFE = timedelta(hours=12)
SESSION_IDLE = timedelta(hours=2)
_SEEN_GRAIN = timedelta(minutes=5)
"""How often "last seen" is written down."""
TOKEN_PREFIX = "hallpass_"  # noqa: S105 - so that leaked ones are found by scanners


class LogInRefused(CentralError):
    """E-mail address and password do not belong together; which one is wrong is not said."""

    status = HTTPStatus.UNAUTHORIZED
    code = "log_in_refused"
    sentence = "This e-mail address and password do not belong together."


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody of staff who is asking now."""

    id: int
    name: str
    roles: frozenset[Role]

    @property
    def actor(self) -> str:
        """How audit lines name this person."""
        return f"staff:{self.id}"


def hash_password(password: str) -> str:
    """Return the argon2id hash to store."""
    return PasswordHasher().hash(password)


_NOBODY = PasswordHasher().hash("so that an unknown address takes as long as a wrong password")


def check_password(session: Session, email: str, password: str) -> Staff:
    """Return whose password this is. Slow on purpose: call it outside a writing session.

    Raises:
        LogInRefused: nobody's.

    """
    staff = session.scalar(select(Staff).where(Staff.email == email.strip().lower()))
    try:
        PasswordHasher().verify(staff.password_hash if staff else _NOBODY, password)
    except VerificationError as error:
        raise LogInRefused from error
    if staff is None or not staff.is_active:
        raise LogInRefused
    return staff


def open_session(session: Session, staff_id: int, now: datetime) -> str:
    """Log somebody in; return what the cookie holds."""
    secret = secrets.token_urlsafe(32)
    session.execute(delete(StaffSession).where(StaffSession.expires_at < now))
    session.add(
        StaffSession(
            hash=_hash(secret),
            staff_id=staff_id,
            created_at=now,
            seen_at=now,
            expires_at=now + SESSION_LIFE,
        )
    )
    return secret


def close_session(session: Session, secret: str) -> None:
    """Log out."""
    session.execute(delete(StaffSession).where(StaffSession.hash == _hash(secret)))


def member_of_session(session: Session, secret: str, now: datetime) -> StaffMember | None:
    """Return who is logged in with this cookie, if anybody still is."""
    found = session.execute(
        select(Staff, StaffSession.seen_at)
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .where(StaffSession.hash == _hash(secret), StaffSession.expires_at > now)
        .where(StaffSession.seen_at > now - SESSION_IDLE, Staff.is_active)
    ).first()
    return _member(found[0]) if found else None


def seen(session: Session, secret: str, now: datetime) -> None:
    """Note that the browser is still in use."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.hash == _hash(secret), StaffSession.seen_at < now - _SEEN_GRAIN)
        .values(seen_at=now)
    )


def new_token(session: Session, staff_id: int, name: str, life: timedelta, now: datetime) -> str:
    """Make a bearer token; the returned text is shown once and stored nowhere."""
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    session.add(
        ApiToken(
            staff_id=staff_id,
            name=name,
            hash=_hash(secret),
            created_at=now,
            expires_at=now + life,
        )
    )
    return secret


def member_of_token(session: Session, secret: str, now: datetime) -> StaffMember | None:
    """Return for whom this token acts, if it still counts."""
    staff = session.scalar(
        select(Staff)
        .join(ApiToken, ApiToken.staff_id == Staff.id)
        .where(ApiToken.hash == _hash(secret), ApiToken.expires_at > now)
        .where(ApiToken.revoked_at.is_(None), Staff.is_active)
    )
    return _member(staff) if staff else None


def _member(staff: Staff) -> StaffMember:
    return StaffMember(staff.id, staff.name, frozenset(one.role for one in staff.roles))


def _hash(secret: str) -> bytes:
    # The secret has 256 random bits: a fast hash is enough.
    return sha256(secret.encode()).digest()
