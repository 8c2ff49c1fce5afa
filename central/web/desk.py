"""Pages for staff: log in and out, this week's reservations, what could not be done."""

from datetime import datetime, time, timedelta
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field, SecretStr
from starlette.responses import RedirectResponse, Response

from central.accounts.principals import (
    SESSION_COOKIE,
    Admin,
    AnyStaff,
    Public,
    TheThrottle,
)
from central.accounts.sessions import (
    SESSION_LIFE,
    LogInRefused,
    check_password,
    close_session,
    open_session,
)
from central.accounts.throttle import LOG_IN, LOG_IN_FROM, TooOften, connection_of
from central.booking import queries
from central.booking.times import Period, earliest, to_wall
from central.dependencies import Now, TheDatabase, TheSettings
from central.outbox.service import dead_letters, retry
from central.web.forms import read_day
from central.web.pages import ThePages
from central.web.problems import explain

router = APIRouter(include_in_schema=False)
_LOGGING_IN = Public("whoever logs in is not logged in yet; throttled per address and connection")
_WEEK = timedelta(days=7)


class LogInForm(BaseModel):
    """What is typed to log in, and where to go then."""

    email: str = Field(default="", max_length=254)
    password: SecretStr = Field(default=SecretStr(""), max_length=1000)
    next: str = Field(default="/desk", max_length=400)


def own_path(where: str) -> str:
    """Return where to go after logging in: a page of ours, never another website."""
    is_ours = where.startswith("/") and not where.startswith(("//", "/\\"))
    return where if is_ours and where.isprintable() else "/desk"


@router.get("/login", dependencies=[_LOGGING_IN])
def ask_to_log_in(request: Request, pages: ThePages, next: str = "/desk") -> Response:  # noqa: A002
    """Show the log-in form."""
    return pages.show(request, "login.html", email="", says=None, next=own_path(next))


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
    account, where = form.email.strip().lower(), own_path(form.next)
    try:
        with database.write() as session:
            connection = connection_of(request.client and request.client.host)
            throttle.take(session, LOG_IN_FROM, connection, now)
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
        secret = open_session(session, staff.id, now)
    answer = RedirectResponse(where, HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=int(SESSION_LIFE.total_seconds()),
        secure=settings.is_https,
        httponly=True,
        samesite="lax",
    )
    return answer


@router.post("/logout", dependencies=[Public("logging out must work when the session has ended")])
def log_out(request: Request, database: TheDatabase) -> Response:
    """Log out."""
    if cookie := request.cookies.get(SESSION_COOKIE):
        with database.write() as session:
            close_session(session, cookie)
    answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


@router.get("/desk")
def desk(
    request: Request,
    staff: AnyStaff,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
    since: str = "",
) -> Response:
    """Show a week of reservations."""
    zone = ZoneInfo(settings.zone)
    day = read_day(since) or to_wall(now, zone).date()
    midnight = datetime.combine(day, time())
    week = Period(earliest(midnight, zone), earliest(midnight + _WEEK, zone))
    with database.read() as session:
        found = queries.reservations_between(session, week, None)
    return pages.show(request, "desk.html", staff=staff, day=day, reservations=found)


@router.get("/desk/undelivered")
def undelivered(
    request: Request, staff: AnyStaff, pages: ThePages, database: TheDatabase
) -> Response:
    """Show the consequences of events that were given up."""
    with database.read() as session:
        letters = dead_letters(session)
    return pages.show(request, "undelivered.html", staff=staff, letters=letters)


@router.post("/desk/undelivered")
def try_again(
    _staff: Admin,
    database: TheDatabase,
    now: Now,
    event: Annotated[int, Form()],
    reaction: Annotated[str, Form(max_length=80)],
) -> Response:
    """Let one be tried again."""
    with database.write() as session:
        retry(session, event, reaction, now)
    return RedirectResponse("/desk/undelivered", HTTPStatus.SEE_OTHER)
