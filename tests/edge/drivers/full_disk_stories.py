"""What a unit's journal does on a disk that fills up; each story runs on a small disk of its own.

Started by `small_disk.run_on_small_disk`; prints what happened as JSON.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from contracts.clock import ClockReading, ClockTrust
from contracts.journal import EventKind
from edge.core.room import MEASURES, Room, Space, assess, may_write
from edge.drivers.database import DatabaseFailed, give_back, usage
from edge.drivers.disk import MEGABYTE, Ballast, free_space
from edge.drivers.memory import open_memory
from edge.drivers.store import write_atomically

UNKNOWN = ClockReading(None, ClockTrust.NONE)
K = EventKind
BALLAST = 4
PATIENCE = 200
BUDGET = 256 * MEGABYTE


class AUnit:
    """Journal, store and ballast in a folder, and somebody else who fills the same disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.memory = open_memory(folder / "journal.db", folder / "summary.json", b"bootboot")
        self.ballast = Ballast(folder / "ballast", BALLAST)
        self.filler = folder / "somebody else's"
        self.promised = 0

    def write(self, kind: EventKind = K.CLOSED, size: int = 1000) -> bool:
        """Write an entry, and tell whether that worked."""
        try:
            entry = self.memory.journal.append(kind, {"x": "x" * size}, UNKNOWN, 1.0)
        except DatabaseFailed:
            return False
        self.promised = entry.seq
        return True

    def others_write(self, size: int) -> None:
        with self.filler.open("ab", buffering=0) as file:
            try:
                while size > 0:
                    size -= file.write(os.urandom(min(size, MEGABYTE)))
            except OSError:
                return

    @property
    def free(self) -> int:
        return free_space(self.folder).free

    @property
    def room(self) -> Room:
        there, inside = free_space(self.folder), usage(self.memory.database)
        return assess(
            Space(
                there.free,
                there.total,
                inside.used,
                inside.reusable,
                BUDGET,
                self.ballast.size,
                self.ballast.wanted,
            )
        )

    def look_after_the_disk(self) -> Room:
        """Do what `drivers.disk` says that the controller must do."""
        room = self.room
        measures = MEASURES[room]
        if measures.release_ballast:
            self.ballast.release()
        if measures.retire_all:
            self.memory.journal.retire(None, keep_rows=0)
            give_back(self.memory.database)
        if measures.grow_ballast:
            self.ballast.ensure()
        return room

    def reopened_whole(self) -> bool:
        """Tell whether everything promised is there after closing and opening again."""
        self.memory.database.close()
        self.memory = open_memory(
            self.folder / "journal.db", self.folder / "summary.json", b"bootboot"
        )
        journal = self.memory.journal
        return (
            self.memory.aside is None
            and journal.broken_at() is None
            and journal.head[0] >= self.promised
        )


def grow_the_ballast(unit: AUnit) -> None:
    for _ in range(PATIENCE):
        if unit.ballast.ensure():
            return
    message = "the ballast does not grow"
    raise RuntimeError(message)


def fails(what: Callable[[], object]) -> bool:
    try:
        what()
    except DatabaseFailed:
        return True
    return False


def without_a_ladder(unit: AUnit) -> dict[str, Any]:
    """Fill the disk to the last byte with nobody looking after it, then give up the ballast."""
    grow_the_ballast(unit)
    unit.memory.store.found()
    for _ in range(2000):
        unit.write()
    journal, database = unit.memory.journal, unit.memory.database
    journal.acknowledge(*journal.head)
    unit.others_write(100 * MEGABYTE)
    while unit.write(size=4000):
        pass
    head = journal.head
    said: dict[str, Any] = {
        "free": unit.free,
        "deleting fails": fails(lambda: journal.retire(None, keep_rows=0)),
        "checkpoint": checkpoint(database),
        "a document fails": fails(lambda: unit.memory.store.raise_floor(9000, head[0])),
        "head stays": journal.head == head,
        "retired": journal.base_seq,
    }
    said["released"] = unit.ballast.release()
    said["writing works again"] = unit.write()
    said["deleting works again"] = journal.retire(None, keep_rows=0)
    said["whole"] = unit.reopened_whole()
    said["lost"] = unit.memory.store.state_lost
    return said


