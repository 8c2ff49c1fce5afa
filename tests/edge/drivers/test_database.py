"""The unit's one database: durable, its own, and never written to when it is broken."""

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlite_utils

from edge.drivers import database as module
from edge.drivers.database import (
    DatabaseFailed,
    failing_loudly,
    give_back,
    open_database,
    set_aside,
    usage,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def pragma(database: sqlite_utils.Database, name: str) -> object:
    return database.execute(f"PRAGMA {name}").fetchone()[0]


def filled(path: Path, rows: int = 500) -> None:
    database, _ = open_database(path)
    with database.atomic():
        database.execute("CREATE TABLE kept (number INTEGER PRIMARY KEY, text TEXT) STRICT")
        for number in range(rows):
            database.execute("INSERT INTO kept VALUES (?, ?)", (number, "x" * 100))
    database.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),  # FULL
        ("locking_mode", "exclusive"),
        ("wal_autocheckpoint", 256),
        ("journal_size_limit", 4_194_304),
        ("temp_store", 2),  # MEMORY
    ],
)
def test_it_is_opened_the_durable_way_also_the_second_time(
    path: Path, name: str, value: object
) -> None:
    for _ in range(2):
        database, _ = open_database(path)
        assert pragma(database, name) == value
        database.close()


def test_only_this_program_can_read_its_files(path: Path) -> None:
    database, _ = open_database(path)
    database.execute("CREATE TABLE kept (number INTEGER)")
    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()}
    assert modes == {"journal.db": 0o600, "journal.db-wal": 0o600}
    database.close()


def test_folders_that_are_missing_are_made(tmp_path: Path) -> None:
    database, aside = open_database(tmp_path / "data" / "hallpass" / "journal.db")
    assert aside is None
    database.close()


def test_a_healthy_file_is_gone_on_with(path: Path) -> None:
    filled(path)
    database, aside = open_database(path)
    assert aside is None
    assert database.execute("SELECT count(*) FROM kept").fetchone() == (500,)
    database.close()


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:9000])


def overwritten(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xa5" * 4096 * 4)


def no_database_at_all(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04" * 5000)


@pytest.mark.parametrize("breaks", [cut_short, overwritten, no_database_at_all])
def test_a_broken_file_is_moved_aside_as_it_was(path: Path, breaks: Callable[[Path], None]) -> None:
    filled(path)
    breaks(path)
    content = path.read_bytes()
    database, aside = open_database(path)
    assert aside is not None
    assert aside.parent == path.parent
    assert aside.read_bytes() == content
    assert database.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)
    database.close()


def test_a_write_ahead_log_goes_with_its_database(path: Path) -> None:
    path.write_bytes(b"broken" * 1000)
    path.with_name("journal.db-wal").write_bytes(b"its log")
    database, aside = open_database(path)
    assert aside is not None
    assert aside.with_name(aside.name + "-wal").read_bytes() == b"its log"
    database.close()


def test_two_broken_files_one_after_the_other_are_both_kept(path: Path) -> None:
    for content in (b"first" * 1000, b"second" * 1000):
        path.write_bytes(content)
        database, _ = open_database(path)
        database.close()
    kept = {one.read_bytes()[:5] for one in path.parent.glob("journal.db.broken-*")}
    assert kept == {b"first", b"secon"}


def test_a_log_left_by_a_dead_program_is_recovered(path: Path) -> None:
    script = (
        "import os, pathlib, sys; from edge.drivers.database import open_database\n"
        "database, _ = open_database(pathlib.Path(sys.argv[1]))\n"
        "database.execute('CREATE TABLE kept (number INTEGER)')\n"
        "database.execute('INSERT INTO kept VALUES (7)')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert done.returncode == -9
    database, aside = open_database(path)
    assert aside is None
    assert database.execute("SELECT number FROM kept").fetchall() == [(7,)]
    database.close()


def test_a_second_program_gets_no_connection_and_breaks_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.1)
    filled(path)
    database, _ = open_database(path)
    with pytest.raises(DatabaseFailed, match="another program has it open"):
        open_database(path)
    with (
        sqlite3.connect(path, timeout=0) as other,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("SELECT * FROM kept").fetchall()
    other.close()
    database.execute("INSERT INTO kept VALUES (1000, 'still ours')")
    assert list(path.parent.glob("*.broken-*")) == []
    database.close()


def test_a_folder_in_place_of_the_file_is_told_and_not_moved(path: Path) -> None:
    path.mkdir()
    with pytest.raises(DatabaseFailed, match="mounted and writable"):
        open_database(path)
    assert path.is_dir()


def test_a_data_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder belongs")
    with pytest.raises(DatabaseFailed, match=r"journal\.db cannot be opened.*mounted and writable"):
        open_database(tmp_path / "data" / "journal.db")


def test_what_was_deleted_is_room_for_what_comes(path: Path) -> None:
    filled(path, rows=5000)
    database, _ = open_database(path)
    full = usage(database)
    assert full.used > 500_000
    assert full.reusable == 0
    database.execute("DELETE FROM kept")
    empty = usage(database)
    assert empty.used < full.used / 10
    assert empty.used + empty.reusable == full.used
    database.close()


def test_what_was_deleted_is_given_back_to_the_file_system_bit_by_bit(path: Path) -> None:
    filled(path, rows=20_000)
    before = path.stat().st_size
    database, _ = open_database(path)
    database.execute("DELETE FROM kept")
    sizes = [path.stat().st_size]
    while usage(database).reusable:
        give_back(database)
        sizes.append(path.stat().st_size)
    assert sizes == sorted(set(sizes), reverse=True)
    assert sizes[0] == before
    assert sizes[-1] < before / 10
    give_back(database)
    database.close()


def test_setting_aside_something_that_is_not_there_breaks_nothing(path: Path) -> None:
    assert not set_aside(path).exists()


def test_what_sqlite_and_the_system_raise_becomes_our_own_error() -> None:
    for error in (sqlite3.OperationalError("disk I/O error"), OSError("no medium")):
        with (
            pytest.raises(DatabaseFailed, match=r"^writing failed: (disk|no)"),
            failing_loudly("writing"),
        ):
            raise error
