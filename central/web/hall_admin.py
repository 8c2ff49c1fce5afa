"""Desk page for hall managers: the halls that one keeps."""

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from starlette.responses import Response

from central.accounts.principals import HallManager
from central.accounts.roles import Role
from central.dependencies import Now, TheDatabase, TheSettings
from central.halls.facts import kinds
from central.halls.models import Hall
from central.halls.scope import in_scope
from central.web.language import language_of
from central.web.pages import ThePages
from central.web.typed import zone_of

router = APIRouter(prefix="/desk/halls", include_in_schema=False)


@router.get("")
def show_all(
    request: Request,
    staff: HallManager,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
) -> Response:
    """List the halls that one keeps."""
    words = language_of(request)
    mine = select(Hall).where(in_scope(staff.scope(Role.HALL_MANAGER))).order_by(Hall.name)
    loaded = mine.options(
        joinedload(Hall.site), joinedload(Hall.service), selectinload(Hall.photos)
    )
    with database.read() as session:
        halls = list(session.scalars(loaded))
    return pages.show(
        request,
        "hall_admin_list.html",
        staff=staff,
        halls=halls,
        kinds={code: one.said(words.code) for code, one in kinds().items()},
        today=now.astimezone(zone_of(settings)).date(),
    )
