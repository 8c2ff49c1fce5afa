"""What the unit must not forget: documents, their numbers, the clock's floor, spent uses, sessions.

It lies in the journal's database, so that a decision and the use it spends are one commit, and a
summary of what may never go down lies checksummed in a second file. When the database is lost or
an older copy of it comes back, the higher of the two counts; when both are lost, the unit knows.
"""

import contextlib
import os
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlite_utils

from contracts.documents import DocumentType
from edge.drivers.database import DatabaseFailed, failing_loudly, sync_folder
from edge.drivers.summary import LARGEST, Summary, opened

KINDS = frozenset(kind.value for kind in DocumentType)


class Store:
    """The unit's documents and counters, in the journal's database and a second file."""

    def __init__(
        self, database: sqlite_utils.Database, second: Path, epoch: bytes, seq: int
    ) -> None:
        """Open it and bring both places together.

        Args:
            database: the journal's.
            second: the file of the summary.
            epoch: the journal's epoch.
            seq: the journal's last number.

        Raises:
            DatabaseFailed: the medium failed.

        """
        self._database, self._second = database, second
        with failing_loudly("opening the store"):
            self._create()
            first = self._first()
        other = read_second(second)
        here = replace(first or Summary(), epoch=epoch.hex(), seq=seq)
        self._summary = replace(
            here.merged(other) if other else here, lost=_is_lost(here, first, other)
        )
        self._unsettled = False
        self._begin(first, other, seq)

    @property
    def summary(self) -> Summary:
        """What never goes down, as it is on the medium; inside a transaction, as it will be."""
        if self._unsettled and not self._database.conn.in_transaction:
            # The transaction is over: it was committed, or nothing of it happened.
            with contextlib.suppress(sqlite3.Error):  # unreadable now: the higher values stay
                self._summary = self._first() or self._summary
                self._unsettled = False
        return self._summary

    @property
    def state_lost(self) -> bool:
        """Numbers, floor or ledger may be missing: nothing opens until central answered."""
        return self.summary.lost

    def documents(self) -> dict[DocumentType, bytes]:
        """Return the raw bytes of every document held.

        Raises:
            DatabaseFailed: the medium failed.

        """
        with failing_loudly("reading the documents"):
            rows = self._database.execute("SELECT kind, raw FROM document").fetchall()
        return {DocumentType(kind): bytes(raw) for kind, raw in rows if kind in KINDS}

    def keep_document(self, kind: DocumentType, audience: str, raw: bytes, number: int) -> None:
        """Keep a document in place of the one before it.

        Raises:
            DatabaseFailed: it is not kept.

        """
        with failing_loudly("keeping a document"), self._database.atomic():
            self._database.execute(
                "INSERT OR REPLACE INTO document VALUES (?, ?)", (kind.value, raw)
            )
            self._advance(numbers={number_name(kind, audience): number})
        self._write_second()

    def drop_document(self, kind: DocumentType) -> None:
        """Forget a document: it belonged to another site, whose numbers stay known.

        What is current at the new one is only known when central answered.

        Raises:
            DatabaseFailed: it is not forgotten.

        """
        with failing_loudly("dropping a document"), self._database.atomic():
            self._database.execute("DELETE FROM document WHERE kind = ?", (kind.value,))
            self._write_row(replace(self.summary.without(kind.value), lost=True))
        self._write_second()

    def denied(self) -> dict[int, frozenset[bytes]]:
        """Return the keys that were ever removed under this key set, with the passes of them that stay.

        Raises:
            DatabaseFailed: the medium failed.

        """
        with failing_loudly("reading the removed keys"):
            rows = self._database.execute("SELECT key, keep FROM denied").fetchall()
        return {key: frozenset(map(bytes.fromhex, keep.split())) for key, keep in rows}

    def keep_denied(self, denied: Mapping[int, frozenset[bytes]]) -> None:
        """Keep which keys were removed, in place of what was known; inside a transaction, with it.

        Raises:
            DatabaseFailed: it is not kept.

        """
        with failing_loudly("keeping the removed keys"), self._database.atomic():
            self._database.execute("DELETE FROM denied")
            for key, keep in denied.items():
                words = " ".join(sorted(one.hex() for one in keep))
                self._database.execute("INSERT INTO denied VALUES (?, ?)", (key, words))

    def await_reset(self, nonce: str, age: int = 0) -> None:
        """Keep the nonce for one floor reset, in place of the one before it; empty: none is awaited.

        Args:
            nonce: what the root has to sign.
            age: seconds for which the program ran since it was given.

        Raises:
            DatabaseFailed: it is not kept.

        """
        with failing_loudly("writing the store"), self._database.atomic():
            self._write_row(replace(self.summary, reset_nonce=nonce, reset_age=age))
        self._write_second()

    def reset(self, floor_ms: int) -> None:
        """Set the floor as the root says, and forget every document and number but the key set's.

        Call it inside the journal's transaction, with the line that says so, and `save_second` after it.
        """
        self._database.execute(
            "DELETE FROM document WHERE kind != ?", (DocumentType.KEY_SET.value,)
        )
        self._write_row(self.summary.reset(floor_ms, DocumentType.KEY_SET.value))

    def raise_floor(self, unix_ms: int, seq: int, own_ms: int | None = None) -> None:
        """Note a time that has certainly passed, and an entry that was certainly written.

        Args:
            unix_ms: that time.
            seq: the number of that entry.
            own_ms: what the unit's own clock says, if it says anything; it takes the place of what it
                said before.

        Raises:
            DatabaseFailed: they are not noted.

        """
        self._commit(floor_ms=unix_ms, seq=seq, own_ms=own_ms)

    def next_session(self, at_least: int = 0) -> int:
        """Return the number of a new connection, higher than any before.

        Args:
            at_least: for example the time in seconds: then a unit that lost its state is not taken for
                an older self of it.

        """
        self._commit(session=max(self.summary.session + 1, at_least))
        return self.summary.session

    def spend(
        self,
        credential_id: bytes,
        count: int,
        until_ms: int | None = None,
        grant: int | None = None,
    ) -> None:
        """Note how many uses of a pass are spent; call inside the journal's transaction.

        Args:
            credential_id: of the pass.
            count: all uses so far.
            until_ms: when the pass is over for good, if that is known: long after, it is forgotten.
            grant: of the pass, so that an amendment may move that end on.

        """
        name = credential_id.hex()
        ends = {} if until_ms is None else {name: until_ms}
        grants = {} if grant is None else {name: grant}
        self._advance(spent={name: count}, ends=ends, grants=grants)

    def move_ends_on(self, ends: Mapping[int, int]) -> None:
        """Remember spent uses as long as amended passes may open; inside a transaction, with the list.

        Args:
            ends: by grant, the latest end that its amendment names, Unix milliseconds.

        Raises:
            DatabaseFailed: it is not noted.

        """
        moved = self.summary.moved_on(ends)
        if moved:
            with failing_loudly("moving ends on"), self._database.atomic():
                self._advance(ends=moved)

    def learn_spent(self, spent: Mapping[str, int]) -> None:
        """Take over uses that central counted before this unit came, or lost its state.

        What finds no place any more is left aside; nothing known is dropped for it.

        Raises:
            DatabaseFailed: they are not kept.

        """
        learned = self.summary.learned(spent)
        if learned:
            self._commit(spent=learned)

    def found(self) -> None:
        """Note that central's answer was met: the state is whole again."""
        with failing_loudly("writing the store"), self._database.atomic():
            self._write_row(replace(self.summary, lost=False))
        self._write_second()

    def save_second(self) -> None:
        """Bring the second file up to date (after a transaction that used `spend`)."""
        self._write_second()

    def _begin(self, first: Summary | None, other: Summary | None, seq: int) -> None:
        """Bring both places up to date; a unit with nothing to change starts on a full disk too."""
        if first is None or replace(first, seq=seq) != self._summary:
            self._commit()
        elif other is None or replace(other, seq=seq) != self._summary:
            with contextlib.suppress(
                DatabaseFailed
            ):  # the database has it; said again with the next
                self._write_second()

    def _commit(self, *, seq: int = 0, own_ms: int | None = None, **changes: Any) -> None:  # noqa: ANN401 - fields of Summary
        with failing_loudly("writing the store"), self._database.atomic():
            self._advance(seq=seq, own_ms=own_ms, **changes)
        self._write_second()

    def _advance(self, *, seq: int = 0, own_ms: int | None = None, **changes: Any) -> None:  # noqa: ANN401 - fields of Summary
        now = self.summary
        own_ms = now.own_ms if own_ms is None else own_ms
        changed = now.merged(Summary(generation=now.generation, **changes)).tidied()
        self._write_row(replace(changed, seq=max(now.seq, seq), own_ms=own_ms))

    def _write_row(self, summary: Summary) -> None:
        raw = summary.sealed()
        if len(raw) > LARGEST:
            msg = f"the summary would be longer than {LARGEST} bytes"
            raise DatabaseFailed(msg)
        self._database.execute("INSERT OR REPLACE INTO summary VALUES (1, ?)", (raw,))
        self._summary, self._unsettled = summary, True

    def _write_second(self) -> None:
        with failing_loudly(f"writing {self._second}"):
            write_atomically(self._second, self.summary.sealed())

    def _create(self) -> None:
        with self._database.atomic():
            for table in (
                "document (kind TEXT PRIMARY KEY, raw BLOB NOT NULL) STRICT",
                "summary (id INTEGER PRIMARY KEY, raw BLOB NOT NULL) STRICT",
                "denied (key INTEGER PRIMARY KEY, keep TEXT NOT NULL) STRICT",
            ):
                self._database.execute(f"CREATE TABLE IF NOT EXISTS {table}")

    def _first(self) -> Summary | None:
        row = self._database.execute("SELECT raw FROM summary").fetchone()
        return opened(bytes(row[0])) if row else None


