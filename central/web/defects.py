"""Pages to report a defect and see what happens with it: from the hall's sheet, or one's reservation."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from central.accounts.links import Links
from central.accounts.principals import TheLinks, TheThrottle
from central.accounts.throttle import Throttle, TooOften
from central.booking.times import to_wall
from central.database import Database
from central.dependencies import Now, TheDatabase
from central.feedback import defects, uses
from central.feedback.defect import Kind
from central.feedback.defects import Report, Reporter
from central.feedback.dependencies import ThePhotos, picture, take_turn
from central.feedback.models import Source
from central.feedback.photos import MOST_PHOTOS
from central.feedback.who import DefectHolder, SheetHolder, UseHolder, defect_link
from central.halls.service import hall_of
from central.photos import PhotoStore
from central.web.defect_form import (
    DefectForm,
    TheDefectForm,
    carry,
    keep_photos,
    read_kept,
    wrong_with,
)
from central.web.language import language_of
from central.web.pages import Pages, ThePages
from central.web.typed import Problems, beside

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Place:
    """The hall that a report is about, and who reports."""

    hall_id: int
    hall: str
    reporter: Reporter
    about: str
    """Whose reports are counted together."""

    @property
    def asks_email(self) -> bool:
        """Whether we do not know yet where to tell what happened."""
        return self.reporter.source is Source.HALL_SHEET


@dataclass(frozen=True, slots=True)
class Tools:
    """What a report needs of the application."""

    pages: Pages
    database: Database
    throttle: Throttle
    links: Links
    photos: PhotoStore


def provided_tools(
    pages: ThePages,
    database: TheDatabase,
    throttle: TheThrottle,
    links: TheLinks,
    photos: ThePhotos,
) -> Tools:
    """Return them together."""
    return Tools(pages, database, throttle, links, photos)


TheTools = Annotated[Tools, Depends(provided_tools)]


@router.get("/hall-sheets/{link}")
def ask_from_sheet(
    request: Request,
    holder: SheetHolder,
    pages: ThePages,
    database: TheDatabase,
) -> Response:
    """Ask what is wrong in the hall whose sheet one scanned."""
    return _page(request, pages, _sheet(database, holder.subject), DefectForm(), {})


@router.post("/hall-sheets/{link}")
def report_from_sheet(
    request: Request, holder: SheetHolder, form: TheDefectForm, tools: TheTools, now: Now
) -> Response:
    """Report it, or show beside each field what is wrong."""
    return _report(request, tools, _sheet(tools.database, holder.subject), form, now)


@router.get("/uses/{link}/defect")
def ask_from_use(
    request: Request, holder: UseHolder, pages: ThePages, database: TheDatabase, now: Now
) -> Response:
    """Ask what was wrong in the hall that one rented."""
    return _page(request, pages, _use(database, holder.subject, now), DefectForm(), {})


@router.post("/uses/{link}/defect")
def report_from_use(
    request: Request, holder: UseHolder, form: TheDefectForm, tools: TheTools, now: Now
) -> Response:
    """Report it, or show beside each field what is wrong."""
    return _report(request, tools, _use(tools.database, holder.subject, now), form, now)


@router.get("/reports/{link}")
def show(
    request: Request, link: str, holder: DefectHolder, pages: ThePages, database: TheDatabase
) -> Response:
    """Show what happened with one's report."""
    with database.read() as session:
        defect = defects.defect_of(session, holder.subject)
    zone = ZoneInfo(defect.hall.site.zone)
    changes = [(one, to_wall(one.at, zone)) for one in reversed(defect.changes)]
    return pages.show(request, "defect_status.html", it=defect, link=link, changes=changes)


@router.get("/reports/{link}/photos/{position}")
def photo(
    position: int, holder: DefectHolder, photos: ThePhotos, database: TheDatabase
) -> Response:
    """Show a photo of one's report."""
    with database.read() as session:
        name = defects.photo_of(defects.defect_of(session, holder.subject), position)
    return picture(photos.read(name))


def _sheet(database: Database, subject: str) -> Place:
    with database.read() as session:
        hall = hall_of(session, int(subject) if subject.isdecimal() else 0)
    reporter = Reporter(Source.HALL_SHEET, "guest")
    return Place(hall.id, hall.name, reporter, f"hall:{hall.id}")


def _use(database: Database, reference: str, now: datetime) -> Place:
    with database.read() as session:
        use = uses.use_of(session, reference, now)
    reporter = Reporter(Source.RESERVATION, "renter", use.id)
    return Place(use.hall_id, use.hall.name, reporter, f"use:{reference}")


def _report(
    request: Request, tools: Tools, place: Place, form: DefectForm, now: datetime
) -> Response:
    words = language_of(request)
    try:
        take_turn(request, tools.database, tools.throttle, place.about, now)
    except TooOften as error:
        return _too_often(request, tools.pages, place, form, error)
    kept = read_kept(tools.links, form.kept, now)
    names, unusable = keep_photos(form, tools.photos, kept, words)
    problems = wrong_with(form, words, asks_email=place.asks_email) | unusable
    kind = form.chosen_kind
    if problems or kind is None:
        there = [(one, tools.photos.thumbnail(one)) for one in names]
        carried = carry(tools.links, names, now)
        return _page(request, tools.pages, place, form, problems, kept=carried, there=there)
    email = form.email if place.asks_email else ""
    what = Report(kind, form.description, words.code, bool(form.is_urgent), email, names)
    with tools.database.write() as session:
        made = defects.report(session, place.hall_id, what, place.reporter, now)
    link = defect_link(tools.links, made.reference, now)
    return RedirectResponse(f"/reports/{link}", HTTPStatus.SEE_OTHER)


def _too_often(
    request: Request, pages: Pages, place: Place, form: DefectForm, error: TooOften
) -> Response:
    problems = beside(language_of(request), error, "description")
    page = _page(request, pages, place, form, problems, kept=form.kept, status=error.status)
    page.headers.update(error.headers)
    return page


def _page(
    request: Request,
    pages: Pages,
    place: Place,
    form: DefectForm,
    problems: Problems,
    *,
    kept: str = "",
    there: list[tuple[str, str]] | None = None,
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> Response:
    return pages.show(
        request,
        "defect_report.html",
        status if problems else HTTPStatus.OK,
        place=place,
        form=form,
        kinds=list(Kind),
        problems=problems,
        kept=kept,
        there=there or [],
        most=MOST_PHOTOS,
    )
