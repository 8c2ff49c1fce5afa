"""Forget what need not be kept of passes: the names of who had one."""

import logging
import threading

from central.clock import Clock
from central.credentials.named import forget_names
from central.database import Database
from central.errors import Busy

EVERY = 3600.0  # seconds

log = logging.getLogger(__name__)


class NamesForgetting:
    """Drops names some time after the use. Nothing depends on how often it runs."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def run(self, stop: threading.Event) -> None:
        """Forget every hour until `stop` is set."""
        while not stop.wait(EVERY):
            try:
                with self._database.write() as session:
                    forget_names(session, self._clock())
            except Busy:
                log.warning("forgetting names: the database was busy")
            except Exception:  # the loop outlives a database that comes and goes
                log.exception("forgetting names failed; trying again")
