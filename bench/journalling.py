"""journal.*: writing an entry durably, over the same row through bare sqlite3 with the same pragmas."""

from collections.abc import Iterator
from datetime import UTC, datetime

from bench.options import Options
from bench.row import Row, at_most, inform
from bench.timing import medians, wall
from contracts.clock import ClockReading, ClockTrust
from contracts.journal import EventKind
from edge.drivers.database import open_database
from edge.drivers.journal import Journal

NAMES = ("journal.ratio", "journal.append")
_ROUNDS = 1_000
_HIGHEST_RATIO = 2.0
_NOON = ClockReading(datetime(2026, 11, 24, 12, tzinfo=UTC), ClockTrust.SIGNED)
_DATA = {
    "granted": True,
    "credential": "3132333435363738",
    "grant": 77,
    "issue": 1,
    "kind": "renter",
    "areas": 3,
}


def rows(options: Options) -> Iterator[Row]:
    """Measure them."""
    database, _ = open_database(options.scratch / "journal.db")
    journal = Journal(database, bytes(8))
    entry = journal.append(EventKind.DECIDED, _DATA, _NOON, 1.0)

    other, _ = open_database(options.scratch / "bare.db")
    bare = other.conn
    bare.execute("CREATE TABLE entry (seq INTEGER PRIMARY KEY, raw BLOB, hash BLOB) STRICT")
    bare.commit()

    def append() -> None:
        journal.append(EventKind.DECIDED, _DATA, _NOON, 1.0)

    def insert() -> None:
        bare.execute("INSERT INTO entry (raw, hash) VALUES (?, ?)", (entry.raw, entry.hash))
        bare.commit()

    ours, least = medians(append, insert, rounds=_ROUNDS, clock=wall)
    database.close()
    other.close()
    yield at_most("journal.ratio", ours / least, "x", _HIGHEST_RATIO, reference=1.0)
    yield inform("journal.append", ours * 1e6, "us", least * 1e6)
