"""The door as a pure state machine: TABLE says what follows, IGNORED what deliberately does nothing.

The lock's phase is one table; what explains an opening, the mode and the alarms are small ones of
their own. A door cannot refuse reality, so every pair of phase and event is in TABLE or IGNORED
(a test proves it). Times are monotonic seconds given as arguments; deadlines are absolute.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from contracts.door_config import Timings
from contracts.journal import EventKind
from contracts.modes import DoorMode
from contracts.reasons import Fault

EXPLAINED_FOR = 10.0
"""Seconds for which a request to exit, key, panic bar or fire alarm explains an opening."""


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
    LEAF_OPENED = "leaf_opened"
    LEAF_CLOSED = "leaf_closed"
    RELEASE_OVER = "release_over"


class Do(StrEnum):
    """What follows, by name; `_perform` says what each means."""

    RELEASE = "release"
    SECURE = "secure"
    SECURE_IF_CONFIGURED = "secure_if_configured"
    NOTE_OPENED = "note_opened"
    NOTE_UNEXPECTED = "note_opened_or_forced"
    NOTE_NOT_TAKEN = "note_not_taken"
    NOTE_CLOSED = "note_closed"
    TIME_OPENING = "time_opening"
    CLEAR_ALARMS = "clear_alarms"


_P, _H = Phase, Happening
TABLE: Mapping[tuple[Phase, Happening], tuple[Phase, tuple[Do, ...]]] = {
    (_P.SECURED, _H.GRANT): (_P.RELEASED, (Do.RELEASE,)),
    (_P.SECURED, _H.FREE_BEGINS): (_P.FREE, (Do.RELEASE,)),
    (_P.SECURED, _H.LEAF_OPENED): (_P.OPEN, (Do.NOTE_UNEXPECTED, Do.TIME_OPENING)),
    (_P.RELEASED, _H.GRANT): (_P.RELEASED, (Do.RELEASE,)),
    (_P.RELEASED, _H.FREE_BEGINS): (_P.FREE, (Do.RELEASE,)),
    (_P.RELEASED, _H.LEAF_OPENED): (
        _P.OPEN,
        (Do.SECURE_IF_CONFIGURED, Do.NOTE_OPENED, Do.TIME_OPENING),
    ),
    (_P.RELEASED, _H.RELEASE_OVER): (_P.SECURED, (Do.SECURE, Do.NOTE_NOT_TAKEN)),
    (_P.OPEN, _H.GRANT): (_P.OPEN, (Do.CLEAR_ALARMS, Do.TIME_OPENING)),
    (_P.OPEN, _H.FREE_BEGINS): (_P.FREE_OPEN, (Do.CLEAR_ALARMS, Do.RELEASE)),
    (_P.OPEN, _H.LEAF_CLOSED): (_P.SECURED, (Do.SECURE, Do.CLEAR_ALARMS, Do.NOTE_CLOSED)),
    (_P.OPEN, _H.RELEASE_OVER): (_P.OPEN, (Do.SECURE,)),
    (_P.FREE, _H.FREE_ENDS): (_P.SECURED, (Do.SECURE,)),
    (_P.FREE, _H.LEAF_OPENED): (_P.FREE_OPEN, (Do.NOTE_OPENED,)),
    (_P.FREE_OPEN, _H.FREE_ENDS): (_P.OPEN, (Do.SECURE, Do.TIME_OPENING)),
    (_P.FREE_OPEN, _H.LEAF_CLOSED): (_P.FREE, (Do.NOTE_CLOSED,)),
}
"""(phase, happening) -> (phase, what follows)."""

IGNORED = frozenset(
    {
        (_P.SECURED, _H.FREE_ENDS),
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
        (_P.FREE_OPEN, _H.FREE_BEGINS),
        (_P.FREE_OPEN, _H.LEAF_OPENED),
        (_P.FREE_OPEN, _H.RELEASE_OVER),
    }
)
"""Pairs that change nothing, on purpose."""

FREE_MODES = frozenset({DoorMode.UNLOCKED, DoorMode.HOLD_OPEN})


@dataclass(frozen=True, slots=True)
class Release:
    """Let the strike go for at most `seconds`; None while a mode lasts. `cause` was journalled."""

    seconds: float | None
    cause: int


@dataclass(frozen=True, slots=True)
class Secure:
    """Lock the strike."""


@dataclass(frozen=True, slots=True)
class Record:
    """Write a fact into the journal."""

    kind: EventKind
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Raise:
    """A fault began."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class Clear:
    """A fault ended."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class Warn:
    """Warn that the held-open alarm comes soon."""


Action = Release | Secure | Record | Raise | Clear | Warn


@dataclass(frozen=True, slots=True)
class Door:
    """Everything the unit knows about its door. Deadlines are monotonic seconds, None when off."""

    phase: Phase = Phase.SECURED
    cause: int = 0
    """Number of the journal entry that the last release rests on."""
    accessible: bool = False
    released_since: float = 0.0
    """When the strike's present pulse began."""
    release_until: float | None = None
    warn_at: float | None = None
    held_at: float | None = None
    explained_until: float = float("-inf")
    explained_by: str = ""
    alarms: frozenset[Fault] = frozenset()

    @property
    def leaf_open(self) -> bool:
        """Tell whether the leaf is open."""
        return self.phase in {Phase.OPEN, Phase.FREE_OPEN}

    @property
    def strike_released(self) -> bool:
        """Tell whether the strike is let go."""
        return self.release_until is not None or self.phase in {Phase.FREE, Phase.FREE_OPEN}

    @property
    def due(self) -> float | None:
        """Return the next monotonic second at which `tick` does something."""
        return min(
            (t for t in (self.release_until, self.warn_at, self.held_at) if t is not None),
            default=None,
        )


