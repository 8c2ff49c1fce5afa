"""Read orders, reservations and free time. Changes nothing."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from central.accounts.roles import WHOLE_CITY, Scope
from central.booking import occupancy
from central.booking.availability import free_periods
from central.booking.models import Order, Reservation
from central.booking.reservation import State
from central.booking.times import Period
from central.booking.wishes import Offer
from central.errors import NotFound
from central.halls.models import Hall
from central.halls.scope import in_scope

_MARGIN = timedelta(days=3)
"""Around a local day: its hours may reach into the next, buffers and zones do the rest."""


def order_of(session: Session, reference: str) -> Order:
    """Return an order with its renter, reservations and their halls.

    Raises:
        NotFound: there is none.

    """
    order = session.scalar(
        select(Order)
        .where(Order.reference == reference)
        .options(
            selectinload(Order.person),
            selectinload(Order.reservations).selectinload(Reservation.hall).selectinload(Hall.site),
        )
        .execution_options(populate_existing=True)
    )
    if order is None:
        raise NotFound("order")
    return order


def reservation_of(session: Session, reference: str) -> Reservation:
    """Return a reservation with its order, renter, hall and site.

    Raises:
        NotFound: there is none.

    """
    reservation = session.scalar(_reservations().where(Reservation.reference == reference))
    if reservation is None:
        raise NotFound("reservation")
    return reservation


def reservations_between(
    session: Session,
    period: Period,
    hall_id: int | None,
    limit: int = 500,
    *,
    scope: Scope = WHOLE_CITY,
) -> list[Reservation]:
    """Return the reservations that touch a period, in the halls of a scope, rising."""
    wanted = _reservations().where(
        Reservation.starts_at < period.end, Reservation.ends_at > period.start
    )
    if not scope.everything:
        wanted = wanted.where(Reservation.hall_id.in_(select(Hall.id).where(in_scope(scope))))
    if hall_id is not None:
        wanted = wanted.where(Reservation.hall_id == hall_id)
    return list(session.scalars(wanted.order_by(Reservation.starts_at).limit(limit)))


def free_on(session: Session, offer: Offer, day: date, now: datetime) -> list[Period]:
    """Return when a hall is still free on a local day, rising; nothing that is over."""
    noon = datetime.combine(day, time(12), UTC)
    around = Period(noon - _MARGIN, noon + _MARGIN)
    busy = occupancy.busy_periods(session, offer.spaces, around, now)
    return [
        Period(max(one.start, now), one.end)
        for one in free_periods(offer.rules, day, busy)
        if one.end > now
    ]


def _reservations() -> Select[Reservation]:
    return (
        select(Reservation)
        .options(
            selectinload(Reservation.order).selectinload(Order.person),
            selectinload(Reservation.hall).selectinload(Hall.site),
        )
        .execution_options(populate_existing=True)
    )


def certain_from(session: Session, hall_id: int, now: datetime) -> Sequence[int]:
    """Return the reservations of a hall that are certain and whose doors have not closed for good."""
    wanted = (Reservation.hall_id == hall_id, Reservation.closes_at > now)
    return session.scalars(
        select(Reservation.id)
        .where(Reservation.state == State.CONFIRMED, *wanted)
        .order_by(Reservation.id)
    ).all()
