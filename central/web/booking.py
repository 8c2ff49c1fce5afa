"""The first screen of booking: which hall, and when. The time is kept from then on."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from central.accounts import organisations
from central.accounts.capacities import ActingAs, Capacity
from central.accounts.links import LinkPurpose, Links
from central.accounts.people import NOBODY, Renter
from central.accounts.principals import MaybeVisitor, Public, TheLinks, TheThrottle
from central.accounts.throttle import HOLD, connection_of
from central.accounts.visitors import Visitor
from central.booking import choosing, queries, service
from central.booking.catalogue import offer
from central.booking.models import Reservation
from central.booking.offering import Choice, choices_for
from central.booking.times import AmbiguousTime, Period, to_wall
from central.booking.wishes import Wish
from central.database import Database
from central.dependencies import Now, TheDatabase, TheSettings
from central.errors import CentralError
from central.web.forms import BookForm, Problem, read_day, read_number, read_use
from central.web.language import Words, language_of
from central.web.pages import Pages, ThePages
from central.web.renting_as import looking_as
from central.web.saying import details_said

router = APIRouter(include_in_schema=False)
_RENTING = Public("renters look around and choose a time before they say who they are; throttled")
_FIELDS = {"starts_at": "start", "ends_at": "end"}
"""What booking calls a field, and what the page calls it."""
_TWICE = f"error.{AmbiguousTime.code}"


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looks for a time, and what the screen needs."""

    request: Request
    pages: Pages
    database: Database
    visitor: Visitor | None
    now: datetime

    def halls(self, session: Session) -> list[Choice]:
        """Return the halls that exist for who looks."""
        return choices_for(session, self.visitor.acting if self.visitor else None, self.now)


def looker(
    request: Request, pages: ThePages, database: TheDatabase, visitor: MaybeVisitor, now: Now
) -> Looker:
    """Return who looks."""
    return Looker(request, pages, database, visitor, now)


TheLooker = Annotated[Looker, Depends(looker)]


@router.get("/book", dependencies=[_RENTING])
def ask(look: TheLooker, form: Annotated[BookForm, Query()]) -> Response:
    """Show the form; with a hall and a day also when it is free."""
    with look.database.read() as session:
        return _form(look, session, form)


@router.post("/book", dependencies=[_RENTING])
def choose(
    look: TheLooker,
    settings: TheSettings,
    throttle: TheThrottle,
    links: TheLinks,
    form: Annotated[BookForm, Form()],
) -> Response:
    """Keep the time and go on, or show beside each field what is wrong with it."""
    with look.database.read() as session:
        hall = _chosen(look.halls(session), form)
        use = read_use(form, ZoneInfo(hall.zone) if hall else ZoneInfo("UTC"))
        problems = [] if hall else [Problem("hall", "problem.hall")]
        problems += [] if isinstance(use, Period) else use
        if form.show_free or hall is None or not isinstance(use, Period):
            told = [] if form.show_free else problems
            return _form(look, session, form, told)
    wish = Wish(hall.id, use, _people(form, hall), activity=form.activity)
    life = timedelta(minutes=settings.hold_minutes)
    try:
        with look.database.write() as session:
            client = look.request.client
            throttle.take(session, HOLD, connection_of(client and client.host), look.now)
        with look.database.write() as session:
            link, one = _keep(session, links, form, look, wish, life)
    except CentralError as error:
        with look.database.read() as session:
            wrong = [beside(error, language_of(look.request))]
            return _form(look, session, form, wrong, error.status)
    asked = urlencode({"attendees": form.attendees} if form.attendees.strip() else {})
    way = f"/orders/{link}/details/{one.reference}"
    return RedirectResponse(f"{way}?{asked}" if asked else way, HTTPStatus.SEE_OTHER)


def _keep(
    session: Session, links: Links, form: BookForm, look: Looker, wish: Wish, life: timedelta
) -> tuple[str, Reservation]:
    """Hold a wish, in the order that is being chosen or in a new one; return its link too."""
    visitor, now = look.visitor, look.now
    actor = visitor.actor if visitor else service.RENTER
    acting = visitor.acting if visitor else looking_as(None, form, organisations.kinds(session))
    if form.order:
        subject = links.read(LinkPurpose.ORDER, form.order, now).subject
        order = queries.order_of(session, subject)
        if visitor is None and choosing.has_renter(session, order):
            acting = ActingAs(Capacity.CITIZEN)  # an address was typed, and proves nothing
        return form.order, choosing.add(session, order.id, wish, acting, life, now, actor)
    renter = Renter(visitor.email, visitor.name) if visitor else NOBODY
    order = service.hold(session, renter, [wish], life, now, actor, acting=acting)
    until = service.link_ends(order.reservations)
    return links.make(LinkPurpose.ORDER, order.reference, until), order.reservations[0]


def _people(form: BookForm, hall: Choice) -> int:
    """Return how many people the search said, if the hall holds them; the next screen asks."""
    said = read_number(form.attendees)
    return said if said and said <= hall.capacity else 1


def _form(
    look: Looker,
    session: Session,
    form: BookForm,
    problems: list[Problem] | None = None,
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> Response:
    words, now, halls = language_of(look.request), look.now, look.halls(session)
    hall, day = _chosen(halls, form), read_day(form.day)
    return look.pages.show(
        look.request,
        "book.html",
        status if problems else HTTPStatus.OK,
        form=form,
        halls=halls,
        hall=hall,
        day=day,
        today=to_wall(now, ZoneInfo(hall.zone)).date() if hall else now.date(),
        free=free_on(session, words, hall.id, day, now) if hall and day else None,
        problems={one.field: words(one.key, **dict(one.values)) for one in problems or ()},
        twice={one.field: dict(one.values) for one in problems or () if one.key == _TWICE},
    )


def free_on(
    session: Session, words: Words, hall: int, day: date, now: datetime
) -> list[tuple[str, str]]:
    """Return the free hours of a day as a clock shows them."""
    offered = offer(session, hall)
    zone = offered.rules.zone

    def shown(period: Period) -> tuple[str, str]:
        start, end = to_wall(period.start, zone), to_wall(period.end, zone)
        at_midnight = end.date() > day and (end.hour, end.minute) == (0, 0)
        return words.time(start), words("midnight") if at_midnight else words.time(end)

    return [shown(one) for one in queries.free_on(session, offered, day, now)]


def _chosen(halls: list[Choice], form: BookForm) -> Choice | None:
    wanted = read_number(form.hall)
    return next((hall for hall in halls if hall.id == wanted), None)


def beside(error: CentralError, words: Words) -> Problem:
    """Return a refusal of booking as a problem of a field of the page."""
    field = _FIELDS.get(error.field or "", "start")
    return Problem(field, f"error.{error.code}", tuple(details_said(error, words).items()))
