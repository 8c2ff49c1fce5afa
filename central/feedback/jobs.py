"""Forget what need not be kept: defects long over, old answers, photos that no report came with."""

import logging
import threading
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from central.clock import Clock
from central.database import Database
from central.errors import Busy
from central.feedback.defect import OPEN
from central.feedback.models import Defect, DefectChange, DefectPhoto, Feedback, RoomState
from central.photos import PhotoStore

EVERY = 3600.0  # seconds
DEFECTS_KEPT_FOR = timedelta(days=3 * 366)
"""After they are over: so long a hall's troubles are worth comparing."""
ANSWERS_KEPT_FOR = timedelta(days=3 * 366)
STATES_KEPT_FOR = timedelta(days=366)
"""How a hall was left is evidence while damage may be invoiced."""
PHOTOS_WAIT_FOR = timedelta(days=2)
"""For the rest of a form whose first try was wrong."""

log = logging.getLogger(__name__)


class Cleaning:
    """Drops what is older than it may be. Nothing depends on how often it runs."""

    def __init__(self, database: Database, photos: PhotoStore, clock: Clock) -> None:
        self._database, self._photos, self._clock = database, photos, clock

    def run(self, stop: threading.Event) -> None:
        """Clean up every hour until `stop` is set."""
        while not stop.wait(EVERY):
            try:
                self.clean()
            except Busy:
                log.warning("cleaning: the database was busy")
            except Exception:  # the loop outlives a database that comes and goes
                log.exception("cleaning failed; trying again")

    def clean(self) -> None:
        """Drop old rows, then the photos that no row names."""
        now = self._clock()
        with self._database.write() as session:
            forget(session, now)
        with self._database.read() as session:
            named = set(session.scalars(select(DefectPhoto.hash)))
        self._photos.drop_others(named, now - PHOTOS_WAIT_FOR)


def forget(session: Session, now: datetime) -> None:
    """Drop what need not be kept any more."""
    over = select(Defect.id).where(
        Defect.state.not_in(OPEN), Defect.changed_at < now - DEFECTS_KEPT_FOR
    )
    session.execute(delete(DefectPhoto).where(DefectPhoto.defect_id.in_(over)))
    session.execute(delete(DefectChange).where(DefectChange.defect_id.in_(over)))
    session.execute(delete(Defect).where(Defect.id.in_(over)))
    session.execute(delete(Feedback).where(Feedback.given_at < now - ANSWERS_KEPT_FOR))
    session.execute(delete(RoomState).where(RoomState.noted_at < now - STATES_KEPT_FOR))
