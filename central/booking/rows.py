"""Rows of reservations, locked in the one order (see occupancy.py), placed and noted. Never commits."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from central.booking import occupancy
from central.booking.deciding import Decided
from central.booking.models import Reservation, StateChange
from central.booking.occupancy import Claim, Locked
from central.booking.reservation import State, Transition
from central.booking.times import Period, to_wall
from central.booking.wishes import Offer, Wish
from central.errors import Busy, CentralError, NotFound

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: nothing that reads like another


class HoldRanOut(CentralError):
    """It was not confirmed in time."""

    status = HTTPStatus.CONFLICT
    code = "hold_ran_out"
    sentence = "This time was kept for you, but not any more. Choose a time again."


class Over(CentralError):
    """The time of the reservation has passed."""

    status = HTTPStatus.CONFLICT
    code = "over"
    sentence = "The time of this reservation is over."


def new_reference() -> str:
    """Return a reference that people can read out and nobody can guess (50 bits)."""
    return "".join(secrets.choice(_LETTERS) for _ in range(10))


def locked(
    session: Session, ids: Collection[int], more_spaces: frozenset[int], now: datetime
) -> tuple[Locked, list[Reservation]]:
    """Lock spaces, then reservations; return them as they are now."""
    spaces = occupancy.spaces_of(session, ids) | more_spaces
    locked = occupancy.lock(session, spaces, now)
    reservations = session.scalars(
        select(Reservation)
        .where(Reservation.id.in_(ids))
        .order_by(Reservation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if not reservations:
        raise NotFound("reservation")
    if not occupancy.spaces_of(session, ids) <= locked.spaces:
        raise Busy  # moved to other spaces while we waited for its old ones
    return locked, list(reservations)


def new_reservation(
    wish: Wish, found: Offer, decided: Decided, now: datetime, life: timedelta
) -> Reservation:
    """Return the row of a held reservation."""
    return Reservation(
        reference=new_reference(),
        state=State.HELD,
        hold_expires_at=now + life,
        created_at=now,
        **placed(wish, found, decided),
    )


def placed(wish: Wish, found: Offer, decided: Decided) -> dict[str, Any]:
    """Return the columns that follow from hall and time."""
    use, zone = wish.use, found.rules.zone
    busy = found.rules.occupied_by(use)
    return {
        "hall_id": found.hall_id,
        "starts_at": use.start,
        "ends_at": use.end,
        "zone": zone.key,
        "local_start": to_wall(use.start, zone),
        "local_end": to_wall(use.end, zone),
        "busy_from": busy.start,
        "busy_to": busy.end,
        "opens_at": use.start - found.early,
        "closes_at": use.end + found.late,
        "attendees": wish.attendees,
        "purpose": wish.purpose,
        "accessible": wish.accessible,
        "activity": wish.activity,
        "group_code": decided.group,
        "cents": decided.quote.cents,
        "deposit_cents": decided.quote.deposit_cents,
    }


def claim(reservation: Reservation, found: Offer) -> Claim:
    """Return what a reservation takes up."""
    return Claim(
        found.spaces,
        Period(reservation.busy_from, reservation.busy_to),
        reservation_id=reservation.id,
        expires_at=reservation.hold_expires_at,
    )


def note(
    session: Session,
    reservations: Collection[Reservation],
    transition: Transition,
    now: datetime,
    actor: str,
    reason: str = "",
) -> None:
    """Write down what happened to reservations, if there are any."""
    if not reservations:
        return
    session.execute(
        insert(StateChange),
        [
            {"reservation_id": one.id, "transition": transition, "at": now}
            | {"actor": actor, "reason": reason}
            for one in reservations
        ],
    )
