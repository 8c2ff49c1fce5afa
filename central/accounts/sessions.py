"""Log in, log out, and recognise somebody of staff by browser session or bearer token."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from http import HTTPStatus

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from central.accounts.roles import Right, Role, Scope, scope_of
from central.accounts.staff_models import ApiToken, Staff, StaffSession
from central.database import Database
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
    rights: frozenset[Right]

    @property
    def actor(self) -> str:
        """How audit lines name this person."""
        return f"staff:{self.id}"

    @property
    def roles(self) -> frozenset[Role]:
        """What this person may do somewhere."""
        return frozenset(one.role for one in self.rights)

    def scope(self, *roles: Role) -> Scope:
        """Return over what one of these roles counts; admin counts for all of them."""
        return scope_of(self.rights, roles)

    def may(self, *roles: Role, service: int | None = None, hall: int | None = None) -> bool:
        """Tell whether one of these roles counts for something of this service and hall.

        Without service and hall: whether it counts for the whole city.
        """
        return self.scope(*roles).reaches(service=service, hall=hall)


def hash_password(password: str) -> str:
    """Return the argon2id hash to store."""
    return PasswordHasher().hash(password)


@cache
def _nobody() -> str:
    """A hash to check against for an unknown address, so that it takes as long as a known one."""
    return hash_password("nobody has this password")


def check_password(session: Session, email: str, password: str) -> Staff:
    """Return whose password this is. Slow on purpose: call it outside a writing session.

    Raises:
        LogInRefused: nobody's.

    """
    staff = session.scalar(select(Staff).where(Staff.email == email.strip().lower()))
    try:
        PasswordHasher().verify(staff.password_hash if staff else _nobody(), password)
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
            proven_at=now,
        )
    )
    return secret


def close_session(session: Session, secret: str) -> None:
    """Log out."""
    session.execute(delete(StaffSession).where(StaffSession.hash == _hash(secret)))


def member_of_session(database: Database, secret: str, now: datetime) -> StaffMember | None:
    """Return who is logged in with this cookie, if anybody still is; note that it is in use."""
    with database.read() as session:
        found = session.execute(
            select(Staff, StaffSession.seen_at)
            .join(StaffSession, StaffSession.staff_id == Staff.id)
            .where(StaffSession.hash == _hash(secret), StaffSession.expires_at > now)
            .where(StaffSession.seen_at > now - SESSION_IDLE, Staff.is_active)
        ).first()
    if found is None:
        return None
    staff, seen_at = found
    if seen_at < now - _SEEN_GRAIN:
        _seen(database, secret, now)
    return _member(staff)


def _seen(database: Database, secret: str, now: datetime) -> None:
    with database.write() as session:
        session.execute(
            update(StaffSession).where(StaffSession.hash == _hash(secret)).values(seen_at=now)
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
    return StaffMember(staff.id, staff.name, staff.rights)


def _hash(secret: str) -> bytes:
    # The secret has 256 random bits: a fast hash is enough.
    return sha256(secret.encode()).digest()
