"""The journal: the unit's own record, numbered without gaps, hash-chained, durable when `append` returns.

Rows are never changed. They go only from the oldest end, only after central proved with the chain's
own hash that it holds them, and then only when they are old or many (`retire`).
"""

import contextlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlite_utils

from contracts import strict_json
from contracts.clock import ClockReading
from contracts.errors import Malformed
from contracts.journal import (
    LARGEST_BATCH,
    LARGEST_EVENT,
    EventKind,
    chain,
    first_broken,
    genesis,
    read_event,
)
from edge.drivers.database import DatabaseFailed, failing_loudly

KEEP_ROWS = 50_000
KEEP_MS = 30 * 86_400_000
MOST_RETIRED = 1_000
"""Rows that go at a time: the door waits meanwhile."""
_LARGEST_BATCH_BYTES = 65_536


class JournalDamaged(DatabaseFailed):
    """The database is sound, but what it says of the journal cannot be: it must be set aside."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: its number, its event's JSON bytes and the chain's hash after it."""

    seq: int
    raw: bytes
    hash: bytes


class Journal:
    """Appends events to one SQLite database, which it shares with the store and nobody else."""

    def __init__(self, database: sqlite_utils.Database, boot: bytes) -> None:
        """Open the journal in a database, beginning a new epoch when there is none.

        Args:
            database: from `database.open_database`.
            boot: eight random bytes of this start of the machine.

        Raises:
            DatabaseFailed: the medium failed.
            JournalDamaged: rows are missing at its end, or what is known about it makes no sense.

        """
        self._database = database
        self._boot = boot.hex()
        with failing_loudly("opening the journal"):
            self._create()
            facts = dict(database.execute("SELECT name, value FROM journal_fact").fetchall())
            last = self._last()
        self.epoch, self._base_hash = _bytes(facts, "epoch", 8), _bytes(facts, "base_hash", 32)
        self.acked, self.base_seq = _number(facts, "acked"), _number(facts, "base_seq")
        self.kept_from: int | None = None
        """Nothing from here on is retired, acknowledged or not: central asked to have it again."""
        self._seq, self._hash = (last.seq, last.hash) if last else (self.base_seq, self._base_hash)
        if not 0 <= self.base_seq <= self.acked <= self._seq:
            # Numbers that central already has would be given to other entries.
            msg = f"central holds {self.acked} entries of this journal, and {self._seq} are here"
            raise JournalDamaged(msg)

    @property
    def head(self) -> tuple[int, bytes]:
        """The last number (0 when empty) and the chain's hash there."""
        return self._seq, self._hash

    @property
    def base(self) -> tuple[int, bytes]:
        """The last number that is not here any more (0 when all are) and the chain's hash there."""
        return self.base_seq, self._base_hash

    @property
    def unacked(self) -> int:
        """How many entries central has not proven to hold."""
        return self._seq - self.acked

    @contextlib.contextmanager
    def atomic(self) -> Iterator[None]:
        """Commit everything written inside together, or nothing of it.

        Raises:
            DatabaseFailed: nothing was written.

        """
        before = self._seq, self._hash
        try:
            with failing_loudly("writing the journal"), self._database.atomic():
                yield
        except BaseException:
            self._seq, self._hash = before
            raise

    def append(
        self, kind: EventKind, data: Mapping[str, Any], reading: ClockReading, monotonic: float
    ) -> Entry:
        """Write one event; when this returns outside `atomic`, a power cut no longer takes it away.

        Raises:
            DatabaseFailed: it is not written.
            Malformed: it has no form on the wire, or is longer than central takes: written down, it
                would stop all delivery behind it.

        """
        seq = self._seq + 1
        raw = self._event(seq, kind, data, reading, monotonic)
        if len(raw) > LARGEST_EVENT:
            msg = f"{kind} with {len(raw)} bytes is longer than {LARGEST_EVENT}"
            raise Malformed(msg)
        entry = Entry(seq, raw, chain(self._hash, raw))
        with self.atomic():
            self._database.execute("INSERT INTO journal VALUES (?, ?, ?)", (seq, raw, entry.hash))
            self._seq, self._hash = seq, entry.hash
        return entry

    def after(self, seq: int, limit: int = LARGEST_BATCH) -> list[Entry]:
        """Return the entries behind a number, at most `limit` and 64 kB."""
        query = "SELECT seq, raw, hash FROM journal WHERE seq > ? ORDER BY seq LIMIT ?"
        with failing_loudly("reading the journal"):
            rows = self._database.execute(query, (seq, limit)).fetchall()
        taken: list[Entry] = []
        size = 0
        for row in rows:
            size += len(row[1])
            if taken and size > _LARGEST_BATCH_BYTES:
                break
            taken.append(Entry(*row))
        return taken

    def hash_at(self, seq: int) -> bytes | None:
        """Return the chain's hash at a number, None when that row is not here any more."""
        if seq == self.base_seq:
            return self._base_hash
        query = "SELECT hash FROM journal WHERE seq = ?"
        with failing_loudly("reading the journal"):
            row = self._database.execute(query, (seq,)).fetchone()
        return bytes(row[0]) if row else None

    def acknowledge(self, upto: int, head: bytes) -> bool:
        """Note that central holds everything up to a number; False when its hash is not ours.

        A wrong hash changes nothing: nobody can make the unit forget what he does not hold. What is
        not here any more was proven before, and cannot be held against anybody.
        """
        if upto < self.base_seq:
            return True
        if upto > self._seq or self.hash_at(upto) != head:
            return False
        if upto > self.acked:
            with failing_loudly("noting an acknowledgement"):
                self._set("acked", upto)
            self.acked = upto
        return True

    def retire(self, wall_ms: int | None, keep_rows: int = KEEP_ROWS) -> int:
        """Remove the oldest acknowledged rows that are old or too many; return how many.

        At most `MOST_RETIRED` go: call again while any do.

        Raises:
            DatabaseFailed: none went.

        """
        upto = min(self.acked, max(self._seq - keep_rows, self._older_than(wall_ms)))
        upto = min(upto, self.base_seq + MOST_RETIRED)
        if self.kept_from is not None:
            upto = min(upto, self.kept_from - 1)
        gone = self.hash_at(upto)
        if upto <= self.base_seq or gone is None:
            return 0
        removed = upto - self.base_seq
        with failing_loudly("retiring old entries"), self._database.atomic():
            self._set("base_seq", upto)
            self._set("base_hash", gone)
            self._database.execute("DELETE FROM journal WHERE seq <= ?", (upto,))
        self.base_seq, self._base_hash = upto, gone
        return removed

    def broken_at(self) -> int | None:
        """Return the number of the first entry that is missing or does not follow, None when all do.

        Reads every row: not for the controller's loop.
        """
        previous, seq = self._base_hash, self.base_seq
        while rows := self.after(seq, 500):
            missing = [at for at, row in enumerate(rows, seq + 1) if row.seq != at]
            broken = first_broken(previous, [(row.seq, row.raw, row.hash) for row in rows])
            if missing or broken is not None:
                return min(one for one in (*missing[:1], broken) if one is not None)
            previous, seq = rows[-1].hash, rows[-1].seq
        return None if seq == self._seq else seq + 1

    def _event(
        self, seq: int, kind: EventKind, data: Mapping[str, Any], reading: ClockReading, at: float
    ) -> bytes:
        best = reading.now or reading.estimate
        return strict_json.dumps(
            {
                "v": 1,
                "epoch": self.epoch.hex(),
                "seq": seq,
                "boot": self._boot,
                "mono": int(at * 1000),
                "wall": int(best.timestamp() * 1000) if best else None,
                "trust": reading.trust.value,
                "kind": kind.value,
                "data": dict(data),
            }
        )

    def _create(self) -> None:
        with self._database.atomic():
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS journal"
                " (seq INTEGER PRIMARY KEY, raw BLOB NOT NULL, hash BLOB NOT NULL) STRICT"
            )
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS journal_fact"
                " (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT"
            )
            epoch = secrets.token_bytes(8)
            new: dict[str, bytes | int] = {
                "epoch": epoch,
                "base_hash": genesis(epoch),
                "base_seq": 0,
                "acked": 0,
            }
            if not self._database.execute("SELECT 1 FROM journal_fact").fetchone():
                for name, value in new.items():
                    self._set(name, value)

    def _set(self, name: str, value: bytes | int) -> None:
        self._database.execute("INSERT OR REPLACE INTO journal_fact VALUES (?, ?)", (name, value))

    def _last(self) -> Entry | None:
        row = self._database.execute(
            "SELECT seq, raw, hash FROM journal ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        return Entry(*row) if row else None

    def _older_than(self, wall_ms: int | None) -> int:
        """Return the number of the newest row that is old enough to go."""
        if wall_ms is None:
            return 0
        oldest = self.after(self.base_seq, 1000)
        old = [e.seq for e in oldest if (_wall(e) or wall_ms) < wall_ms - KEEP_MS]
        return max(old, default=0)


def _bytes(facts: Mapping[str, Any], name: str, length: int) -> bytes:
    value = facts.get(name)
    if not isinstance(value, bytes) or len(value) != length:
        msg = f"the journal's {name} is damaged"
        raise JournalDamaged(msg)
    return value


def _number(facts: Mapping[str, Any], name: str) -> int:
    value = facts.get(name)
    if not isinstance(value, int):
        msg = f"the journal's {name} is damaged"
        raise JournalDamaged(msg)
    return value


def _wall(entry: Entry) -> int | None:
    try:
        return read_event(entry.raw).wall
    except Malformed:  # `broken_at` finds it; it goes when those behind it do
        return None
