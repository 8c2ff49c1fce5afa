"""One queue of events in, one thread that takes them: everything a door unit does, does it here.

Drivers put facts on the queue; each fact goes to the one component that knows what follows. Between
events the loop polls inputs, timers and the strike's keep-alive. Whatever goes wrong, the strike is
secured; a loop that hangs stops the keep-alive, so that the hardware locks by itself.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from contracts.credential import looks_like_credential
from contracts.documents import DocumentType
from contracts.errors import ContractError
from contracts.freshness import Ack
from contracts.journal import EventKind
from contracts.modes import DoorMode
from contracts.reasons import Fault
from contracts.topics import Down, Up
from edge.access import Access
from edge.believing import Believing
from edge.commanding import Commanding
from edge.core.mistakes import Mistakes
from edge.doorway import Doorway
from edge.drivers.database import DatabaseFailed
from edge.drivers.inputs import Inputs
from edge.drivers.systemd import Supervisor
from edge.events import (
    CentralSeen,
    CodeSeen,
    CodeUnclear,
    ControlRequest,
    Emit,
    Event,
    Input,
    InputChanged,
    LinkDown,
    LinkUp,
    PublishRefused,
    ReaderHealth,
    Received,
    StopRequested,
)
from edge.faults import Faults
from edge.floor_reset import FloorResetting
from edge.housekeeping import Housekeeping
from edge.inbox import Inbox
from edge.recording import Recorder
from edge.signs import Signs
from edge.unit_clock import UnitClock
from edge.uplink import Uplink
from edge.watching import Watching

TURN = 0.02
"""Seconds between two looks at inputs and timers when nothing happens."""
ALIVE_EVERY = 1.0
HEALTH_EVERY = 60.0
_STATEMENTS_IN_A_SESSION = 1 << 20
_CONTACT = Input.DOOR_CONTACT
_FREE = frozenset({DoorMode.UNLOCKED, DoorMode.HOLD_OPEN})

DOCUMENTS = {
    Down.KEYS: DocumentType.KEY_SET,
    Down.AMENDMENTS: DocumentType.AMENDMENTS,
    Down.CONFIG: DocumentType.CONFIG,
    Down.MODES: DocumentType.MODES,
    Down.DENY: DocumentType.DENY,
}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a controller joins; `edge.assembly` makes them."""

    clock: UnitClock
    recorder: Recorder
    faults: Faults
    believing: Believing
    doorway: Doorway
    access: Access
    commanding: Commanding
    watching: Watching
    housekeeping: Housekeeping
    signs: Signs
    inputs: Inputs
    uplink: Uplink
    supervisor: Supervisor
    resetting: FloorResetting
    answer: Callable[[ControlRequest], None]
    """Answers a tool on this machine."""


