"""Pages for administrators: one account of staff, its rights, second factor and browsers."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from central.accounts import service
from central.accounts.principals import Admin, AdminJustProven
from central.accounts.second_factor import forget_app
from central.accounts.service import Change, LastAdmin
from central.accounts.sessions import (
    StaffMember,
    revoke_all_sessions,
    revoke_session,
    sessions_of,
)
from central.accounts.staff_models import Staff
from central.booking.times import to_wall
from central.dependencies import Now, TheDatabase, TheSettings
from central.errors import NotFound
from central.settings import Settings
from central.web.language import language_of
from central.web.pages import Pages, ThePages
from central.web.staff import post_invitation
from central.web.staff_rights import (
    places,
    read_right,
    role_options,
    said,
    scope_options,
    value_of,
)
from central.web.typed import Problems, beside, zone_of

router = APIRouter(prefix="/desk/staff", include_in_schema=False)


class RightForm(BaseModel):
    """A right to give or to take, as chosen."""

    role: str = ""
    scope: str = ""
    reason: str = ""


@router.get("/{staff_id}")
def show_one(
    request: Request,
    staff_id: int,
    staff: Admin,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
) -> Response:
    """Show an account: rights, second factor, browsers."""
    with database.read() as session:
        return _one(request, pages, session, settings, staff, staff_id, now)


@router.post("/{staff_id}/rights")
def give_right(
    request: Request,
    staff_id: int,
    staff: AdminJustProven,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
    form: Annotated[RightForm, Form()],
) -> Response:
    """Let somebody do more."""
    with database.read() as session:
        right = read_right(form.role, form.scope, places(session))
        if right is None:
            says = {"role": language_of(request)("staff.which_right")}
            return _one(request, pages, session, settings, staff, staff_id, now, says)
    with database.write() as session:
        rights = service.staff_of(session, staff_id).rights | {right}
        service.change_staff(
            session, staff_id, Change(roles=rights), now, actor=staff.actor, reason=form.reason
        )
    return _back(staff_id)


@router.post("/{staff_id}/rights/end")
def take_right(
    request: Request,
    staff_id: int,
    staff: AdminJustProven,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
    form: Annotated[RightForm, Form()],
) -> Response:
    """Let somebody do less; every browser of the account is logged out."""
    try:
        with database.write() as session:
            right = read_right(form.role, form.scope, places(session))
            account = service.staff_of(session, staff_id)
            if right is None or right not in account.rights:
                raise NotFound("right")
            rights = account.rights - {right}
            service.change_staff(
                session, staff_id, Change(roles=rights), now, actor=staff.actor, reason=form.reason
            )
    except LastAdmin as error:
        with database.read() as session:
            says = beside(language_of(request), error, "role")
            return _one(request, pages, session, settings, staff, staff_id, now, says)
    return _back(staff_id)


@router.post("/{staff_id}/use")
def change_use(
    request: Request,
    staff_id: int,
    staff: AdminJustProven,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
    is_active: Annotated[str, Form()] = "",
) -> Response:
    """Take an account out of use, or into use again."""
    try:
        with database.write() as session:
            change = Change(is_active=bool(is_active))
            service.change_staff(session, staff_id, change, now, actor=staff.actor)
    except LastAdmin as error:
        with database.read() as session:
            says = beside(language_of(request), error, "role")
            return _one(request, pages, session, settings, staff, staff_id, now, says)
    return _back(staff_id)


@router.post("/{staff_id}/invite-again")
def invite_again(
    request: Request,
    staff_id: int,
    staff: Admin,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
) -> Response:
    """Send the invitation anew; the old one counts no more."""
    with database.write() as session:
        account, link = service.invite_again(session, staff_id, staff.actor, now)
        post_invitation(request, pages, session, settings, account, link, now)
    return _back(staff_id)


@router.post("/{staff_id}/reset-app")
def reset_app(
    staff_id: int,
    staff: AdminJustProven,
    database: TheDatabase,
    now: Now,
) -> Response:
    """Take somebody's authenticator app out of use: the telephone is gone."""
    with database.write() as session:
        forget_app(session, staff_id, staff.actor, now)
        revoke_all_sessions(session, staff_id)
    return _back(staff_id)


@router.post("/{staff_id}/sessions/{session_id}/end")
def end_session(staff_id: int, session_id: int, _staff: Admin, database: TheDatabase) -> Response:
    """Log somebody out of one browser."""
    with database.write() as session:
        revoke_session(session, staff_id, session_id)
    return _back(staff_id)


def _back(staff_id: int) -> Response:
    return RedirectResponse(f"/desk/staff/{staff_id}", HTTPStatus.SEE_OTHER)


def _one(
    request: Request,
    pages: Pages,
    session: Session,
    settings: Settings,
    staff: StaffMember,
    staff_id: int,
    now: Now,
    problems: Problems | None = None,
) -> Response:
    words, there, zone = language_of(request), places(session), zone_of(settings)
    account = session.get(Staff, staff_id)
    if account is None:
        raise NotFound("account")
    sessions = [
        (one, to_wall(one.created_at, zone), to_wall(one.seen_at, zone))
        for one in sessions_of(session, staff_id, now)
    ]
    rights = [
        (one.role, value_of(one), said(one, there, words))
        for one in sorted(account.rights, key=str)
    ]
    return pages.show(
        request,
        "staff_one.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        staff=staff,
        it=account,
        rights=rights,
        sessions=sessions,
        problems=problems or {},
        roles=role_options(words),
        scopes=scope_options(there, words),
    )
