"""Browsers in which people are logged in, and in what capacity. Never commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from central.accounts.acting import capacities
from central.accounts.models import RenterSession
from central.accounts.sealing import digest_of, new_secret
from central.errors import CentralError, NotFound

LIFE = timedelta(days=60)
IDLE = timedelta(days=14)
"""For who wants to stay logged in."""
SHORT_LIFE = timedelta(hours=12)
SHORT_IDLE = timedelta(hours=2)
"""For a computer that others use too."""
SEEN_GRAIN = timedelta(minutes=5)
"""How often "last seen" is written down."""


class NotYourCapacity(CentralError):
    """The person has no mandate of this organisation (any more)."""

    status = HTTPStatus.FORBIDDEN
    code = "not_your_capacity"
    sentence = "You may not rent for this organisation (any more). Choose another."


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new session is like."""

    provider: str
    device: str = ""
    stays: bool = False


def open_session(session: Session, person_id: int, how: Opening, now: datetime) -> str:
    """Log somebody in; return what the cookie holds."""
    secret = new_secret()
    session.execute(delete(RenterSession).where(RenterSession.expires_at < now))
    session.add(
        RenterSession(
            hash=digest_of(secret),
            person_id=person_id,
            provider=how.provider,
            device=how.device,
            stays=how.stays,
            created_at=now,
            seen_at=now,
            expires_at=now + (LIFE if how.stays else SHORT_LIFE),
        )
    )
    return secret


def session_of(session: Session, secret: str, now: datetime) -> RenterSession | None:
    """Return the session of a cookie, if it still counts."""
    row = session.scalar(select(RenterSession).where(RenterSession.hash == digest_of(secret)))
    if row is None or row.expires_at <= now:
        return None
    return row if row.seen_at > now - (IDLE if row.stays else SHORT_IDLE) else None


def seen(session: Session, session_id: int, now: datetime) -> None:
    """Write down that a session is in use."""
    session.execute(update(RenterSession).where(RenterSession.id == session_id).values(seen_at=now))


def close_session(session: Session, secret: str) -> None:
    """Log out."""
    session.execute(delete(RenterSession).where(RenterSession.hash == digest_of(secret)))


def sessions_of(session: Session, person_id: int, now: datetime) -> Sequence[RenterSession]:
    """Return the browsers in which a person is logged in, the last used first."""
    return session.scalars(
        select(RenterSession)
        .where(RenterSession.person_id == person_id, RenterSession.expires_at > now)
        .order_by(RenterSession.seen_at.desc(), RenterSession.id.desc())
    ).all()


def revoke(session: Session, person_id: int, session_id: int) -> None:
    """Log a person out of one browser.

    Raises:
        NotFound: no such session of this person.

    """
    row = session.get(RenterSession, session_id)
    if row is None or row.person_id != person_id:
        raise NotFound("session")
    session.delete(row)


def revoke_all(session: Session, person_id: int, but: int | None = None) -> None:
    """Log a person out everywhere, except in one browser."""
    session.execute(
        delete(RenterSession).where(RenterSession.person_id == person_id, RenterSession.id != but)
        if but is not None
        else delete(RenterSession).where(RenterSession.person_id == person_id)
    )


def choose(session: Session, session_id: int, organisation_id: int | None, now: datetime) -> None:
    """Act for an organisation from now on, or for oneself (None).

    Raises:
        NotYourCapacity: there is no mandate that counts.
        NotFound: the session is over.

    """
    row = session.get(RenterSession, session_id)
    if row is None:
        raise NotFound("session")
    check_capacity(session, row.person_id, organisation_id, now)
    row.organisation_id = organisation_id


def check_capacity(
    session: Session, person_id: int, organisation_id: int | None, now: datetime
) -> None:
    """Let pass whoever may act for an organisation today.

    Raises:
        NotYourCapacity: there is no mandate that counts.

    """
    may = {one.organisation for one in capacities(session, person_id, now.date())}
    if organisation_id not in may:
        raise NotYourCapacity
