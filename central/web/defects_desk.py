"""Pages for staff: what is broken in which hall, what becomes of it, and the code to report it with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from central.accounts.principals import TheLinks
from central.accounts.roles import Role
from central.accounts.sessions import StaffMember
from central.booking.models import Reservation
from central.booking.occupancy import Taken
from central.booking.times import Period, earliest, to_wall
from central.database import Database
from central.dependencies import Now, TheDatabase, TheSettings
from central.errors import CentralError
from central.feedback import closing, defects
from central.feedback.defect import CLOSING, State, Transition, possible
from central.feedback.defects import Sought
from central.feedback.dependencies import ThePhotos, picture
from central.feedback.models import Defect
from central.feedback.scope import check_may, roles_at, seen_by
from central.feedback.who import (
    KEEPERS,
    WATCHERS,
    DefectKeeper,
    DefectWatcher,
    sheet_link,
)
from central.halls.models import Hall
from central.halls.scope import check_hall, in_scope
from central.halls.service import hall_of
from central.web.defect_form import wrong_with_text
from central.web.forms import read_day, read_number
from central.web.language import DEFAULT, language_of, languages
from central.web.pages import Pages, ThePages
from central.web.qr import picture_of
from central.web.typed import Problems, beside

router = APIRouter(prefix="/desk", include_in_schema=False)
_A_WEEK = timedelta(days=7)


class ChangeForm(BaseModel):
    """What somebody of staff decided, as typed."""

    transition: str = ""
    note: str = ""
    until: str = ""
    """Last day on which the hall is closed."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page of one defect needs beside the defect."""

    request: Request
    pages: Pages
    database: Database
    staff: StaffMember
    now: datetime


@router.get("/defects")
def show_all(
    request: Request,
    staff: DefectWatcher,
    pages: ThePages,
    database: TheDatabase,
    state: str = "open",
    hall: str = "",
) -> Response:
    """List the defects of the halls one reaches."""
    scope = staff.scope(*WATCHERS)
    one = State(state) if state in set(State) else None
    sought = Sought(
        is_open=None if one or state == "all" else True, state=one, hall_id=read_number(hall)
    )
    with database.read() as session:
        found = defects.defects(session, sought, scope=scope)
        halls = _halls(session, staff, *WATCHERS)
    rows = [(defect, to_wall(defect.reported_at, _zone(defect))) for defect in found]
    return pages.show(
        request,
        "defect_list.html",
        staff=staff,
        rows=rows,
        halls=halls,
        hall=read_number(hall),
        states=["open", "all", *State],
        state=state if state == "all" or one else "open",
        may_print=not staff.scope(*KEEPERS).is_empty,
    )


@router.get("/defects/{defect}")
def show_one(
    request: Request,
    defect: str,
    staff: DefectWatcher,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
) -> Response:
    """Show one defect with its photos, its history, and what one can do."""
    return _page(Shown(request, pages, database, staff, now), defect, ChangeForm(), {})


@router.post("/defects/{defect}")
def change(
    request: Request,
    defect: str,
    staff: DefectKeeper,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
    form: Annotated[ChangeForm, Form()],
) -> Response:
    """Let something happen with a defect, or say why it cannot."""
    words = language_of(request)
    shown = Shown(request, pages, database, staff, now)
    if says := wrong_with_text(form.note, words):
        return _page(shown, defect, form, {"note": says})
    wanted = Transition(form.transition) if form.transition in set(Transition) else Transition.NOTE

    def done(session: Session) -> None:
        check_may(session, staff, defect, wanted)
        defects.change(session, defect, wanted, staff.actor, now, form.note)

    return _done(shown, defect, form, done, "note")


@router.post("/defects/{defect}/close-hall")
def close_hall(
    request: Request,
    defect: str,
    staff: DefectKeeper,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
    form: Annotated[ChangeForm, Form()],
) -> Response:
    """Close the hall until the end of a day because of a defect."""
    shown = Shown(request, pages, database, staff, now)
    reason = languages()[DEFAULT]("defect.closed_because")  # all renters read this one text

    def done(session: Session) -> None:
        check_may(session, staff, defect, Transition.CLOSE_HALL)
        until = _end_of(read_day(form.until), _zone(defects.defect_of(session, defect)))
        closing.close_hall(session, defect, until or now, reason, staff.actor, now)

    return _done(shown, defect, form, done, "until")


