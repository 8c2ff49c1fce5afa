"""Page for hall managers: requests that wait for an answer."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from central.accounts.principals import HallManager
from central.accounts.roles import Role
from central.accounts.sessions import StaffMember
from central.booking import approvals, queries
from central.booking.models import Reservation
from central.dependencies import Now, TheDatabase, TheSettings
from central.halls.scope import check_hall
from central.web.language import language_of
from central.web.pages import ThePages
from central.web.typed import zone_of

router = APIRouter(prefix="/desk/approvals", include_in_schema=False)
_LONGEST = 500


@router.get("")
def show(
    request: Request,
    staff: HallManager,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
    wrong: str = "",
) -> Response:
    """List what waits for an answer, the most pressing first."""
    words = language_of(request)
    with database.read() as session:
        found = approvals.requests(session, staff.scope(Role.HALL_MANAGER))
    return pages.show(
        request,
        "approvals.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        staff=staff,
        requests=found,
        now=now,
        zone=zone_of(settings),
        problems={f"reason-{wrong}": words("approvals.problem_reason")} if wrong else {},
    )


@router.post("/{reference}/take-up")
def take_up(reference: str, staff: HallManager, database: TheDatabase, now: Now) -> Response:
    """Tell the renter that somebody looks at it."""
    with database.write() as session:
        approvals.take_up(session, _reached(session, staff, reference).id, staff.actor, now)
    return _back()


@router.post("/{reference}/approve")
def approve(reference: str, staff: HallManager, database: TheDatabase, now: Now) -> Response:
    """Agree."""
    with database.write() as session:
        approvals.approve(session, _reached(session, staff, reference).id, staff.actor, now)
    return _back()


@router.post("/{reference}/deny")
def deny(
    request: Request,
    reference: str,
    staff: HallManager,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
    reason: Annotated[str, Form(max_length=_LONGEST)] = "",
) -> Response:
    """Do not agree, and say why."""
    if not reason.strip():
        return show(request, staff, pages, database, settings, now, reference)
    with database.write() as session:
        one = _reached(session, staff, reference)
        approvals.deny(session, one.id, staff.actor, now, reason.strip())
    return _back()


def _reached(session: Session, staff: StaffMember, reference: str) -> Reservation:
    one = queries.reservation_of(session, reference)
    check_hall(session, staff, one.hall_id, Role.HALL_MANAGER)
    return one


def _back() -> Response:
    return RedirectResponse("/desk/approvals", HTTPStatus.SEE_OTHER)
