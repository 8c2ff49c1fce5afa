"""The one way to take, keep and give back spaces. Whoever writes occupancy goes through here.

Everybody locks the leaf spaces first, in rising order of id, and reservation rows only after that:
so nobody ever waits in a circle, and the database's own guard has next to nothing left to refuse.
A hold that ran out is swept by whoever wants its place, in the same transaction.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from central.booking.models import Occupancy, Reservation, StateChange
from central.booking.reservation import RUNNING_OUT, State, Transition
from central.booking.times import Period
from central.errors import CentralError
from central.halls.models import Space

_GUARD = "ex_occupancy_once"
"""What the database calls its refusal, on both."""


class Taken(CentralError):
    """Somebody else has (part of) the hall at that time."""

    status = HTTPStatus.CONFLICT
    code = "taken"
    sentence = "The hall is taken at that time."


@dataclass(frozen=True, slots=True)
class Locked:
    """Proof that leaf spaces are locked until this transaction ends."""

    session: Session
    spaces: frozenset[int]


@dataclass(frozen=True, slots=True)
class Claim:
    """A wish to have all of some spaces for a period (buffers included), for exactly one cause."""

    spaces: frozenset[int]
    busy: Period
    reservation_id: int | None = None
    closure_id: int | None = None
    expires_at: datetime | None = None


def lock(session: Session, spaces: Collection[int], now: datetime) -> Locked:
    """Lock leaf spaces and sweep the holds on them that ran out."""
    ids = sorted(spaces)
    session.execute(select(Space.id).where(Space.id.in_(ids)).order_by(Space.id).with_for_update())
    _sweep(session, ids, now)
    return Locked(session, frozenset(ids))


def occupy(locked: Locked, claims: Iterable[Claim]) -> None:
    """Take spaces; all of them, or the transaction is over.

    Raises:
        Taken: one of them is not free. Roll back.

    """
    rows = [
        {
            "space_id": space,
            "busy_from": claim.busy.start,
            "busy_to": claim.busy.end,
            "reservation_id": claim.reservation_id,
            "closure_id": claim.closure_id,
            "expires_at": claim.expires_at,
        }
        for claim in claims
        for space in sorted(claim.spaces)
    ]
    if not rows or not locked.spaces.issuperset(row["space_id"] for row in rows):
        message = "spaces are locked before they are taken, and a claim has at least one"
        raise ValueError(message)
    try:
        locked.session.execute(insert(Occupancy), rows)
    except DBAPIError as error:
        if _GUARD in str(error.orig):
            raise Taken from error
        raise


def keep(locked: Locked, reservation_ids: Collection[int], until: datetime | None = None) -> None:
    """Turn holds into places without an end, or with another one."""
    locked.session.execute(
        update(Occupancy)
        .where(Occupancy.reservation_id.in_(reservation_ids))
        .values(expires_at=until)
    )


def give_back(locked: Locked, reservation_ids: Collection[int]) -> None:
    """Free what reservations have."""
    locked.session.execute(delete(Occupancy).where(Occupancy.reservation_id.in_(reservation_ids)))


def spaces_of(session: Session, reservation_ids: Collection[int]) -> frozenset[int]:
    """Return the spaces that reservations have now."""
    return frozenset(
        session.scalars(
            select(Occupancy.space_id).where(Occupancy.reservation_id.in_(reservation_ids))
        )
    )


def busy_periods(
    session: Session, spaces: Collection[int], within: Period, now: datetime
) -> list[Period]:
    """Return what is taken of any of some spaces, buffers included, rising."""
    rows = session.execute(
        select(Occupancy.busy_from, Occupancy.busy_to)
        .where(Occupancy.space_id.in_(spaces))
        .where(Occupancy.busy_from < within.end, Occupancy.busy_to > within.start)
        .where(or_(Occupancy.expires_at.is_(None), Occupancy.expires_at > now))
        .order_by(Occupancy.busy_from)
    )
    return [Period(*row) for row in rows]


def _sweep(session: Session, spaces: Collection[int], now: datetime) -> None:
    ran_out = session.scalars(
        delete(Occupancy)
        .where(Occupancy.space_id.in_(spaces), Occupancy.expires_at <= now)
        .returning(Occupancy.reservation_id)
    ).all()
    if ran_out:
        _expire(session, set(ran_out), now)


def _expire(session: Session, reservation_ids: Collection[int | None], now: datetime) -> None:
    # Somebody with another leaf of the same hall may be sweeping the same reservation: then it is
    # theirs to write down, and waiting for them could close a circle.
    ids = session.scalars(
        select(Reservation.id)
        .where(Reservation.id.in_(reservation_ids), Reservation.state.in_(RUNNING_OUT))
        .order_by(Reservation.id)
        .with_for_update(skip_locked=True)
    ).all()
    if not ids:
        return
    session.execute(
        update(Reservation)
        .where(Reservation.id.in_(ids))
        .values(state=State.EXPIRED, hold_expires_at=None)
    )
    session.execute(
        insert(StateChange),
        [
            {"reservation_id": one, "transition": Transition.EXPIRE, "at": now, "actor": "system"}
            for one in ids
        ],
    )
