"""How much room the journal still has, and what is done at each step of the way down to none.

Grants have a reserve: what is only good to know stops being written first, then refusals. What central
already holds goes early, what it does not hold never goes. On a full disk neither deleting nor noting
an acknowledgement nor starting works any more, so a ballast file is given up shortly before, and the
door refuses while there is still room for these.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from contracts.journal import EventKind

MINIMUM = 2 * 1024 * 1024
"""Bytes that are never used for entries: they let central's acknowledgements make room again."""
RESERVE = 4 * 1024 * 1024
"""Bytes under which only the ballast helps."""
PRUNE_BELOW = 20  # percent of what the journal may use
LOW_BELOW = 10  # percent


class Room(StrEnum):
    """The steps, from plenty to nothing."""

    ENOUGH = "enough"
    PRUNE = "prune"
    """Entries that central holds go now, however young."""
    LOW = "low"
    """Somebody has to look: the fault `disk_low`."""
    LAST_RESORT = "last_resort"
    """The ballast is given up, or was: its room belongs to grants."""
    FULL = "full"
    """Nothing is written and the door refuses, until there is room again."""


@dataclass(frozen=True, slots=True)
class Space:
    """What was measured, in bytes."""

    free: int
    """What the file system still gives this program."""
    total: int
    journal: int
    """In use inside the database."""
    reusable: int
    """Deleted inside the database: the next entries go there."""
    budget: int
    """What the journal may use at most."""
    ballast: int
    ballast_wanted: int


@dataclass(frozen=True, slots=True)
class Measures:
    """What to do at a step."""

    retire_all: bool = False
    """Let every acknowledged entry go, and give their room back to the file system."""
    fault: bool = False
    """Raise `disk_low`."""
    grow_ballast: bool = False
    release_ballast: bool = False


MEASURES: Mapping[Room, Measures] = {
    Room.ENOUGH: Measures(grow_ballast=True),
    Room.PRUNE: Measures(retire_all=True, grow_ballast=True),
    Room.LOW: Measures(retire_all=True, fault=True),
    Room.LAST_RESORT: Measures(retire_all=True, fault=True, release_ballast=True),
    Room.FULL: Measures(retire_all=True, fault=True, release_ballast=True),
}

_OF_A_PASSAGE = frozenset(
    {
        EventKind.RELEASED,
        EventKind.OPENED,
        EventKind.NOT_TAKEN,
        EventKind.CLOSED,
        EventKind.SECURED,
        EventKind.MODE_CHANGED,
        EventKind.COMMAND,
    }
)
_OF_THE_UNIT = frozenset(
    {
        EventKind.STARTED,
        EventKind.STOPPED,
        EventKind.FAULT_RAISED,
        EventKind.FAULT_CLEARED,
        EventKind.DOCUMENT_ACCEPTED,
        EventKind.CLOCK_SET,
        EventKind.FLOOR_RESET,
    }
)
_OF_REFUSALS = frozenset({EventKind.DECIDED, EventKind.REFUSALS_FOLDED, EventKind.DOCUMENT_REFUSED})
WRITTEN: Mapping[Room, frozenset[EventKind]] = {
    Room.ENOUGH: frozenset(EventKind),
    Room.PRUNE: frozenset(EventKind),
    Room.LOW: _OF_A_PASSAGE | _OF_THE_UNIT | _OF_REFUSALS,
    Room.LAST_RESORT: _OF_A_PASSAGE | _OF_THE_UNIT,
    Room.FULL: frozenset(),
}
"""Which facts are still written at a step, of those on which nothing rests."""


def assess(space: Space) -> Room:
    """Return the step for what was measured.

    A ballast that is missing counts as used: its room is not for everybody once it was given up.
    """
    missing = max(0, space.ballast_wanted - space.ballast)
    if space.free < MINIMUM and space.ballast == 0:
        return Room.FULL
    if space.free - missing < RESERVE:
        return Room.LAST_RESORT
    left = min(space.free + space.reusable - missing, space.budget - space.journal)
    may_use = min(space.budget, space.total)
    if left < max(may_use * LOW_BELOW // 100, RESERVE + MINIMUM):
        return Room.LOW
    if left < max(may_use * PRUNE_BELOW // 100, 2 * RESERVE):
        return Room.PRUNE
    return Room.ENOUGH


def may_write(room: Room, kind: EventKind) -> bool:
    """Tell whether a fact of this kind is written now, if nothing rests on it."""
    return kind in WRITTEN[room]


def may_grant(room: Room) -> bool:
    """Tell whether an entry may be written on which something rests: a grant, a command, a mode."""
    return room is not Room.FULL
