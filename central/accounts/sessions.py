"""Log in, log out, and recognise somebody of staff by browser session or bearer token."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from central.accounts.roles import Right, Role, Scope, scope_of
from central.accounts.sealing import digest_of, new_secret
from central.accounts.staff_models import ApiToken, Staff, StaffSession
from central.database import Database
from central.errors import CentralError, NotFound

SESSION_LIFE = timedelta(hours=12)
SESSION_IDLE = timedelta(hours=2)
HALF_LIFE = timedelta(minutes=10)
"""How long after the right password the second factor may follow."""
FRESH = timedelta(minutes=5)
"""How long after showing password or code one may do dangerous things."""
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
    session: int | None = field(default=None, compare=False)
    """Number of the browser session; None: a program with a bearer token."""
    proven_at: datetime | None = field(default=None, compare=False)
    """When this browser last showed password or code."""
    acting_for: int | None = field(default=None, compare=False)
    """The person whom one helps now."""
    acting_organisation: int | None = field(default=None, compare=False)
    """As what that person rents; None: as oneself."""

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

    def is_fresh(self, now: datetime) -> bool:
        """Tell whether password or code were shown just now; a program's token is as it is."""
        return self.proven_at is None or now - self.proven_at < FRESH


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
    kept = (staff.password_hash if staff else "") or _nobody()
    try:
        PasswordHasher().verify(kept, password)
    except (VerificationError, InvalidHashError) as error:
        raise LogInRefused from error
    if staff is None or not (staff.is_active and staff.password_hash):
        raise LogInRefused
    return staff


def open_session(
    session: Session, staff_id: int, now: datetime, *, device: str = "", is_half: bool = False
) -> str:
    """Log somebody in; return what the cookie holds. A half session only lets the code follow."""
    secret = new_secret()
    session.execute(delete(StaffSession).where(StaffSession.expires_at < now))
    session.add(
        StaffSession(
            hash=digest_of(secret),
            staff_id=staff_id,
            is_half=is_half,
            device=device,
            created_at=now,
            seen_at=now,
            expires_at=now + (HALF_LIFE if is_half else SESSION_LIFE),
            proven_at=now,
        )
    )
    return secret


def close_session(session: Session, secret: str) -> None:
    """Log out."""
    session.execute(delete(StaffSession).where(StaffSession.hash == digest_of(secret)))


def sessions_of(session: Session, staff_id: int, now: datetime) -> Sequence[StaffSession]:
    """Return the browsers in which somebody is logged in, the last used first."""
    return session.scalars(
        select(StaffSession)
        .where(StaffSession.staff_id == staff_id, StaffSession.expires_at > now)
        .where(~StaffSession.is_half)
        .order_by(StaffSession.seen_at.desc(), StaffSession.id.desc())
    ).all()


def revoke_session(session: Session, staff_id: int, session_id: int) -> None:
    """Log somebody out of one browser.

    Raises:
        NotFound: no such session of this person.

    """
    row = session.get(StaffSession, session_id)
    if row is None or row.staff_id != staff_id:
        raise NotFound("session")
    session.delete(row)


def revoke_all_sessions(session: Session, staff_id: int, but: int | None = None) -> None:
    """Log somebody out everywhere, except in one browser."""
    those = delete(StaffSession).where(StaffSession.staff_id == staff_id)
    session.execute(those if but is None else those.where(StaffSession.id != but))


def prove(session: Session, session_id: int, now: datetime) -> None:
    """Note that a browser showed password or code again."""
    session.execute(update(StaffSession).where(StaffSession.id == session_id).values(proven_at=now))


def act_for(
    session: Session, session_id: int, person_id: int | None, organisation_id: int | None = None
) -> None:
    """Begin to help a caller in this browser, or stop (None)."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.id == session_id)
        .values(acting_for_id=person_id, acting_organisation_id=organisation_id)
    )


def member_of_session(
    database: Database, secret: str, now: datetime, *, half: bool = False
) -> StaffMember | None:
    """Return who is logged in with this cookie, if anybody still is; note that it is in use.

    With `half`: who has shown the right password and not yet the second factor.
    """
    with database.read() as session:
        found = session.execute(
            select(Staff, StaffSession)
            .join(StaffSession, StaffSession.staff_id == Staff.id)
            .where(StaffSession.hash == digest_of(secret), StaffSession.expires_at > now)
            .where(StaffSession.seen_at > now - SESSION_IDLE, Staff.is_active)
            .where(StaffSession.is_half == half)
        ).first()
    if found is None:
        return None
    staff, row = found
    if row.seen_at < now - _SEEN_GRAIN:
        _seen(database, row.id, now)
    return StaffMember(
        staff.id,
        staff.name,
        staff.rights,
        row.id,
        row.proven_at,
        row.acting_for_id,
        row.acting_organisation_id,
    )


def _seen(database: Database, session_id: int, now: datetime) -> None:
    with database.write() as session:
        session.execute(
            update(StaffSession).where(StaffSession.id == session_id).values(seen_at=now)
        )


def new_token(session: Session, staff_id: int, name: str, life: timedelta, now: datetime) -> str:
    """Make a bearer token; the returned text is shown once and stored nowhere."""
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    session.add(
        ApiToken(
            staff_id=staff_id,
            name=name,
            hash=digest_of(secret),
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
        .where(ApiToken.hash == digest_of(secret), ApiToken.expires_at > now)
        .where(ApiToken.revoked_at.is_(None), Staff.is_active)
    )
    return StaffMember(staff.id, staff.name, staff.rights) if staff else None
