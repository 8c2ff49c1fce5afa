"""Pages for staff about themselves: password, authenticator app, recovery codes, browsers."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from central.accounts import service
from central.accounts.principals import AnyStaff, AnyStaffJustProven, TheSecondFactor
from central.accounts.second_factor import WrongFactor, forget_app, recovery_codes_left
from central.accounts.service import Change
from central.accounts.sessions import StaffMember, revoke_session, sessions_of
from central.accounts.staff_models import Staff
from central.accounts.throttle import TooOften
from central.audit.service import record
from central.booking.times import to_wall
from central.dependencies import Now, TheDatabase, TheSettings
from central.settings import Settings
from central.web.language import language_of
from central.web.pages import Pages, ThePages
from central.web.staff_entering import enrolment, first_code, let_in
from central.web.staff_log_in import CodeForm
from central.web.staff_password import PasswordForm, hash_of
from central.web.staff_rights import places, said
from central.web.typed import Problems, zone_of

router = APIRouter(prefix="/desk/me", include_in_schema=False)
_HOME = "/desk/me"


@router.get("")
def show(
    request: Request,
    staff: AnyStaff,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
) -> Response:
    """Show one's own account."""
    with database.read() as session:
        return _page(request, pages, session, settings, staff, now)


@router.post("/password")
def change_password(
    request: Request,
    staff: AnyStaffJustProven,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
    form: Annotated[PasswordForm, Form()],
) -> Response:
    """Take a new password; every other browser is logged out, and this one gets a new session."""
    problems, password_hash = hash_of(request, form)
    if password_hash is None:
        with database.read() as session:
            return _page(request, pages, session, settings, staff, now, problems)
    with database.write() as session:
        change = Change(password_hash=password_hash)
        service.change_staff(session, staff.id, change, now, actor=staff.actor)
    return let_in(request, database, settings, staff.id, _HOME, now)


@router.get("/app")
def ask_to_enrol(
    request: Request,
    staff: AnyStaffJustProven,
    pages: ThePages,
    database: TheDatabase,
    factor: TheSecondFactor,
) -> Response:
    """Show the code to put into an authenticator app."""
    return enrolment(request, pages, database, factor, staff.id, where=_HOME, action="/desk/me/app")


@router.post("/app")
def enrol(
    request: Request,
    staff: AnyStaffJustProven,
    pages: ThePages,
    database: TheDatabase,
    factor: TheSecondFactor,
    now: Now,
    form: Annotated[CodeForm, Form()],
) -> Response:
    """Take the app into use, and show the recovery codes."""
    try:
        codes = first_code(database, factor, staff.id, form.code, now)
    except (WrongFactor, TooOften) as error:
        return enrolment(
            request,
            pages,
            database,
            factor,
            staff.id,
            where=_HOME,
            action="/desk/me/app",
            error=error,
        )
    return pages.show(request, "staff_recovery.html", codes=codes, where=_HOME)


@router.post("/app/replace")
def replace_app(staff: AnyStaffJustProven, database: TheDatabase, now: Now) -> Response:
    """Take the app out of use, to enrol another at once."""
    with database.write() as session:
        forget_app(session, staff.id, staff.actor, now)
    return RedirectResponse("/desk/me/app", HTTPStatus.SEE_OTHER)


@router.post("/recovery-codes")
def new_codes(
    request: Request,
    staff: AnyStaffJustProven,
    pages: ThePages,
    database: TheDatabase,
    factor: TheSecondFactor,
    now: Now,
) -> Response:
    """Show new recovery codes; the old ones count no more."""
    with database.write() as session:
        codes = factor.new_recovery_codes(session, staff.id, now)
        record(session, staff.actor, "staff.recovery_codes_made", staff.actor, now)
    return pages.show(request, "staff_recovery.html", codes=codes, where=_HOME)


@router.post("/sessions/{session_id}/end")
def end_session(session_id: int, staff: AnyStaff, database: TheDatabase) -> Response:
    """Log out of one browser."""
    with database.write() as session:
        revoke_session(session, staff.id, session_id)
    return RedirectResponse(_HOME, HTTPStatus.SEE_OTHER)


def _page(
    request: Request,
    pages: Pages,
    session: Session,
    settings: Settings,
    staff: StaffMember,
    now: Now,
    problems: Problems | None = None,
) -> Response:
    words, there, zone = language_of(request), places(session), zone_of(settings)
    sessions = [
        (one, to_wall(one.created_at, zone), to_wall(one.seen_at, zone))
        for one in sessions_of(session, staff.id, now)
    ]
    return pages.show(
        request,
        "staff_me.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        staff=staff,
        it=session.get_one(Staff, staff.id),
        rights=[(one.role, said(one, there, words)) for one in sorted(staff.rights, key=str)],
        codes_left=recovery_codes_left(session, staff.id),
        sessions=sessions,
        problems=problems or {},
    )
