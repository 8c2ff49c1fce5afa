"""A program that uses the unit's real memory until it fails, and says each thing only once it is safe.

Started by `Users` as a process of its own. For each line on its input it forks a child that opens the
memory, tells what it found, and works with it; so hundreds of lives cost no new interpreter.
"""

import json
import os
import random
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from contracts.clock import ClockReading, ClockTrust
from contracts.documents import DocumentType
from contracts.journal import EventKind
from edge.drivers.database import DatabaseFailed
from edge.drivers.memory import Memory, open_memory
from edge.drivers.store import number_name

ROOT = Path(__file__).parents[2]
HERE = "unit:u-abcdefgh"
UNKNOWN = ClockReading(None, ClockTrust.NONE)
KINDS = (DocumentType.CONFIG, DocumentType.AMENDMENTS, DocumentType.MODES)
Said = list[dict[str, Any]]


@dataclass(frozen=True)
class Life:
    """What one child does."""

    folder: str
    seed: int
    steps: int = 200
    synchronous: str = "FULL"
    only_appends: bool = False
    forget_to_sync: bool = False
    """Write the second file without syncing it, to see whether the test notices."""


class Users:
    """Starts lives and hears what they say."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def live(self, life: Life) -> Said:
        """Return what a life said, from its first word to its end."""
        said = list(self.begin(life))
        assert said
        assert said[-1]["say"] in {"closed", "failed"}, said[-3:]
        return said

    def begin(self, life: Life) -> Iterator[dict[str, Any]]:
        """Start a life and yield what it says, until it is over or killed."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(asdict(life)) + "\n")
        self._process.stdin.flush()
        return self._words()

    def kill(self) -> None:
        """End the life that goes on, as kill -9 does."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _words(self) -> Iterator[dict[str, Any]]:
        assert self._process.stdout
        for line in self._process.stdout:
            word: dict[str, Any] = json.loads(line)
            if word["say"] == "over":
                return
            yield word


@contextmanager
def users() -> Iterator[Users]:
    """Give a process that starts lives."""
    with subprocess.Popen(
        [sys.executable, "-m", __name__],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        them = Users(process)
        try:
            yield them
        finally:
            if process.poll() is None:
                them.kill()


# --- in the child


def say(word: str, **facts: Any) -> None:  # noqa: ANN401 - whatever JSON can carry
    """Write one whole line at once: what is said is said, also when the next thing kills us."""
    os.write(1, json.dumps({"say": word, **facts}).encode() + b"\n")


def live(life: Life) -> None:
    folder, chance = Path(life.folder), random.Random(life.seed)  # noqa: S311 - repeatable
    try:
        memory = open_memory(
            folder / "journal.db",
            folder / "summary.json",
            b"\x01" * 8,
            synchronous=life.synchronous,
        )
        say("opened", **_found(memory))
        if life.forget_to_sync:
            _forget_to_sync()
        for _ in range(life.steps):
            act = append if life.only_appends else chance.choices(ACTS, WEIGHTS)[0]
            act(memory, chance)
        memory.database.close()
        say("closed")
    except DatabaseFailed as error:
        say("failed", why=str(error))


def _found(memory: Memory) -> dict[str, Any]:
    summary = memory.store.summary
    journal = memory.journal
    rows = journal.after(journal.base_seq, 1_000_000)
    while rows and rows[-1].seq < journal.head[0]:
        rows += journal.after(rows[-1].seq, 1_000_000)
    return {
        "epoch": journal.epoch.hex(),
        "head": journal.head[0],
        "hashes": {row.seq: row.hash.hex() for row in rows},
        "base": journal.base_seq,
        "acked": journal.acked,
        "broken_at": journal.broken_at(),
        "lost": memory.store.state_lost,
        "aside": memory.aside is not None,
        "floor": summary.floor_ms,
        "session": summary.session,
        "numbers": dict(summary.numbers),
        "spent": dict(summary.spent),
        "documents": {
            number_name(kind, HERE): int(raw) for kind, raw in memory.store.documents().items()
        },
    }


def append(memory: Memory, chance: random.Random) -> None:
    filling = "x" * chance.randrange(3000)
    entry = memory.journal.append(EventKind.INPUT_CHANGED, {"x": filling}, UNKNOWN, 1.0)
    say("appended", seq=entry.seq, hash=entry.hash.hex())


def let_in(memory: Memory, chance: random.Random) -> None:
    credential = bytes([chance.randrange(5)]) * 8
    count = memory.store.summary.spent.get(credential.hex(), 0) + 1
    with memory.journal.atomic():
        entry = memory.journal.append(EventKind.DECIDED, {"use": True}, UNKNOWN, 1.0)
        memory.store.spend(credential, count)
    say("appended", seq=entry.seq, hash=entry.hash.hex())
    say("spent", name=credential.hex(), count=count)
    memory.store.save_second()


def raise_floor(memory: Memory, chance: random.Random) -> None:
    floor = memory.store.summary.floor_ms + chance.randrange(1000)
    memory.store.raise_floor(floor, memory.journal.head[0])
    say("floor", ms=floor)


def keep_document(memory: Memory, chance: random.Random) -> None:
    kind = chance.choice(KINDS)
    number = memory.store.summary.numbers.get(number_name(kind, HERE), 0) + 1
    memory.store.keep_document(kind, HERE, str(number).encode(), number)
    say("number", name=number_name(kind, HERE), number=number)


def next_session(memory: Memory, chance: random.Random) -> None:
    del chance
    say("session", number=memory.store.next_session())


def acknowledge(memory: Memory, chance: random.Random) -> None:
    journal = memory.journal
    upto = chance.randrange(journal.base_seq, journal.head[0] + 1)
    head = journal.hash_at(upto)
    assert head is not None
    assert journal.acknowledge(upto, head)
    say("acked", upto=journal.acked)
    journal.retire(None, keep_rows=30)


def be_found(memory: Memory, chance: random.Random) -> None:
    del chance
    memory.store.found()
    say("found")


ACTS = (append, let_in, raise_floor, keep_document, next_session, acknowledge, be_found)
WEIGHTS = (60, 15, 6, 6, 3, 8, 2)


def _forget_to_sync() -> None:
    from edge.drivers import store  # noqa: PLC0415 - only to break it
    from edge.drivers.database import sync_folder  # noqa: PLC0415

    def carelessly(path: Path, raw: bytes) -> None:
        temporary = path.with_name(f".{path.name}.new")
        temporary.write_bytes(raw)
        temporary.replace(path)
        sync_folder(path.parent)

    store.write_atomically = carelessly


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                live(Life(**json.loads(line)))
            except Exception:  # noqa: BLE001 - the parent hears that the last word is missing
                traceback.print_exc()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        say("over")


if __name__ == "__main__":
    main()
