"""unit.*: the whole door unit at rest, ten frames a second before its camera: start, memory, processor."""

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench.a_unit import as_toml, enrolled
from bench.options import DoesNotWork, Options
from bench.row import Row, at_most
from edge.simulator.bench import VirtualDoor
from tests.simulators.city import City

NAMES = ("unit.start", "unit.memory", "unit.idle_cpu")
_START, _MEMORY, _CPU = 5.0, 150.0, 10.0  # seconds, MB, percent of one core
_SETTLE, _WATCHED = 5.0, 20.0  # seconds
_PATIENCE = 60.0  # seconds


def rows(options: Options) -> Iterator[Row]:
    """Measure them."""
    with tempfile.TemporaryDirectory(prefix="hallpass-") as folder:
        run = Path(folder)
        config = enrolled(options.scratch / "whole", City(), run)
        path = options.scratch / "whole" / "door_unit.toml"
        path.write_text(as_toml(config), encoding="utf-8")
        with VirtualDoor("bench", run):
            yield from _measure(path, run / "notify")


def _measure(config: Path, notify: Path) -> Iterator[Row]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(notify))
        manager.settimeout(_PATIENCE)
        began = time.monotonic()
        log = config.with_name("unit.log")
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "edge", "run", "--config", str(config)],
                env={"NOTIFY_SOCKET": str(notify), "PATH": "/usr/bin:/bin"},
                stderr=output,
            )
        try:
            yield at_most("unit.start", _ready(manager, process, log) - began, "s", _START)
            time.sleep(_SETTLE)  # what is measured is rest
            yield at_most("unit.memory", _megabytes(process.pid), "MB", _MEMORY)
            yield at_most("unit.idle_cpu", _percent(process.pid), "%", _CPU)
        finally:
            process.terminate()
            process.wait(_PATIENCE)


def _ready(manager: socket.socket, process: subprocess.Popen[bytes], log: Path) -> float:
    try:
        while manager.recv(200) != b"READY=1":
            pass
    except TimeoutError:
        said = log.read_text(encoding="utf-8", errors="replace")[-500:]
        msg = f"the unit did not start within {_PATIENCE:.0f} s ({process.poll()}): {said}"
        raise DoesNotWork(msg) from None
    return time.monotonic()


def _family(pid: int) -> list[psutil.Process]:
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def _megabytes(pid: int) -> float:
    """Return the proportional set size of the unit's processes: shared pages count once."""
    return sum(one.memory_full_info().pss for one in _family(pid)) / 1e6


def _percent(pid: int) -> float:
    def used() -> float:
        times = [one.cpu_times() for one in _family(pid)]
        return sum(one.user + one.system for one in times)

    before, began = used(), time.monotonic()
    time.sleep(_WATCHED)
    return (used() - before) / (time.monotonic() - began) * 100
