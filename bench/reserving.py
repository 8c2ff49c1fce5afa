"""booking.commit_ratio: bookings committed per second, over the same SQL through the same driver alone.

Each booking (hold and confirm, two commits) is recorded with its statements and undone; then the very same
statements go through the driver, and are undone too. Both are durable: SQLite on a real disk.
"""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import event, text

from bench.a_thousand_halls import NOW, on_disk
from bench.options import Options
from bench.row import Row, inform
from bench.timing import wall
from central.accounts.people import Renter
from central.booking import service
from central.booking.times import Period
from central.booking.wishes import Wish
from central.database import Database

NAMES = ("booking.commit_ratio", "booking.driver_commits")
_ROUNDS = 40
_LEAST = 0.5
_LIFE = timedelta(minutes=15)
_TABLES = (
    "outbox_delivery", "outbox_event", "terms_accepted", "reservation_handling", "reservation_extra",
    "price_line", "reservation_change", "occupancy", "reservation", "booking_order", "person",
)  # fmt: skip
"""In the order in which rows can go."""


@dataclass
class Recorder:
    """Writes down what goes to the database, transaction by transaction."""

    transactions: list[list[tuple[str, Any, bool]]] = field(default_factory=list)

    def begins(self, _connection: object) -> None:
        """Open a transaction."""
        self.transactions.append([])

    def note(
        self, _connection: object, _cursor: object, statement: str, parameters: object,
        _context: object, many: object,
    ) -> None:  # fmt: skip
        """Write down a statement."""
        if not statement.startswith("BEGIN"):
            self.transactions[-1].append((statement, parameters, bool(many)))


def rows(options: Options) -> Iterator[Row]:
    """Measure it, over SQLite."""
    database = on_disk(options.scratch)
    engine, recorder = database._writer, Recorder()  # noqa: SLF001 - the same connection, without us
    ours, bare = [], []
    try:
        kept = _last_ids(database)
        for number in range(_ROUNDS + 1):
            recorder.transactions.clear()
            event.listen(engine, "begin", recorder.begins)
            event.listen(engine, "before_cursor_execute", recorder.note)
            began = wall()
            _book(database, number)
            spent = wall() - began
            event.remove(engine, "begin", recorder.begins)
            event.remove(engine, "before_cursor_execute", recorder.note)
            _undo(database, kept)
            raw = _replayed(database, recorder.transactions)
            _undo(database, kept)
            if number:  # what is paid once belongs to nobody
                ours.append(spent)
                bare.append(raw)
    finally:
        database.close()
    ratio = statistics.median(bare) / statistics.median(ours)
    reference = 1 / statistics.median(bare)
    # Design section 8 asks 0.5; it is not met yet, and informs until it is.
    yield inform("booking.commit_ratio", ratio, "of the driver", _LEAST)
    yield inform("booking.driver_commits", reference, "/s")


def _book(database: Database, number: int) -> None:
    start = NOW.replace(hour=8) + timedelta(days=20 + number % 30)
    wish = Wish(1 + number, Period(start, start + timedelta(hours=2)), 5)
    with database.write() as session:
        renter = Renter(f"renter{number}@example.org", "Anna")
        order = service.hold(session, renter, [wish], _LIFE, NOW).id
    with database.write() as session:
        service.confirm(session, order, NOW)


def _replayed(database: Database, transactions: Sequence[Sequence[tuple[str, Any, bool]]]) -> float:
    connection = database._writer.raw_connection()  # noqa: SLF001
    try:
        cursor = connection.cursor()
        began = wall()
        for statements in transactions:
            cursor.execute("BEGIN IMMEDIATE")
            for statement, parameters, many in statements:
                if many:
                    cursor.executemany(statement, parameters)
                else:
                    cursor.execute(statement, parameters).fetchall()
            cursor.execute("COMMIT")
        return wall() - began
    finally:
        connection.close()


def _last_ids(database: Database) -> dict[str, int]:
    with database.read() as session:
        return {
            table: session.scalar(text(f"SELECT coalesce(max(rowid), 0) FROM {table}")) or 0  # noqa: S608
            for table in _TABLES
        }


def _undo(database: Database, kept: dict[str, int]) -> None:
    with database.write() as session:
        for table in _TABLES:
            gone = text(f"DELETE FROM {table} WHERE rowid > :last")  # noqa: S608 - our own names
            session.execute(gone, {"last": kept[table]})
