"""What happens to reservations by time alone: holds run out, reservations finish."""

import logging
import threading
from datetime import datetime

from sqlalchemy import Select, insert, select, update

from central.booking import approvals, occupancy, unanswered
from central.booking.models import Occupancy, Reservation, StateChange
from central.booking.reservation import State, Transition
from central.clock import Clock
from central.database import Database
from central.errors import Busy

EVERY = 60.0  # seconds
_AT_ONCE = 500  # reservations in one transaction

log = logging.getLogger(__name__)


class Housekeeping:
    """Keeps states true when nobody asks. Nothing depends on how often it runs."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def run(self, stop: threading.Event) -> None:
        """Tidy up every minute until `stop` is set."""
        while not stop.wait(EVERY):
            try:
                self.tidy()
            except Busy:
                log.warning("housekeeping: the database was busy")
            except Exception:  # the loop outlives a database that comes and goes
                log.exception("housekeeping failed; trying again")

    def tidy(self) -> None:
        """Let holds run out and reservations finish; remind of requests that wait, and end old ones."""
        now = self._clock()
        if spaces := self._spaces_to_sweep(now):
            with self._database.write() as session:
                occupancy.lock(session, spaces, now)
        if self._ended(now):
            self._finish(now)
        self._remind(now)
        self._give_up(now)

    def _spaces_to_sweep(self, now: datetime) -> list[int]:
        with self._database.read() as session:
            ran_out = select(Occupancy.space_id).where(Occupancy.expires_at <= now)
            return list(session.scalars(ran_out.distinct()))

    def _ended(self, now: datetime) -> list[int]:
        with self._database.read() as session:
            return list(session.scalars(_over(now)))

    def _remind(self, now: datetime) -> None:
        with self._database.read() as session:
            if not approvals.to_remind(session, now):
                return
        with self._database.write() as session:
            approvals.remind(session, now)

    def _give_up(self, now: datetime) -> None:
        with self._database.read() as session:
            waiting = unanswered.given_up(session, now)
        for one in waiting:
            with self._database.write() as session:
                unanswered.give_up(session, one, now)

    def _finish(self, now: datetime) -> None:
        with self._database.write() as session:
            ids = session.scalars(_over(now).with_for_update(skip_locked=True)).all()
            if not ids:
                return
            session.execute(
                update(Reservation).where(Reservation.id.in_(ids)).values(state=State.FINISHED)
            )
            rows = [{"reservation_id": one, "at": now, "actor": "system"} for one in ids]
            session.execute(insert(StateChange).values(transition=Transition.FINISH), rows)


def _over(now: datetime) -> Select[int]:
    return (
        select(Reservation.id)
        .where(Reservation.state == State.CONFIRMED, Reservation.ends_at <= now)
        .order_by(Reservation.id)
        .limit(_AT_ONCE)
    )