def at_start(*, leaf_open: bool) -> Door:
    """Return the door when the program starts: nothing is released, whatever was before."""
    return Door(Phase.OPEN if leaf_open else Phase.SECURED)


def grant(
    door: Door, cause: int, now: float, timings: Timings, *, accessible: bool = False
) -> tuple[Door, tuple[Action, ...]]:
    """Return the door after something durable (entry `cause` of the journal) lets somebody in."""
    return _step(replace(door, cause=cause, accessible=accessible), Happening.GRANT, now, timings)


def leaf(
    door: Door, now: float, timings: Timings, *, is_open: bool
) -> tuple[Door, tuple[Action, ...]]:
    """Return the door after its contact changed."""
    happening = Happening.LEAF_OPENED if is_open else Happening.LEAF_CLOSED
    return _step(door, happening, now, timings)


def explain(door: Door, by: str, now: float) -> Door:
    """Return the door after something that explains an opening: exit, key, panic bar, fire."""
    return replace(door, explained_until=now + EXPLAINED_FOR, explained_by=by)


def set_free(
    door: Door, mode: DoorMode, cause: int, now: float, timings: Timings
) -> tuple[Door, tuple[Action, ...]]:
    """Return the door after its mode began, was kept or ended; `cause` is the mode's entry."""
    if mode in FREE_MODES:
        freed, actions = _step(replace(door, cause=cause), Happening.FREE_BEGINS, now, timings)
        if mode is DoorMode.HOLD_OPEN or not freed.leaf_open:
            return replace(freed, warn_at=None, held_at=None), actions
        return freed, actions
    return _step(door, Happening.FREE_ENDS, now, timings)


def tick(door: Door, now: float, timings: Timings) -> tuple[Door, tuple[Action, ...]]:
    """Return the door after every deadline that has passed at `now`."""
    actions: tuple[Action, ...] = ()
    if door.release_until is not None and now >= door.release_until:
        door, actions = _step(
            replace(door, release_until=None), Happening.RELEASE_OVER, now, timings
        )
    if door.warn_at is not None and now >= door.warn_at:
        door, actions = replace(door, warn_at=None), (*actions, Warn())
    if door.held_at is not None and now >= door.held_at:
        held = frozenset({Fault.HELD_OPEN})
        door, actions = (
            replace(door, held_at=None, alarms=door.alarms | held),
            (*actions, Raise(Fault.HELD_OPEN)),
        )
    return door, actions


