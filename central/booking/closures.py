"""Times in which spaces cannot be used. Never commits."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.booking import occupancy
from central.booking.models import Closure, Occupancy, Reservation
from central.booking.occupancy import Claim
from central.booking.times import Period
from central.errors import NotFound


def close(
    session: Session, spaces: Collection[int], period: Period, reason: str, now: datetime
) -> Closure:
    """Take spaces out of use; nobody's reservation is touched.

    Raises:
        Taken: a reservation or another closure is in the way; `in_the_way` tells which.

    """
    locked = occupancy.lock(session, spaces, now)
    closure = Closure(reason=reason, starts_at=period.start, ends_at=period.end, created_at=now)
    session.add(closure)
    session.flush()
    occupancy.occupy(locked, [Claim(locked.spaces, period, closure_id=closure.id)])
    return closure


def in_the_way(session: Session, spaces: Collection[int], period: Period) -> list[Reservation]:
    """Return the reservations that a closure would meet, rising."""
    return list(
        session.scalars(
            select(Reservation)
            .join(Occupancy, Occupancy.reservation_id == Reservation.id)
            .where(Occupancy.space_id.in_(spaces))
            .where(Occupancy.busy_from < period.end, Occupancy.busy_to > period.start)
            .order_by(Reservation.starts_at)
            .distinct()
        )
    )


def spaces_of(session: Session, closure_id: int) -> set[int]:
    """Return the spaces that a closure keeps out of use."""
    wanted = select(Occupancy.space_id).where(Occupancy.closure_id == closure_id)
    return set(session.scalars(wanted))


def reopen(session: Session, closure_id: int) -> None:
    """End a closure, or drop one that was planned.

    Raises:
        NotFound: there is none.

    """
    closure = session.get(Closure, closure_id)
    if closure is None:
        raise NotFound("closure")
    session.delete(closure)
