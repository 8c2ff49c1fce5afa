"""What must hold of the tables whatever was done to them."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import aliased

from central.booking.models import Occupancy, Reservation
from central.booking.reservation import OCCUPYING
from central.database import Database
from central.halls.models import HallSpace


def check(database: Database) -> None:
    """Fail if two have one space at one moment, or a reservation has not exactly its spaces."""
    one, other = aliased(Occupancy), aliased(Occupancy)
    with database.read() as session:
        doubled = session.execute(
            select(one.id, other.id)
            .join(other, (one.space_id == other.space_id) & (one.id < other.id))
            .where(one.busy_from < other.busy_to, one.busy_to > other.busy_from)
        ).all()
        assert doubled == []
        has: dict[int, set[int]] = defaultdict(set)
        for row in session.scalars(select(Occupancy).where(Occupancy.reservation_id.is_not(None))):
            assert row.reservation_id is not None
            has[row.reservation_id].add(row.space_id)
        needs: dict[int, set[int]] = defaultdict(set)
        for hall, space in session.execute(select(HallSpace.hall_id, HallSpace.space_id)):
            needs[hall].add(space)
        for reservation in session.scalars(select(Reservation)):
            expected = needs[reservation.hall_id] if reservation.state in OCCUPYING else set()
            assert has[reservation.id] == expected, reservation.state
