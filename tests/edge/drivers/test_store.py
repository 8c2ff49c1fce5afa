"""What the unit must not forget survives the loss of either file, and the loss of both is known."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from contracts.clock import ClockReading, ClockTrust
from contracts.documents import DocumentType
from contracts.journal import EventKind
from edge.drivers.database import DatabaseFailed
from edge.drivers.memory import Memory, open_memory
from edge.drivers.store import Store, number_name, write_atomically
from edge.drivers.summary import LARGEST, MOST_LEARNED, opened

D = DocumentType
HERE = "unit:u-abcdefgh"
PASS = b"passpass"
UNKNOWN = ClockReading(None, ClockTrust.NONE)


@dataclass
class AUnit:
    """A unit's memory in a folder, opened again and again."""

    folder: Path
    memory: Memory = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    @property
    def database(self) -> Path:
        return self.folder / "journal.db"

    @property
    def second(self) -> Path:
        return self.folder / "summary.json"

    @property
    def store(self) -> Store:
        return self.memory.store

    def start(self) -> None:
        self.memory = open_memory(self.database, self.second, b"bootboot")

    def stop(self) -> None:
        self.memory.database.close()

    def restart(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.stop()
        meanwhile()
        self.start()

    def append(self, count: int = 1) -> None:
        for _ in range(count):
            self.memory.journal.append(EventKind.CLOSED, {}, UNKNOWN, 1.0)

    def let_in(self, uses: int) -> None:
        with self.memory.journal.atomic():
            self.append()
            self.store.spend(PASS, uses)

    def let_in_but_fail(self, uses: int) -> None:
        with self.memory.journal.atomic():
            self.append()
            self.store.spend(PASS, uses)
            self.memory.database.execute("INSERT INTO document VALUES (1, NULL)")

    def use_everything(self) -> None:
        """Bring it to a known state in which nothing is zero, and central has answered."""
        self.append(5)
        self.store.keep_document(D.CONFIG, HERE, b"config 3", 3)
        self.store.keep_document(D.AMENDMENTS, HERE, b"amendments 12", 12)
        self.store.raise_floor(1_795_000_000_000, self.memory.journal.head[0])
        self.store.next_session()
        self.let_in(2)
        self.store.save_second()
        self.store.found()

    def copied(self) -> Path:
        """Return a copy of the database as it is now, made with the power off."""
        self.stop()
        copy = self.folder / "older copy"
        shutil.copy(self.database, copy)
        self.start()
        return copy

    def nothing_went_down(self) -> bool:
        summary = self.store.summary
        return (
            summary.floor_ms >= 1_795_000_000_000
            and summary.session >= 1
            and summary.numbers.get(number_name(D.CONFIG, HERE), 0) >= 3
            and summary.numbers.get(number_name(D.AMENDMENTS, HERE), 0) >= 12
            and summary.spent.get(PASS.hex(), 0) >= 2
        )


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[AUnit]:
    it = AUnit(tmp_path)
    yield it
    it.stop()


# --- documents


def test_documents_are_kept_as_they_came_and_the_newest_counts(unit: AUnit) -> None:
    unit.store.keep_document(D.CONFIG, HERE, b"first", 1)
    unit.store.keep_document(D.CONFIG, HERE, b"\x00second", 2)
    unit.store.keep_document(D.MODES, HERE, b"modes", 1)
    unit.restart()
    assert unit.store.documents() == {D.CONFIG: b"\x00second", D.MODES: b"modes"}
    assert unit.store.summary.numbers == {
        number_name(D.CONFIG, HERE): 2,
        number_name(D.MODES, HERE): 1,
    }


def test_a_lower_number_takes_nothing_down(unit: AUnit) -> None:
    unit.store.keep_document(D.CONFIG, HERE, b"nine", 9)
    unit.store.keep_document(D.CONFIG, HERE, b"one", 1)
    assert unit.store.summary.numbers[number_name(D.CONFIG, HERE)] == 9


def test_the_number_of_a_document_is_in_the_second_file_at_once(unit: AUnit) -> None:
    unit.store.keep_document(D.AMENDMENTS, HERE, b"list", 41)
    second = opened(unit.second.read_bytes())
    assert second is not None
    assert second.numbers == {number_name(D.AMENDMENTS, HERE): 41}


def test_a_document_of_another_site_is_forgotten_and_its_number_is_not(unit: AUnit) -> None:
    unit.use_everything()
    unit.store.drop_document(D.AMENDMENTS)
    for _ in range(2):
        assert D.AMENDMENTS not in unit.store.documents()
        assert unit.store.summary.numbers[number_name(D.AMENDMENTS, HERE)] == 12
        unit.restart()
    unit.store.keep_document(D.AMENDMENTS, "site:4", b"of the new site", 1)
    unit.restart()
    assert unit.store.summary.numbers[number_name(D.AMENDMENTS, "site:4")] == 1
    assert unit.store.summary.numbers[number_name(D.AMENDMENTS, HERE)] == 12


def test_numbers_that_an_earlier_release_noted_without_an_audience_go_with_their_document(
    unit: AUnit,
) -> None:
    unit.store._commit(numbers={D.AMENDMENTS.value: 7, D.CONFIG.value: 3})
    unit.store.drop_document(D.AMENDMENTS)
    unit.restart()
    assert unit.store.summary.numbers == {D.CONFIG.value: 3}


def test_after_a_change_of_site_nothing_is_current_until_central_answered(unit: AUnit) -> None:
    unit.use_everything()
    unit.store.drop_document(D.AMENDMENTS)
    unit.restart()
    assert unit.store.state_lost
    unit.store.found()
    unit.restart()
    assert not unit.store.state_lost


def test_a_document_of_a_kind_that_this_release_does_not_know_is_left_alone(unit: AUnit) -> None:
    unit.store.keep_document(D.CONFIG, HERE, b"config", 1)
    unit.memory.database.execute("INSERT INTO document VALUES ('hallpass-tides+jws', x'00')")
    assert unit.store.documents() == {D.CONFIG: b"config"}


# --- numbers, floor, sessions, uses


def test_everything_survives_a_restart(unit: AUnit) -> None:
    unit.use_everything()
    before = unit.store.summary
    unit.restart()
    assert unit.store.summary == replace(before, seq=unit.memory.journal.head[0])
    assert unit.nothing_went_down()
    assert not unit.store.state_lost


def test_the_floor_never_goes_down(unit: AUnit) -> None:
    unit.store.raise_floor(1000, 0)
    unit.store.raise_floor(10, 0)
    assert unit.store.summary.floor_ms == 1000


def test_what_the_own_clock_said_is_as_it_was_last_noted_even_when_it_was_set_back(
    unit: AUnit,
) -> None:
    unit.store.raise_floor(1000, 0, own_ms=9000)
    unit.store.raise_floor(2000, 0)
    unit.restart()
    assert unit.store.summary.own_ms == 9000
    unit.store.raise_floor(3000, 0, own_ms=2500)
    unit.restart(unit.second.unlink)
    assert unit.store.summary.own_ms == 2500
    unit.restart(unit.database.unlink)
    assert unit.store.summary.own_ms == 2500
    unit.store.reset(50)
    assert unit.store.summary.own_ms == 50


def test_each_connection_has_a_higher_number_than_any_before(unit: AUnit) -> None:
    seen = [unit.store.next_session() for _ in range(3)]
    unit.restart()
    seen.append(unit.store.next_session())
    assert seen == [1, 2, 3, 4]


def test_uses_are_never_unspent(unit: AUnit) -> None:
    unit.let_in(3)
    unit.let_in(1)
    assert unit.store.summary.spent == {PASS.hex(): 3}


def test_uses_that_central_counted_are_taken_over_but_lower_ones_are_not(unit: AUnit) -> None:
    unit.let_in(3)
    unit.store.learn_spent({PASS.hex(): 1, "71" * 8: 2})
    unit.store.learn_spent({})
    unit.restart()
    assert unit.store.summary.spent == {PASS.hex(): 3, "71" * 8: 2}


def test_a_flood_of_counted_uses_takes_neither_floor_nor_numbers_nor_our_uses(unit: AUnit) -> None:
    unit.let_in(3)
    unit.store.raise_floor(7_000, 1)
    unit.store.keep_document(D.CONFIG, HERE, b"one", 5)
    unit.store.found()
    unit.store.learn_spent({f"{number:016x}": 1 for number in range(LARGEST // 20)})
    unit.restart()
    unit.let_in(4)
    summary = unit.store.summary
    assert (summary.floor_ms, summary.lost) == (7_000, False)
    assert summary.numbers == {number_name(D.CONFIG, HERE): 5}
    assert (summary.spent[PASS.hex()], len(summary.spent)) == (4, MOST_LEARNED)


def test_what_would_be_too_long_is_refused_and_leaves_everything_as_it_was(unit: AUnit) -> None:
    unit.store.raise_floor(7_000, 0)
    with pytest.raises(DatabaseFailed, match="longer than"):
        unit.store.await_reset("0" * LARGEST)
    assert (unit.store.summary.floor_ms, unit.store.summary.reset_nonce) == (7_000, "")
    unit.store.raise_floor(8_000, 0)
    unit.restart()
    assert unit.store.summary.floor_ms == 8_000


def test_a_use_is_spent_together_with_its_entry_or_not_at_all(unit: AUnit) -> None:
    unit.let_in(1)
    with pytest.raises(DatabaseFailed):
        unit.let_in_but_fail(2)
    assert unit.store.summary.spent == {PASS.hex(): 1}
    assert unit.memory.journal.head[0] == 1
    unit.store.next_session()
    unit.restart()
    assert unit.store.summary.spent == {PASS.hex(): 1}


def test_a_use_counts_already_inside_its_transaction(unit: AUnit) -> None:
    with unit.memory.journal.atomic():
        unit.store.spend(PASS, 1)
        assert unit.store.summary.spent == {PASS.hex(): 1}
    assert unit.store.summary.spent == {PASS.hex(): 1}


def test_a_document_that_could_not_be_kept_leaves_its_number_as_it_was(unit: AUnit) -> None:
    unit.store.keep_document(D.CONFIG, HERE, b"one", 1)
    unit.memory.database.execute("PRAGMA query_only = ON")
    with pytest.raises(DatabaseFailed):
        unit.store.keep_document(D.CONFIG, HERE, b"two", 2)
    unit.memory.database.execute("PRAGMA query_only = OFF")
    assert unit.store.summary.numbers == {number_name(D.CONFIG, HERE): 1}
    assert unit.store.documents() == {D.CONFIG: b"one"}


def test_the_uses_of_a_pass_that_is_long_over_make_room(unit: AUnit) -> None:
    unit.store.spend(PASS, 1, until_ms=1000)
    unit.store.spend(b"forever!", 1)
    unit.store.raise_floor(1000 + 91 * 86_400_000, 0)
    assert unit.store.summary.spent == {b"forever!".hex(): 1}


# --- loss


def test_a_new_unit_has_lost_its_state_until_central_answered(unit: AUnit) -> None:
    assert unit.store.state_lost
    unit.restart()
    assert unit.store.state_lost
    unit.store.found()
    unit.restart()
    assert not unit.store.state_lost


def test_a_lost_database_is_noticed_and_the_numbers_come_back(unit: AUnit) -> None:
    unit.use_everything()
    epoch = unit.memory.journal.epoch
    unit.restart(unit.database.unlink)
    assert unit.nothing_went_down()
    assert unit.store.documents() == {}
    assert unit.memory.journal.epoch != epoch
    for _ in range(2):  # until central answered, also over another restart
        assert unit.store.state_lost
        unit.restart()


def test_a_broken_database_is_noticed_and_the_numbers_come_back(unit: AUnit) -> None:
    unit.use_everything()
    unit.restart(lambda: unit.database.write_bytes(b"nonsense" * 1000))
    assert unit.memory.aside is not None
    assert unit.store.state_lost
    assert unit.nothing_went_down()


def test_an_older_copy_of_the_database_is_noticed_and_gone_around(unit: AUnit) -> None:
    unit.use_everything()
    copy, epoch = unit.copied(), unit.memory.journal.epoch
    unit.append(10)
    unit.store.keep_document(D.AMENDMENTS, HERE, b"amendments 13", 13)
    unit.store.raise_floor(1_795_000_600_000, unit.memory.journal.head[0])
    unit.let_in(3)
    unit.store.save_second()
    unit.restart(lambda: shutil.copy(copy, unit.database))
    assert unit.store.state_lost
    assert unit.memory.aside is not None
    assert unit.store.summary.numbers[number_name(D.AMENDMENTS, HERE)] == 13
    assert unit.store.summary.floor_ms == 1_795_000_600_000
    assert unit.store.summary.spent == {PASS.hex(): 3}
    # Central holds other entries under the numbers that the copy would give next.
    assert unit.memory.journal.epoch != epoch
    assert unit.memory.journal.head[0] == 0
    unit.store.found()
    unit.restart()
    assert not unit.store.state_lost
    assert unit.memory.aside is None


def test_a_journal_that_lost_its_end_begins_a_new_epoch(unit: AUnit) -> None:
    unit.use_everything()
    journal = unit.memory.journal
    journal.acknowledge(*journal.head)
    unit.memory.database.execute("DELETE FROM journal WHERE seq > 3")
    unit.restart()
    assert unit.memory.aside is not None
    assert unit.memory.journal.epoch != journal.epoch
    assert unit.store.state_lost
    assert unit.nothing_went_down()


@pytest.mark.parametrize(
    "happens",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:50]),
        lambda path: path.write_bytes(path.read_bytes().replace(b"12", b"11", 1)),
    ],
    ids=["gone", "empty", "half", "changed"],
)
def test_a_second_file_that_is_not_as_it_was_is_noticed(
    unit: AUnit, happens: Callable[[Path], object]
) -> None:
    unit.use_everything()
    unit.restart(lambda: happens(unit.second))
    assert unit.store.state_lost
    assert unit.nothing_went_down()
    assert unit.store.documents() != {}
    unit.store.found()
    unit.restart()
    assert not unit.store.state_lost


def test_a_summary_in_the_database_that_is_not_as_it_was_is_noticed(unit: AUnit) -> None:
    unit.use_everything()
    unit.memory.database.execute("UPDATE summary SET raw = x'00'")
    unit.restart()
    assert unit.store.state_lost
    assert unit.nothing_went_down()


def test_an_older_copy_of_the_second_file_takes_nothing_down(unit: AUnit) -> None:
    older = unit.second.read_bytes()
    unit.use_everything()
    unit.restart(lambda: unit.second.write_bytes(older))
    assert unit.nothing_went_down()


def test_a_second_file_that_a_crash_left_behind_is_brought_up_to_date(unit: AUnit) -> None:
    unit.use_everything()
    unit.let_in(3)  # and no `save_second` before the crash
    unit.restart()
    assert not unit.store.state_lost
    second = opened(unit.second.read_bytes())
    assert second is not None
    assert second.spent == {PASS.hex(): 3}


def test_a_start_with_nothing_to_change_writes_nothing(unit: AUnit) -> None:
    unit.use_everything()
    unit.restart()
    before = unit.second.stat().st_mtime_ns
    unit.restart()
    assert unit.second.stat().st_mtime_ns == before


def test_with_both_files_gone_the_unit_knows_that_it_knows_nothing(unit: AUnit) -> None:
    unit.use_everything()

    def both_go() -> None:
        unit.database.unlink()
        unit.second.unlink()

    unit.restart(both_go)
    assert unit.store.state_lost
    assert unit.store.summary.numbers == {}


# --- the second file itself


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_write_that_fails_leaves_the_old_file_and_no_rubbish(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.mkdir()
    (path / "in the way").touch()
    with pytest.raises(OSError, match="file"):
        write_atomically(path, b"new")
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_a_half_written_leftover_of_a_power_cut_is_in_nobody_s_way(unit: AUnit) -> None:
    unit.use_everything()
    leftover = unit.second.with_name(f".{unit.second.name}.new")
    unit.restart(lambda: leftover.write_bytes(b"half"))
    assert not unit.store.state_lost
    assert unit.nothing_went_down()


def test_a_second_file_that_cannot_be_written_is_told_and_the_database_keeps_it(
    unit: AUnit,
) -> None:
    unit.use_everything()
    unit.second.unlink()
    unit.second.mkdir()
    with pytest.raises(DatabaseFailed, match=r"summary\.json"):
        unit.store.raise_floor(1_795_000_900_000, 1)
    assert unit.store.summary.floor_ms == 1_795_000_900_000
    unit.second.rmdir()
    unit.restart()
    assert unit.store.summary.floor_ms == 1_795_000_900_000
