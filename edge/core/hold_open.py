"""A pass that holds its door open for guests: shown twice it begins, shown once more it ends. Pure.

Times are monotonic seconds given as arguments. What a pass holds open rests on that pass: it ends with
its window, as soon as the pass would not open the door any more, and when central says another mode.
It is remembered nowhere else, so that it also ends with the program.
"""

from dataclasses import dataclass
from enum import StrEnum

TWICE_WITHIN = 10.0
"""Seconds after a pass was granted in which showing it again means: leave the door open."""
JUDGED_EVERY = 1.0
"""Seconds between two looks whether the pass would still open the door, while nothing new is believed."""
LONGEST = 12 * 3600.0
"""Seconds after which it ends in any case. The window of a pass may last for days: this is enough for
guests to come all day and too little for a door to stay open over the night as well."""


class Ended(StrEnum):
    """Why a pass holds its door open no longer."""

    SHOWN_AGAIN = "shown_again"
    WINDOW_OVER = "window_over"
    TOO_LONG = "too_long"
    NOT_GRANTED = "not_granted"
    """It was revoked, its reservation moved or was cancelled, or the door lost the time."""
    MODE_SAID = "mode_said"
    """Central signed a mode since; what is signed counts."""


@dataclass(frozen=True, slots=True)
class HoldOpen:
    """The pass that was granted last, or the one that holds the door open."""

    text: str = ""
    granted_at: float = float("-inf")
    until: float | None = None
    """When it ends at the latest; None while nothing is held open."""
    modes: int = 0
    """Number of the modes document when it began."""

    @property
    def is_on(self) -> bool:
        """Tell whether a pass holds the door open."""
        return self.until is not None

    def rests_on(self, text: str) -> bool:
        """Tell whether it is this pass that holds the door open."""
        return self.is_on and self.text == text


NOTHING = HoldOpen()


def shown(
    hold: HoldOpen, text: str, now: float, *, lasts: float, modes: int, may_begin: bool
) -> HoldOpen:
    """Return what holds after a pass that may hold the door open was granted in a new presentation.

    Args:
        hold: as it was.
        text: of the pass.
        now: monotonic seconds.
        lasts: seconds until its window ends.
        modes: number of the modes document that the unit holds.
        may_begin: no mode is in force that lets everybody in already, or nobody.

    """
    if hold.is_on:
        return NOTHING if hold.rests_on(text) else hold
    if not may_begin:
        return NOTHING
    if text == hold.text and now - hold.granted_at < TWICE_WITHIN and lasts > 0:
        return HoldOpen(text, hold.granted_at, min(now + lasts, hold.granted_at + LONGEST), modes)
    return HoldOpen(text, now)


def why_over(hold: HoldOpen, now: float, *, is_good: bool, modes: int) -> Ended | None:
    """Return why a hold that is on must end now; None while it may go on.

    Args:
        hold: that is on.
        now: monotonic seconds.
        is_good: the pass would be granted now.
        modes: number of the modes document that the unit holds.

    """
    if hold.until is None or now >= hold.until:
        return Ended.TOO_LONG if now >= hold.granted_at + LONGEST else Ended.WINDOW_OVER
    if modes != hold.modes:
        return Ended.MODE_SAID
    return None if is_good else Ended.NOT_GRANTED
