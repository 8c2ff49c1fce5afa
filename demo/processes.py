"""Start the programs of the demo, wait until each is ready, stop them all, leave nothing behind."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

READY_WITHIN = 40.0  # seconds; generous, for a Pi or a busy two-core machine
STOP_WITHIN = 10.0  # seconds before a program that does not stop is killed
_PR_SET_PDEATHSIG = 1


class DemoFailed(Exception):
    """The demo cannot go on; the message says which program, why, and where its log is."""


@dataclass
class Program:
    """One running program and its log."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def running(self) -> bool:
        """Tell whether it still runs."""
        return self.process.poll() is None

    def tail(self, lines: int = 15) -> str:
        """Return the last lines of its log."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def stop(self) -> None:
        """Ask it to stop, and kill it when it does not."""
        if self.running:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_WITHIN)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End it at once (kill -9), as a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait(STOP_WITHIN)


@dataclass
class Programs:
    """All programs of one demo; the last started is stopped first."""

    logs: Path
    running: dict[str, Program] = field(default_factory=dict)

    def start(self, name: str, command: list[str], env: Mapping[str, str] | None = None) -> Program:
        """Start a program whose output goes to a log of its own."""
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                # Ctrl-C goes to the demo alone, which stops the programs in order.
                start_new_session=True,
                # One call into the C library, safe also where threads run.
                preexec_fn=_die_with_parent,  # noqa: PLW1509
            )
        self.running[name] = Program(name, process, log)
        return self.running[name]

    def wait_ready(
        self, name: str, ready: Callable[[], bool], within: float = READY_WITHIN
    ) -> None:
        """Return once `ready()` holds.

        Raises:
            DemoFailed: it ended or is not ready in time; with the end of its log.

        """
        program, deadline = self.running[name], time.monotonic() + within
        while not ready():
            if not program.running:
                msg = f"{name} ended with code {program.process.returncode}:\n{program.tail()}"
                raise DemoFailed(msg)
            if time.monotonic() > deadline:
                msg = f"{name} was not ready within {within:.0f} s:\n{program.tail()}"
                raise DemoFailed(msg)
            time.sleep(0.02)

    def stop(self, name: str) -> None:
        """Stop one program."""
        self.running.pop(name).stop()

    def kill(self, name: str) -> None:
        """Kill one program with signal 9."""
        self.running.pop(name).kill()

    def stop_all(self) -> None:
        """Stop every program, the last started first."""
        for name in reversed(list(self.running)):
            self.stop(name)


@contextlib.contextmanager
def programs(logs: Path) -> Iterator[Programs]:
    """Give a set of programs that all end with the block, whatever happens in it."""
    group = Programs(logs)
    try:
        yield group
    finally:
        group.stop_all()


def free_port() -> int:
    """Return a loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def python(module: str, *arguments: str) -> list[str]:
    """Return the command that runs one of our own programs with this interpreter."""
    return [sys.executable, "-m", module, *arguments]


def wait_until(happened: Callable[[], bool], what: str, within: float = READY_WITHIN) -> None:
    """Return once something happened.

    Raises:
        DemoFailed: it did not in time; the message names it.

    """
    deadline = time.monotonic() + within
    while not happened():
        if time.monotonic() > deadline:
            msg = f"waited {within:.0f} s in vain: {what}"
            raise DemoFailed(msg)
        time.sleep(0.02)


_LIBC = ctypes.CDLL(None)


def _die_with_parent() -> None:
    # Should the demo itself be killed, nothing of it stays behind.
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
