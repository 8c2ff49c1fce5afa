"""Journal, store, link and uplink of a real door unit, and just enough of its controller.

It is turned by hand. Its time runs `SPEED` times as fast as ours, so that pauses of minutes are short.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, Queue

from contracts.clock import ClockReading, ClockTrust
from contracts.documents import DocumentType
from contracts.errors import ContractError
from contracts.freshness import Ack
from contracts.journal import EventKind
from contracts.topics import Down
from edge.config import Broker
from edge.core.beliefs import Beliefs, prove, receive
from edge.drivers.database import open_database
from edge.drivers.identity import load_identity
from edge.drivers.journal import Journal
from edge.drivers.link import Link
from edge.drivers.store import Store
from edge.events import CentralSeen, Event, LinkDown, LinkUp, Received
from edge.uplink import Uplink

SPEED = 20.0
PATIENT = 50.0  # seconds
BOOT = b"bootboot"
UNKNOWN_TIME = ClockReading(None, ClockTrust.NONE)
KINDS = {
    Down.KEYS: DocumentType.KEY_SET,
    Down.CONFIG: DocumentType.CONFIG,
    Down.AMENDMENTS: DocumentType.AMENDMENTS,
}


class OnlineUnit:
    """One unit with its data in a folder."""

    def __init__(
        self, unit: str, identity: Path, data: Path, port: int, keepalive: int = 5
    ) -> None:
        known = load_identity(identity)
        self.id, self.signer = unit, known.signer
        self._database, _ = open_database(data / "journal.db")
        self.journal = Journal(self._database, BOOT)
        store = Store(self._database, data / "summary", self.journal.epoch, self.journal.head[0])
        self.events: Queue[Event] = Queue()
        self.link = Link(unit, Broker("localhost", port, keepalive), identity, self.events.put)
        self.uplink = Uplink(
            unit=unit,
            signer=self.signer,
            journal=self.journal,
            store=store,
            link=self.link,
            boot=BOOT,
            software="test",
            unix_seconds=lambda: 0,
            random=random.random,
        )
        self.believes = Beliefs(unit, known.root)
        self.acks: list[Ack] = []
        self.raw_acks: list[bytes] = []
        self.refused: list[Exception] = []
        self.differing: list[Ack] = []
        self.downs: list[LinkDown] = []

    def note(self, count: int, reason: str = "expired") -> None:
        """Write some entries, in one commit."""
        with self.journal.atomic():
            for number in range(count):
                data = {"outcome": "denied", "reason": reason, "number": number}
                self.journal.append(EventKind.DECIDED, data, UNKNOWN_TIME, float(number))

    @property
    def written(self) -> list[tuple[int, bytes]]:
        """Everything in the journal."""
        found: list[tuple[int, bytes]] = []
        while rows := self.journal.after(len(found), 500):
            found += [(row.seq, row.raw) for row in rows]
        return found

    @staticmethod
    def now() -> float:
        return time.monotonic() * SPEED

    def turn(self, patience: float = 0.01) -> None:
        """Take one event, if there is one, and do what is due."""
        with suppress(Empty):
            self._take(self.events.get(timeout=patience))
        self.uplink.tick(self.now())

    def until(self, condition: Callable[[], object], what: str = "it") -> None:
        deadline = time.monotonic() + PATIENT
        while not condition():
            assert time.monotonic() < deadline, f"{what} did not happen: {self.downs[-3:]}"
            self.turn()

    def until_central(self, condition: Callable[[], object]) -> None:
        """Wait for something that central does by itself, without turning: the unit is gone."""
        deadline = time.monotonic() + PATIENT
        while not condition():
            assert time.monotonic() < deadline, "it did not happen"
            time.sleep(0.02)

    def reconnect(self) -> None:
        """Notice that somebody closed the link behind our back."""
        self.uplink.link_down(LinkDown("closed", refused=False, at=self.now()), self.now())

    def close(self) -> None:
        self.uplink.stop(self.now())
        self.link.close()
        self._database.close()

    def _take(self, event: Event) -> None:
        match event:
            case LinkUp():
                self.uplink.link_up(event, self.now())
            case LinkDown():
                self.downs.append(event)
                self.uplink.link_down(event, self.now())
            case CentralSeen():
                self.uplink.central_seen(event, self.now())
            case Received(kind, payload):
                self.received(Down(kind), payload)

    def received(self, kind: Down, payload: bytes) -> None:
        """Take a message as it came from the broker."""
        try:
            if kind is Down.ACK:
                self.raw_acks.append(payload)
                self._acked(prove(self.believes, DocumentType.ACK, payload).read(Ack))
            elif kind in KINDS:
                self.believes, _ = receive(self.believes, KINDS[kind], payload)
        except ContractError as error:
            self.refused.append(error)

    def _acked(self, ack: Ack) -> None:
        self.acks.append(ack)
        if not self.uplink.acked(ack, self.now()):
            self.differing.append(ack)


@contextmanager
def online_unit(
    unit: str, identity: Path, data: Path, port: int, keepalive: int = 5
) -> Iterator[OnlineUnit]:
    """Run a unit's connected half for the length of the block."""
    data.mkdir(parents=True, exist_ok=True)
    one = OnlineUnit(unit, identity, data, port, keepalive)
    try:
        yield one
    finally:
        one.close()
