"""Shows the door unit's camera what stands before it, over the unit's `push:` socket."""

import contextlib
import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edge.simulator import pictures
from edge.simulator.pictures import Gray

_RETRY = 0.2  # seconds between attempts to connect, and looks whether the unit is still there
_STALLED = 5.0  # seconds that a unit may take to accept a frame


@dataclass(frozen=True, slots=True)
class View:
    """What the camera sees."""

    number: int
    """Goes up with every other picture."""
    covered: bool
    holding: bool
    """Whether something is held up."""
    connected: bool
    """Whether the unit takes the frames."""


class Camera:
    """One camera: a street, until something is held up before it."""

    def __init__(self, socket_path: Path, seed: str, changed: Callable[[], None]) -> None:
        """Feed the unit that listens on a socket; `changed` is called, quickly, on another view."""
        self._path, self._changed = socket_path, changed
        self._street, self._tape = pictures.street(seed), pictures.covered()
        self._held: Gray | None = None
        self._held_until = float("inf")
        self._covered = False
        self._number = 0
        self._sent = -1
        self._hands = 0
        self._stream: socket.socket | None = None
        self._moved = threading.Condition()  # reentrant
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)

    def start(self) -> None:
        """Show frames from now on, connecting as often as it takes."""
        self._thread.start()

    def stop(self) -> None:
        """Show nothing more."""
        with self._moved:
            self._stopping = True
            self._moved.notify_all()
        self._thread.join()

    def look(self) -> View:
        """Return what the camera sees, in words."""
        with self._moved:
            return View(
                self._number, self._covered, self._held is not None, self._stream is not None
            )

    def frame(self) -> Gray:
        """Return what the camera sees."""
        with self._moved:
            if self._covered:
                return self._tape
            return self._street if self._held is None else self._held

    def hold(self, picture: Gray, seconds: float | None) -> None:
        """Hold a picture up, as a hand would: a little tilted. None: until it is taken away."""
        with self._moved:
            self._hands += 1
            seed = self._hands
        self.hold_frame(pictures.held_up(picture, self._street, seed), seconds)

    def hold_frame(self, frame: Gray, seconds: float | None) -> None:
        """Show a whole frame, as it is."""
        until = float("inf") if seconds is None else time.monotonic() + seconds
        with self._moved:
            self._held, self._held_until = frame, until
            self._show_another()

    def take_away(self) -> None:
        """Hold nothing up any more."""
        with self._moved:
            if self._held is not None:
                self._held = None
                self._show_another()

    def cover(self, *, covered: bool) -> None:
        """Put tape on the window, or take it off."""
        with self._moved:
            if covered is not self._covered:
                self._covered = covered
                self._show_another()

    def _show_another(self) -> None:
        self._number += 1
        self._moved.notify_all()
        self._changed()

    def _run(self) -> None:
        while not self._stopping:
            if self._stream is None or _is_gone(self._stream):
                self._reconnect()
            elif self._is_news():
                self._send(self._stream)
            with self._moved:
                self._moved.wait_for(lambda: self._stopping or self._is_news(), _RETRY)
                if time.monotonic() > self._held_until:
                    self._held_until = float("inf")
                    self.take_away()
        self._hang_up()

    def _is_news(self) -> bool:
        return self._stream is not None and self._sent != self._number

    def _reconnect(self) -> None:
        self._hang_up()
        stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        stream.settimeout(_STALLED)
        try:
            stream.connect(str(self._path))
        except OSError:
            stream.close()
        else:
            self._stream, self._sent = stream, -1
            self._changed()

    def _send(self, stream: socket.socket) -> None:
        number = self._number  # a frame that is newer than its number is sent once more
        raw = pictures.as_png(self.frame())
        try:
            stream.sendall(struct.pack(">I", len(raw)) + raw)
            self._sent = number
        except OSError:
            self._hang_up()

    def _hang_up(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()
            self._changed()


def _is_gone(stream: socket.socket) -> bool:
    """Tell whether the unit closed: it never says anything, so anything to read is the end."""
    with contextlib.suppress(OSError):
        if not select.select([stream], [], [], 0)[0]:
            return False
        return stream.recv(4096) == b""
    return True
