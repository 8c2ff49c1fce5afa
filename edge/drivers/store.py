"""What the unit must not forget: documents, their numbers, the clock's floor, spent uses, sessions.

It lies in the journal's database, so that a decision and the use it spends are one commit, and a
summary of what may never go down lies checksummed in a second file. When the database is lost or
an older copy of it comes back, the higher of the two counts; when both are lost, the unit knows.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlite_utils

from contracts import strict_json
from contracts.documents import DocumentType
from contracts.errors import Malformed
from edge.drivers.database import failing_loudly

_DOMAIN = b"hallpass/summary/v1\x00"


@dataclass(frozen=True, slots=True)
class Summary:
    """What never goes down."""

    epoch: str = ""
    """The journal's epoch it belongs to: another one means the database was lost."""
    seq: int = 0
    """An entry that was certainly written: fewer in the journal means an older copy came back."""
    floor_ms: int = 0
    session: int = 0
    numbers: Mapping[str, int] = field(default_factory=dict)
    spent: Mapping[str, int] = field(default_factory=dict)

    def merged(self, other: "Summary") -> "Summary":
        """Return the higher of every value."""
        return Summary(
            self.epoch,
            max(self.seq, other.seq) if self.epoch == other.epoch else self.seq,
            max(self.floor_ms, other.floor_ms),
            max(self.session, other.session),
            _highest(self.numbers, other.numbers),
            _highest(self.spent, other.spent),
        )


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
            first = self._summary_in_database(epoch.hex(), seq)
            other = _read_second(second)
        self.state_lost = _is_lost(other, epoch.hex(), seq)
        """Numbers, floor or ledger may be missing: nothing opens until central answered."""
        self.summary = first.merged(other) if other else first
        self._write_summary()

    def documents(self) -> dict[DocumentType, bytes]:
        """Return the raw bytes of every document held."""
        rows = self._database.execute("SELECT kind, raw FROM document").fetchall()
        return {DocumentType(kind): bytes(raw) for kind, raw in rows}

    def keep_document(self, kind: DocumentType, raw: bytes, number: int) -> None:
        """Keep a document in place of the one before it.

        Raises:
            DatabaseFailed: it is not kept.

        """
        with failing_loudly("keeping a document"), self._database.atomic():
            self._database.execute(
                "INSERT OR REPLACE INTO document VALUES (?, ?)", (kind.value, raw)
            )
            self._advance(numbers={kind.value: number})

    def drop_document(self, kind: DocumentType) -> None:
        """Forget a document and its number: it belonged to another site."""
        with failing_loudly("dropping a document"), self._database.atomic():
            self._database.execute("DELETE FROM document WHERE kind = ?", (kind.value,))
            kept = {k: n for k, n in self.summary.numbers.items() if k != kind.value}
            self.summary = _replace(self.summary, numbers=kept)
            self._write_rows()

    def raise_floor(self, unix_ms: int, seq: int) -> None:
        """Note a time that has certainly passed, and an entry that was certainly written."""
        self._commit(floor_ms=unix_ms, seq=seq)

    def next_session(self) -> int:
        """Return the number of a new connection, higher than any before."""
        self._commit(session=self.summary.session + 1)
        return self.summary.session

    def spend(self, credential_id: bytes, count: int) -> None:
        """Note how many uses of a pass are spent; call inside the journal's transaction."""
        self._advance(spent={credential_id.hex(): count})

    def learn_spent(self, spent: Mapping[str, int]) -> None:
        """Take over uses that central counted before this unit came, or lost its state."""
        if spent:
            self._commit(spent=dict(spent))

    def found(self) -> None:
        """Note that central's answer was met: the state is whole again."""
        self.state_lost = False
        self._commit()

    def save_second(self) -> None:
        """Bring the second file up to date (after a transaction that used `spend`)."""
        self._write_second()

    def _commit(self, **changes: Any) -> None:  # noqa: ANN401 - fields of Summary
        with failing_loudly("writing the store"), self._database.atomic():
            self._advance(**changes)
        self._write_second()

    def _advance(self, **changes: Any) -> None:  # noqa: ANN401 - fields of Summary
        self.summary = self.summary.merged(_replace(self.summary, **changes))
        self._write_rows()

    def _write_rows(self) -> None:
        raw = _sealed(self.summary, lost=self.state_lost)
        self._database.execute("INSERT OR REPLACE INTO summary VALUES (1, ?)", (raw,))

    def _write_summary(self) -> None:
        with failing_loudly("writing the store"), self._database.atomic():
            self._write_rows()
        self._write_second()

    def _write_second(self) -> None:
        with failing_loudly(f"writing {self._second}"):
            write_atomically(self._second, _sealed(self.summary, lost=self.state_lost))

    def _create(self) -> None:
        with self._database.atomic():
            for table in (
                "document (kind TEXT PRIMARY KEY, raw BLOB NOT NULL) STRICT",
                "summary (id INTEGER PRIMARY KEY, raw BLOB NOT NULL) STRICT",
            ):
                self._database.execute(f"CREATE TABLE IF NOT EXISTS {table}")

    def _summary_in_database(self, epoch: str, seq: int) -> Summary:
        row = self._database.execute("SELECT raw FROM summary").fetchone()
        found = _opened(bytes(row[0])) if row else None
        return _replace(found, epoch=epoch, seq=seq) if found else Summary(epoch, seq)


def write_atomically(path: Path, raw: bytes) -> None:
    """Replace a file so that a power cut leaves the old or the new content, never a mixture."""
    temporary = path.with_name(f".{path.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, raw)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _is_lost(other: Summary | None, epoch: str, seq: int) -> bool:
    """Tell whether what never goes down may have gone down.

    A new unit has neither file. A second file of another epoch means the database was lost; one
    that knows of later entries means an older copy came back. Either way the numbers survive in
    the second file, but documents and the newest uses may not.
    """
    if other is None:
        return True
    return other.epoch != epoch or other.seq > seq


def _replace(summary: Summary, **changes: Any) -> Summary:  # noqa: ANN401 - fields of Summary
    values = {name: getattr(summary, name) for name in Summary.__slots__}
    return Summary(**{**values, **changes})


def _highest(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: max(one.get(name, 0), other.get(name, 0)) for name in {*one, *other}}


def _sealed(summary: Summary, *, lost: bool) -> bytes:
    values = {name: getattr(summary, name) for name in Summary.__slots__}
    body = strict_json.dumps({**values, "lost": lost})
    return hashlib.sha256(_DOMAIN + body).hexdigest().encode() + b"\n" + body


def _opened(raw: bytes) -> Summary | None:
    """Return a summary whose checksum is right and that was not itself written after a loss."""
    digest, _, body = raw.partition(b"\n")
    if hashlib.sha256(_DOMAIN + body).hexdigest().encode() != digest:
        return None
    try:
        values = strict_json.loads(body)
        lost = values.pop("lost")
        return Summary(**values) if not lost else _replace(Summary(**values), epoch="")
    except (Malformed, TypeError, KeyError, AttributeError):
        return None


def _read_second(path: Path) -> Summary | None:
    try:
        return _opened(path.read_bytes())
    except OSError:
        return None