def checkpoint(database: Any) -> str:  # noqa: ANN401 - sqlite_utils.Database
    try:
        busy, in_log, done = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except Exception as error:  # noqa: BLE001 - what it raises is the finding
        return str(error)
    return f"busy {busy}, {done} of {in_log}"


def with_the_ladder(unit: AUnit) -> dict[str, Any]:
    """Fill the disk while the unit looks after it, until it refuses; then central takes everything."""
    unit.memory.store.found()
    grow_the_ballast(unit)
    rooms, fault_at, failed = [Room.ENOUGH], 0, 0
    written = {kind.value: 0 for kind in (K.INPUT_CHANGED, K.DECIDED, K.OPENED)}
    while rooms[-1] is not Room.FULL and unit.promised < 200_000:
        if rooms[-1] in {Room.ENOUGH, Room.PRUNE}:
            unit.others_write(MEGABYTE // 8)
        room = unit.look_after_the_disk()
        if room is not rooms[-1]:
            rooms.append(room)
        if MEASURES[room].fault and not fault_at:
            unit.write(K.FAULT_RAISED)
            fault_at = unit.promised
        for kind in (K.INPUT_CHANGED, K.DECIDED, K.OPENED):
            if may_write(room, kind):
                worked = unit.write(kind)
                written[kind.value] += worked
                failed += not worked
    said = {
        "rooms": [one.value for one in rooms],
        "fault at": fault_at,
        "written": written,
        "failed": failed,
        "ballast": unit.ballast.size,
        "starts again": unit.reopened_whole(),
        "lost": unit.memory.store.state_lost,
    }
    journal = unit.memory.journal
    said["acked"] = journal.acknowledge(*journal.head)
    turns = 0
    while unit.ballast.size < unit.ballast.wanted and turns < PATIENCE:
        said["room"] = unit.look_after_the_disk().value
        turns += 1
    said["turns to room again"] = turns
    said["writes again"] = unit.write(K.INPUT_CHANGED)
    said["whole"] = unit.reopened_whole()
    return said


def a_start(unit: AUnit) -> dict[str, Any]:
    """Start again on a disk without a free byte: with nothing to change, then with a ballast to give up."""
    unit.memory.store.found()
    unit.write()
    unit.memory.store.raise_floor(9000, unit.promised)
    grow_the_ballast(unit)
    unit.others_write(100 * MEGABYTE)
    said: dict[str, Any] = {"free": unit.free, "starts": unit.reopened_whole()}
    said["lost"] = unit.memory.store.state_lost
    unit.others_write(100 * MEGABYTE)
    (unit.folder / "summary.json").write_bytes(b"")  # now there is something to write
    unit.memory.database.close()
    unit.memory = open_memory(
        unit.folder / "journal.db", unit.folder / "summary.json", b"bootboot", unit.ballast
    )
    said["ballast"] = unit.ballast.size
    said["notices"] = unit.memory.store.state_lost
    said["floor"] = unit.memory.store.summary.floor_ms
    return said


def a_second_file(unit: AUnit) -> dict[str, Any]:
    """Replace a file on a disk with hardly any room for the new one."""
    path = unit.folder / "file"
    write_atomically(path, b"old" * 1000)
    unit.others_write(100 * MEGABYTE)
    with unit.filler.open("r+b") as file:
        file.truncate(unit.filler.stat().st_size - 8192)
    try:
        write_atomically(path, b"new" * 50_000)
        outcome = "written"
    except OSError as error:
        outcome = os.strerror(error.errno or 0)
    names = sorted(one.name for one in unit.folder.iterdir() if one.name.endswith(".new"))
    return {"outcome": outcome, "old": path.read_bytes() == b"old" * 1000, "rubbish": names}


def a_ballast(unit: AUnit) -> dict[str, Any]:
    """Make a ballast for which there is no room, then for which there is."""
    unit.others_write(100 * MEGABYTE)
    grew = [unit.ballast.ensure() for _ in range(3)]
    small = unit.ballast.size
    unit.filler.unlink()
    steps = next(step for step in range(1, PATIENCE) if unit.ballast.ensure())
    return {"grew": grew, "small": small, "steps": steps, "whole": unit.ballast.size}


STORIES = {
    story.__name__: story
    for story in (without_a_ladder, with_the_ladder, a_start, a_second_file, a_ballast)
}

if __name__ == "__main__":
    print(json.dumps(STORIES[sys.argv[2]](AUnit(Path(sys.argv[1])))))  # noqa: T201 - the answer
