"""What follows when something happens to a door: TABLE, and IGNORED for what deliberately does nothing.

A door cannot refuse reality, so every pair of phase and happening is in one of the two (a test
proves it), and the diagram in `docs/door.md` is drawn from the table.
"""

from collections.abc import Mapping
from enum import StrEnum


class Phase(StrEnum):
    """Where strike and leaf are, as far as the unit knows."""

    SECURED = "secured"
    RELEASED = "released"
    """Released for one passage; the leaf has not opened yet."""
    OPEN = "open"
    """The leaf is open; when it closes, it locks."""
    FREE = "free"
    """Released by a mode; the leaf is closed."""
    FREE_OPEN = "free_open"


class Happening(StrEnum):
    """What can happen to a door."""

    GRANT = "grant"
    FREE_BEGINS = "free_begins"
    FREE_ENDS = "free_ends"
    LOCK_DOWN = "lock_down"
    LEAF_OPENED = "leaf_opened"
    LEAF_CLOSED = "leaf_closed"
    RELEASE_OVER = "release_over"


class Do(StrEnum):
    """What follows, by name; `door.py` says what each means."""

    RELEASE = "release"
    SECURE = "secure"
    SECURE_IF_CONFIGURED = "secure_if_configured"
    NOTE_OPENED = "note_opened"
    NOTE_UNEXPECTED = "note_opened_or_forced"
    NOTE_NOT_TAKEN = "note_not_taken"
    NOTE_CLOSED = "note_closed"
    TIME_OPENING = "time_opening"
    CLEAR_HELD = "clear_held"
    CLEAR_ALARMS = "clear_alarms"


_P, _H = Phase, Happening
TABLE: Mapping[tuple[Phase, Happening], tuple[Phase, tuple[Do, ...]]] = {
    (_P.SECURED, _H.GRANT): (_P.RELEASED, (Do.RELEASE,)),
    (_P.SECURED, _H.FREE_BEGINS): (_P.FREE, (Do.RELEASE,)),
    (_P.SECURED, _H.LEAF_OPENED): (_P.OPEN, (Do.NOTE_UNEXPECTED, Do.TIME_OPENING)),
    (_P.RELEASED, _H.GRANT): (_P.RELEASED, (Do.RELEASE,)),
    (_P.RELEASED, _H.FREE_BEGINS): (_P.FREE, (Do.RELEASE,)),
    (_P.RELEASED, _H.LOCK_DOWN): (_P.SECURED, (Do.SECURE, Do.NOTE_NOT_TAKEN)),
    (_P.RELEASED, _H.LEAF_OPENED): (
        _P.OPEN,
        (Do.SECURE_IF_CONFIGURED, Do.NOTE_OPENED, Do.TIME_OPENING),
    ),
    (_P.RELEASED, _H.RELEASE_OVER): (_P.SECURED, (Do.SECURE, Do.NOTE_NOT_TAKEN)),
    # A pulse although the leaf seems open: a contact that lost its magnet must lock nobody out.
    (_P.OPEN, _H.GRANT): (_P.OPEN, (Do.CLEAR_HELD, Do.RELEASE, Do.TIME_OPENING)),
    (_P.OPEN, _H.FREE_BEGINS): (_P.FREE_OPEN, (Do.CLEAR_ALARMS, Do.RELEASE, Do.TIME_OPENING)),
    (_P.OPEN, _H.LOCK_DOWN): (_P.OPEN, (Do.SECURE,)),
    (_P.OPEN, _H.LEAF_CLOSED): (_P.SECURED, (Do.SECURE, Do.CLEAR_ALARMS, Do.NOTE_CLOSED)),
    (_P.OPEN, _H.RELEASE_OVER): (_P.OPEN, (Do.SECURE,)),
    (_P.FREE, _H.FREE_ENDS): (_P.SECURED, (Do.SECURE,)),
    (_P.FREE, _H.LOCK_DOWN): (_P.SECURED, (Do.SECURE,)),
    (_P.FREE, _H.LEAF_OPENED): (_P.FREE_OPEN, (Do.NOTE_OPENED, Do.TIME_OPENING)),
    (_P.FREE_OPEN, _H.FREE_BEGINS): (_P.FREE_OPEN, (Do.CLEAR_HELD, Do.TIME_OPENING)),
    (_P.FREE_OPEN, _H.FREE_ENDS): (_P.OPEN, (Do.SECURE, Do.TIME_OPENING)),
    (_P.FREE_OPEN, _H.LOCK_DOWN): (_P.OPEN, (Do.SECURE, Do.TIME_OPENING)),
    (_P.FREE_OPEN, _H.LEAF_CLOSED): (_P.FREE, (Do.CLEAR_ALARMS, Do.NOTE_CLOSED)),
}
"""(phase, happening) -> (phase, what follows)."""

IGNORED = frozenset(
    {
        (_P.SECURED, _H.FREE_ENDS),
        (_P.SECURED, _H.LOCK_DOWN),
        (_P.SECURED, _H.LEAF_CLOSED),  # bounce
        (_P.SECURED, _H.RELEASE_OVER),  # a timer that lost the race with the leaf
        (_P.RELEASED, _H.FREE_ENDS),
        (_P.RELEASED, _H.LEAF_CLOSED),  # bounce
        (_P.OPEN, _H.FREE_ENDS),
        (_P.OPEN, _H.LEAF_OPENED),  # bounce
        (_P.FREE, _H.GRANT),  # open to all: a pass changes nothing
        (_P.FREE, _H.FREE_BEGINS),
        (_P.FREE, _H.LEAF_CLOSED),
        (_P.FREE, _H.RELEASE_OVER),  # the mode holds the strike, not the pulse
        (_P.FREE_OPEN, _H.GRANT),
        (_P.FREE_OPEN, _H.LEAF_OPENED),
        (_P.FREE_OPEN, _H.RELEASE_OVER),
    }
)
"""Pairs that change nothing, on purpose."""


def diagram() -> str:
    """Return the table as a Mermaid state diagram, for `docs/door.md`."""
    lines = ["stateDiagram-v2", "    [*] --> secured", "    [*] --> open"]
    for (phase, happening), (following, doings) in TABLE.items():
        what = ", ".join(doing.value.replace("_", " ") for doing in doings)
        lines.append(f"    {phase} --> {following}: {happening.value.replace('_', ' ')} / {what}")
    return "\n".join(lines)
