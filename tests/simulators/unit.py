"""A door unit in memory: real keys, the door's own beliefs and decide(), a real journal chain.

It has no camera and no lock; it says and believes exactly what the real one does.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts import strict_json
from contracts.bodies import Body
from contracts.clock import ClockReading, ClockTrust
from contracts.commands import Command, CommandResult, NonceGiven
from contracts.decision import Denied, Granted, decide
from contracts.documents import Document, DocumentType
from contracts.freshness import Ack, Freshness, FreshnessRequest, Held, HeldDocument
from contracts.journal import Batch, EventKind, Head, chain, genesis
from contracts.keys import SoftwareSigner
from contracts.keyset import RootKeys
from contracts.messages import Birth, Health, UnitState
from contracts.modes import DoorMode
from contracts.statements import sign_statement
from edge.core.beliefs import Beliefs, meet_freshness, prove, receive

BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
SIGNED = ClockTrust.SIGNED


def new_id() -> str:
    return "u-" + "".join(secrets.choice(BASE32) for _ in range(8))


@dataclass
class SimulatedUnit:
    """One unit with its journal; `root` is the city's root that its image carries."""

    root: RootKeys
    id: str = field(default_factory=new_id)
    signer: SoftwareSigner = field(default_factory=SoftwareSigner.generate)
    epoch: bytes = field(default_factory=lambda: secrets.token_bytes(8))
    boot: str = field(default_factory=lambda: secrets.token_hex(8))
    session: int = 0
    said: int = 0
    events: list[bytes] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    acked: int = 0
    base: int = 0
    """Entries up to here are retired."""
    spent: dict[bytes, int] = field(default_factory=dict)
    mode: DoorMode = DoorMode.LOCKED
    beliefs: Beliefs | None = None

    def __post_init__(self) -> None:
        self.believes = self.beliefs or Beliefs(self.id, self.root)
        self.hashes.append(genesis(self.epoch))

    # --- what it writes down

    def note(
        self,
        kind: EventKind,
        data: dict[str, Any] | None = None,
        wall: datetime | None = None,
        trust: ClockTrust = SIGNED,
    ) -> int:
        """Write a line into the journal; return its number."""
        seq = len(self.events) + 1
        event = {
            "v": 1,
            "epoch": self.epoch.hex(),
            "seq": seq,
            "boot": self.boot,
            "mono": seq * 10,
            "wall": int(wall.timestamp() * 1000) if wall else None,
            "trust": trust.value,
            "kind": kind.value,
            "data": data or {},
        }
        return self.append(strict_json.dumps(event))

    def append(self, raw: bytes) -> int:
        self.events.append(raw)
        self.hashes.append(chain(self.hashes[-1], raw))
        return len(self.events)

    def batch(self, first: int = 1, last: int | None = None, **changes: object) -> bytes:
        """Return a batch of its journal as it travels."""
        last = len(self.events) if last is None else last
        head = Head(epoch=self.epoch.hex(), seq=last, hash=self.hashes[last].hex())
        values: dict[str, Any] = {
            "unit": self.id,
            "epoch": self.epoch.hex(),
            "first": first,
            "previous": self.hashes[first - 1].hex(),
            "events": tuple(raw.decode() for raw in self.events[first - 1 : last]),
            "head": self.state(DocumentType.HEAD, head, last).decode(),
            **changes,
        }
        return Batch(**values).to_bytes()

    def unacked(self) -> bytes:
        return self.batch(self.acked + 1)

    # --- what it says

    def state(self, kind: DocumentType, body: Body, number: int = 0, issued: int = 0) -> bytes:
        return sign_statement(kind, self.id, number, issued, body, self.signer)

    def born(self) -> bytes:
        """Connect once more; return what it publishes."""
        self.session += 1
        return self.birth(self.session)

    def birth(self, session: int) -> bytes:
        body = Birth(
            session=session,
            boot=self.boot,
            software="0.1.0",
            epoch=self.epoch.hex(),
            seq=len(self.events),
            hash=self.hashes[-1].hex(),
            state_lost=self.believes.lost,
            acked=self.acked,
            base=self.base,
            base_hash=self.hashes[self.base].hex() if self.base else None,
        )
        signed = self.state(DocumentType.BIRTH, body, session).decode()
        return UnitState(online=True, session=session, birth=signed).to_bytes()

    def will(self, session: int | None = None) -> bytes:
        return UnitState(
            online=False, session=self.session if session is None else session
        ).to_bytes()

    def holding(self) -> bytes:
        """Say what it holds."""
        self.said += 1
        documents = tuple(
            HeldDocument(type=kind, audience=one.audience, number=one.number, digest=one.digest)
            for kind, one in self.believes.held.items()
            if kind is not DocumentType.FRESHNESS
        )
        return self.state(DocumentType.HELD, Held(documents=documents), self.said)

    def healthy(self, **changes: object) -> bytes:
        values: dict[str, Any] = {
            "mode": self.mode,
            "leaf": "closed",
            "strike": "secured",
            "trust": SIGNED,
            "unacked": len(self.events) - self.acked,
            "lists_age": 5,
            **changes,
        }
        return Health(**values).to_bytes()

    def asks_freshness(self, nonce: str = "ab" * 16) -> bytes:
        return self.state(DocumentType.FRESHNESS_REQUEST, FreshnessRequest(nonce=nonce))

    def gives_nonce(self, ask: str, nonce: str = "cd" * 16) -> bytes:
        return self.state(DocumentType.NONCE, NonceGiven(ask=ask, nonce=nonce))

    def answers(self, command: str, outcome: str = "done") -> bytes:
        return self.state(DocumentType.RESULT, CommandResult(id=command, outcome=outcome))

    # --- what it takes in

    def takes(self, kind: DocumentType, raw: bytes) -> tuple[Document, ...]:
        """Believe a document, or raise as the door's own rules do."""
        self.believes, accepted = receive(self.believes, kind, raw)
        return accepted

    def takes_ack(self, raw: bytes) -> Ack:
        ack = prove(self.believes, DocumentType.ACK, raw).read(Ack)
        if ack.head == self.hashes[ack.upto].hex() and ack.epoch == self.epoch.hex():
            self.acked = max(self.acked, ack.upto)
        return ack

    def takes_command(self, raw: bytes) -> Command:
        return prove(self.believes, DocumentType.COMMAND, raw).read(Command)

    def takes_freshness(self, raw: bytes, nonce: str = "ab" * 16) -> Freshness:
        document = prove(self.believes, DocumentType.FRESHNESS, raw)
        answer = document.read(Freshness)
        assert answer.nonce == nonce
        self.believes = meet_freshness(self.believes, document, answer)
        for credential, count in answer.spent.items():
            known = bytes.fromhex(credential)
            self.spent[known] = max(count, self.spent.get(known, 0))
        return answer

    def shown(self, text: str, at: datetime) -> Granted | Denied:
        """Decide on a pass that is held before the camera."""
        reading = ClockReading(at, SIGNED)
        trust = self.believes.trust(self.mode, int(at.timestamp() * 1000))
        return decide(
            text, reading, self.believes.config, trust, lambda one: self.spent.get(one, 0)
        )
