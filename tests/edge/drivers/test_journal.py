"""The journal: no gap, no change, nothing forgotten that central did not prove to hold."""

import contextlib
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils
from hypothesis import given
from hypothesis import strategies as st

from contracts.clock import ClockReading, ClockTrust
from contracts.errors import Malformed
from contracts.journal import LARGEST_BATCH, EventKind, chain, genesis, read_event
from edge.drivers.database import DatabaseFailed, open_database
from edge.drivers.journal import (
    KEEP_MS,
    MOST_RETIRED,
    Entry,
    Journal,
    JournalDamaged,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
SIGNED = ClockReading(NOW, ClockTrust.SIGNED)
BOOT = b"bootboot"
K = EventKind


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def database(path: Path) -> Iterator[sqlite_utils.Database]:
    it, _ = open_database(path)
    yield it
    it.close()


@pytest.fixture
def journal(database: sqlite_utils.Database) -> Journal:
    return Journal(database, BOOT)


def append(journal: Journal, count: int = 1, **data: Any) -> list[Entry]:  # noqa: ANN401 - JSON
    return [journal.append(K.DECIDED, data, SIGNED, 12.5) for _ in range(count)]


def undo(journal: Journal, count: int) -> None:
    """Append some entries in a transaction that something else ends."""
    with contextlib.suppress(RuntimeError), journal.atomic():
        append(journal, count)
        raise RuntimeError


def reopened(path: Path, database: sqlite_utils.Database) -> tuple[Journal, sqlite_utils.Database]:
    database.close()
    again, aside = open_database(path)
    assert aside is None
    return Journal(again, BOOT), again


# --- appending


def test_entries_are_numbered_without_gaps_from_one(journal: Journal) -> None:
    assert journal.head == (0, genesis(journal.epoch))
    assert [entry.seq for entry in append(journal, 5)] == [1, 2, 3, 4, 5]


def test_an_entry_is_an_event_that_central_reads(journal: Journal) -> None:
    (entry,) = append(journal, outcome="granted")
    event = read_event(entry.raw)
    assert (event.epoch, event.seq, event.boot) == (journal.epoch.hex(), 1, BOOT.hex())
    assert (event.mono, event.wall, event.trust) == (12_500, NOW_MS, ClockTrust.SIGNED)
    assert (event.kind, event.data) == (K.DECIDED, {"outcome": "granted"})


def test_each_hash_covers_the_one_before_it(journal: Journal) -> None:
    value = genesis(journal.epoch)
    for entry in append(journal, 5):
        value = chain(value, entry.raw)
        assert entry.hash == value
    assert journal.head == (5, value)


def test_an_unknown_time_is_written_as_unknown_and_a_guess_as_a_guess(journal: Journal) -> None:
    unknown = journal.append(K.STARTED, {}, ClockReading(None, ClockTrust.NONE), 1.0)
    guess = ClockReading(None, ClockTrust.FLOOR, estimate=NOW + timedelta(seconds=1))
    guessed = journal.append(K.STARTED, {}, guess, 1.0)
    assert read_event(unknown.raw).wall is None
    assert (read_event(guessed.raw).wall, read_event(guessed.raw).trust) == (
        NOW_MS + 1000,
        ClockTrust.FLOOR,
    )


@pytest.mark.parametrize(
    "data",
    [{"x": 1.5}, {"x": b"bytes"}, {"x": object()}, {"x": "y" * 9000}],
    ids=["float", "bytes", "object", "too long"],
)
def test_what_central_could_never_take_is_not_written(
    journal: Journal, data: dict[str, Any]
) -> None:
    append(journal)
    with pytest.raises(Malformed):
        append(journal, **data)
    assert [entry.seq for entry in append(journal)] == [2]
    assert journal.broken_at() is None


def test_two_journals_never_share_an_epoch(tmp_path: Path) -> None:
    epochs = set()
    for name in "ab":
        database, _ = open_database(tmp_path / name)
        epochs.add(Journal(database, BOOT).epoch)
        database.close()
    assert len(epochs) == 2


# --- together or not at all


def test_what_is_written_together_is_undone_together(journal: Journal) -> None:
    append(journal, 2)
    head = journal.head
    undo(journal, 3)
    assert journal.head == head
    assert [entry.seq for entry in journal.after(0)] == [1, 2]
    assert append(journal)[0].seq == 3
    assert journal.broken_at() is None


def test_a_failed_write_among_others_undoes_all_of_them(
    journal: Journal, database: sqlite_utils.Database
) -> None:
    head = journal.head
    database.execute("CREATE TABLE spent (name TEXT PRIMARY KEY) STRICT")
    database.execute("INSERT INTO spent VALUES ('a')")

    def decide_and_spend() -> None:
        with journal.atomic():
            append(journal, 2)
            database.execute("INSERT INTO spent VALUES ('a')")

    with pytest.raises(DatabaseFailed, match="UNIQUE"):
        decide_and_spend()
    assert journal.head == head
    assert journal.after(0) == []


def test_a_medium_that_refuses_leaves_the_head_where_it_was(
    journal: Journal, database: sqlite_utils.Database
) -> None:
    append(journal)
    head = journal.head
    database.execute("PRAGMA query_only = ON")
    with pytest.raises(DatabaseFailed, match="writing the journal failed"):
        append(journal)
    assert journal.head == head
    database.execute("PRAGMA query_only = OFF")
    assert append(journal)[0].seq == 2


# --- reading


def test_a_batch_has_at_most_so_many_entries(journal: Journal) -> None:
    append(journal, LARGEST_BATCH + 10)
    assert len(journal.after(0)) == LARGEST_BATCH
    assert [entry.seq for entry in journal.after(LARGEST_BATCH)] == [*range(51, 61)]
    assert len(journal.after(0, 3)) == 3
    assert journal.after(60) == []


def test_a_batch_has_at_most_64_kilobytes_but_never_nothing(journal: Journal) -> None:
    append(journal, 20, filling="x" * 7000)
    batch = journal.after(0)
    assert sum(len(entry.raw) for entry in batch) <= 65_536
    assert len(batch) == 9
    assert len(journal.after(19)) == 1


def test_the_hash_at_each_number_is_known_as_long_as_its_entry_is_here(journal: Journal) -> None:
    entries = append(journal, 3)
    assert journal.hash_at(0) == genesis(journal.epoch)
    assert [journal.hash_at(seq) for seq in (1, 2, 3, 4)] == [*(e.hash for e in entries), None]


# --- reopening


def test_reopening_goes_on_where_it_ended(path: Path, database: sqlite_utils.Database) -> None:
    journal = Journal(database, BOOT)
    entries = append(journal, 3)
    journal.acknowledge(2, entries[1].hash)
    again, database = reopened(path, database)
    assert (again.epoch, again.head, again.acked) == (journal.epoch, journal.head, 2)
    assert append(again)[0].hash == chain(entries[2].hash, again.after(3)[0].raw)
    database.close()


def test_reopening_goes_on_where_it_ended_also_when_nothing_is_left(
    path: Path, database: sqlite_utils.Database
) -> None:
    journal = Journal(database, BOOT)
    append(journal, 3)
    journal.acknowledge(*journal.head)
    journal.retire(None, keep_rows=0)
    again, database = reopened(path, database)
    assert again.head == journal.head
    assert append(again)[0].seq == 4
    assert again.broken_at() is None
    database.close()


# --- acknowledging


def test_an_acknowledgement_with_our_hash_is_noted(journal: Journal) -> None:
    entries = append(journal, 5)
    assert journal.unacked == 5
    assert journal.acknowledge(3, entries[2].hash)
    assert (journal.acked, journal.unacked) == (3, 2)


@pytest.mark.parametrize("upto", [0, 3, 5])
def test_an_acknowledgement_with_another_hash_is_refused_and_forgets_nothing(
    journal: Journal, upto: int
) -> None:
    append(journal, 5)
    assert not journal.acknowledge(upto, hashlib.sha256(b"another history").digest())
    assert journal.acked == 0
    assert journal.retire(None, keep_rows=0) == 0
    assert len(journal.after(0)) == 5


def test_an_acknowledgement_of_what_was_never_written_is_refused(journal: Journal) -> None:
    entries = append(journal, 2)
    assert not journal.acknowledge(3, entries[1].hash)
    assert not journal.acknowledge(2**53, entries[1].hash)
    assert journal.acked == 0


def test_an_older_acknowledgement_takes_nothing_back(journal: Journal) -> None:
    entries = append(journal, 5)
    journal.acknowledge(5, entries[4].hash)
    assert journal.acknowledge(2, entries[1].hash)
    assert journal.acked == 5
    assert not journal.acknowledge(2, bytes(32))


def test_an_acknowledgement_of_what_left_long_ago_is_no_fault(journal: Journal) -> None:
    entries = append(journal, 5)
    journal.acknowledge(5, entries[4].hash)
    journal.retire(None, keep_rows=1)
    assert journal.acknowledge(2, entries[1].hash)
    assert journal.acknowledge(4, entries[3].hash)
    assert not journal.acknowledge(4, bytes(32))


# --- retiring


def test_only_what_central_holds_is_retired(journal: Journal) -> None:
    entries = append(journal, 10)
    journal.acknowledge(4, entries[3].hash)
    assert journal.retire(NOW_MS + 2 * KEEP_MS, keep_rows=0) == 4
    assert [entry.seq for entry in journal.after(0)] == [5, 6, 7, 8, 9, 10]
    assert journal.base_seq == 4
    assert journal.broken_at() is None


def test_what_is_neither_old_nor_too_much_stays(journal: Journal) -> None:
    append(journal, 10)
    journal.acknowledge(*journal.head)
    assert journal.retire(NOW_MS + KEEP_MS) == 0
    assert journal.retire(None) == 0
    assert len(journal.after(0)) == 10


def test_old_entries_go_and_younger_ones_stay(journal: Journal) -> None:
    append(journal, 3)
    later = ClockReading(NOW + timedelta(days=2), ClockTrust.SIGNED)
    journal.append(K.CLOSED, {}, later, 1.0)
    journal.acknowledge(*journal.head)
    assert journal.retire(NOW_MS + KEEP_MS + 1) == 3
    assert [entry.seq for entry in journal.after(0)] == [4]


def test_entries_without_a_time_go_with_the_older_ones_behind_them(journal: Journal) -> None:
    journal.append(K.STARTED, {}, ClockReading(None, ClockTrust.NONE), 1.0)
    append(journal, 2)
    journal.acknowledge(*journal.head)
    assert journal.retire(NOW_MS) == 0
    assert journal.retire(NOW_MS + KEEP_MS + 1) == 3


def test_too_many_entries_go_from_the_oldest_end(journal: Journal) -> None:
    append(journal, 10)
    journal.acknowledge(*journal.head)
    assert journal.retire(None, keep_rows=4) == 6
    assert [entry.seq for entry in journal.after(0)] == [7, 8, 9, 10]


def test_few_go_at_a_time_so_that_the_door_does_not_wait(journal: Journal) -> None:
    with journal.atomic():
        append(journal, MOST_RETIRED + 50)
    journal.acknowledge(*journal.head)
    assert journal.retire(None, keep_rows=0) == MOST_RETIRED
    assert journal.retire(None, keep_rows=0) == 50
    assert journal.retire(None, keep_rows=0) == 0
    assert append(journal)[0].seq == MOST_RETIRED + 51


# --- somebody was at the file


def test_an_untouched_chain_is_whole(journal: Journal) -> None:
    with journal.atomic():
        append(journal, 1200)
    assert journal.broken_at() is None


@pytest.mark.parametrize(
    ("edit", "at"),
    [
        (
            "UPDATE journal SET raw = CAST(replace(raw || '', 'grant', 'x') AS BLOB) WHERE seq = 4",
            4,
        ),
        ("UPDATE journal SET hash = zeroblob(32) WHERE seq = 4", 4),
        ("DELETE FROM journal WHERE seq = 4", 4),
        ("DELETE FROM journal WHERE seq = 1", 1),
        ("DELETE FROM journal WHERE seq = 10", 10),
        ("DELETE FROM journal", 1),
        ("UPDATE journal SET raw = x'' WHERE seq = 4", 4),
        ("UPDATE journal SET raw = (SELECT raw FROM journal WHERE seq = 5) WHERE seq = 4", 4),
        ("UPDATE journal SET seq = 11 WHERE seq = 4", 4),
        ("INSERT INTO journal VALUES (0, x'7b7d', zeroblob(32))", None),
    ],
)
def test_an_edited_row_is_found(
    journal: Journal, database: sqlite_utils.Database, edit: str, at: int | None
) -> None:
    append(journal, 10, outcome="granted")
    database.execute(edit)
    assert journal.broken_at() == at


def test_a_row_rewritten_with_its_own_hash_breaks_the_chain_behind_it(
    journal: Journal, database: sqlite_utils.Database
) -> None:
    entries = append(journal, 10, outcome="granted")
    raw = entries[3].raw.replace(b"granted", b"refused")
    database.execute(
        "UPDATE journal SET raw = ?, hash = ? WHERE seq = 4", (raw, chain(entries[2].hash, raw))
    )
    assert journal.broken_at() == 5


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM journal WHERE seq > 3",  # numbers that central holds would be given again
        "DELETE FROM journal",
        "DELETE FROM journal_fact WHERE name = 'epoch'",
        "UPDATE journal_fact SET value = 'x' WHERE name = 'acked'",
        "UPDATE journal_fact SET value = 6 WHERE name = 'acked'",
        "UPDATE journal_fact SET value = -1 WHERE name = 'base_seq'",
        "UPDATE journal_fact SET value = 5 WHERE name = 'base_seq'",
        "UPDATE journal_fact SET value = x'00' WHERE name = 'base_hash'",
    ],
)
def test_a_journal_that_cannot_be_is_not_gone_on_with(
    path: Path, database: sqlite_utils.Database, damage: str
) -> None:
    journal = Journal(database, BOOT)
    entries = append(journal, 5)
    journal.acknowledge(4, entries[3].hash)
    database.execute(damage)
    database.close()
    again, _ = open_database(path)
    with pytest.raises(JournalDamaged):
        Journal(again, BOOT)
    again.close()


