import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError, StatementError

from central.accounts.models import Person
from central.database import Database
from central.errors import Busy
from tests.central.a_city import NOW


def add(database: Database, email: str, at: datetime = NOW) -> None:
    with database.write() as session:
        session.add(Person(email=email, created_at=at))


def emails(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Person.email).order_by(Person.id)))


def test_moments_come_back_as_the_same_moment_in_utc(database: Database) -> None:
    brussels = timezone(timedelta(hours=1))
    add(database, "a", datetime(2026, 12, 5, 14, 0, 0, 123456, tzinfo=brussels))
    with database.read() as session:
        at = session.scalars(select(Person.created_at)).one()
    assert at == datetime(2026, 12, 5, 13, 0, 0, 123456, tzinfo=UTC)
    assert at.tzinfo is UTC


def test_a_moment_without_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without its zone"):
        add(database, "a", datetime.fromisoformat("2026-12-05 14:00"))


def test_what_raises_is_rolled_back(database: Database) -> None:
    def begin_and_fail() -> None:
        with database.write() as session:
            session.add(Person(email="a", created_at=NOW))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        begin_and_fail()
    assert emails(database) == []
    add(database, "b")
    assert emails(database) == ["b"]


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError, match=r"(?i)read.?only"), database.read() as session:
        session.execute(
            insert(Person), {"email": "a", "language": "nl", "name": "", "created_at": NOW}
        )


def test_a_reader_does_not_wait_for_a_writer_and_sees_only_what_is_committed(
    database: Database,
) -> None:
    add(database, "a")
    with database.write() as session:
        session.add(Person(email="b", created_at=NOW))
        session.flush()
        seen: list[list[str]] = []
        reader = threading.Thread(target=lambda: seen.append(emails(database)))
        reader.start()
        reader.join(5)
        assert seen == [["a"]]
    assert emails(database) == ["a", "b"]


def test_errors_do_not_repeat_the_values(database: Database) -> None:
    add(database, "anna@example.org")
    with pytest.raises(DBAPIError) as refusal:
        add(database, "anna@example.org")
    assert "[parameters: " not in str(refusal.value)
    assert "hide_parameters" in str(refusal.value)


def test_references_between_tables_are_enforced(database: Database) -> None:
    with pytest.raises(DBAPIError), database.write() as session:
        session.execute(
            text(
                "INSERT INTO booking_order (reference, person_id, created_at)"
                " VALUES ('x', 99, '2026-12-05 14:00:00')"
            )
        )


def test_sqlite_keeps_what_is_committed_through_a_power_cut(tmp_path: object) -> None:
    database = Database(f"sqlite:///{tmp_path}/x.db")
    with database.write() as session:
        assert session.scalar(text("PRAGMA synchronous")) == 2  # FULL
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
    database.close()


def test_a_writer_that_waits_too_long_is_told_to_try_again(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("central.database._PATIENCE", 0.2)
    monkeypatch.setattr("central.database._SQLITE_PRAGMAS", ("PRAGMA busy_timeout = 200",))
    monkeypatch.setattr("central.database._POSTGRESQL_OPTIONS", ("lock_timeout=200ms",))
    add(database, "a")
    impatient = Database(database_url)

    def change_the_same() -> None:
        with impatient.write() as session:
            session.execute(update(Person).values(name="b"))

    with database.write() as session:
        session.execute(update(Person).values(name="a"))
        with pytest.raises(Busy):
            change_the_same()
    change_the_same()
    impatient.close()
