"""The unit's real memory on a disk whose power is cut; the long version is in tests/system."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.clock import ClockReading, ClockTrust
from contracts.journal import EventKind
from edge.drivers.database import DatabaseFailed
from edge.drivers.memory import open_memory
from tests.simulators.forgetful_disk import ForgetfulDisk, NotHere, forgetful_disk
from tests.simulators.memory_user import Life, Users, users
from tests.simulators.power_cuts import cut_again_and_again
from tests.simulators.promises import Promises

CUTS = 25
DEADLINE = 60.0
UNKNOWN = ClockReading(None, ClockTrust.NONE)


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForgetfulDisk]:
    try:
        with forgetful_disk(tmp_path_factory.mktemp("power") / "disk") as it:
            yield it
    except NotHere as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def user() -> Iterator[Users]:
    with users() as them:
        yield them


@pytest.mark.parametrize("torn", [False, True], ids=["forgotten", "torn"])
def test_a_power_cut_takes_nothing_that_was_promised(
    disk: ForgetfulDisk,
    user: Users,
    torn: bool,  # noqa: FBT001 - a case
) -> None:
    outcome = cut_again_and_again(disk, user, CUTS, random.Random(1), torn=torn)  # noqa: S311
    assert outcome.broken == []
    assert outcome.cuts == CUTS
    assert outcome.entries > CUTS


def test_the_bench_notices_a_database_that_does_not_wait_for_its_medium(
    disk: ForgetfulDisk, user: Users
) -> None:
    outcome = cut_again_and_again(
        disk,
        user,
        CUTS,
        random.Random(3),  # noqa: S311 - repeatable
        synchronous="NORMAL",
    )
    assert [what for what in outcome.broken if what.startswith("entry ")] != []


def test_the_bench_notices_a_second_file_that_was_not_synced(
    disk: ForgetfulDisk, user: Users
) -> None:
    outcome = cut_again_and_again(
        disk,
        user,
        CUTS,
        random.Random(5),  # noqa: S311 - repeatable
        forget_to_sync=True,
    )
    assert "the state counts as lost" in outcome.broken


def test_an_entry_costs_one_flush_of_the_medium(disk: ForgetfulDisk) -> None:
    disk.format()
    memory = open_memory(disk.root / "journal.db", disk.root / "summary.json", bytes(8))
    try:
        before = disk.syncs
        for _ in range(300):
            memory.journal.append(EventKind.DECIDED, {"outcome": "granted"}, UNKNOWN, 1.0)
        flushes = disk.syncs - before
        # A checkpoint, every 256 pages, flushes the log once more and the database once.
        assert 300 <= flushes <= 300 + 10
        before = disk.syncs
        with memory.journal.atomic():
            memory.journal.append(EventKind.DECIDED, {"use": True}, UNKNOWN, 1.0)
            memory.store.spend(b"passpass", 1)
        assert disk.syncs - before == 1
    finally:
        memory.database.close()


def test_after_a_write_that_failed_the_journal_goes_on_without_a_gap(disk: ForgetfulDisk) -> None:
    disk.format()
    memory = open_memory(disk.root / "journal.db", disk.root / "summary.json", bytes(8))
    journal = memory.journal
    try:
        journal.append(EventKind.CLOSED, {}, UNKNOWN, 1.0)
        disk.cut_after(1)
        before = journal.head
        with pytest.raises(DatabaseFailed):
            journal.append(EventKind.DECIDED, {}, UNKNOWN, 1.0)
        assert journal.head == before
    finally:
        memory.database.close()
    disk.power_on()
    memory = open_memory(disk.root / "journal.db", disk.root / "summary.json", bytes(8))
    try:
        assert memory.journal.head == before
        assert memory.journal.append(EventKind.DECIDED, {}, UNKNOWN, 1.0).seq == before[0] + 1
        assert memory.journal.broken_at() is None
    finally:
        memory.database.close()


@pytest.mark.parametrize("entries", [1, 7, 40])
def test_a_killed_program_leaves_every_entry_that_it_promised(tmp_path: Path, entries: int) -> None:
    promises = Promises()
    life = Life(str(tmp_path), seed=entries, steps=1_000_000, only_appends=True)
    with users() as them:
        words = them.begin(life)
        said = [next(words) for _ in range(entries + 1)]
        them.kill()
        said += list(words)  # what it had said before it died
    promises.hear(said)
    assert max(promises.hashes) >= entries
    with users() as them:
        assert promises.hear(them.live(Life(str(tmp_path), seed=0, steps=0))) == []