class Controller:
    """Runs one door."""

    def __init__(self, parts: Parts, inbox: Inbox) -> None:
        """Join the parts; nothing moves yet."""
        self._parts, self._inbox = parts, inbox
        self._stopping = ""
        self._alive_due = self._health_due = 0.0
        self._said: object = None
        self._held_said = 0
        self._mistakes = Mistakes()
        parts.believing.changed = self._document_changed
        self._configure()

    @property
    def emit(self) -> Emit:
        """Where drivers put what they notice."""
        return self._inbox.emit

    def run(self) -> None:
        """Work until asked to stop; the strike is secured on every way out."""
        parts = self._parts
        try:
            self._begin()
            while not self._stopping:
                self.turn(TURN)
        finally:
            parts.doorway.secure()
            parts.supervisor.stopping()
        parts.recorder.write(EventKind.STOPPED, {"reason": self._stopping})
        parts.uplink.stop(parts.clock.monotonic())

    def turn(self, patience: float) -> None:
        """Take one event, if there is one, and do what is due."""
        event = self._inbox.take(patience)
        try:
            if event is not None:
                self._take(event)
            self._tick(self._parts.clock.monotonic())
        except Exception:  # one event that nobody foresaw must not end the door
            self._parts.doorway.secure()
            now = self._parts.clock.monotonic()
            self._mistakes = self._mistakes.note(now)
            if self._mistakes.are_too_many(now):
                raise  # systemd starts us anew
            log.exception("internal error")
            self._parts.faults.put(Fault.INTERNAL_ERROR, wrong=True)

    def _begin(self) -> None:
        parts, now = self._parts, self._parts.clock.monotonic()
        for name, active in parts.inputs.settled.items():
            if active and name is not _CONTACT:
                parts.watching.input_changed(InputChanged(name, active, now))
        # Before the first pass is judged: a lock-down that still holds lets nobody in meanwhile.
        parts.commanding.follow_mode(now)
        parts.supervisor.ready()

    def _take(self, event: Event) -> None:
        parts = self._parts
        match event:
            case CodeSeen(text, _, at):
                if looks_like_credential(text):
                    parts.access.code_seen(text, at)
            case CodeUnclear(at):
                parts.signs.come_closer(at)
            case ReaderHealth():
                parts.watching.reader_health(event)
            case InputChanged():
                parts.watching.input_changed(event)
            case Received():
                self._received(event)
            case ControlRequest():
                self._answer(event)
            case StopRequested(reason):
                self._stopping = reason
            case LinkUp() | LinkDown() | CentralSeen() | PublishRefused():
                self._link(event)

    def _link(self, event: LinkUp | LinkDown | CentralSeen | PublishRefused) -> None:
        parts, now = self._parts, self._parts.clock.monotonic()
        match event:
            case LinkUp():
                parts.watching.link_up()
                parts.uplink.link_up(event, now)
                parts.believing.ask_soon()
                self._say_held()
                self._health_due = now
            case LinkDown():
                parts.watching.link_down(event)
                parts.uplink.link_down(event, now)
            case CentralSeen():
                parts.uplink.central_seen(event, now)
            case PublishRefused(kind, reason):
                parts.watching.publish_refused(kind, reason)

    def _received(self, event: Received) -> None:
        parts = self._parts
        try:
            kind = Down(event.kind)
        except ValueError:
            log.warning("a message of an unknown kind: %s", event.kind[:40])
            return
        match kind:
            case Down.ACK:
                self._acked(event)
            case Down.COMMAND:
                parts.commanding.take(event.payload, event.at)
            case Down.FRESHNESS:
                parts.believing.take_answer(event.payload, event.at)
            case _:
                parts.believing.take(DOCUMENTS[kind], event.payload, event.at)

    def _acked(self, event: Received) -> None:
        parts = self._parts
        try:
            ack = parts.believing.prove(DocumentType.ACK, event.payload).read(Ack)
            if not parts.uplink.acked(ack, event.at):
                log.error("central acknowledges another history than ours at %s", ack.upto)
                parts.faults.put(Fault.CLONE, wrong=True, detail=f"ack of {ack.upto} differs")
        except ContractError as error:
            parts.believing.refuse(DocumentType.ACK, error, event.at)
        except DatabaseFailed as error:
            log.warning("%s", error)

    def _answer(self, event: ControlRequest) -> None:
        try:
            self._parts.answer(event)
        except Exception as error:  # a tool's question must not end the door
            log.exception("a tool's question failed")
            event.reply({"error": f"{type(error).__name__}: {error}"})
        event.reply(None)

    def _document_changed(self, kind: DocumentType) -> None:
        if kind is DocumentType.CONFIG:
            self._configure()
        if kind is not DocumentType.FRESHNESS:
            self._say_held()
        self._health_due = 0.0

    def _configure(self) -> None:
        config = self._parts.believing.beliefs.config
        if config is not None:
            self._parts.doorway.timings = config.timings
        self._parts.signs.configure(config)

    def _say_held(self) -> None:
        parts = self._parts
        self._held_said += 1
        # Rises within a session and over sessions, so that central can tell the newest one.
        number = parts.uplink.session * _STATEMENTS_IN_A_SESSION + self._held_said
        parts.uplink.say(Up.HELD, DocumentType.HELD, parts.believing.held(), number, retain=True)

    def _tick(self, now: float) -> None:
        parts = self._parts
        parts.inputs.poll(now)
        parts.doorway.tick(now)
        parts.commanding.follow_mode(now)
        parts.access.tick(now)
        parts.believing.tick(now)
        parts.watching.tick(now)
        parts.housekeeping.tick(now)
        parts.resetting.tick(now)
        if self._mistakes.are_over(now):
            parts.faults.put(Fault.INTERNAL_ERROR, wrong=False)
        parts.signs.set_state(
            is_free=parts.doorway.mode in _FREE,
            fault=parts.faults.stops_the_door,
            alarm=parts.faults.sounds_at_the_door,
        )
        parts.signs.tick(now)
        parts.uplink.tick(now)
        self._speak(now)
        if now >= self._alive_due:
            self._alive_due = now + ALIVE_EVERY
            parts.supervisor.alive()

    def _speak(self, now: float) -> None:
        """Say how the unit is, and ask whether it is up to date, when there is somebody to hear it."""
        parts = self._parts
        if not parts.uplink.connected:
            return
        question = parts.believing.question(now)
        if question is not None:
            parts.uplink.say(Up.FRESHNESS, DocumentType.FRESHNESS_REQUEST, question, 0)
        state = (
            parts.doorway.leaf_open,
            parts.doorway.released,
            parts.doorway.mode,
            parts.faults.changes,
        )
        if state != self._said or now >= self._health_due:
            self._said, self._health_due = state, now + HEALTH_EVERY
            parts.uplink.publish(Up.HEALTH, parts.watching.health().to_bytes())
