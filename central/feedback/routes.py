"""REST: report defects with a link; see and change them as staff."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from central.accounts.principals import TheLinks, TheThrottle
from central.dependencies import Now, RawBody, TheDatabase
from central.feedback import closing, defects, uses
from central.feedback.defect import State, Transition
from central.feedback.defects import Reporter, Sought
from central.feedback.dependencies import ThePhotos, picture, take_turn
from central.feedback.models import Defect, Source
from central.feedback.schemas import (
    DefectChangeIn,
    DefectIn,
    DefectOut,
    HallClosureIn,
    NewReportOut,
    ReportOut,
    StaffDefectIn,
)
from central.feedback.scope import check_may, seen_by
from central.feedback.who import (
    KEEPERS,
    WATCHERS,
    DefectHolder,
    DefectKeeper,
    DefectWatcher,
    SheetHolder,
    UseHolder,
    defect_link,
)
from central.halls.scope import check_hall

router = APIRouter(prefix="/api/v1", tags=["defects"])


@router.post("/hall-sheets/{link}/defects", status_code=201)
def report_from_sheet(
    new: DefectIn,
    request: Request,
    holder: SheetHolder,
    database: TheDatabase,
    throttle: TheThrottle,
    links: TheLinks,
    now: Now,
) -> NewReportOut:
    """Report a defect of the hall whose sheet one scanned; photos follow with the returned link."""
    take_turn(request, database, throttle, f"hall:{holder.subject}", now)
    reporter = Reporter(Source.HALL_SHEET, "guest")
    with database.write() as session:
        made = defects.report(session, int(holder.subject), new.report(), reporter, now)
        link = defect_link(links, made.reference, now)
        return NewReportOut(**ReportOut.of(made).model_dump(), link=link)


@router.post("/uses/{link}/defects", status_code=201)
def report_from_use(
    new: DefectIn,
    request: Request,
    holder: UseHolder,
    database: TheDatabase,
    throttle: TheThrottle,
    links: TheLinks,
    now: Now,
) -> NewReportOut:
    """Report a defect seen during one's reservation; photos follow with the returned link."""
    take_turn(request, database, throttle, f"use:{holder.subject}", now)
    with database.write() as session:
        use = uses.use_of(session, holder.subject, now)
        reporter = Reporter(Source.RESERVATION, "renter", use.id)
        made = defects.report(session, use.hall_id, new.report(), reporter, now)
        link = defect_link(links, made.reference, now)
        return NewReportOut(**ReportOut.of(made).model_dump(), link=link)


@router.get("/reports/{link}")
def get_report(holder: DefectHolder, database: TheDatabase) -> ReportOut:
    """Tell what happened with one's report."""
    with database.read() as session:
        return ReportOut.of(defects.defect_of(session, holder.subject))


@router.post("/reports/{link}/photos", status_code=201)
def add_photo(
    request: Request,
    holder: DefectHolder,
    content: RawBody,
    photos: ThePhotos,
    database: TheDatabase,
    throttle: TheThrottle,
    now: Now,
) -> ReportOut:
    """Add a photo to one's report: the body is the JPEG, PNG or WebP."""
    take_turn(request, database, throttle, f"photo:{holder.subject}", now)
    name = photos.keep(content)
    with database.write() as session:
        return ReportOut.of(defects.add_photo(session, holder.subject, name))


@router.get("/reports/{link}/photos/{position}")
def get_own_photo(
    position: int, holder: DefectHolder, photos: ThePhotos, database: TheDatabase
) -> Response:
    """Give a photo of one's report."""
    with database.read() as session:
        name = defects.photo_of(defects.defect_of(session, holder.subject), position)
    return picture(photos.read(name))


@router.get("/defects")
def list_defects(
    staff: DefectWatcher,
    database: TheDatabase,
    now: Now,
    state: State | None = None,
    hall: Annotated[int | None, Query()] = None,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
) -> list[DefectOut]:
    """List defects of the halls one reaches, the urgent ones first, at most 200."""
    sought = Sought(is_open=is_open, state=state, hall_id=hall)
    with database.read() as session:
        found = defects.defects(session, sought, scope=staff.scope(*WATCHERS))
        return [_out(session, one, now) for one in found]


@router.post("/defects", status_code=201)
def report_as_staff(
    new: StaffDefectIn, staff: DefectKeeper, database: TheDatabase, now: Now
) -> DefectOut:
    """Write down a defect that somebody of staff found."""
    with database.write() as session:
        check_hall(session, staff, new.hall, *KEEPERS)
        reporter = Reporter(Source.STAFF, staff.actor)
        return _out(session, defects.report(session, new.hall, new.report(), reporter, now), now)


@router.get("/defects/{defect}")
def get_defect(defect: str, staff: DefectWatcher, database: TheDatabase, now: Now) -> DefectOut:
    """Tell about one defect."""
    with database.read() as session:
        return _out(session, seen_by(session, staff, defect, *WATCHERS), now)


@router.post("/defects/{defect}/changes")
def change_defect(
    defect: str, what: DefectChangeIn, staff: DefectKeeper, database: TheDatabase, now: Now
) -> DefectOut:
    """Let something happen with a defect; its reporter is told."""
    with database.write() as session:
        check_may(session, staff, defect, what.transition)
        changed = defects.change(session, defect, what.transition, staff.actor, now, what.note)
        return _out(session, changed, now)


@router.put("/defects/{defect}/closure")
def close_hall(
    defect: str, how: HallClosureIn, staff: DefectKeeper, database: TheDatabase, now: Now
) -> DefectOut:
    """Close the hall because of a defect; refused when somebody has a reservation there."""
    with database.write() as session:
        check_may(session, staff, defect, Transition.CLOSE_HALL)
        done = closing.close_hall(session, defect, how.until, how.reason, staff.actor, now)
        return _out(session, done, now)


@router.delete("/defects/{defect}/closure")
def open_hall(defect: str, staff: DefectKeeper, database: TheDatabase, now: Now) -> DefectOut:
    """Open the hall again that was closed because of a defect."""
    with database.write() as session:
        check_may(session, staff, defect, Transition.OPEN_HALL)
        return _out(session, closing.open_hall(session, defect, staff.actor, now), now)


@router.get("/defects/{defect}/photos/{position}")
def get_photo(
    defect: str, position: int, staff: DefectWatcher, photos: ThePhotos, database: TheDatabase
) -> Response:
    """Give a photo of a defect."""
    with database.read() as session:
        name = defects.photo_of(seen_by(session, staff, defect, *WATCHERS), position)
    return picture(photos.read(name))


def _out(session: Session, defect: Defect, now: Now) -> DefectOut:
    return DefectOut.seen_by_staff(defect, closing.closed_until(session, defect, now))
