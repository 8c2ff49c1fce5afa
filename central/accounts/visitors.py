"""Who rents in this request: a person who is logged in, or whom staff helps on the phone."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from fastapi import Request
from sqlalchemy.orm import Session

from central.accounts.acting import acting
from central.accounts.capacities import ActingAs
from central.accounts.cookies import RENTER, STAFF, cookie_of
from central.accounts.models import Person
from central.accounts.renter_sessions import SEEN_GRAIN, seen, session_of
from central.accounts.roles import Role
from central.accounts.sessions import StaffMember, member_of_session
from central.audit.service import on_behalf
from central.database import Database


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who rents, and in what capacity now."""

    person: int
    name: str
    email: str
    language: str
    acting: ActingAs
    session: int | None = None
    """Number of the person's own browser session."""
    helper: StaffMember | None = None
    """Of the contact centre, who does it for the person."""

    @property
    def actor(self) -> str:
        """How audit lines name who acts, and for whom: `person:12`, `staff:7 for person:12`."""
        if self.helper is None:
            return f"person:{self.person}"
        return on_behalf(self.helper.actor, self.person)

    @property
    def shown_as(self) -> str:
        """What "you rent as" shows."""
        return self.acting.name or self.name or self.email


def visitor_of(request: Request, database: Database, now: datetime) -> Visitor | None:
    """Return who rents; looked up once for a request."""
    if not hasattr(request.state, "visitor"):
        request.state.visitor = _found(request, database, now)
    return cast("Visitor | None", request.state.visitor)


def _found(request: Request, database: Database, now: datetime) -> Visitor | None:
    return _helped(request, database, now) or _logged_in(request, database, now)


def _helped(request: Request, database: Database, now: datetime) -> Visitor | None:
    cookie = cookie_of(request, STAFF)
    helper = member_of_session(database, cookie, now) if cookie else None
    if helper is None or helper.acting_for is None:
        return None
    if helper.scope(Role.CONTACT_CENTRE, Role.HALL_MANAGER).is_empty:
        return None
    with database.read() as session:
        return _visitor(session, helper.acting_for, helper.acting_organisation, now, helper=helper)


def _logged_in(request: Request, database: Database, now: datetime) -> Visitor | None:
    cookie = cookie_of(request, RENTER)
    if not cookie:
        return None
    with database.read() as session:
        row = session_of(session, cookie, now)
        if row is None:
            return None
        found = _visitor(session, row.person_id, row.organisation_id, now, session_id=row.id)
    if row.seen_at < now - SEEN_GRAIN:
        with database.write() as session:
            seen(session, row.id, now)
    return found


def _visitor(
    session: Session,
    person_id: int,
    organisation_id: int | None,
    now: datetime,
    *,
    session_id: int | None = None,
    helper: StaffMember | None = None,
) -> Visitor:
    person = session.get_one(Person, person_id)
    return Visitor(
        person.id,
        person.name,
        person.email,
        person.language,
        acting(session, person_id, organisation_id, now.date()),
        session_id,
        helper,
    )
