"""Hold, confirm, move and cancel reservations; close halls. Never commits.

Each function takes the locks it needs in the one order (see occupancy.py) and looks at what it
found under them, so two of them at once have the same effect as one after the other.
"""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from central.accounts.people import Renter, person_of
from central.booking import occupancy
from central.booking.catalogue import offer
from central.booking.models import Order, Reservation, StateChange
from central.booking.occupancy import Claim, Locked
from central.booking.pricing import price
from central.booking.reservation import State, Transition, after
from central.booking.times import Period, to_wall
from central.booking.wishes import Offer, Wish, check
from central.errors import Busy, CentralError, NotFound
from central.events import ReservationCancelled, ReservationConfirmed, ReservationMoved
from central.outbox.service import announce

LINK_LIVES_AFTER = timedelta(days=180)
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


def link_ends(reservations: Collection[Reservation]) -> datetime:
    """Return until when the link of an order works: half a year after its last use."""
    return max(one.ends_at for one in reservations) + LINK_LIVES_AFTER


def hold(
    session: Session,
    renter: Renter,
    wishes: Sequence[Wish],
    life: timedelta,
    now: datetime,
    actor: str = "renter",
) -> Order:
    """Keep some halls and times for somebody; all of them or none.

    Raises:
        Taken: one is not free.
        CentralError: a wish cannot be granted at all (see `wishes.check`).

    """
    offers = [offer(session, wish.hall_id) for wish in wishes]
    for wish, found in zip(wishes, offers, strict=True):
        check(wish, found, now)
    locked = occupancy.lock(session, frozenset().union(*(one.spaces for one in offers)), now)
    order = Order(
        reference=new_reference(), person_id=person_of(session, renter, now), created_at=now
    )
    order.reservations = [
        _reservation(wish, found, now, life) for wish, found in zip(wishes, offers, strict=True)
    ]
    session.add(order)
    session.flush()
    claims = [_claim(one, found) for one, found in zip(order.reservations, offers, strict=True)]
    occupancy.occupy(locked, claims)
    _note(session, order.reservations, Transition.HOLD, now, actor)
    return order


def confirm(session: Session, order_id: int, now: datetime, actor: str = "renter") -> Order:
    """Make all reservations of an order certain.

    Raises:
        HoldRanOut: one was not kept any more.
        NotPossible: one is not held.

    """
    ids = session.scalars(select(Reservation.id).where(Reservation.order_id == order_id)).all()
    locked, reservations = _locked(session, ids, frozenset(), now)
    for one in reservations:
        if one.state is State.EXPIRED or (one.hold_expires_at and one.hold_expires_at <= now):
            raise HoldRanOut
        one.state = after(one.state, Transition.CONFIRM)
        one.hold_expires_at = None
        announce(session, ReservationConfirmed(one.id), now)
    occupancy.keep(locked, ids)
    _note(session, reservations, Transition.CONFIRM, now, actor)
    return session.get_one(Order, order_id)


def move(
    session: Session,
    reservation_id: int,
    wish: Wish,
    now: datetime,
    actor: str = "renter",
) -> Reservation:
    """Give a reservation another time, hall, or both; it never has neither.

    Raises:
        Taken: the new place is not free; the old one stays.
        Over: the reservation's time has passed.
        NotPossible: it is cancelled, expired or finished.
        CentralError: the wish cannot be granted at all.

    """
    found = offer(session, wish.hall_id)
    locked, (moved,) = _locked(session, [reservation_id], found.spaces, now)
    state = after(moved.state, Transition.MOVE)
    if moved.ends_at <= now:
        raise Over
    # What already began may become longer or shorter, though its start lies in the past.
    check(wish, found, min(now, moved.starts_at) if wish.use.start == moved.starts_at else now)
    before = ReservationMoved(moved.id, moved.hall_id, moved.starts_at, moved.ends_at)
    for name, value in _placed(wish, found).items():
        setattr(moved, name, value)
    session.flush()
    occupancy.give_back(locked, [moved.id])
    occupancy.occupy(locked, [_claim(moved, found)])
    if state is State.CONFIRMED:
        announce(session, before, now)
    _note(session, [moved], Transition.MOVE, now, actor)
    return moved


def cancel(
    session: Session, reservation_id: int, now: datetime, actor: str = "renter", reason: str = ""
) -> Reservation:
    """Give a reservation's place back.

    Raises:
        Over: its time has passed.
        NotPossible: it is cancelled, expired or finished already.

    """
    locked, (cancelled,) = _locked(session, [reservation_id], frozenset(), now)
    was = cancelled.state
    cancelled.state = after(was, Transition.CANCEL)
    if cancelled.ends_at <= now:
        raise Over
    cancelled.hold_expires_at = None
    occupancy.give_back(locked, [reservation_id])
    if was is State.CONFIRMED:
        announce(session, ReservationCancelled(reservation_id), now)
    _note(session, [cancelled], Transition.CANCEL, now, actor, reason)
    return cancelled


def _locked(
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


def _reservation(wish: Wish, found: Offer, now: datetime, life: timedelta) -> Reservation:
    return Reservation(
        reference=new_reference(),
        state=State.HELD,
        hold_expires_at=now + life,
        created_at=now,
        **_placed(wish, found),
    )


def _placed(wish: Wish, found: Offer) -> dict[str, Any]:
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
        "cents": price(use, found.cents_per_hour),
    }


def _claim(reservation: Reservation, found: Offer) -> Claim:
    return Claim(
        found.spaces,
        Period(reservation.busy_from, reservation.busy_to),
        reservation_id=reservation.id,
        expires_at=reservation.hold_expires_at,
    )


def _note(
    session: Session,
    reservations: Collection[Reservation],
    transition: Transition,
    now: datetime,
    actor: str,
    reason: str = "",
) -> None:
    session.execute(
        insert(StateChange),
        [
            {"reservation_id": one.id, "transition": transition, "at": now}
            | {"actor": actor, "reason": reason}
            for one in reservations
        ],
    )
