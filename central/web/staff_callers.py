"""Pages for the contact centre: find or add a caller, and rent for that person; both names are kept."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from central.accounts import acting, people, renter_sessions
from central.accounts.capacities import ActingAs
from central.accounts.models import Person
from central.accounts.people import Renter, person_of
from central.accounts.principals import Desk
from central.accounts.refusals import NotAllowed
from central.accounts.roles import Role
from central.accounts.sessions import StaffMember, act_for
from central.audit.service import on_behalf, record
from central.dependencies import Now, TheDatabase
from central.web.forms import is_email
from central.web.language import language_of
from central.web.pages import Pages, ThePages
from central.web.typed import Problems, too_long

router = APIRouter(prefix="/desk/callers", include_in_schema=False)


class NewCaller(BaseModel):
    """Somebody who rents for the first time, as told on the phone."""

    email: str = ""
    name: str = ""
    q: str = ""
    """What was searched before."""


@router.get("")
def search(
    request: Request,
    staff: Desk,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
    q: str = "",
) -> Response:
    """Find a caller by name, address of mail or phone number."""
    with database.read() as session:
        return _page(request, pages, session, staff, now, NewCaller(q=q[:200]))


@router.post("")
def add(
    request: Request,
    staff: Desk,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
    form: Annotated[NewCaller, Form()],
) -> Response:
    """Add a caller who is not known yet, and help at once."""
    words = language_of(request)
    problems = too_long(words, form, {"name": 120})
    if not form.name.strip():
        problems["name"] = words("problem.name")
    if not is_email(form.email):
        problems["email"] = words("problem.email")
    if problems:
        with database.read() as session:
            return _page(request, pages, session, staff, now, form, problems)
    with database.write() as session:
        person = person_of(session, Renter(form.email, form.name, words.code), now)
        _begin(session, staff, person, None, now)
    return RedirectResponse("/account", HTTPStatus.SEE_OTHER)


@router.post("/help")
def help_caller(
    staff: Desk,
    database: TheDatabase,
    now: Now,
    person: Annotated[int, Form()],
    organisation: Annotated[int | None, Form()] = None,
) -> Response:
    """Rent for a caller from now on, in this browser."""
    with database.write() as session:
        people.by_number(session, person)
        renter_sessions.check_capacity(session, person, organisation, now)
        _begin(session, staff, person, organisation, now)
    return RedirectResponse("/account", HTTPStatus.SEE_OTHER)


@router.post("/stop")
def stop(staff: Desk, database: TheDatabase, now: Now) -> Response:
    """Help nobody any more."""
    with database.write() as session:
        if staff.session is not None and staff.acting_for is not None:
            act_for(session, staff.session, None)
            subject = f"person:{staff.acting_for}"
            record(session, staff.actor, "person.help_ended", subject, now)
    return RedirectResponse("/desk/callers", HTTPStatus.SEE_OTHER)


@router.post("/{person_id}/log-out")
def log_out_everywhere(person_id: int, staff: Desk, database: TheDatabase, now: Now) -> Response:
    """Log a caller out of every browser: the telephone is lost."""
    with database.write() as session:
        people.by_number(session, person_id)
        renter_sessions.revoke_all(session, person_id)
        actor, subject = on_behalf(staff.actor, person_id), f"person:{person_id}"
        record(session, actor, "person.logged_out", subject, now)
    return RedirectResponse("/desk/callers", HTTPStatus.SEE_OTHER)


def _begin(
    session: Session, staff: StaffMember, person: int, organisation: int | None, now: Now
) -> None:
    if staff.session is None:  # a program has no browser to help in
        raise NotAllowed(roles=Role.CONTACT_CENTRE.value)
    act_for(session, staff.session, person, organisation)
    after = {"organisation": organisation} if organisation is not None else None
    actor, subject = on_behalf(staff.actor, person), f"person:{person}"
    record(session, actor, "person.help_begun", subject, now, after=after)


def _page(
    request: Request,
    pages: Pages,
    session: Session,
    staff: StaffMember,
    now: Now,
    form: NewCaller,
    problems: Problems | None = None,
) -> Response:
    found = [_with_capacities(session, one, now) for one in people.search(session, form.q)]
    return pages.show(
        request,
        "staff_callers.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        staff=staff,
        form=form,
        rows=found,
        problems=problems or {},
    )


def _with_capacities(session: Session, person: Person, now: Now) -> tuple[Person, list[ActingAs]]:
    return person, acting.capacities(session, person.id, now.date())
