"""The page on which a renter lets a door stand open for guests, and locks it again."""

import time as clock
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from central.accounts.principals import PassHolder
from central.booking.times import to_wall
from central.credentials import rights
from central.credentials.rights import PassRight
from central.dependencies import Now, TheDatabase
from central.errors import CentralError, NotFound
from central.fleet import guests
from central.fleet.guests import GuestDoor, NotDuringTheUse, Wanted
from central.fleet.health import Presence
from central.web.forms import read_time
from central.web.language import language_of
from central.web.pages import ThePages
from central.web.typed import Problems, beside

router = APIRouter(prefix="/pass/{link}/guests", include_in_schema=False)
_PATIENCE = 4.0
_LOOK_EVERY = 0.1  # seconds
_ONE_DAY = timedelta(days=1)


class OpenForm(BaseModel):
    """Which door, until when, exactly as typed."""

    door: str = ""
    until: str = ""


@router.get("")
def show(
    request: Request,
    holder: PassHolder,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
    sent: int = 0,
) -> Response:
    """Show the doors on the way: which stand open, until when, and whether the door has heard."""
    if sent:
        _wait(database, holder.subject, now)
    return _page(request, pages, database, holder.subject, now, OpenForm(), {})


@router.post("")
def open_door(
    request: Request,
    holder: PassHolder,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
    form: Annotated[OpenForm, Form()],
) -> Response:
    """Let a door stand open for guests until a time of today."""
    try:
        with database.write() as session:
            right = _right(session, holder.subject, now)
            door = _door(session, right, form.door, now)
            guests.ask(session, _wanted(right, door, form.until, now), right.actor, now)
    except CentralError as error:
        if error.field is None:
            raise
        problems = beside(language_of(request), error, "until")
        return _page(request, pages, database, holder.subject, now, form, problems, error.status)
    return RedirectResponse(f"{request.url.path}?sent=1", HTTPStatus.SEE_OTHER)


@router.post("/{door}/end")
def lock_door(
    link: str, door: int, holder: PassHolder, database: TheDatabase, now: Now
) -> Response:
    """Lock a door again before its time; what others want of it goes on."""
    with database.write() as session:
        right = _right(session, holder.subject, now)
        live = guests.live_of_grant(session, right.grant, now)
        guests.end(session, [one for one in live if one.door_id == door], right.actor, now)
    return RedirectResponse(f"/pass/{link}/guests?sent=1", HTTPStatus.SEE_OTHER)


def _right(session: Session, reference: str, now: datetime) -> PassRight:
    right = rights.right_of(session, reference, now)
    if not right.may_hold_open:
        raise NotFound
    return right


def _door(session: Session, right: PassRight, typed: str, now: datetime) -> int:
    for one in guests.on_the_way(session, right.site, right.route, right.grant, now):
        if str(one.id) == typed:
            return one.id
    raise NotFound("door")


def _wanted(right: PassRight, door: int, typed: str, now: datetime) -> Wanted:
    until = next_time(typed, right, now)
    if until is None:
        raise NotDuringTheUse(field="until")
    return Wanted(
        door=door,
        reservation=right.reservation,
        grant=right.grant,
        opens_at=right.opens_at,
        closes_at=right.closes_at,
        until=until,
    )


def next_time(typed: str, right: PassRight, now: datetime) -> datetime | None:
    """Return the next moment at which the wall clock shows a time, while the pass opens doors."""
    time, today = read_time(typed), to_wall(now, right.zone).date()
    if time is None:
        return None
    for day in (today, today + _ONE_DAY):
        for fold in (0, 1):
            local = datetime.combine(day, time, right.zone).replace(fold=fold)
            if now < (moment := local.astimezone(UTC)) <= right.closes_at:
                return moment
    return None


def _page(
    request: Request,
    pages: ThePages,
    database: TheDatabase,
    reference: str,
    now: datetime,
    form: OpenForm,
    problems: Problems,
    status: int = HTTPStatus.OK,
) -> Response:
    with database.read() as session:
        right = _right(session, reference, now)
        doors = guests.on_the_way(session, right.site, right.route, right.grant, now)
    return pages.show(
        request,
        "pass_guests.html",
        status,
        link=request.path_params["link"],
        it=right,
        is_on=right.opens_at <= now,
        opens=to_wall(right.opens_at, right.zone),
        closes=to_wall(right.closes_at, right.zone),
        rows=[(one, one.until and to_wall(one.until, right.zone)) for one in doors],
        form=form,
        problems=problems,
    )


def _wait(database: TheDatabase, reference: str, now: datetime) -> None:
    """Give the doors a moment to hear, so that the page can say that they did."""
    ends = clock.monotonic() + _PATIENCE
    while clock.monotonic() < ends and not _have_heard(database, reference, now):
        clock.sleep(_LOOK_EVERY)


def _have_heard(database: TheDatabase, reference: str, now: datetime) -> bool:
    with database.read() as session:
        right = _right(session, reference, now)
        doors: Sequence[GuestDoor] = guests.on_the_way(
            session, right.site, right.route, right.grant, now
        )
    return all(one.is_applied or one.presence is not Presence.ONLINE for one in doors)
