"""A whole door unit in the test's own process: real journal, real rules, gpiozero's mock pins.

Its controller is turned by hand, so nothing has to be waited for. The broker it looks for is not
there; what central would send is put on its queue.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from gpiozero.pins.mock import MockFactory

from contracts.documents import DocumentType
from contracts.journal import Event, EventKind, read_event
from contracts.keys import SoftwareSigner
from contracts.topics import Down
from edge.assembly import door_unit
from edge.config import Broker, DoorUnitConfig, Hardware, Reader
from edge.controller import Controller
from edge.events import CodeSeen, Input, Received
from edge.pins import read_pins
from tests.simulators.city import SITE, UNIT, City

PINS = read_pins()
DEADLINE = 30.0


def write_identity(folder: Path, city: City, signer: SoftwareSigner) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    pem = signer._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "signing.key"
    path.touch(mode=0o600)
    path.write_bytes(pem)
    (folder / "root.json").write_bytes(city.root_keys.to_bytes())
    return folder


def a_unit_config(folder: Path) -> DoorUnitConfig:
    """Everything in one folder, no broker behind the port, no picture before the camera."""
    return DoorUnitConfig(
        unit=UNIT,
        data=folder / "data",
        identity=folder / "identity",
        run=folder / "run",
        broker=Broker(host="127.0.0.1", port=1),
        reader=Reader(source=f"push:{folder}/camera.sock"),
        hardware=Hardware(pins="mock", rtc=""),
    )


@dataclass
class UnitUnderTest:
    """The unit, its pins, and the city that it belongs to."""

    controller: Controller
    factory: MockFactory
    city: City
    sent: dict[Down, int] = field(default_factory=dict)

    def turn(self, times: int = 3) -> None:
        for _ in range(times):
            self.controller.turn(0)

    def until(self, happened: object, what: str = "it") -> None:
        """Turn until something holds; for what depends on real time."""
        deadline = time.monotonic() + DEADLINE
        while not happened():  # type: ignore[operator]
            assert time.monotonic() < deadline, f"waited in vain: {what}"
            self.controller.turn(0.01)

    # --- what central sends

    def send(self, kind: Down, raw: bytes) -> None:
        self.controller.emit(Received(kind, raw, time.monotonic()))
        self.turn()

    def bring_into_service(self, **config: Any) -> None:  # noqa: ANN401 - fields of DoorConfig
        """Send keys, configuration and lists, and answer that all of it is current."""
        self.send(Down.KEYS, self.city.keyset())
        self.send(Down.CONFIG, self.city.config(**config))
        self.send(Down.AMENDMENTS, self.city.amendments())
        self.answer_freshness()

    def answer_freshness(self, **numbers: int) -> None:
        believing = self.controller._parts.believing
        believing.ask_soon()
        question = believing.question(time.monotonic())
        assert question is not None
        current = {
            DocumentType.KEY_SET: 1,
            DocumentType.CONFIG: 1,
            DocumentType.AMENDMENTS: 1,
        }
        current |= {DocumentType[name.upper()]: number for name, number in numbers.items()}
        self.sent[Down.FRESHNESS] = self.sent.get(Down.FRESHNESS, 0) + 1
        self.send(
            Down.FRESHNESS,
            self.city.freshness(question.nonce, current, self.sent[Down.FRESHNESS]),
        )

    # --- what happens at the door

    def show(self, text: str, at: float | None = None) -> None:
        now = time.monotonic() if at is None else at
        self.controller.emit(CodeSeen(text, now, now))
        self.turn()

    def set_input(self, name: Input, *, active: bool) -> None:
        line = PINS.inputs[name]
        pin = self.factory.pin(line.pin)
        (pin.drive_high if active == line.active_high else pin.drive_low)()
        inputs = self.controller._parts.inputs
        self.until(lambda: inputs.settled[name] is active, f"{name} settles")
        self.turn()

    @property
    def released(self) -> bool:
        return bool(self.factory.pin(PINS.strike).state)

    # --- what was written down

    def events(self, *kinds: EventKind) -> list[Event]:
        journal = self.controller._parts.recorder._journal
        found: list[Event] = []
        after = 0
        while rows := journal.after(after):
            found += [read_event(row.raw) for row in rows]
            after = rows[-1].seq
        return [one for one in found if not kinds or one.kind in kinds]


@contextmanager
def running(
    folder: Path, city: City, config: DoorUnitConfig | None = None, *, leaf_open: bool = False
) -> Iterator[UnitUnderTest]:
    """Give a unit that was just started; started again over the same folder, it remembers."""
    identity = folder / "identity"
    if not (identity / "signing.key").exists():
        write_identity(identity, city, SoftwareSigner.generate())
    factory = MockFactory()
    for line in PINS.inputs.values():  # every input at rest
        pin = factory.pin(line.pin)
        (pin.drive_low if line.active_high else pin.drive_high)()
    if leaf_open:
        factory.pin(PINS.inputs[Input.DOOR_CONTACT].pin).drive_high()
    os.umask(0o077)
    with door_unit(config or a_unit_config(folder), factory) as controller:
        yield UnitUnderTest(controller, factory, city)


__all__ = ["SITE", "UNIT", "UnitUnderTest", "a_unit_config", "running", "write_identity"]
