"""Frames that somebody pushes over a unix socket: the virtual door's camera.

Each is a PNG or JPEG behind its length in four bytes, most significant first. The newest is shown at
the usual rate, with a sensor's noise, until the next one comes or the sender leaves.
"""

import contextlib
import select
import socket
import struct
import sys
from pathlib import Path

import cv2
import numpy as np

from edge.drivers.reader_source import Frame, Grain, Gray, Pace, SourceFailed

LARGEST = 16 * 1024 * 1024  # bytes of one pushed picture
_LENGTH = struct.Struct(">I")
_CHUNK = 262_144


class Pushed:
    """A camera whose pictures come over a socket; an empty hall while nobody pushes."""

    needs_threads = False

    def __init__(self, path: Path, width: int, height: int, rate: int) -> None:
        """Listen.

        Raises:
            SourceFailed: the socket cannot be made there.

        """
        self._listener = _listening(path)
        self._idle = empty_hall(width, height)
        self._shown = self._idle
        self._pace, self._grain = Pace(rate), Grain()
        self._sender: socket.socket | None = None
        self._received = bytearray()

    def read(self) -> Frame:
        """Wait for the next frame and return it."""
        while (remaining := self._pace.remaining()) > 0:
            self._listen(remaining)
        self._listen(0)
        return Frame(self._grain.over(self._shown), self._pace.tick())

    def close(self) -> None:
        """Hang up."""
        self._drop("")
        self._listener.close()

    def _listen(self, seconds: float) -> None:
        streams = [self._listener, *([self._sender] if self._sender else [])]
        for ready in select.select(streams, [], [], seconds)[0]:
            if ready is self._listener:
                self._drop("")
                # One camera, one picture: whoever comes last is the one that is shown.
                self._sender = self._listener.accept()[0]
                self._sender.settimeout(0)
            elif ready is self._sender:
                self._receive(self._sender)

    def _receive(self, sender: socket.socket) -> None:
        try:
            chunk = sender.recv(_CHUNK)
        except OSError:
            chunk = b""
        if not chunk:
            self._drop("")
            return
        self._received += chunk
        newest = None
        while (picture := self._next()) is not None:
            newest = picture
        if newest is not None:
            self._show(newest)

    def _next(self) -> bytes | None:
        """Return the next whole picture received, None until there is one."""
        if len(self._received) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._received)
        if length > LARGEST:
            self._drop(f"announced {length} bytes")
            return None
        end = _LENGTH.size + length
        if len(self._received) < end:
            return None
        picture = bytes(self._received[_LENGTH.size : end])
        del self._received[:end]
        return picture

    def _show(self, raw: bytes) -> None:
        picture = None
        with contextlib.suppress(cv2.error):  # empty, or more pixels than OpenCV is told to take
            picture = cv2.imdecode(np.frombuffer(raw, np.uint8), cv2.IMREAD_GRAYSCALE)
        if picture is None:
            self._drop("sent something that is no picture")
        else:
            self._shown = np.asarray(picture, np.uint8)

    def _drop(self, why: str) -> None:
        if why:
            sys.stderr.write(f"the sender of frames {why} and was cut off\n")
        if self._sender is not None:
            self._sender.close()
        self._sender = None
        self._received.clear()
        self._shown = self._idle


def empty_hall(width: int, height: int) -> Gray:
    """Return what a camera sees where nobody is: wall, tiles, a door, edges and soft light."""
    hall = np.full((height, width), 150, np.uint8)
    horizon, tile = height * 2 // 3, max(16, width // 16)
    hall[horizon:] = 95
    for left in range(0, width, tile):
        cv2.line(hall, (left, horizon), (2 * left - width // 2, height), 70, 2)
    for top in range(horizon, height, max(8, tile // 2)):
        cv2.line(hall, (0, top), (width, top), 70, 2)
    door = (width // 5, height // 6), (width // 5 + width // 6, horizon)
    cv2.rectangle(hall, *door, 60, -1)
    cv2.rectangle(hall, *door, 200, 4)
    light = np.linspace(0.75, 1.15, width)[None, :] * np.linspace(1.0, 0.9, height)[:, None]
    soft = cv2.GaussianBlur(hall, (0, 0), 0.8)
    return np.clip(soft * light, 0, 250).astype(np.uint8)


def _listening(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_socket():  # left behind by one that was killed
            path.unlink()
        listener.bind(str(path))
    except OSError as error:
        listener.close()
        msg = f"frames cannot be received at {path}: {error}; choose another path after 'push:'"
        raise SourceFailed(msg) from error
    path.chmod(0o600)
    listener.listen(1)
    return listener