def number_name(kind: DocumentType, audience: str) -> str:
    """Return the name under which the number of a type for an audience is remembered."""
    return f"{kind.value} {audience}"


def read_second(path: Path) -> Summary | None:
    """Return what the second file says; None when there is none, or it is not as it was written."""
    try:
        return opened(path.read_bytes())
    except OSError:
        return None


def is_older_copy(second: Summary | None, epoch: bytes, seq: int) -> bool:
    """Tell whether a journal lacks entries that were certainly written: an older copy came back."""
    return second is not None and second.epoch == epoch.hex() and second.seq > seq


def _is_lost(here: Summary, first: Summary | None, other: Summary | None) -> bool:
    """Tell whether numbers, floor or ledger may have gone down.

    A new unit has neither place. A second file of another epoch means that the database was lost; the
    numbers survive in it, but documents and the newest uses may not.
    """
    if first is None or other is None:
        return True
    return first.lost or other.lost or other.epoch != here.epoch or other.seq > here.seq


def write_atomically(path: Path, raw: bytes) -> None:
    """Replace a file so that a power cut leaves the old or the new content, never a mixture.

    Raises:
        OSError: the old content is still there, or the new one may not survive a power cut.

    """
    temporary = path.with_name(f".{path.name}.new")
    try:
        _write(temporary, raw)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _write(path: Path, raw: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        rest = memoryview(raw)
        while rest:  # a disk that is nearly full takes a part, and says no only to the next one
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
