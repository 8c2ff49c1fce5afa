"""What booking must know of a hall, read in one go."""

from collections.abc import Collection
from datetime import timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.booking.availability import OpenHours, Rules
from central.booking.wishes import Offer
from central.errors import CentralError, NotFound
from central.halls.models import Hall, HallSpace, Opening, Site


class NotOffered(CentralError):
    """The hall exists, and cannot be booked."""

    status = HTTPStatus.CONFLICT
    code = "not_offered"
    sentence = "This hall cannot be booked at the moment."


def offer(session: Session, hall_id: int) -> Offer:
    """Return a hall that can be booked.

    Raises:
        NotFound: there is none.
        NotOffered: it is off the market, or takes up no space yet.

    """
    row = session.execute(
        select(Hall, Site.zone).join(Site, Site.id == Hall.site_id).where(Hall.id == hall_id)
    ).first()
    if row is None:
        raise NotFound("hall")
    hall, zone = row
    spaces = spaces_of_halls(session, [hall_id])
    if not hall.is_offered or not spaces:
        raise NotOffered
    return Offer(
        hall_id,
        hall.capacity,
        hall.cents_per_hour,
        rules=Rules(
            ZoneInfo(zone),
            _hours(session, hall_id),
            timedelta(minutes=hall.setup_minutes),
            timedelta(minutes=hall.turnaround_minutes),
        ),
        early=timedelta(minutes=hall.early_minutes),
        late=timedelta(minutes=hall.late_minutes),
        spaces=spaces,
    )


def spaces_of_halls(session: Session, hall_ids: Collection[int]) -> frozenset[int]:
    """Return all spaces that some halls take up."""
    return frozenset(
        session.scalars(select(HallSpace.space_id).where(HallSpace.hall_id.in_(hall_ids)))
    )


def _hours(session: Session, hall_id: int) -> tuple[OpenHours, ...]:
    rows = session.execute(
        select(Opening.weekday, Opening.opens, Opening.closes).where(Opening.hall_id == hall_id)
    )
    return tuple(OpenHours(*row) for row in rows)
