"""One program for one data folder: a second one would drive the same strike and fork the journal."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.drivers.database import make_folder
from edge.errors import EdgeError

PATIENCE = 2.0
"""Seconds for a program that is just ending."""
_LOOK_AGAIN = 0.05


class AlreadyRunning(EdgeError):
    """Another program works with this data folder."""


@contextmanager
def claimed(folder: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Keep others away from a data folder for as long as this lasts; the kernel ends it with the process.

    Raises:
        AlreadyRunning: somebody else has it, after `patience` seconds still.
        EdgeError: the folder cannot be made or opened.

    """
    try:
        make_folder(folder)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        msg = f"{folder} cannot be opened: {error.strerror}; is it mounted and writable?"
        raise EdgeError(msg) from error
    try:
        _lock(descriptor, folder, time.monotonic() + patience)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path, deadline: float) -> None:
    while not _is_ours(descriptor):
        if time.monotonic() >= deadline:
            msg = (
                f"a door unit already runs on {folder}: ask it with `hallpass-door status`, or stop it"
                " first (systemctl stop hallpass-door)"
            )
            raise AlreadyRunning(msg)
        time.sleep(_LOOK_AGAIN)


def _is_ours(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