def _step(
    door: Door, happening: Happening, now: float, timings: Timings
) -> tuple[Door, tuple[Action, ...]]:
    found = TABLE.get((door.phase, happening))
    if found is None:
        return door, ()
    phase, doings = found
    before, door = door, replace(door, phase=phase)
    actions: tuple[Action, ...] = ()
    for doing in doings:
        door, more = _perform(doing, before, door, now, timings)
        actions = (*actions, *more)
    return door, actions


def _perform(
    doing: Do, before: Door, door: Door, now: float, timings: Timings
) -> tuple[Door, tuple[Action, ...]]:
    match doing:
        case Do.RELEASE:
            return _release(before, door, now, timings)
        case Do.SECURE:
            return replace(door, release_until=None), (Secure(),)
        case Do.SECURE_IF_CONFIGURED:
            return _secure_on_open(door, timings)
        case Do.NOTE_OPENED:
            return door, (Record(EventKind.OPENED, {"cause": door.cause}),)
        case Do.NOTE_UNEXPECTED:
            return _note_unexpected(door, now)
        case Do.NOTE_NOT_TAKEN:
            return door, (Record(EventKind.NOT_TAKEN, {"cause": door.cause}),)
        case Do.NOTE_CLOSED:
            return door, (Record(EventKind.CLOSED, {"cause": before.cause}),)
        case Do.TIME_OPENING:
            return _time_opening(door, now, timings), ()
        case Do.CLEAR_ALARMS:
            cleared = tuple(Clear(fault) for fault in sorted(door.alarms))
            return replace(door, alarms=frozenset(), warn_at=None, held_at=None), cleared


def _release(
    before: Door, door: Door, now: float, timings: Timings
) -> tuple[Door, tuple[Action, ...]]:
    record = Record(EventKind.RELEASED, {"cause": door.cause})
    if door.phase in {Phase.FREE, Phase.FREE_OPEN}:
        return replace(door, release_until=None), (Release(None, door.cause), record)
    # Passes shown one after the other lengthen a pulse, never beyond the longest.
    since = before.released_since if before.phase is Phase.RELEASED else now
    asked = timings.extended_release if door.accessible else timings.release
    until = min(now + asked / 1000, since + timings.longest_release / 1000)
    return replace(door, released_since=since, release_until=until), (
        Release(max(0.0, until - now), door.cause),
        record,
    )


def _secure_on_open(door: Door, timings: Timings) -> tuple[Door, tuple[Action, ...]]:
    if timings.secure_on_open:
        return replace(door, release_until=None), (Secure(),)
    return door, ()


def _note_unexpected(door: Door, now: float) -> tuple[Door, tuple[Action, ...]]:
    if now <= door.explained_until:
        return replace(door, accessible=False, cause=0), (
            Record(EventKind.OPENED, {"by": door.explained_by}),
        )
    forced = frozenset({Fault.FORCED_OPEN})
    return replace(door, accessible=False, cause=0, alarms=door.alarms | forced), (
        Record(EventKind.OPENED, {"by": "force"}),
        Raise(Fault.FORCED_OPEN),
    )


def _time_opening(door: Door, now: float, timings: Timings) -> Door:
    allowed = (timings.extended_open if door.accessible else timings.open) / 1000
    return replace(door, warn_at=now + allowed - timings.pre_alarm / 1000, held_at=now + allowed)


def diagram() -> str:
    """Return the table as a Mermaid state diagram, for `docs/door.md`."""
    lines = ["stateDiagram-v2", "    [*] --> secured"]
    for (phase, happening), (following, doings) in TABLE.items():
        what = ", ".join(doing.value.replace("_", " ") for doing in doings)
        lines.append(f"    {phase} --> {following}: {happening.value.replace('_', ' ')} / {what}")
    return "\n".join(lines)
