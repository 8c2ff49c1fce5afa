"""Puts a door unit together: configuration in, a controller out. Nothing else builds things."""

import logging
import secrets
import signal
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import sqlite_utils
from gpiozero import Factory

from contracts.journal import EventKind
from contracts.reasons import Fault
from edge.access import Access
from edge.believing import Believing
from edge.commanding import Commanding
from edge.config import DoorUnitConfig
from edge.controller import Controller, Parts
from edge.doorway import Doorway
from edge.drivers import machine
from edge.drivers.announcer import announcer_named
from edge.drivers.claim import claimed
from edge.drivers.clock import SystemClock
from edge.drivers.control import ControlServer
from edge.drivers.disk import Ballast
from edge.drivers.identity import Identity, load_identity
from edge.drivers.indicator import Indicator
from edge.drivers.inputs import Inputs
from edge.drivers.journal import Journal
from edge.drivers.link import Link
from edge.drivers.memory import open_memory
from edge.drivers.pins import pin_factory, speech_of
from edge.drivers.reader import Reader
from edge.drivers.store import Store
from edge.drivers.strike import Strike
from edge.drivers.systemd import Supervisor
from edge.events import Input, StopRequested
from edge.faults import Faults
from edge.floor_reset import FloorResetting
from edge.guests import Guests
from edge.housekeeping import Housekeeping
from edge.inbox import Inbox
from edge.inspection import Inspection
from edge.pins import read_pins
from edge.recording import Recorder
from edge.release import VERSION
from edge.self_test import SelfTest
from edge.signs import Signs
from edge.unit_clock import UnitClock
from edge.uplink import Uplink
from edge.watching import Watching

JOURNAL = "journal.db"
SECOND = "summary.json"
BALLAST = "ballast"
ANCHOR = "clock.json"
_LOG_LINES = 200
log = logging.getLogger(__name__)


@contextmanager
def door_unit(
    config: DoorUnitConfig, factory: Factory | None = None, inbox: Inbox | None = None
) -> Iterator[Controller]:
    """Give a door unit that is ready to run; everything it took is given back at the end.

    Args:
        config: the unit's.
        factory: pins to use instead of those that the configuration names.
        inbox: where drivers put what they notice, instead of a new one.

    Raises:
        EdgeError: a part cannot work; the message says which and what to do.

    """
    with claimed(config.data), ExitStack() as closing:
        yield _assemble(config, factory, inbox or Inbox(), closing)


def stop_on_signals(controller: Controller) -> None:
    """Let SIGTERM and SIGINT end the program in order."""
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda number, _: controller.emit(StopRequested(f"signal {number}")))


@dataclass(frozen=True, slots=True)
class _Hardware:
    strike: Strike
    inputs: Inputs
    signs: Signs


@dataclass(frozen=True, slots=True)
class _Memory:
    identity: Identity
    boot: bytes
    database: sqlite_utils.Database
    ballast: Ballast
    journal: Journal
    store: Store
    clock: UnitClock
    recorder: Recorder
    faults: Faults


def _assemble(
    config: DoorUnitConfig, factory: Factory | None, inbox: Inbox, closing: ExitStack
) -> Controller:
    hardware = _hardware(config, factory, inbox, closing)
    memory = _memory(config, closing)
    doorway = Doorway(
        hardware.strike,
        memory.recorder,
        memory.faults,
        hardware.signs,
        leaf_open=hardware.inputs.settled[Input.DOOR_CONTACT],
        unlocked=hardware.inputs.settled.get(Input.LOCK_CONTACT),
        now=memory.clock.monotonic(),
    )
    believing = Believing(
        config.unit,
        memory.identity,
        memory.store,
        memory.clock,
        memory.recorder,
        memory.faults,
    )
    uplink = _uplink(config, inbox, memory, closing)
    reader = Reader(config.reader, inbox.emit, config.run)
    guests = Guests(believing, memory.clock)
    access = Access(
        believing,
        memory.clock,
        memory.recorder,
        memory.store,
        doorway,
        hardware.signs,
        guests,
        reader.pause,
    )
    watching = Watching(
        config.data,
        memory.identity,
        memory.clock,
        memory.recorder,
        memory.faults,
        believing,
        doorway,
    )
    watching.unacked = lambda: memory.journal.unacked
    uplink.state_lost = lambda: not believing.beliefs.fresh
    resetting = FloorResetting(config.unit, memory.store, memory.clock, believing, memory.recorder)
    inspection = Inspection(
        unit=config.unit,
        journal=memory.journal,
        clock=memory.clock,
        believing=believing,
        access=access,
        faults=memory.faults,
        watching=watching,
        self_test=SelfTest(
            memory.journal, memory.clock, believing, memory.faults, lambda: uplink.connected
        ),
        resetting=resetting,
        log_lines=log_lines(),
    )
    commanding = Commanding(
        believing,
        memory.clock,
        memory.recorder,
        doorway,
        hardware.signs,
        guests,
        uplink,
        inspection.for_central,
    )
    _start(ControlServer(config.control_socket, inbox.emit), reader, closing)
    parts = Parts(
        clock=memory.clock,
        recorder=memory.recorder,
        faults=memory.faults,
        believing=believing,
        doorway=doorway,
        access=access,
        commanding=commanding,
        watching=watching,
        housekeeping=Housekeeping(
            config.data,
            memory.database,
            memory.journal,
            memory.ballast,
            config.storage.journal_megabytes,
            memory.clock,
            memory.recorder,
            memory.faults,
        ),
        signs=hardware.signs,
        inputs=hardware.inputs,
        uplink=uplink,
        supervisor=Supervisor(),
        resetting=resetting,
        answer=inspection.answer,
    )
    return Controller(parts, inbox)


