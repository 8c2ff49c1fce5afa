"""The unit's one database file: one connection, every commit on the medium before it returns.

WAL with `synchronous=FULL` costs one flush a commit and loses nothing in a power cut; NORMAL does.
The file is locked for this connection alone: with two, SQLite before 3.51.3 can corrupt a WAL
database, and a second program that writes would fork the journal.
"""

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlite_utils

from edge.errors import EdgeError

SYNCHRONOUS = "FULL"
_CHECKPOINT_PAGES = 256
_GIVEN_BACK_PAGES = 128
_WAL_LIMIT = 4_194_304  # bytes
_PATIENCE = 5.0  # seconds for a program that is just ending
_PRIMARY = 0xFF  # SQLite's extended codes carry the primary one in their lowest byte
_BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class DatabaseFailed(EdgeError):
    """The medium did not take or give back what it should."""


def open_database(
    path: Path, synchronous: str = SYNCHRONOUS
) -> tuple[sqlite_utils.Database, Path | None]:
    """Open the file, and return it with the place a broken predecessor was moved to, if any.

    A file that is no healthy database is never deleted or gone on with: it is moved aside.

    Raises:
        DatabaseFailed: the folder cannot be written, the medium fails, or another program has it open.

    """
    try:
        make_folder(path.parent)
        connection, aside = _connect(path, synchronous)
        if connection is None:
            connection, _ = _connect(path, synchronous)
        if connection is None:
            msg = f"{path} is broken again as soon as it was made: replace the card"
            raise DatabaseFailed(msg)
        sync_folder(path.parent)
    except (OSError, sqlite3.Error) as error:
        msg = f"{path} cannot be opened: {error}; {_advice(error)}"
        raise DatabaseFailed(msg) from error
    return sqlite_utils.Database(connection), aside


@contextlib.contextmanager
def failing_loudly(doing: str) -> Iterator[None]:
    """Turn what SQLite raises into our own error.

    Raises:
        DatabaseFailed: with what was being done.

    """
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        msg = f"{doing} failed: {error}"
        raise DatabaseFailed(msg) from error


def set_aside(path: Path) -> Path:
    """Move a database and what belongs to it out of the way, and return where it is now."""
    aside = path.with_name(f"{path.name}.broken-{time.time_ns()}")
    for suffix in ("", "-wal", "-shm", "-journal"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    sync_folder(path.parent)
    return aside


@dataclass(frozen=True, slots=True)
class Usage:
    """Of the database, in bytes: what is in use, and what was deleted and makes room for what comes."""

    used: int
    reusable: int


def usage(database: sqlite_utils.Database) -> Usage:
    """Return how much of the database is in use.

    Raises:
        DatabaseFailed: the medium failed.

    """
    with failing_loudly("measuring the database"):
        pages, unused, bytes_each = (
            int(database.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
    return Usage((pages - unused) * bytes_each, unused * bytes_each)


def give_back(database: sqlite_utils.Database) -> None:
    """Give at most half a megabyte of what was deleted back to the file system: the door waits meanwhile.

    Raises:
        DatabaseFailed: the medium failed, or has not even room for the log of that.

    """
    if usage(database).reusable == 0:
        return
    with failing_loudly("making the database smaller"):
        # A row without columns for each page: only a script is run to its end.
        database.executescript(f"PRAGMA incremental_vacuum({_GIVEN_BACK_PAGES})")
        database.execute(
            "PRAGMA wal_checkpoint(PASSIVE)"
        ).fetchall()  # only now the file is shorter


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, so that a power cut does not take them away again."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Bring a folder's list of names to the medium."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _connect(path: Path, synchronous: str) -> tuple[sqlite3.Connection | None, Path | None]:
    """Return the one connection, or where a file that is no healthy database was moved to."""
    # Readable by this program only, from the first byte; SQLite gives its other files the same mode.
    path.touch(mode=0o600)
    path.chmod(0o600)
    connection = sqlite3.connect(path, check_same_thread=False, timeout=_PATIENCE)
    try:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        if not _is_healthy(connection):
            aside = set_aside(path)  # before closing, which would delete the log beside it
            connection.close()
            return None, aside
        if connection.execute("PRAGMA page_count").fetchone() == (0,):
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")  # `give_back` needs it
        for pragma in (
            f"synchronous={synchronous}",
            f"wal_autocheckpoint={_CHECKPOINT_PAGES}",
            f"journal_size_limit={_WAL_LIMIT}",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")
        sqlite_utils.Database(connection).enable_wal()
    except BaseException:
        connection.close()
        raise
    return connection, None


def _is_healthy(connection: sqlite3.Connection) -> bool:
    try:
        return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError as error:
        # A file that is locked, or a card that cannot be read just now, is not a broken file.
        if error.sqlite_errorcode & _PRIMARY in _BROKEN:
            return False
        raise


def _advice(error: Exception) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return "another program has it open; is the unit running already?"
    return "is the data folder mounted and writable?"
