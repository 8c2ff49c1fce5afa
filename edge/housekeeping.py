"""What the unit does for itself now and then: old entries go, the time's floor is kept, room is made."""

import logging

from edge.drivers.database import DatabaseFailed
from edge.drivers.journal import Journal
from edge.unit_clock import UnitClock

EVERY = 60.0
log = logging.getLogger(__name__)


class Housekeeping:
    """Keeps the unit's disk in order."""

    def __init__(self, journal: Journal, clock: UnitClock) -> None:
        """Look after a journal."""
        self._journal, self._clock = journal, clock
        self._due = 0.0

    def tick(self, now: float) -> None:
        """Do what is due; a medium that refuses is noticed elsewhere."""
        if now < self._due:
            return
        self._due = now + EVERY
        try:
            self._clock.tick(self._journal.head[0])
            self._journal.retire(self._clock.unix_ms())
        except DatabaseFailed as error:
            log.warning("housekeeping: %s", error)
