"""The record of a virtual door: a line per pin change, kept by another process than the unit's."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LARGEST = 64 * 1024 * 1024
"""Bytes after which a record is put aside as `….old` and a new one begun."""


@dataclass(frozen=True, slots=True)
class PinChange:
    """An output of the unit took another level."""

    at: float
    """Monotonic second at which the other process had it."""
    pin: int
    """BCM number."""
    high: bool


class Record:
    """Appends lines; each has left this process when `write` returns."""

    def __init__(self, path: Path) -> None:
        """Go on with the file at `path`, or begin it."""
        self._path = path
        self._descriptor = _opened(path)
        self._size = os.fstat(self._descriptor).st_size

    def write(self, at: float, **what: str | int) -> None:
        """Append what happened at a monotonic second."""
        raw = json.dumps({"at": round(at, 6), **what}).encode() + b"\n"
        os.write(self._descriptor, raw)
        self._size += len(raw)
        if self._size > LARGEST:
            self.close()
            self._path.replace(self._path.with_name(f"{self._path.name}.old"))
            self._descriptor, self._size = _opened(self._path), 0

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def read_record(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what a record holds; a last line that is still being written is left out."""
    if not path.exists():
        return
    for raw in path.read_bytes().split(b"\n")[:-1]:
        yield json.loads(raw)


def pin_changes(path: Path) -> list[PinChange]:
    """Return the pin changes in a record, the oldest first."""
    return [
        PinChange(line["at"], line["pin"], line["high"])
        for line in read_record(path)
        if "pin" in line
    ]


def _opened(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
