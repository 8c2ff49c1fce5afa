"""Display or speaker beside the door: shows words that somebody else chose.

A unit without one says nothing; its pictogram lamps and the buzzer do (`indicator`).
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol, TextIO

from edge.errors import EdgeError


class NoAnnouncer(EdgeError):
    """The configuration names an announcer that this unit cannot have."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the door says now."""

    title: str
    text: str
    language: str
    """ISO 639-1, for the voice."""
    tone: str
    """`ready`, `open`, `refused`, `warn`, `fault` or `info`."""


class Announcer(Protocol):
    """Shows an announcement until the next one."""

    def show(self, announcement: Announcement) -> None:
        """Show it; never waits, never raises."""


class SilentAnnouncer:
    """No display, no voice."""

    def show(self, announcement: Announcement) -> None:
        """Show nothing."""
        del announcement


class TerminalAnnouncer:
    """Prints; for a door on a desk."""

    def __init__(self, output: TextIO | None = None) -> None:
        """Print to a stream, the program's standard output by default."""
        self._output = output or sys.stdout

    def show(self, announcement: Announcement) -> None:
        """Print one line."""
        print(f"[{announcement.title}] {announcement.text}", file=self._output, flush=True)


class WiredAnnouncer:
    """Tells the virtual door, over the same wire as the pins."""

    def __init__(self, send: Callable[[Mapping[str, Any]], None]) -> None:
        """Speak through `send`, which must not raise."""
        self._send = send

    def show(self, announcement: Announcement) -> None:
        """Send the words."""
        self._send({"announce": asdict(announcement)})


def announcer_named(name: str, send: Callable[[Mapping[str, Any]], None] | None) -> Announcer:
    """Return the announcer that `hardware.announcer` names.

    Args:
        name: `none`, `terminal` or `simulator`.
        send: what speaks to the virtual door, when there is one.

    Raises:
        NoAnnouncer: the name is unknown, or there is no virtual door to speak to.

    """
    match name:
        case "none":
            return SilentAnnouncer()
        case "terminal":
            return TerminalAnnouncer()
        case "simulator" if send is not None:
            return WiredAnnouncer(send)
        case "simulator":
            msg = "hardware.announcer = 'simulator' needs simulator.wire"
            raise NoAnnouncer(msg)
        case _:
            msg = f"hardware.announcer must be 'none', 'terminal' or 'simulator', not {name!r}"
            raise NoAnnouncer(msg)
