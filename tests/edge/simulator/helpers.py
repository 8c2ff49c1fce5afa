"""Starts the small door unit, listens as its camera, waits without sleeping blindly."""

import queue
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import cv2
import numpy as np
import segno

from edge.simulator import places
from edge.simulator.pictures import Gray

ROOT = Path(__file__).parents[3]
PATIENCE = 45.0  # seconds; the machine may be busy with other tests
A_PASS = "HP1:" + "0A1B2C3D4E5F" * 12


def wait_for(happened: Callable[[], bool], what: str, within: float = PATIENCE) -> None:
    deadline = time.monotonic() + within
    while not happened():
        assert time.monotonic() < deadline, f"waited {within} s in vain: {what}"
        time.sleep(0.01)


def a_code(text: str = A_PASS) -> bytes:
    """A pass as a PNG, as its page offers it."""
    import io  # noqa: PLC0415

    buffer = io.BytesIO()
    segno.make(text, error="m").save(buffer, kind="png", scale=8, border=4)
    return buffer.getvalue()


class UnitProcess:
    """The small door unit, in its own process."""

    def __init__(self, run: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("a_door_unit.py")), str(run)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            cwd=ROOT,
        )
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def __enter__(self) -> Self:
        if "ready" not in self.said:
            self.hears("ready")
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        self._listener.join(PATIENCE)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()

    def tell(self, order: str) -> None:
        """Give an order and return once it was carried out."""
        self.order(order)
        self.hears(f"did {order}")

    def order(self, order: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{order}\n")
        self.process.stdin.flush()

    def hears(self, text: str) -> None:
        """Return once the unit said this, from now or since the last one that was waited for."""
        deadline = time.monotonic() + PATIENCE
        while True:
            line = self._lines.get(timeout=max(0.01, deadline - time.monotonic()))
            self.said.append(line)
            if line == text:
                return

    def quit(self) -> None:
        """Let it end in order."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(PATIENCE) == 0

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.strip())


class ReaderSocket:
    """The unit's side of `push:`: keeps the newest frame."""

    def __init__(self, run: Path) -> None:
        self.frames: list[Gray] = []
        self._server = places.listen(run / places.CAMERA)
        self._clients: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for client in self._clients:
            client.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            self._clients.append(client)
            with client, client.makefile("rb") as stream:
                while len(head := stream.read(4)) == 4:
                    raw = np.frombuffer(stream.read(struct.unpack(">I", head)[0]), np.uint8)
                    frame = cv2.imdecode(raw, cv2.IMREAD_GRAYSCALE)
                    assert frame is not None
                    self.frames.append(np.asarray(frame, np.uint8))
            self._clients.remove(client)
