"""What booking must know of a hall, read in one go."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from central.booking.availability import Hours, OpenHours, Rules
from central.booking.limits import Limits
from central.booking.wishes import Offer
from central.errors import CentralError, NotFound
from central.halls.models import Hall, HallSpace, Opening, Site, SpecialDay


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
            special_days(session, [hall_id]).get(hall_id, {}),
            hall.closes_on_holidays,
        ),
        early=timedelta(minutes=hall.early_minutes),
        late=timedelta(minutes=hall.late_minutes),
        spaces=spaces,
        limits=limits_of(hall),
    )


def limits_of(hall: Hall | Row[Any]) -> Limits:
    """Return within what a hall is booked; a row with the same columns will do."""
    longest, horizon = hall.longest_minutes, hall.horizon_days
    return Limits(
        grid=timedelta(minutes=hall.grid_minutes),
        shortest=timedelta(minutes=hall.shortest_minutes),
        longest=None if longest is None else timedelta(minutes=longest),
        notice=timedelta(hours=hall.notice_hours),
        horizon=None if horizon is None else timedelta(days=horizon),
        live_from=hall.live_from,
    )


def special_days(
    session: Session,
    hall_ids: Collection[int] | None,
    first: date = date.min,
    last: date = date.max,
) -> Mapping[int, Mapping[date, tuple[Hours, ...]]]:
    """Return the special days of halls (None: of all) from a day to another; without hours: closed."""
    wanted = select(SpecialDay.hall_id, SpecialDay.day, SpecialDay.opens, SpecialDay.closes)
    if hall_ids is not None:
        wanted = wanted.where(SpecialDay.hall_id.in_(hall_ids))
    rows = session.execute(
        wanted.where(SpecialDay.day.between(first, last)).order_by(SpecialDay.opens)
    )
    found: dict[int, dict[date, tuple[Hours, ...]]] = {}
    for hall, day, opens, closes in rows:
        hours = found.setdefault(hall, {}).setdefault(day, ())
        if opens is not None and closes is not None:
            found[hall][day] = (*hours, (opens, closes))
    return found


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
