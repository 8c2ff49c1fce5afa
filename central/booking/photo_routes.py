"""Photos of halls for everybody to see; who is logged in sees those of halls that exist for them."""

from datetime import datetime

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.responses import Response

from central.accounts.capacities import ActingAs
from central.accounts.principals import MaybeStaff, MaybeVisitor, Public
from central.booking.rights_and_prices import check_shown
from central.dependencies import Now, TheDatabase
from central.errors import NotFound
from central.halls import photos
from central.halls.dependencies import TheHallPhotos

router = APIRouter(tags=["halls"])
_LOOKING_AROUND = Public("renters look around before they say who they are")
_NEVER_CHANGES = {
    # The address holds the hash of the content; who else uses the connection may not see the hall.
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Disposition": 'inline; filename="hall.jpg"',
}


@router.get("/hall-photos/{width}/{name}.jpg", dependencies=[_LOOKING_AROUND])
def get_photo(
    width: int,
    name: str,
    store: TheHallPhotos,
    database: TheDatabase,
    visitor: MaybeVisitor,
    staff: MaybeStaff,
    now: Now,
) -> Response:
    """Give a photo in one of the widths: a described one of a hall on offer; to staff, any."""
    with database.read() as session:
        halls = photos.halls_with(session, name, only_shown=staff is None)
        acting = visitor.acting if visitor and staff is None else None
        if not any(_exists(session, acting, one, now) for one in halls):
            raise NotFound("photo")
    return Response(store.read(name, width), media_type="image/jpeg", headers=_NEVER_CHANGES)


def _exists(session: Session, acting: ActingAs | None, hall: int, now: datetime) -> bool:
    try:
        check_shown(session, acting, hall, now)
    except NotFound:
        return False
    return True
