"""Forget the files of photos that no hall has any more."""

import logging
import threading
from datetime import timedelta

from sqlalchemy import select

from central.clock import Clock
from central.database import Database
from central.errors import Busy
from central.halls.models import HallPhoto
from central.photos import PhotoStore

EVERY = 3600.0  # seconds
WAITS_FOR = timedelta(hours=1)
"""Between a file and its row lies the rest of one request."""

log = logging.getLogger(__name__)


class PhotoTidying:
    """Drops files without a row. Nothing depends on how often it runs."""

    def __init__(self, database: Database, photos: PhotoStore, clock: Clock) -> None:
        self._database, self._photos, self._clock = database, photos, clock

    def run(self, stop: threading.Event) -> None:
        """Tidy up every hour until `stop` is set."""
        while not stop.wait(EVERY):
            try:
                self.tidy()
            except Busy:
                log.warning("tidying photos: the database was busy")
            except Exception:  # the loop outlives a database that comes and goes
                log.exception("tidying photos failed; trying again")

    def tidy(self) -> None:
        """Drop the files that no row names."""
        with self._database.read() as session:
            named = set(session.scalars(select(HallPhoto.hash)))
        self._photos.drop_others(named, self._clock() - WAITS_FOR)
