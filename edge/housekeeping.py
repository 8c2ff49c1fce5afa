"""What the unit does for itself: keeps the floor of its time, lets old entries go, makes room in time."""

import logging
from pathlib import Path

import sqlite_utils

from contracts.journal import EventKind
from contracts.reasons import Fault
from edge.core.room import MEASURES, Measures, Room, Space, assess, may_grant, may_write
from edge.drivers.database import DatabaseFailed, give_back, usage
from edge.drivers.disk import MEGABYTE, Ballast, free_space
from edge.drivers.journal import Journal
from edge.faults import Faults
from edge.recording import Recorder
from edge.unit_clock import UnitClock

EVERY = 5.0
"""Seconds between two looks at the disk; a write that failed is followed by one at once."""
log = logging.getLogger(__name__)


class Housekeeping:
    """Keeps the unit's disk in order, and says who may still write."""

    def __init__(
        self,
        folder: Path,
        database: sqlite_utils.Database,
        journal: Journal,
        ballast: Ballast,
        journal_megabytes: int,
        clock: UnitClock,
        recorder: Recorder,
        faults: Faults,
    ) -> None:
        """Look after a folder and what lies in it."""
        self._folder, self._database, self._journal = folder, database, journal
        self._ballast, self._budget = ballast, journal_megabytes * MEGABYTE
        self._clock, self._recorder, self._faults = clock, recorder, faults
        self._due = 0.0
        self.room = Room.ENOUGH
        recorder.may_write = self._may_write
        recorder.may_grant = self._may_grant

    def tick(self, now: float) -> None:
        """Do what is due; a medium that refuses is noticed elsewhere."""
        if now < self._due and not self._recorder.has_just_failed:
            return
        self._due = now + EVERY
        self._recorder.has_just_failed = False
        try:
            self.room = self._assessed()
            self._carry_out(MEASURES[self.room])
            self._clock.tick(self._journal.head[0])
        except (DatabaseFailed, OSError) as error:
            log.warning("housekeeping: %s", error)

    def _assessed(self) -> Room:
        there, inside = free_space(self._folder), usage(self._database)
        return assess(
            Space(
                free=there.free,
                total=there.total,
                journal=inside.used,
                reusable=inside.reusable,
                budget=self._budget,
                ballast=self._ballast.size,
                ballast_wanted=self._ballast.wanted,
            )
        )

    def _carry_out(self, measures: Measures) -> None:
        # In this order: without the ballast's room a full disk lets nothing be deleted.
        if measures.release_ballast and self._ballast.size:
            log.warning(
                "the disk is full: %d bytes of ballast are given up", self._ballast.release()
            )
        # Said before anything is deleted: a medium that lets nothing be deleted must be heard of too.
        self._faults.put(Fault.DISK_LOW, wrong=measures.fault, detail=self.room.value)
        if measures.retire_all:
            self._journal.retire(self._clock.unix_ms(), keep_rows=0)
            give_back(self._database)
        else:
            self._journal.retire(self._clock.unix_ms())
        if measures.grow_ballast:
            self._ballast.ensure()

    def _may_write(self, kind: EventKind) -> bool:
        return may_write(self.room, kind)

    def _may_grant(self) -> bool:
        return may_grant(self.room)
