"""The reader process as the door unit sees it: started, listened to, ended."""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path
from typing import IO

import edge
from contracts.errors import Malformed
from edge.drivers.reader_talk import (
    LONGEST_LINE,
    Failed,
    Ready,
    Said,
    Settings,
    from_line,
    pause_line,
)
from edge.errors import EdgeError
from edge.events import ReaderHealth

PROGRAM = "edge.reader_process"
STARTS_WITHIN = 20.0
"""Seconds until the first sign of life: importing OpenCV and opening a camera takes a Pi a while."""
SILENT_FOR = 5.0
"""Seconds without a sign of life after which it hangs."""
MOST_LINES = 200
"""Lines in one second; who says more is no reader of ours."""
_ENDS_WITHIN = 1.0
_LAST_WORDS = 12  # lines
_CHUNK = 65_536
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "LD_PRELOAD")
"""What it is given of our environment, which may hold more than a stranger should see."""
_ADDED = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENCV_LOG_LEVEL": "ERROR",
    "OPENCV_IO_MAX_IMAGE_PIXELS": str(1 << 26),  # a small file can promise a huge picture
}


class ReaderEnded(EdgeError):
    """The reader process is of no use any more; the message says why."""


class ReaderChild:
    """One reader process."""

    def __init__(self, settings: Settings) -> None:
        """Start it.

        Raises:
            ReaderEnded: it cannot be started.

        """
        self._settings = settings
        try:
            # No shell, no inherited files but three pipes.
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-m", PROGRAM, settings.to_argument()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_environment(),
                bufsize=0,
                start_new_session=True,  # Ctrl-C is for the unit, which ends it in order
            )
        except OSError as error:
            msg = f"it cannot be started: {error}"
            raise ReaderEnded(msg) from error
        self._input, self._output, self._errors = map(
            _number, (self._process.stdin, self._process.stdout, self._process.stderr)
        )
        os.set_blocking(self._input, False)
        self._selector = selectors.DefaultSelector()
        for pipe in (self._output, self._errors):
            self._selector.register(pipe, selectors.EVENT_READ)
        self._input_lock, self._ended = threading.Lock(), False
        self._rest = b""
        self._words: deque[bytes] = deque(maxlen=_LAST_WORDS)
        self._deadline = time.monotonic() + STARTS_WITHIN
        self._second, self._lines = 0, 0

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def listen(self, seconds: float) -> list[Said]:
        """Wait for something to be said, at most so long, and return it.

        Raises:
            ReaderEnded: it ended, hangs, failed or says what it should not.

        """
        said: list[Said] = []
        for key, _ in self._selector.select(seconds):
            chunk = os.read(key.fd, _CHUNK)
            if key.fd == self._output:
                said += self._understood(chunk, time.monotonic())
            elif chunk:
                self._note(chunk)
            else:
                self._selector.unregister(self._errors)
        if time.monotonic() > self._deadline:
            msg = "it gives no sign of life"
            raise ReaderEnded(msg)
        return said

    def pause(self, seconds: float) -> None:
        """Have it read nothing for a time. Never waits: one that hangs will be ended anyway."""
        # The lock: once the pipe is closed, its number may be the journal's.
        with self._input_lock, contextlib.suppress(OSError):
            if not self._ended:
                os.write(self._input, pause_line(seconds))

    def end(self, *, at_once: bool) -> str:
        """End it, and return the last it wrote to its error output."""
        with self._input_lock:
            self._ended = True
        self._selector.close()
        if at_once:
            self._process.kill()
        try:
            _, errors = self._process.communicate(timeout=_ENDS_WITHIN)  # closes its input: the end
        except subprocess.TimeoutExpired:
            self._process.kill()
            _, errors = self._process.communicate()
        self._note(errors)
        return b" | ".join(self._words).decode(errors="replace")

    def _understood(self, chunk: bytes, now: float) -> list[Said]:
        if not chunk:
            msg = f"it ended ({_how(self._process)})"
            raise ReaderEnded(msg)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        self._count(len(lines), now)
        if len(self._rest) > LONGEST_LINE:
            msg = "it says something endless"
            raise ReaderEnded(msg)
        try:
            said = [from_line(line, self._settings, now) for line in lines]
        except Malformed as error:
            raise ReaderEnded(str(error)) from error
        for one in said:
            if isinstance(one, Failed):
                raise ReaderEnded(one.why)
            if isinstance(one, (ReaderHealth, Ready)):
                self._deadline = now + SILENT_FOR
        return said

    def _count(self, lines: int, now: float) -> None:
        if int(now) != self._second:
            self._second, self._lines = int(now), 0
        self._lines += lines
        if self._lines > MOST_LINES:
            msg = "it says too much"
            raise ReaderEnded(msg)

    def _note(self, errors: bytes) -> None:
        self._words.extend(line[:200] for line in errors.splitlines() if line.strip())


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, **_ADDED, "PYTHONPATH": str(Path(edge.__file__).parents[1])}


def _number(pipe: IO[bytes] | None) -> int:
    if pipe is None:
        msg = "there is no pipe to it"
        raise ReaderEnded(msg)
    return pipe.fileno()


def _how(process: subprocess.Popen[bytes]) -> str:
    """Return how it ended, in words."""
    try:
        code = process.wait(_ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        return "its pipe closed"
    if code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"