@router.post("/defects/{defect}/open-hall")
def open_hall(
    request: Request,
    defect: str,
    staff: DefectKeeper,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
) -> Response:
    """Open the hall again."""

    def done(session: Session) -> None:
        check_may(session, staff, defect, Transition.OPEN_HALL)
        closing.open_hall(session, defect, staff.actor, now)

    return _done(Shown(request, pages, database, staff, now), defect, ChangeForm(), done, "until")


@router.get("/defects/{defect}/photos/{position}")
def photo(
    defect: str, position: int, staff: DefectWatcher, photos: ThePhotos, database: TheDatabase
) -> Response:
    """Show a photo of a defect."""
    with database.read() as session:
        name = defects.photo_of(seen_by(session, staff, defect, *WATCHERS), position)
    return picture(photos.read(name))


@router.get("/hall-sheets/{hall_id}")
def code(
    request: Request,
    hall_id: int,
    staff: DefectKeeper,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    links: TheLinks,
    now: Now,
) -> Response:
    """Show the code that hangs in a hall, to print: whoever scans it reports what is broken there."""
    with database.read() as session:
        check_hall(session, staff, hall_id, *KEEPERS)
        hall = hall_of(session, hall_id)
    address = f"{settings.base_url}/hall-sheets/{sheet_link(links, hall.id, now)}"
    return pages.show(request, "defect_code.html", staff=staff, hall=hall, code=picture_of(address))


def _done(
    shown: Shown, reference: str, form: ChangeForm, what: Callable[[Session], None], field: str
) -> Response:
    try:
        with shown.database.write() as session:
            what(session)
    except CentralError as error:
        if error.status in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
            raise
        problems = beside(language_of(shown.request), error, field)
        return _page(shown, reference, form, problems, error)
    return RedirectResponse(f"/desk/defects/{reference}", HTTPStatus.SEE_OTHER)


def _page(
    shown: Shown,
    reference: str,
    form: ChangeForm,
    problems: Problems,
    error: CentralError | None = None,
) -> Response:
    now = shown.now
    with shown.database.read() as session:
        defect = seen_by(session, shown.staff, reference, *WATCHERS)
        zone = _zone(defect)
        today = to_wall(now, zone).date()
        closed = closing.closed_until(session, defect, now)
        meets = _meets(session, defect, form, now) if isinstance(error, Taken) else []
    can = possible(defect.state, roles_at(shown.staff, defect))
    status = error.status if error else HTTPStatus.UNPROCESSABLE_ENTITY
    return shown.pages.show(
        shown.request,
        "defect_one.html",
        status if problems else HTTPStatus.OK,
        staff=shown.staff,
        it=defect,
        form=form,
        problems=problems,
        changes=[(one, to_wall(one.at, zone)) for one in reversed(defect.changes)],
        can=[one for one in can if one not in CLOSING],
        can_close=Transition.CLOSE_HALL in can and closed is None,
        can_open=Transition.OPEN_HALL in can and closed is not None,
        closed=to_wall(closed, zone) if closed else None,
        until=form.until or (today + _A_WEEK).isoformat(),
        today=today.isoformat(),
        meets=meets,
    )


def _meets(session: Session, defect: Defect, form: ChangeForm, now: datetime) -> list[Reservation]:
    until = _end_of(read_day(form.until), _zone(defect))
    return closing.in_the_way(session, defect, Period(now, until)) if until and until > now else []


def _end_of(day: date | None, zone: ZoneInfo) -> datetime | None:
    """Return the end of a local day."""
    if day is None or day >= date.max:
        return None
    return earliest(datetime.combine(day + timedelta(days=1), time()), zone)


def _halls(session: Session, staff: StaffMember, *roles: Role) -> list[Hall]:
    mine = select(Hall).where(in_scope(staff.scope(*roles))).order_by(Hall.name)
    return list(session.scalars(mine))


def _zone(defect: Defect) -> ZoneInfo:
    return ZoneInfo(defect.hall.site.zone)
