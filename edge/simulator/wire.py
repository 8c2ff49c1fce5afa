"""The unit's end of the wire to a virtual door: mock pins whose levels live in another process.

An output's change is in the other process's hands before the call that made it returns, so that
killing the unit right afterwards cannot hide it. Inputs are driven from the other side. A broken wire
is like a cut cable: the unit goes on, the pull-ups on the board (hardware/wiring.md) take every
input high, and the log says so; the wire is mended by itself when somebody listens again.
"""

import contextlib
import logging
import socket
import struct
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPin

from contracts.errors import Malformed
from edge.errors import EdgeError
from edge.pins import Pins
from edge.simulator.lines import Lines, line

_RETRY = 0.25  # seconds between attempts to connect
_STALLED = 2  # seconds that the other side may take nothing before the wire counts as broken

log = logging.getLogger(__name__)


class NoVirtualDoor(EdgeError):
    """Nobody is at the other end of the wire."""


class WirePin(MockPin):  # type: ignore[misc] # gpiozero has no types
    """A mock pin at the end of a wire."""

    def _change_state(self, value: bool) -> bool:  # noqa: FBT001 - gpiozero's signature
        changed = bool(super()._change_state(value))
        if changed and self._function == "output":
            self.factory.wire.tell(_number(self), high=bool(value))
        return changed

    def _set_function(self, value: str) -> None:
        was_driven_high = self._function == "output" and self._state
        super()._set_function(value)
        if was_driven_high and value == "input":
            # Nobody drives it any more: the external pull-down takes it low.
            super()._change_state(value=False)
            self.factory.wire.tell(_number(self), high=False)


class WireFactory(MockFactory):  # type: ignore[misc] # gpiozero has no types
    """Makes pins at the end of a wire."""

    def __init__(self, wire: "Wire") -> None:
        """Make pins for a wire."""
        super().__init__(pin_class=WirePin)
        self.wire = wire

    def close(self) -> None:
        """Let go of the pins, then of the wire."""
        super().close()
        self.wire.close()


class Wire:
    """The connection to a virtual door. Safe to use from several threads; nothing here raises."""

    def __init__(self, path: Path, stream: socket.socket) -> None:
        """Use an open connection; callers want `connect`."""
        self._path = path
        self._stream: socket.socket | None = stream
        # Reentrant: what gpiozero calls when an input moves may move an output.
        self._lock = threading.RLock()
        self._outputs: dict[int, bool] = {}
        self._words: bytes | None = None
        self._inputs: dict[int, MockPin] = {}
        self._levels: dict[int, bool] = {}
        self._first_levels = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="wire", daemon=True)

    @classmethod
    def connect(cls, path: Path, within: float = 10.0) -> "Wire":
        """Return the wire, with the level of every input known.

        Args:
            path: the socket on which the virtual door listens.
            within: seconds to wait for it.

        Raises:
            NoVirtualDoor: nobody listens there, or says what the inputs are, in time.

        """
        deadline = time.monotonic() + within
        while (stream := _connected(path)) is None:
            if time.monotonic() > deadline:
                msg = f"no virtual door listens on {path}; start it first: python -m edge.simulator"
                raise NoVirtualDoor(msg)
            time.sleep(_RETRY / 5)
        wire = cls(path, stream)
        wire._thread.start()
        if not wire._first_levels.wait(max(0.1, deadline - time.monotonic())):
            wire.close()
            msg = f"the virtual door at {path} does not say what the inputs are; is another unit on it?"
            raise NoVirtualDoor(msg)
        return wire

    @property
    def connected(self) -> bool:
        """Tell whether somebody is at the other end."""
        return self._stream is not None

    def factory(self, pins: Pins) -> WireFactory:
        """Return the factory for gpiozero devices, with every input at its level."""
        factory = WireFactory(self)
        with self._lock:
            self._inputs = {line.pin: factory.pin(line.pin) for line in pins.inputs.values()}
            self._drive(self._levels)
        return factory

    def send(self, message: Mapping[str, Any]) -> None:
        """Send words for the display; what JSON or the wire cannot take is dropped, with a log line."""
        try:
            raw = line(message)
        except Malformed as error:
            log.warning("not sent to the virtual door: %s", error)
            return
        with self._lock:
            self._words = raw
            self._write(raw)

    def tell(self, pin: int, *, high: bool) -> None:
        """Tell the other side of an output's level; it has it when this returns."""
        with self._lock:
            self._outputs[pin] = high
            self._write(_pin_line(pin, high=high))

    def close(self) -> None:
        """Hang up."""
        self._closing.set()
        with self._lock:
            self._hang_up()
        self._thread.join(_STALLED)

    def _write(self, raw: bytes) -> None:
        if self._stream is None:
            return
        try:
            self._stream.sendall(raw)
        except OSError:
            # A part of the line may be out: nothing sensible can follow on this connection.
            self._hang_up()
            self._stream = None

    def _hang_up(self) -> None:
        if self._stream is not None:
            with contextlib.suppress(OSError):
                self._stream.shutdown(socket.SHUT_RDWR)

    def _listen(self) -> None:
        stream, lines = self._stream, Lines()
        while stream is not None:
            try:
                raw = stream.recv(65_536)
            except OSError:
                raw = b""
            for message in lines.feed(raw):
                self._obey(message)
            if not raw:
                self._break(stream)
                stream, lines = self._mend(), Lines()

    def _break(self, stream: socket.socket) -> None:
        with self._lock:
            self._stream = None
            self._drive(dict.fromkeys(self._inputs, True))
        stream.close()
        if not self._closing.is_set():
            log.error(
                "the wire to the virtual door is broken: outputs move nothing, inputs read high"
            )

    def _mend(self) -> socket.socket | None:
        while not self._closing.wait(_RETRY):
            if (stream := _connected(self._path)) is None:
                continue
            log.info("the wire to the virtual door is mended")
            with self._lock:
                self._stream = stream
                for pin, high in self._outputs.items():
                    self._write(_pin_line(pin, high=high))
                if self._words is not None:
                    self._write(self._words)
            return stream
        return None

    def _obey(self, message: Mapping[str, Any]) -> None:
        """Take input levels: `{"levels": {"23": true}}`. Anything else is nothing to us."""
        levels = message.get("levels")
        if not isinstance(levels, dict):
            return
        with self._lock:
            for name, high in levels.items():
                if name.isdecimal() and len(name) <= 2 and isinstance(high, bool):  # noqa: PLR2004
                    self._levels[int(name)] = high
            self._drive(self._levels)
        self._first_levels.set()

    def _drive(self, levels: Mapping[int, bool]) -> None:
        for number, pin in self._inputs.items():
            if pin.function == "input" and number in levels:
                (pin.drive_high if levels[number] else pin.drive_low)()


def _pin_line(pin: int, *, high: bool) -> bytes:
    return line({"pin": pin, "high": high})


def _number(pin: WirePin) -> int:
    return int(pin.info.name.removeprefix("GPIO"))


def _connected(path: Path) -> socket.socket | None:
    stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        stream.connect(str(path))
    except OSError:
        stream.close()
        return None
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", _STALLED, 0))
    return stream
