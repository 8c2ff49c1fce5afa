"""Counts the messages of each unit that central did not believe, and reports them as its fault."""

import threading
from collections import Counter
from datetime import datetime

from central.database import Database
from central.fleet.facts import plain
from central.fleet.faults import raise_fault
from central.fleet.models import FaultSource
from contracts.reasons import Fault

_MOST_UNITS = 10_000


class Trouble:
    """Collects in memory, so that a flood of nonsense is not a flood of writes."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._times: Counter[str] = Counter()
        self._newest: dict[str, str] = {}

    def note(self, unit: str, words: str) -> None:
        """Note that a message of a unit in service was refused."""
        with self._guard:
            if unit in self._newest or len(self._newest) < _MOST_UNITS:
                self._times[unit] += 1
                self._newest[unit] = plain(words)

    def report(self, database: Database, now: datetime) -> None:
        """Write down what was noted since the last report."""
        with self._guard:
            times, self._times = self._times, Counter()
            newest, self._newest = self._newest, {}
        for unit, count in times.items():
            with database.write() as session:
                raise_fault(
                    session,
                    unit,
                    Fault.DOCUMENT_REFUSED,
                    FaultSource.CENTRAL,
                    now,
                    newest[unit],
                    count,
                )
