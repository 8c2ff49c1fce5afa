"""What is taken over all spaces at once: for the search, which cannot ask for each hall."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from central.booking.models import Closure, Occupancy
from central.booking.times import Period
from central.booking.wishes import LONGEST

Span = tuple[datetime, datetime]
_BUFFERS = timedelta(days=2)
"""Most that set-up and turn-around add to a use: a day each."""


def busy_by_space(session: Session, within: Period, now: datetime) -> Mapping[int, list[Span]]:
    """Return what is taken during a period, buffers included, by space.

    A reservation has an end not long after its start, so only a slice of the index by end is read,
    however many years of reservations there are. Closures may last, and are few: they are asked apart.
    """
    soon = Occupancy.busy_to < within.end + LONGEST + _BUFFERS
    found: dict[int, list[Span]] = {}
    columns = (Occupancy.space_id, Occupancy.busy_from, Occupancy.busy_to)
    bookings = select(*columns).where(*_meets(within, now), soon)
    rows = list(session.execute(bookings))
    overlap = (Closure.starts_at < within.end, Closure.ends_at > within.start)
    if closures := session.scalars(select(Closure.id).where(*overlap)).all():
        lasting = select(*columns).where(Occupancy.closure_id.in_(closures), ~soon)
        rows += session.execute(lasting)
    for space, start, end in rows:
        found.setdefault(space, []).append((start, end))
    return found


def _meets(within: Period, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Occupancy.busy_to > within.start,
        Occupancy.busy_from < within.end,
        or_(Occupancy.expires_at.is_(None), Occupancy.expires_at > now),
    )
