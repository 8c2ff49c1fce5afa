"""One JSON object per line, out of a stream that may carry anything."""

from collections.abc import Mapping
from typing import Any

from contracts import strict_json
from contracts.errors import Malformed

LONGEST = 4096
"""Bytes of a line; a longer one is passed over, up to its end."""


class Lines:
    """Cuts a stream into lines and keeps those that hold a JSON object; the others are counted."""

    def __init__(self) -> None:
        """Begin with nothing received."""
        self.ignored = 0
        self._rest = bytearray()
        self._passing_over = False

    def feed(self, raw: bytes) -> list[dict[str, Any]]:
        """Return the objects of the lines that are complete now."""
        *complete, rest = raw.split(b"\n")
        found = [value for line in complete if (value := self._finish(line)) is not None]
        self._keep(rest)
        return found

    def _finish(self, line: bytes) -> dict[str, Any] | None:
        self._keep(line)
        whole, self._rest = bytes(self._rest), bytearray()
        too_long, self._passing_over = self._passing_over, False
        value = None if too_long else _object(whole)
        self.ignored += value is None
        return value

    def _keep(self, raw: bytes) -> None:
        if len(self._rest) + len(raw) > LONGEST:
            self._passing_over = True
            self._rest.clear()
        elif not self._passing_over:
            self._rest += raw


def line(message: Mapping[str, Any]) -> bytes:
    """Return a message as a line.

    Raises:
        Malformed: it has a value that JSON has no place for, or is too long.

    """
    raw = strict_json.dumps(dict(message)) + b"\n"
    if len(raw) > LONGEST:
        msg = f"a line of {len(raw)} bytes; the wire takes {LONGEST}"
        raise Malformed(msg)
    return raw


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        value = strict_json.loads(raw)
    except Malformed:
        return None
    return value if isinstance(value, dict) else None
