"""The database: SQLite with nothing to install, or PostgreSQL by URL; both told the same things.

SQLite has one writer at a time, so a writing session begins with `BEGIN IMMEDIATE` (a reader never
waits for it: WAL, and an engine of its own). PostgreSQL runs at READ COMMITTED and locks rows.
Services never commit: whoever opened the session with `write()` does, by leaving it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Engine,
    Enum,
    Integer,
    MetaData,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from central.errors import Busy

_PATIENCE = 10  # seconds that a writer waits for its turn
# PostgreSQL's serialization_failure, deadlock_detected, lock_not_available.
_TRY_AGAIN = frozenset({"40001", "40P01", "55P03"})
_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # An acknowledged journal entry may not be lost in a power cut.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {_PATIENCE * 1000}",
)


_POSTGRESQL_OPTIONS = (
    f"lock_timeout={_PATIENCE}s",
    # Whoever hangs with locks in hand loses them.
    "idle_in_transaction_session_timeout=60s",
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC moment, also where the database keeps no zone. A naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Hand the moment over in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"a moment without its zone: {value}"
            raise ValueError(message)
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment back with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


BigId = BigInteger().with_variant(Integer, "sqlite")
"""A row number that does not run out (SQLite counts by itself only for INTEGER)."""


def words_of(kind: type[StrEnum]) -> Enum:
    """Return the column type that stores the words of an enumeration as text."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=40,
        values_callable=lambda words: [word.value for word in words],
    )


class Base(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime()}  # noqa: RUF012 - SQLAlchemy's own form


def insert_into(session: Session, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that can say what to do where the row exists (`on_conflict_do_...`)."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)


class Database:
    """One database, open for reading and for writing."""

    def __init__(self, url: str) -> None:
        """Open `url` (`sqlite:///path` or `postgresql+psycopg://...`); nothing is created."""
        is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._writer = (
            _sqlite_engine(url, "BEGIN IMMEDIATE") if is_sqlite else _postgresql_engine(url)
        )
        self._reader = (
            _sqlite_engine(url, "BEGIN")
            if is_sqlite
            else self._writer.execution_options(postgresql_readonly=True)
        )
        self.write_sessions = sessionmaker(self._writer, expire_on_commit=False)
        self._read_sessions = sessionmaker(self._reader, expire_on_commit=False)
        # SQLite makes writers poll for their turn; inside one process they can queue.
        self._turn = threading.Lock() if is_sqlite else None

    @property
    def engine(self) -> Engine:
        """The engine that may write; for migrations."""
        return self._writer

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a session that commits when the block ends well and rolls back when it raises.

        Raises:
            Busy: it was not this writer's turn in time, or the database asks to try again.

        """
        if self._turn is not None and not self._turn.acquire(timeout=_PATIENCE):
            raise Busy
        try:
            with self.write_sessions.begin() as session:
                yield session
        except DBAPIError as error:
            if _asks_to_try_again(error):
                raise Busy from error
            raise
        finally:
            if self._turn is not None:
                self._turn.release()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session that cannot write and waits for no writer."""
        with self._read_sessions() as session:
            yield session

    def close(self) -> None:
        """Close every connection."""
        self._writer.dispose()
        self._reader.dispose()


def _postgresql_engine(url: str) -> Engine:
    return create_engine(
        url,
        hide_parameters=True,  # errors are logged, and values name people
        pool_pre_ping=True,  # the server may have been restarted meanwhile
        connect_args={"options": " ".join(f"-c {one}" for one in _POSTGRESQL_OPTIONS)},
    )


def _sqlite_engine(url: str, begin: str) -> Engine:
    engine = create_engine(url, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3's own
        connection.isolation_level = None  # we begin ourselves
        for pragma in _SQLITE_PRAGMAS:
            connection.execute(pragma)
        if begin == "BEGIN":
            connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def begin_ourselves(connection: Any) -> None:  # noqa: ANN401 - SQLAlchemy's Connection
        connection.exec_driver_sql(begin)

    return engine


def _asks_to_try_again(error: DBAPIError) -> bool:
    original = error.orig
    return (
        getattr(original, "sqlstate", None) in _TRY_AGAIN
        or getattr(original, "sqlite_errorname", None) == "SQLITE_BUSY"
    )
