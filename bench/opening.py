"""scan_to_strike.*: from the frame that shows a pass to the strike's pin, everything included.

The real reader process decodes, the real controller verifies, decides and writes durably; only the
camera's pictures and the pins are simulated.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

from gpiozero.pins.mock import MockFactory, MockPin

from bench.a_unit import SHORT, enrolled
from bench.options import DoesNotWork, Options
from bench.row import Row, at_most
from central.credentials.qr import png
from demo.phone_photo import photo_of
from edge.assembly import door_unit
from edge.events import CodeSeen, Event
from edge.inbox import Inbox
from edge.pins import read_pins
from edge.simulator import places
from edge.simulator.camera import Camera
from tests.edge.a_unit import UnitUnderTest
from tests.simulators.city import City, some_claims

NAMES = ("scan_to_strike.median", "scan_to_strike.p99")
_TIMES = 200
_MEDIAN, _P99 = 15.0, 60.0  # milliseconds
_PATIENCE = 30.0  # seconds
_STRIKE = f"GPIO{read_pins().strike}"
_set_at: dict[str, float] = {}


class _TimedPin(MockPin):  # type: ignore[misc] # gpiozero has no types
    """A mock pin that notes when it was last driven high."""

    def _set_state(self, value: float) -> None:
        super()._set_state(value)
        if value:
            _set_at[self.info.name] = time.monotonic()


class _Noting(Inbox):
    """Notes in which frame each code was first seen, on its way to the controller."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: dict[str, float] = {}

    def seen(self, text: str) -> float:
        """Return when the first frame with a code was taken; never, if there was none."""
        return self.frames.get(text, float("inf"))

    def emit(self, event: Event) -> None:
        if isinstance(event, CodeSeen):
            self.frames.setdefault(event.text, event.frame_at)
        super().emit(event)


def rows(options: Options) -> Iterator[Row]:
    """Measure them."""
    with tempfile.TemporaryDirectory(prefix="hallpass-") as run:
        found = sorted(_measured(options.scratch / "opening", Path(run)))
    yield at_most(NAMES[0], median(found), "ms", _MEDIAN)
    yield at_most(NAMES[1], quantiles(found, n=100)[98], "ms", _P99)


def _measured(folder: Path, run: Path) -> Iterator[float]:
    city, inbox, factory = City(), _Noting(), MockFactory(pin_class=_TimedPin)
    at_rest(factory)
    camera = Camera(run / places.CAMERA, "bench", lambda: None)
    with door_unit(enrolled(folder, city, run), factory, inbox) as controller:
        unit = UnitUnderTest(controller, factory, city)
        unit.bring_into_service(timings=SHORT)
        camera.start()
        try:
            for number in range(_TIMES):
                text = city.sign_pass(some_claims(credential_id=number.to_bytes(8)))
                camera.hold_frame(photo_of(png(text), number), None)
                _turn_until(unit, lambda text=text: _set_at.get(_STRIKE, 0) > inbox.seen(text))
                yield (_set_at[_STRIKE] - inbox.seen(text)) * 1000
                camera.take_away()
                _turn_until(unit, lambda: not unit.released)
        finally:
            camera.stop()


def at_rest(factory: MockFactory) -> None:
    """Bring every input to its level at rest."""
    for line in read_pins().inputs.values():
        pin = factory.pin(line.pin)
        (pin.drive_low if line.active_high else pin.drive_high)()


def _turn_until(unit: UnitUnderTest, happened: object) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not happened():  # type: ignore[operator]
        if time.monotonic() > deadline:
            msg = "a pass was not read within half a minute"
            raise DoesNotWork(msg)
        unit.controller.turn(0.02)
