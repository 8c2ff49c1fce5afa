"""The other end of the wire: one thread that is the hardware of a door, as long as it lives."""

import contextlib
import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from edge.drivers.announcer import Announcement
from edge.pins import Pins
from edge.simulator import hardware, lamp, places
from edge.simulator.hardware import DoorHardware
from edge.simulator.lamp import Watched
from edge.simulator.lines import Lines, line
from edge.simulator.record import Record

Change = Callable[[DoorHardware, float], DoorHardware]
_LONGEST_WORDS = 400  # characters of a title or text
_LANGUAGES = frozenset({"nl", "fr", "en", "de"})
_TONES = frozenset({"ready", "open", "refused", "warn", "fault", "info"})
_LAST_WORDS = 1000  # reads of 64 kB that a dead unit may have left behind
_AGAIN = 0.05  # seconds until levels that a busy unit did not take are offered again

log = logging.getLogger(__name__)


class Board:
    """Pins, strike and inputs of one door; listens for its unit and keeps the record."""

    def __init__(self, run: Path, pins: Pins, changed: Callable[[], None]) -> None:
        """Be the hardware in a run folder; `changed` is called, quickly, when something moved."""
        self.pins = pins
        self._run, self._changed = run, changed
        self._outputs = _outputs(pins)
        self._lock = threading.RLock()
        self._door, self._watched = DoorHardware(pins), Watched()
        self._before: tuple[object, ...] = ()
        self._unit: socket.socket | None = None
        self._lines = Lines()
        self._told: dict[int, bool] = {}
        self._pending = b""
        self._puzzled = False
        self._stopping = False

    def start(self) -> None:
        """Listen, and keep the hardware's time.

        Raises:
            NoPlace: the run folder cannot be used.

        """
        self._server = places.listen(self._run / places.WIRE)
        self._record = Record(self._run / places.RECORD)
        self._waker, self._woken = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        for stream, react in ((self._server, self._welcome), (self._woken, self._clear_wake)):
            stream.setblocking(False)  # noqa: FBT003 - socket's signature
            self._selector.register(stream, selectors.EVENT_READ, react)
        self._thread = threading.Thread(target=self._serve, name="board", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Cut the wire."""
        self._stopping = True
        self._wake()
        self._thread.join()
        for stream in (self._unit, self._server, self._waker, self._woken):
            if stream is not None:
                stream.close()
        self._unit = None
        self._selector.close()
        self._record.close()
        (self._run / places.WIRE).unlink(missing_ok=True)

    def look(self) -> tuple[DoorHardware, Watched]:
        """Return the door and its lamp as they are now."""
        with self._lock:
            return self._door, self._watched

    def change(self, how: Change) -> DoorHardware:
        """Do something to the door, and return it as it is then."""
        with self._lock:
            now = time.monotonic()
            self._door = how(self._door, now)
            self._settle(now)
            door = self._door
        self._wake()
        return door

    def _serve(self) -> None:
        while not self._stopping:
            with self._lock:
                now = time.monotonic()
                self._settle(now)
                self._tell_levels(now)
                patience = self._patience(now)
            for key, _ in self._selector.select(patience):
                with self._lock:
                    key.data()

    def _patience(self, now: float) -> float | None:
        if self._pending:
            return _AGAIN
        ends = [self._door.due(now), lamp.due(self._watched, now)]
        return max(0.0, min((end - now for end in ends if end is not None), default=60.0))

    def _settle(self, now: float) -> None:
        """Note what moved, by whatever cause."""
        door = self._door
        self._watched = lamp.seen(self._watched, door.lamp, now)
        strike = "released" if door.is_released(now) else "secured"
        leaf = "open" if door.leaf_open else "closed"
        held = tuple(what for what in hardware.HANDS if door.is_held(what, now))
        scene = lamp.scene_of(self._watched, now)
        after = (strike, leaf, held, scene, door)
        if after == self._before:
            return
        for name, is_now, was in zip(
            ("strike", "leaf"), after, self._before or ("", ""), strict=False
        ):
            if is_now != was:
                self._record.write(now, **{name: str(is_now)})
        self._before = after
        self._changed()

    def _welcome(self) -> None:
        with contextlib.suppress(BlockingIOError):
            stream, _ = self._server.accept()
            # The unit before may have died a moment ago: what it still said comes first.
            for _ in range(_LAST_WORDS):
                if self._unit is None or not self._hear():
                    break
            self._take(stream)

    def _take(self, stream: socket.socket) -> None:
        if self._unit is not None:
            log.warning("a second unit wants this door's wire; it is turned away")
            stream.close()
            return
        stream.setblocking(False)  # noqa: FBT003 - socket's signature
        self._unit, self._lines, self._told, self._pending = stream, Lines(), {}, b""
        self._puzzled = False
        self._selector.register(stream, selectors.EVENT_READ, self._hear)
        now = time.monotonic()
        self._record.write(now, unit="connected")
        self._door = hardware.unit_came(self._door)
        self._settle(now)

    def _hear(self) -> bool:
        """Take what the unit says, as far as it is here; False when nothing is."""
        if self._unit is None:
            return False
        try:
            raw = self._unit.recv(65_536)
        except BlockingIOError:
            return False
        except OSError:
            raw = b""
        for message in self._lines.feed(raw):
            self._obey(message, time.monotonic())
        if not raw:
            self._lose(self._unit, time.monotonic())
        return True

    def _obey(self, message: Mapping[str, Any], now: float) -> None:
        match message:
            case {"pin": int(pin), "high": bool(high)} if pin in self._outputs:
                self._record.write(now, pin=pin, high=high)
                self._door = hardware.pin_changed(self._door, pin, high=high, now=now)
            case {"announce": dict(words)} if (said := _announcement(words)) is not None:
                self._door = hardware.announced(self._door, said)
            case _:
                if not self._puzzled:
                    log.warning("the unit says things that no pin and no display understands")
                self._puzzled = True
        self._settle(now)

    def _lose(self, unit: socket.socket, now: float) -> None:
        self._selector.unregister(unit)
        unit.close()
        self._unit, self._pending = None, b""
        self._record.write(now, unit="gone")
        for pin in sorted(self._door.high):
            self._record.write(now, pin=pin, high=False, floating=True)
        self._door = hardware.unit_gone(self._door)
        self._settle(now)

    def _tell_levels(self, now: float) -> None:
        if self._unit is None:
            return
        if not self._pending and (levels := self._door.levels(now)) != self._told:
            self._told = levels
            self._pending = line({"levels": {str(pin): high for pin, high in levels.items()}})
        with contextlib.suppress(OSError):  # a full socket is tried again, a broken one is read
            self._pending = (
                self._pending[self._unit.send(self._pending) :] if self._pending else b""
            )

    def _wake(self) -> None:
        with contextlib.suppress(OSError):
            self._waker.send(b".")

    def _clear_wake(self) -> None:
        self._woken.recv(4096)


def _outputs(pins: Pins) -> frozenset[int]:
    lamp_pins = (pins.lamp_red, pins.lamp_green, pins.lamp_blue)
    return frozenset({pins.strike, pins.keep_alive, pins.buzzer, *lamp_pins})


def _announcement(words: Mapping[str, Any]) -> Announcement | None:
    match words:
        case {"title": str(title), "text": str(text), "language": str(language), "tone": str(tone)}:
            pass
        case _:
            return None
    if max(len(title), len(text)) > _LONGEST_WORDS:
        return None
    if language not in _LANGUAGES or tone not in _TONES:
        return None
    return Announcement(title, text, language, tone)
