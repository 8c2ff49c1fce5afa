"""Pages for administrators: who works for the city, and inviting somebody."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from central.accounts import mailer, service
from central.accounts.principals import Admin, AdminJustProven
from central.accounts.roles import Right
from central.accounts.service import EmailInUse
from central.accounts.sessions import StaffMember
from central.accounts.staff_models import AccountLinkPurpose, Staff
from central.dependencies import Now, TheDatabase, TheSettings
from central.settings import Settings
from central.web.forms import is_email
from central.web.language import language_of
from central.web.pages import Pages, ThePages
from central.web.staff_entering import account_link_mail
from central.web.staff_rights import places, read_right, role_options, said, scope_options
from central.web.typed import Problems, beside, too_long

router = APIRouter(prefix="/desk/staff", include_in_schema=False)


class InviteForm(BaseModel):
    """Whom to invite, as typed."""

    email: str = ""
    name: str = ""
    role: str = ""
    scope: str = ""


@router.get("")
def show(request: Request, staff: Admin, pages: ThePages, database: TheDatabase) -> Response:
    """List the accounts, with a form to invite somebody."""
    with database.read() as session:
        return _list(request, pages, session, staff, InviteForm())


@router.post("")
def invite(
    request: Request,
    staff: AdminJustProven,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
    form: Annotated[InviteForm, Form()],
) -> Response:
    """Invite somebody: a mail with a link to choose a password."""
    words = language_of(request)
    problems = too_long(words, form, {"name": 120})
    if not form.name.strip():
        problems["name"] = words("problem.name")
    if not is_email(form.email):
        problems["email"] = words("problem.email")
    with database.read() as session:
        right = read_right(form.role, form.scope, places(session))
    if right is None:
        problems["role"] = words("staff.which_right")
    if right is not None and not problems:
        try:
            return _invited(request, pages, database, settings, staff, form, right, now)
        except EmailInUse as error:
            problems = beside(words, error, "email")
    with database.read() as session:
        return _list(request, pages, session, staff, form, problems)


def _invited(
    request: Request,
    pages: Pages,
    database: TheDatabase,
    settings: Settings,
    staff: StaffMember,
    form: InviteForm,
    right: Right,
    now: Now,
) -> Response:
    with database.write() as session:
        made, link = service.invite(session, form.email, form.name, [right], staff.actor, now)
        post_invitation(request, pages, session, settings, made, link, now)
    return RedirectResponse(f"/desk/staff/{made.id}", HTTPStatus.SEE_OTHER)


def post_invitation(
    request: Request,
    pages: Pages,
    session: Session,
    settings: Settings,
    staff: Staff,
    link: str,
    now: Now,
) -> None:
    """Post the mail with the link to choose a password."""
    purpose = AccountLinkPurpose.INVITATION
    mail = account_link_mail(pages, language_of(request), settings, staff, link, purpose)
    mailer.post(session, mail, now)


def _list(
    request: Request,
    pages: Pages,
    session: Session,
    staff: StaffMember,
    form: InviteForm,
    problems: Problems | None = None,
) -> Response:
    words, there = language_of(request), places(session)
    rows = [
        (one, [(right.role, said(right, there, words)) for right in sorted(one.rights, key=str)])
        for one in service.all_staff(session)
    ]
    return pages.show(
        request,
        "staff_list.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        staff=staff,
        rows=rows,
        form=form,
        problems=problems or {},
        roles=role_options(words),
        scopes=scope_options(there, words),
    )
