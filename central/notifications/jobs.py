"""What happens to messages by time alone: due ones go, unread ones go another way, old ones are forgotten."""

import logging
import threading
from datetime import datetime, timedelta

from central.clock import Clock
from central.database import Database
from central.errors import Busy
from central.notifications import service

EVERY = 30.0  # seconds
_TIDY_EVERY = timedelta(hours=1)

log = logging.getLogger(__name__)


class Telling:
    """Keeps messages moving. Nothing depends on how often it runs."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._tidied_at: datetime | None = None

    def run(self, stop: threading.Event) -> None:
        """Look every half minute until `stop` is set."""
        while not stop.wait(EVERY):
            try:
                self.look()
            except Busy:
                log.warning("messages: the database was busy")
            except Exception:  # the loop outlives a database that comes and goes
                log.exception("messages: could not look; trying again")

    def look(self) -> None:
        """Give the outbox what is due or was not read; tidy up once an hour."""
        now = self._clock()
        with self._database.read() as session:
            has_work = service.has_work(session, now)
        if has_work:
            with self._database.write() as session:
                service.queue_due(session, now)
                service.follow_up(session, now)
        if self._tidied_at is None or now - self._tidied_at >= _TIDY_EVERY:
            with self._database.write() as session:
                service.tidy(session, now)
            self._tidied_at = now
