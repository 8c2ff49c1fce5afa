"""Writes what happened into the journal, and knows when it could not."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from contracts.errors import Malformed
from contracts.journal import EventKind
from edge.drivers.database import DatabaseFailed
from edge.drivers.journal import Journal
from edge.unit_clock import UnitClock

SLOW = 0.5
"""Seconds after which a write counts as slow: a card that is about to die."""
log = logging.getLogger(__name__)


class Recorder:
    """The journal with the unit's clock: every line knows when it was written and how sure that is."""

    def __init__(self, journal: Journal, clock: UnitClock) -> None:
        """Write into a journal."""
        self._journal, self._clock = journal, clock
        self.failing = ""
        """Why the last write failed; empty when it did not."""
        self.lost = 0
        """Facts that could not be written since writing began to fail."""
        self.slowest = 0.0
        """Seconds of the slowest write since `take_slowest`."""
        self.has_just_failed = False
        """Somebody should look at the disk now."""
        self.may_write: Callable[[EventKind], bool] = lambda _kind: True
        """Tells whether there is room for a fact of this kind; grants have a reserve."""
        self.may_grant: Callable[[], bool] = lambda: True
        """Tells whether there is room for a line on which something rests."""

    def must_write(self, kind: EventKind, data: Mapping[str, Any]) -> int:
        """Write a line on which something rests; return its number once it is durable.

        Raises:
            DatabaseFailed: it is not written, so nothing may rest on it.

        """
        if not self.may_grant():
            self._note_failure("the disk is full")
            raise DatabaseFailed(self.failing)
        return self._append(kind, data)

    def _append(self, kind: EventKind, data: Mapping[str, Any]) -> int:
        began = self._clock.monotonic()
        try:
            entry = self._journal.append(kind, data, self._clock.reading(), began)
        except (DatabaseFailed, Malformed) as error:
            self._note_failure(str(error))
            raise DatabaseFailed(str(error)) from error
        self.slowest = max(self.slowest, self._clock.monotonic() - began)
        self.failing = ""
        return entry.seq

    def write(self, kind: EventKind, data: Mapping[str, Any]) -> int:
        """Write a fact that already happened; return its number, 0 when it could not be written."""
        if not self.may_write(kind):
            self.lost += 1
            return 0
        try:
            return self._append(kind, data)
        except DatabaseFailed:
            return 0

    def _note_failure(self, why: str) -> None:
        if why != self.failing:
            log.error("journal: %s", why)
        self.failing, self.has_just_failed = why, True
        self.lost += 1

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make everything written inside durable together, or nothing of it.

        Raises:
            DatabaseFailed: nothing is written.

        """
        try:
            with self._journal.atomic():
                yield
        except DatabaseFailed as error:
            self._note_failure(str(error))
            raise

    def take_slowest(self) -> float:
        """Return the seconds of the slowest write since the last call."""
        slowest, self.slowest = self.slowest, 0.0
        return slowest

    def take_lost(self) -> int:
        """Return how many facts were lost since the last call."""
        lost, self.lost = self.lost, 0
        return lost

    @property
    def head(self) -> tuple[int, bytes]:
        """The last number and the chain's hash there."""
        return self._journal.head
