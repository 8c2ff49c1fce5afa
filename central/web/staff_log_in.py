"""Pages for staff to log in and out: password, then the code of the authenticator app."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field, SecretStr
from starlette.responses import RedirectResponse, Response

from central.accounts.continuing import own_path
from central.accounts.cookies import STAFF, cookie_of, drop_cookie
from central.accounts.principals import HalfStaff, Public, TheSecondFactor, TheThrottle
from central.accounts.second_factor import WrongFactor
from central.accounts.service import LONGEST_PASSWORD
from central.accounts.sessions import LogInRefused, check_password, close_session
from central.accounts.throttle import LOG_IN, LOG_IN_FROM, TooOften
from central.dependencies import Now, TheDatabase, TheSettings
from central.web.pages import ThePages
from central.web.problems import explain
from central.web.staff_entering import (
    connection,
    enrolment,
    enter,
    first_code,
    let_in,
    start_session,
)

router = APIRouter(include_in_schema=False)
_LOGGING_IN = Public("whoever logs in is not logged in yet; throttled per address and connection")


class LogInForm(BaseModel):
    """What is typed to log in, and where to go then."""

    email: str = Field(default="", max_length=254)
    password: SecretStr = Field(default=SecretStr(""), max_length=LONGEST_PASSWORD)
    next: str = Field(default="/desk", max_length=4000)


class CodeForm(BaseModel):
    """A code of the authenticator app, and where to go then."""

    code: str = Field(default="", max_length=60)
    next: str = Field(default="/desk", max_length=4000)


@router.get("/login", dependencies=[_LOGGING_IN])
def ask_to_log_in(request: Request, pages: ThePages, next: str = "/desk") -> Response:  # noqa: A002
    """Show the log-in form."""
    where = own_path(next, "/desk")
    return pages.show(request, "login.html", email="", says=None, next=where)


@router.post("/login", dependencies=[_LOGGING_IN])
def log_in(
    request: Request,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    throttle: TheThrottle,
    now: Now,
    form: Annotated[LogInForm, Form()],
) -> Response:
    """Log in, or say that the two do not belong together."""
    account, where = form.email.strip().lower(), own_path(form.next, "/desk")
    try:
        with database.write() as session:
            throttle.take(session, LOG_IN_FROM, connection(request), now)
            throttle.take(session, LOG_IN, account, now)
        with database.read() as session:
            staff = check_password(session, account, form.password.get_secret_value())
    except (LogInRefused, TooOften) as error:
        says = explain(request, error)
        return pages.show(
            request, "login.html", error.status, email=form.email, says=says, next=where
        )
    with database.write() as session:
        throttle.forget(session, LOG_IN, account)
    return enter(request, database, settings, staff, where, now)


@router.post("/logout", dependencies=[Public("logging out must work when the session has ended")])
def log_out(request: Request, database: TheDatabase, settings: TheSettings) -> Response:
    """Log out."""
    if cookie := cookie_of(request, STAFF):
        with database.write() as session:
            close_session(session, cookie)
    answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    drop_cookie(answer, settings, STAFF)
    return answer


@router.get("/login/code")
def ask_code(request: Request, _half: HalfStaff, pages: ThePages, next: str = "/desk") -> Response:  # noqa: A002
    """Ask for the code of the authenticator app."""
    where = own_path(next, "/desk")
    return pages.show(request, "staff_code.html", problems={}, next=where)


@router.post("/login/code")
def check_code(
    request: Request,
    half: HalfStaff,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    factor: TheSecondFactor,
    now: Now,
    form: Annotated[CodeForm, Form()],
) -> Response:
    """Let in whoever shows the code, or a recovery code."""
    where = own_path(form.next, "/desk")
    try:
        with database.write() as session:
            factor.count_try(session, half.id, now)
        with database.write() as session:
            factor.check(session, half.id, form.code, now)
    except (WrongFactor, TooOften) as error:
        says = {"code": explain(request, error)}
        return pages.show(request, "staff_code.html", error.status, problems=says, next=where)
    return let_in(request, database, settings, half.id, where, now)


@router.get("/login/app")
def ask_to_enrol(
    request: Request,
    half: HalfStaff,
    pages: ThePages,
    database: TheDatabase,
    factor: TheSecondFactor,
    next: str = "/desk",  # noqa: A002
) -> Response:
    """Show the code to put into an authenticator app, to who may not do without."""
    where = own_path(next, "/desk")
    return enrolment(request, pages, database, factor, half.id, where=where, action="/login/app")


@router.post("/login/app")
def enrol(
    request: Request,
    half: HalfStaff,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    factor: TheSecondFactor,
    now: Now,
    form: Annotated[CodeForm, Form()],
) -> Response:
    """Take the app into use, show the recovery codes, and let in."""
    where = own_path(form.next, "/desk")
    try:
        codes = first_code(database, factor, half.id, form.code, now)
    except (WrongFactor, TooOften) as error:
        return enrolment(
            request, pages, database, factor, half.id, where=where, action="/login/app", error=error
        )
    page = pages.show(request, "staff_recovery.html", codes=codes, where=where)
    start_session(request, database, settings, half.id, now, page)
    return page
