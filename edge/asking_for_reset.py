"""The two steps of a floor reset as a person takes them at the unit, in files and words."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from contracts.floor_reset import ResetRequest
from edge.errors import EdgeError
from edge.floor_reset import BEGIN, TAKE

Ask = Callable[..., dict[str, Any]]
"""Asks the running unit something and returns its answer."""


def begin_reset(ask: Ask, out: Path) -> list[str]:
    """Write what the root has to sign, and return what to do with it.

    Raises:
        EdgeError: the file is there already, or the unit does not run.

    """
    with _new_file(out) as file:
        found = ask(BEGIN)
        floor = found.pop("floor")
        request = ResetRequest.read(found)
        file.write(request.to_bytes())
    return [
        f"Door unit {request.unit} holds for certain that it is later than {floor}.",
        f"Request {request.nonce} stands in {out}. Holders of the root keys sign it:",
        f"  hallpass-provision floor-reset sign {out.name} --root root.json ...",
        "It is good once, for fourteen days, and until somebody begins anew.",
    ]


def bring_reset(ask: Ask, document: Path) -> list[str]:
    """Bring what the root signed, and return what came of it.

    Raises:
        EdgeError: the file cannot be read, the unit does not run or does not take it.

    """
    try:
        text = document.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{document} cannot be read: {error}"
        raise EdgeError(msg) from error
    done = ask(TAKE, document=text)
    return [
        f"Done: certain was {done['before']}, now only {done['after']}.",
        "Nothing opens until central answered and brought its documents again: a minute.",
    ]


@contextlib.contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """Give a file that did not exist, before anything is asked; it goes again when asking fails."""
    try:
        file = path.open("xb")
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror}"
        raise EdgeError(msg) from error
    try:
        with file:
            yield file
    except BaseException:
        path.unlink()
        raise