def _hardware(
    config: DoorUnitConfig, given: Factory | None, inbox: Inbox, closing: ExitStack
) -> _Hardware:
    pins = read_pins()
    if not config.hardware.lock_contact:
        pins = pins.without(Input.LOCK_CONTACT)
    factory = given or pin_factory(config.hardware.pins, config.simulator.wire)
    closing.callback(factory.close)
    # The strike first: from here on it is ours, and it is secured.
    strike = Strike(factory, pins)
    closing.callback(strike.close)
    inputs = Inputs(factory, pins, inbox.emit)
    closing.callback(inputs.close)
    indicator = Indicator(factory, pins)
    closing.callback(indicator.close)
    announcer = announcer_named(config.hardware.announcer, speech_of(factory))
    return _Hardware(strike, inputs, Signs(indicator, announcer))


def _memory(config: DoorUnitConfig, closing: ExitStack) -> _Memory:
    identity, boot = load_identity(config.identity), machine.boot_id()
    ballast = Ballast(config.data / BALLAST, config.storage.ballast_megabytes)
    opened = open_memory(config.data / JOURNAL, config.data / SECOND, boot, ballast)
    closing.callback(opened.database.close)
    config.run.mkdir(mode=0o700, parents=True, exist_ok=True)
    journal, store = opened.journal, opened.store
    clock = UnitClock(SystemClock(config.hardware.rtc), store, config.run / ANCHOR, boot)
    recorder = Recorder(journal, clock)
    faults = Faults(recorder)
    recorder.write(EventKind.STARTED, {"software": VERSION, "boot": boot.hex()})
    if opened.aside is not None:
        words = f"database moved aside: {opened.aside.name}"
        faults.put(Fault.STATE_LOST, wrong=True, detail=words)
    return _Memory(
        identity, boot, opened.database, ballast, journal, store, clock, recorder, faults
    )


def _uplink(config: DoorUnitConfig, inbox: Inbox, memory: _Memory, closing: ExitStack) -> Uplink:
    link = Link(config.unit, config.broker, config.identity, inbox.emit)
    closing.callback(link.close)
    return Uplink(
        unit=config.unit,
        signer=memory.identity.signer,
        journal=memory.journal,
        store=memory.store,
        link=link,
        boot=memory.boot,
        software=VERSION,
        unix_seconds=memory.clock.unix_seconds,
        random=secrets.SystemRandom().random,
    )


def _start(control: ControlServer, reader: Reader, closing: ExitStack) -> None:
    closing.callback(control.stop)
    control.start()
    closing.callback(reader.stop)
    reader.start()


class _Remembering(logging.Handler):
    """Keeps the last lines of the log, for central's `send_logs`."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: deque[str] = deque(maxlen=_LOG_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def log_lines() -> deque[str]:
    """Return the newest lines of the log, which go on being added to."""
    root = logging.getLogger()
    for handler in root.handlers:
        if isinstance(handler, _Remembering):
            return handler.lines
    remembering = _Remembering()
    remembering.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root.addHandler(remembering)
    return remembering.lines
