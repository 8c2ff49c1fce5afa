"""Where a virtual door and its door unit meet: names in the unit's run folder."""

import contextlib
import socket
import stat
from pathlib import Path

from edge.errors import EdgeError

WIRE = "wire.sock"
"""The pins. The unit's configuration names it as `simulator.wire`."""
CAMERA = "camera.sock"
"""What the camera sees. The unit's configuration names it as `reader.source = "push:…"`."""
RECORD = "pins.jsonl"
"""Every pin change, with the monotonic second."""
PORT = "simulator.port"
"""The port of the page, while it is served."""
_LONGEST_PATH = 107  # bytes of a unix socket's address


class NoPlace(EdgeError):
    """A socket cannot be where it should be; the message says why."""


def listen(path: Path) -> socket.socket:
    """Listen on a socket file that only this user can open; a left-over of a dead process goes.

    Raises:
        NoPlace: the path is too long, somebody listens there, or the folder cannot be written.

    """
    if len(bytes(path)) > _LONGEST_PATH:
        msg = f"{path} is too long for a socket ({_LONGEST_PATH} bytes); choose a shorter folder"
        raise NoPlace(msg)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _remove_left_over(path)
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.bind(str(path))
        path.chmod(0o600)
        server.listen(4)
    except OSError as error:
        msg = f"{path}: {error.strerror or error}"
        raise NoPlace(msg) from error
    return server


def _remove_left_over(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            msg = f"{path} is no socket; move it away"
            raise NoPlace(msg)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            if probe.connect_ex(str(path)) == 0:
                msg = f"somebody already listens on {path}; is the virtual door running twice?"
                raise NoPlace(msg)
        path.unlink()
