"""What else can be had with a hall, how much of it is left, and until when it is ordered. Changes nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.booking.models import Reservation
from central.booking.reservation import OCCUPYING
from central.booking.rule_models import ExtraRow, ReservationExtra
from central.booking.times import Period, to_wall
from central.booking.when import working_days_before
from central.halls.models import Hall


@dataclass(frozen=True, slots=True)
class OfferedExtra:
    """An extra, for one use."""

    row: ExtraRow
    left: int | None
    """How many others leave; None: there is no limit."""
    until: date
    """Last day on which it is ordered."""
    is_too_late: bool


def offered_with(session: Session, one: Reservation, now: datetime) -> list[OfferedExtra]:
    """Return what can be had with a reservation, in the city's order."""
    service = session.scalar(select(Hall.service_id).where(Hall.id == one.hall_id))
    wanted = select(ExtraRow).where(ExtraRow.is_offered)
    wanted = wanted.where(ExtraRow.service_id.is_(None) | (ExtraRow.service_id == service))
    rows: Sequence[ExtraRow] = session.scalars(
        wanted.order_by(ExtraRow.position, ExtraRow.code)
    ).all()
    day, use = one.local_start.date(), Period(one.starts_at, one.ends_at)
    today = to_wall(now, ZoneInfo(one.zone)).date()
    found = []
    for row in rows:
        if row.halls and one.hall_id not in row.halls:
            continue
        until = working_days_before(day, row.lead_working_days)
        found.append(OfferedExtra(row, left_of(session, row, use, [one.id]), until, today > until))
    return found


def left_of(session: Session, row: ExtraRow, use: Period, but: Collection[int]) -> int | None:
    """Return how many of an extra others leave at a time; None: there is no limit."""
    if row.stock is None:
        return None
    taken = session.scalar(
        select(func.coalesce(func.sum(ReservationExtra.count), 0))
        .join(Reservation, Reservation.id == ReservationExtra.reservation_id)
        .where(ReservationExtra.extra_id == row.id, Reservation.id.not_in(but))
        .where(Reservation.state.in_(OCCUPYING))
        .where(Reservation.starts_at < use.end, Reservation.ends_at > use.start)
    )
    return max(0, row.stock - int(taken or 0))
