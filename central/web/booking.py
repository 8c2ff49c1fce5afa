"""Pages for renters: booking a hall."""

from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from central.accounts.links import LinkPurpose
from central.accounts.people import Renter
from central.accounts.principals import Public, TheLinks, TheThrottle
from central.accounts.throttle import HOLD, connection_of
from central.accounts.visitors import visitor_of
from central.booking import queries, service
from central.booking.catalogue import offer
from central.booking.offering import offered_to
from central.booking.times import AmbiguousTime, Period, to_wall
from central.dependencies import Now, TheDatabase, TheSettings
from central.errors import CentralError
from central.halls.models import Hall
from central.web.forms import BookForm, Problem, read_booking, read_day, read_number
from central.web.language import Words, language_of
from central.web.pages import Pages, ThePages

router = APIRouter(include_in_schema=False)
_RENTING = Public("renters look around and book before they have an account")
_FIELDS = {"starts_at": "start", "ends_at": "end", "attendees": "attendees"}
"""What booking calls a field, and what the page calls it."""
_DAYS = frozenset({"since", "until"})
"""Details of refusals that are days."""


@router.get("/book", dependencies=[_RENTING])
def ask(
    request: Request,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
    form: Annotated[BookForm, Query()],
) -> Response:
    """Show the form; with a hall and a day also when it is free."""
    with database.read() as session:
        return _form(request, pages, session, now, form)


@router.post("/book", dependencies=[_RENTING])
def book(
    request: Request,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    throttle: TheThrottle,
    links: TheLinks,
    now: Now,
    form: Annotated[BookForm, Form()],
) -> Response:
    """Book at once, or show beside each field what is wrong with it."""
    with database.read() as session:
        visitor = visitor_of(request, database, now)
        halls = offered_to(session, visitor.acting if visitor else None, now)
        hall = _chosen(halls, form)
        if form.show_free:
            return _form(request, pages, session, now, form)
        read = read_booking(form, ZoneInfo(hall.site.zone) if hall else None)
        if isinstance(read, list):
            return _form(request, pages, session, now, form, read)
    typed, wish = read
    words = language_of(request)
    renter = Renter(typed.email, typed.name, words.code)
    try:
        with database.write() as session:
            throttle.take(session, HOLD, connection_of(request.client and request.client.host), now)
        with database.write() as session:
            life = timedelta(minutes=settings.hold_minutes)
            actor = visitor.actor if visitor else service.RENTER
            acting = visitor.acting if visitor else None
            order = service.hold(session, renter, [wish], life, now, actor, acting=acting)
            service.confirm(session, order.id, now, actor)
            until = service.link_ends(order.reservations)
    except CentralError as error:
        with database.read() as session:
            return _form(request, pages, session, now, form, [_beside(error, words)], error.status)
    link = links.make(LinkPurpose.ORDER, order.reference, until)
    return RedirectResponse(f"/orders/{link}", HTTPStatus.SEE_OTHER)


def _form(
    request: Request,
    pages: Pages,
    session: Session,
    now: datetime,
    form: BookForm,
    problems: list[Problem] | None = None,
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> Response:
    words = language_of(request)
    visitor = visitor_of(request, request.app.state.database, now)
    halls = offered_to(session, visitor.acting if visitor else None, now)
    hall, day = _chosen(halls, form), read_day(form.day)
    return pages.show(
        request,
        "book.html",
        status if problems else HTTPStatus.OK,
        form=form,
        halls=halls,
        hall=hall,
        day=day,
        today=to_wall(now, ZoneInfo(hall.site.zone)).date() if hall else now.date(),
        free=_free(session, words, hall, day, now) if hall and day else None,
        problems={one.field: words(one.key, **dict(one.values)) for one in problems or ()},
        twice={one.field: dict(one.values) for one in problems or () if one.key == _TWICE},
    )


_TWICE = f"error.{AmbiguousTime.code}"


def _free(
    session: Session, words: Words, hall: Hall, day: date, now: datetime
) -> list[tuple[str, str]]:
    """Return the free hours of a day as a clock shows them."""
    zone = ZoneInfo(hall.site.zone)

    def shown(period: Period) -> tuple[str, str]:
        start, end = to_wall(period.start, zone), to_wall(period.end, zone)
        at_midnight = end.date() > day and (end.hour, end.minute) == (0, 0)
        return words.time(start), words("midnight") if at_midnight else words.time(end)

    return [shown(one) for one in queries.free_on(session, offer(session, hall.id), day, now)]


def _chosen(halls: list[Hall], form: BookForm) -> Hall | None:
    wanted = read_number(form.hall)
    return next((hall for hall in halls if hall.id == wanted), None)


def _beside(error: CentralError, words: Words) -> Problem:
    """Return a refusal of booking as a problem of a field of the page."""
    field = _FIELDS.get(error.field or "", "start")
    said: dict[str, object] = dict(error.details)
    for name in _DAYS & said.keys():
        said[name] = words.day(date.fromisoformat(str(said[name])))
    return Problem(field, f"error.{error.code}", tuple(said.items()))