def test_a_row_that_is_no_event_stops_neither_retiring_nor_appending(
    journal: Journal, database: sqlite_utils.Database
) -> None:
    append(journal, 3)
    journal.acknowledge(*journal.head)
    database.execute("UPDATE journal SET raw = x'ff' WHERE seq = 2")
    assert append(journal)[0].seq == 4
    assert journal.retire(NOW_MS + KEEP_MS + 1) == 3


# --- anything, in any order


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("append"), st.integers(1, 4)),
            st.tuples(st.just("undone"), st.integers(1, 3)),
            st.tuples(st.just("ack"), st.integers(0, 40)),
            st.tuples(st.just("retire"), st.integers(0, 10)),
            st.tuples(st.just("reopen"), st.just(0)),
        ),
        max_size=20,
    )
)
def test_whatever_is_done_the_chain_is_whole_and_nothing_unproven_goes(
    tmp_path_factory: pytest.TempPathFactory, story: list[tuple[str, int]]
) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal.db"
    database, _ = open_database(path)
    journal, hashes = Journal(database, BOOT), dict[int, bytes]()
    for what, number in story:
        match what:
            case "append":
                hashes |= {entry.seq: entry.hash for entry in append(journal, number)}
            case "undone":
                undo(journal, number)
            case "ack":
                value = hashes.get(number, bytes(32))
                assert journal.acknowledge(number, value) == (
                    number in hashes or number < journal.base_seq
                )
            case "retire":
                journal.retire(None, keep_rows=number)
            case "reopen":
                journal, database = reopened(path, database)
    here = journal.after(journal.base_seq, 1000)
    assert [entry.seq for entry in here] == list(range(journal.base_seq + 1, len(hashes) + 1))
    assert all(entry.hash == hashes[entry.seq] for entry in here)
    assert journal.base_seq <= journal.acked <= len(hashes)
    assert journal.broken_at() is None
    database.close()
