"""Pages for hall managers: what renters answered about each hall, and whether it gets better."""

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.responses import Response

from central.accounts.principals import HallManager
from central.accounts.roles import Role, Scope
from central.booking.times import to_wall
from central.dependencies import Now, TheDatabase
from central.feedback import answers
from central.feedback.trends import BEST, LEAST, Question
from central.halls.scope import check_hall
from central.halls.service import hall_of
from central.web.pages import ThePages

router = APIRouter(prefix="/desk/feedback", include_in_schema=False)


@router.get("")
def show_all(
    request: Request, staff: HallManager, pages: ThePages, database: TheDatabase, now: Now
) -> Response:
    """Show the halls one manages, each with its averages and where they go."""
    with database.read() as session:
        rows = answers.trends(session, staff.scope(Role.HALL_MANAGER), now)
    return pages.show(
        request,
        "feedback_halls.html",
        staff=staff,
        rows=rows,
        questions=list(Question),
        least=LEAST,
    )


@router.get("/{hall_id}")
def show_one(
    request: Request,
    hall_id: int,
    staff: HallManager,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
) -> Response:
    """Show the answers about one hall by month, the remarks, and how it was found and left."""
    with database.read() as session:
        check_hall(session, staff, hall_id, Role.HALL_MANAGER)
        hall = hall_of(session, hall_id)
        only = Scope(everything=False, halls=frozenset({hall_id}))
        ((_, trend),) = answers.trends(session, only, now)
        said = answers.remarks(session, hall_id, now)
        noted = answers.states(session, hall_id)
    zone = ZoneInfo(hall.site.zone)
    return pages.show(
        request,
        "feedback_hall.html",
        staff=staff,
        hall=hall,
        trend=trend,
        questions=list(Question),
        remarks=said,
        states=[(one, to_wall(one.noted_at, zone)) for one in noted],
        least=LEAST,
        best=BEST,
    )
