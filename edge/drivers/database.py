"""The unit's one database file: one connection, every commit on the medium before it returns.

WAL with `synchronous=FULL` costs one flush a commit and loses nothing in a power cut; NORMAL does.
Only one connection is ever open: with two, SQLite before 3.51.3 can corrupt a WAL database.
"""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import sqlite_utils

from edge.errors import EdgeError

SYNCHRONOUS = "FULL"
_CHECKPOINT_PAGES = 256
_WAL_LIMIT = 4_194_304  # bytes


class DatabaseFailed(EdgeError):
    """The medium did not take or give back what it should."""


def open_database(
    path: Path, synchronous: str = SYNCHRONOUS
) -> tuple[sqlite_utils.Database, Path | None]:
    """Open the file, and return it with the place a broken predecessor was moved to, if any.

    A file that is no healthy database is never deleted or written to: it is moved aside.

    Raises:
        DatabaseFailed: the folder cannot be written.

    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = None if not path.exists() or _is_healthy(path) else _move_aside(path)
        connection = sqlite3.connect(path, check_same_thread=False, timeout=5.0)
        database = sqlite_utils.Database(connection)
        database.enable_wal()
        for pragma in (
            f"synchronous={synchronous}",
            f"wal_autocheckpoint={_CHECKPOINT_PAGES}",
            f"journal_size_limit={_WAL_LIMIT}",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")
    except (OSError, sqlite3.Error) as error:
        msg = f"{path} cannot be opened: {error}; is the data folder mounted and writable?"
        raise DatabaseFailed(msg) from error
    else:
        path.chmod(0o600)
        return database, aside


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


def _is_healthy(path: Path) -> bool:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        try:
            return bool(connection.execute("PRAGMA quick_check").fetchone() == ("ok",))
        except sqlite3.DatabaseError:
            return False


def _move_aside(path: Path) -> Path:
    aside = path.with_name(f"{path.name}.broken-{time.time_ns()}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside
