"""Would this pass still open? The door's own `decide()`, asked before the doors are told. Pure.

A change that the keys do not allow (moved beyond what a key may sign) must become a new pass before
somebody stands in the rain with the old one.
"""

from collections.abc import Iterable, Sequence

from contracts.clock import ClockReading, ClockTrust
from contracts.decision import Denied, Trust, decide
from contracts.door_config import DoorConfig
from contracts.moments import moment_of
from contracts.windows import Window


def next_window(windows: Iterable[Window], minute: int) -> Window | None:
    """Return the window that is open or comes next; None when all are over."""
    return min((window for window in windows if window.end > minute), default=None)


def refusals(
    text: str, window: Window, areas: int, doors: Sequence[DoorConfig], trust: Trust
) -> tuple[Denied, ...]:
    """Return what doors would answer instead of opening, a minute into a window.

    Args:
        text: of the pass.
        window: in which it is to open.
        areas: that it is to open.
        doors: of the site, as they are configured.
        trust: what they will believe after the change.

    """
    minute = min(window.start + 1, window.end - 1)
    then = ClockReading(moment_of(minute), ClockTrust.SIGNED)
    mine = [door for door in doors if door.areas & areas]
    answers = (decide(text, then, door, trust, lambda _credential: 0) for door in mine)
    return tuple(answer for answer in answers if isinstance(answer, Denied))
