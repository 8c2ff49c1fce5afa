"""Pages for staff: this week's reservations, what could not be done."""

from datetime import datetime, time, timedelta
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from central.accounts.principals import Admin, AnyStaff
from central.accounts.roles import Role
from central.booking import queries
from central.booking.times import Period, earliest, to_wall
from central.dependencies import Now, TheDatabase, TheSettings
from central.outbox.service import dead_letters, retry
from central.web.forms import read_day
from central.web.pages import ThePages

router = APIRouter(include_in_schema=False)
_WEEK = timedelta(days=7)


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
        found = queries.reservations_between(session, week, None, scope=staff.scope(*Role))
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
