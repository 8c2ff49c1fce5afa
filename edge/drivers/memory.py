"""The unit's memory opened as a whole: database, journal, store, and what to do when they disagree."""

from dataclasses import dataclass
from pathlib import Path

import sqlite_utils

from edge.drivers.database import SYNCHRONOUS, DatabaseFailed, open_database, set_aside
from edge.drivers.disk import Ballast
from edge.drivers.journal import Journal, JournalDamaged
from edge.drivers.store import Store, is_older_copy, read_second


@dataclass(frozen=True, slots=True)
class Memory:
    """What survives a power cut."""

    database: sqlite_utils.Database
    journal: Journal
    store: Store
    aside: Path | None
    """Where a database that cannot be gone on with was moved to, if there was one."""


def open_memory(
    path: Path,
    second: Path,
    boot: bytes,
    ballast: Ballast | None = None,
    synchronous: str = SYNCHRONOUS,
) -> Memory:
    """Open what the unit remembers, or begin anew where that cannot be gone on with.

    A database that is broken, whose journal lost its end, or that is an older copy of the one that was
    here would give numbers to new entries that central holds already. It is moved aside, and the
    journal begins a new epoch; what never goes down comes back from the second file.

    Args:
        path: the database.
        second: the file of the summary.
        boot: eight bytes that name this start of the machine.
        ballast: given up when there is no room to start.
        synchronous: anything but FULL loses entries in a power cut; tests show that.

    Raises:
        DatabaseFailed: the medium failed, or another program has the database open.

    """
    try:
        return _open(path, second, boot, synchronous)
    except DatabaseFailed:
        if ballast is None or not ballast.release():
            raise
    return _open(path, second, boot, synchronous)


def _open(path: Path, second: Path, boot: bytes, synchronous: str) -> Memory:
    database, aside = open_database(path, synchronous)
    try:
        journal = _journal(database, second, boot)
        if journal is None:
            database.close()
            aside = set_aside(path)
            database, _ = open_database(path, synchronous)
            journal = Journal(database, boot)
        store = Store(database, second, journal.epoch, journal.head[0])
    except BaseException:
        database.close()
        raise
    return Memory(database, journal, store, aside)


def _journal(database: sqlite_utils.Database, second: Path, boot: bytes) -> Journal | None:
    """Return the journal in a database, None when it cannot be gone on with."""
    try:
        journal = Journal(database, boot)
    except JournalDamaged:
        return None
    older = is_older_copy(read_second(second), journal.epoch, journal.head[0])
    return None if older else journal
