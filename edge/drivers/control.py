"""How tools on this machine ask the running program: JSON lines over a unix socket of mode 0600.

Tools never open the journal's file beside the program: with a second connection SQLite before 3.51.3
can corrupt a database.
"""

import contextlib
import json
import queue
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from contracts import strict_json
from contracts.errors import Malformed
from edge.errors import EdgeError
from edge.events import ControlRequest, Emit

ASK = "ask"
_LONGEST_REQUEST = 65_536  # bytes
_PATIENCE = 30.0  # seconds that either side waits for the other
_LONGEST_PATH = 107  # bytes of a unix socket's address

Answer = Mapping[str, Any] | None


class NotRunning(EdgeError):
    """The door unit's program does not run, or does not answer."""


class ControlServer:
    """Puts each request on the controller's queue and sends back what it replies."""

    def __init__(self, path: Path, emit: Emit) -> None:
        """Listen on a socket file, which replaces an old one.

        Raises:
            EdgeError: the folder cannot be written.

        """
        self._path, self._emit = path, emit
        self._server = _listen(path)
        self._thread = threading.Thread(target=self._accept, name="control", daemon=True)

    def start(self) -> None:
        """Take requests from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more."""
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._path.unlink(missing_ok=True)
        if self._thread.is_alive():
            self._thread.join(_PATIENCE)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return  # stopped
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        replies: queue.Queue[Answer] = queue.Queue()
        with connection, contextlib.suppress(OSError, queue.Empty):
            connection.settimeout(_PATIENCE)
            try:
                request = _request(connection)
            except Malformed as error:
                connection.sendall(_line({"error": str(error)}))
                return
            name = str(request.pop(ASK, ""))
            self._emit(ControlRequest(name, request, replies.put, time.monotonic()))
            while (answer := replies.get(timeout=_PATIENCE)) is not None:
                connection.sendall(_line(answer))


def ask(path: Path, name: str, **arguments: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON value
    """Ask the running program something, and yield its answers.

    Raises:
        NotRunning: nothing listens at `path`, or it fell silent.
        EdgeError: it refused; the message is its reason.

    """
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_PATIENCE)
            connection.connect(str(path))
            connection.sendall(_line({ASK: name, **arguments}))
            for line in connection.makefile("rb"):
                answer: dict[str, Any] = json.loads(line)
                if "error" in answer:
                    raise EdgeError(answer["error"])
                yield answer
    except (OSError, ValueError) as error:
        msg = f"the door unit does not answer at {path}: {error}; is `hallpass-door run` running?"
        raise NotRunning(msg) from error


def _listen(path: Path) -> socket.socket:
    if len(str(path).encode()) > _LONGEST_PATH:
        msg = f"{path} is too long a name for a socket; choose a shorter `run` folder"
        raise EdgeError(msg)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        server.bind(str(path))
        path.chmod(0o600)
        server.listen()
    except OSError as error:
        server.close()
        msg = f"{path}: {error.strerror}; the `run` folder must be writable"
        raise EdgeError(msg) from error
    return server


def _request(connection: socket.socket) -> dict[str, Any]:
    raw = b""
    while not raw.endswith(b"\n"):
        part = connection.recv(4096)
        if not part:
            break
        raw += part
        if len(raw) > _LONGEST_REQUEST:
            msg = f"a request has at most {_LONGEST_REQUEST} bytes"
            raise Malformed(msg)
    value = strict_json.loads(raw)
    if not isinstance(value, dict):
        msg = "a request is a JSON object"
        raise Malformed(msg)
    return value


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
