"""The door as a pure state machine: `door_table` says what follows, this module what that means.

The lock's phase is one table; what explains an opening, the mode and the alarms are small rules of
their own. Times are monotonic seconds given as arguments; deadlines are absolute.
"""

from dataclasses import dataclass, field, replace

from contracts.door_config import Timings
from contracts.journal import EventKind
from contracts.modes import DoorMode
from contracts.reasons import Fault
from edge.core.door_actions import Action, Clear, Raise, Record, Release, Secure, Warn
from edge.core.door_table import IGNORED, TABLE, Do, Happening, Phase, diagram
from edge.errors import EdgeError

__all__ = [  # what belongs to the table is found here too
    "EXPLAINED_FOR",
    "FREE_MODES",
    "IGNORED",
    "LATCHES_WITHIN",
    "TABLE",
    "Action",
    "Clear",
    "Do",
    "Door",
    "Happening",
    "NoCause",
    "Phase",
    "Raise",
    "Record",
    "Release",
    "Secure",
    "Warn",
    "at_start",
    "diagram",
    "explain",
    "grant",
    "leaf",
    "set_free",
    "tick",
]

EXPLAINED_FOR = 10.0
"""Seconds for which a request to exit, key, panic bar or fire alarm explains an opening."""
LATCHES_WITHIN = 1.0
"""Seconds after the strike was secured in which an opening is late or a rebound, not force: a leaf
pulled at the last moment keeps the latch back, and one that is slammed comes back."""

FREE_MODES = frozenset({DoorMode.UNLOCKED, DoorMode.HOLD_OPEN})


_NOTES = {
    Do.NOTE_OPENED: EventKind.OPENED,
    Do.NOTE_NOT_TAKEN: EventKind.NOT_TAKEN,
    Do.NOTE_CLOSED: EventKind.CLOSED,
}


class NoCause(EdgeError):
    """Something wanted to release the strike without a journal entry that says why."""


@dataclass(frozen=True, slots=True)
class Door:
    """Everything the unit knows about its door. Deadlines are monotonic seconds, None when off."""

    phase: Phase = Phase.SECURED
    mode: DoorMode = DoorMode.LOCKED
    cause: int = 0
    """Number of the journal entry that the last release rests on."""
    accessible: bool = False
    released_since: float = 0.0
    """When the strike's present pulse began."""
    release_until: float | None = None
    warn_at: float | None = None
    held_at: float | None = None
    latching_until: float = float("-inf")
    explained_until: float = float("-inf")
    explained_by: str = ""
    explaining: frozenset[str] = field(default=frozenset())
    """What explains an opening for as long as it lasts, such as a fire alarm."""
    alarms: frozenset[Fault] = field(default=frozenset())

    @property
    def leaf_open(self) -> bool:
        """Tell whether the leaf is open."""
        return self.phase in {Phase.OPEN, Phase.FREE_OPEN}

    def explains(self, now: float) -> bool:
        """Tell whether an opening at a monotonic second needs no pass: exit, key, panic bar, fire."""
        return bool(self.explaining) or now <= self.explained_until

    @property
    def is_free(self) -> bool:
        """Tell whether a mode holds the strike released."""
        return self.phase in {Phase.FREE, Phase.FREE_OPEN}

    @property
    def strike_released(self) -> bool:
        """Tell whether the strike is let go."""
        return self.release_until is not None or self.is_free

    @property
    def due(self) -> float | None:
        """Return the next monotonic second at which `tick` does something."""
        return min(
            (t for t in (self.release_until, self.warn_at, self.held_at) if t is not None),
            default=None,
        )


Outcome = tuple[Door, tuple[Action, ...]]


def at_start(*, leaf_open: bool, now: float | None = None, timings: Timings | None = None) -> Door:
    """Return the door when the program starts: nothing is released, whatever was before.

    Args:
        leaf_open: what the contact says.
        now: monotonic seconds; a leaf that stands open is timed from here (None: it is not timed).
        timings: the door's, the usual ones while there is no config.

    """
    door = Door(Phase.OPEN if leaf_open else Phase.SECURED)
    return _time_opening(door, now, timings or Timings()) if leaf_open and now is not None else door


def grant(
    door: Door, cause: int, now: float, timings: Timings, *, accessible: bool = False
) -> Outcome:
    """Return the door after something durable (entry `cause` of the journal) lets somebody in.

    Raises:
        NoCause: `cause` is no entry's number.

    """
    if (door.phase, Happening.GRANT) in IGNORED:
        return door, ()
    # A pulse whose time is over is not lengthened: it ends, and another one begins.
    door, over = _end_pulse(door, now, timings)
    lasting = door.accessible and door.release_until is not None
    door = replace(door, cause=cause, accessible=accessible or lasting)
    door, actions = _step(door, Happening.GRANT, now, timings)
    return door, (*over, *actions)


def leaf(door: Door, now: float, timings: Timings, *, is_open: bool) -> Outcome:
    """Return the door after its contact changed."""
    happening = Happening.LEAF_OPENED if is_open else Happening.LEAF_CLOSED
    return _step(door, happening, now, timings)


def explain(door: Door, by: str, now: float, *, lasts: bool = False) -> Door:
    """Return the door after something that explains an opening: exit, key, panic bar, fire.

    Args:
        door: as it was.
        by: what explains.
        now: monotonic seconds.
        lasts: it goes on explaining until it is told again without `lasts`.

    """
    explaining = door.explaining | {by} if lasts else door.explaining - {by}
    until = now + EXPLAINED_FOR
    return replace(door, explaining=explaining, explained_until=until, explained_by=by)


def set_free(door: Door, mode: DoorMode, cause: int, now: float, timings: Timings) -> Outcome:
    """Return the door after its mode began, was kept or ended; `cause` is the mode's entry.

    Raises:
        NoCause: a free mode begins and `cause` is no entry's number.

    """
    begins, door = mode is not door.mode, replace(door, mode=mode)
    if mode not in FREE_MODES:
        happening = Happening.LOCK_DOWN if mode is DoorMode.LOCKED_DOWN else Happening.FREE_ENDS
        # A lock-down that is only kept must not cut short the pulse of an emergency pass.
        return _step(door, happening, now, timings) if begins else (door, ())
    door = replace(door, cause=cause, accessible=False)
    return _step(door, Happening.FREE_BEGINS, now, timings) if begins else (door, ())


def tick(door: Door, now: float, timings: Timings) -> Outcome:
    """Return the door after every deadline that has passed at `now`."""
    door, actions = _end_pulse(door, now, timings)
    if door.warn_at is not None and now >= door.warn_at:
        door, actions = replace(door, warn_at=None), (*actions, Warn())
    if door.held_at is not None and now >= door.held_at:
        held = frozenset({Fault.HELD_OPEN})
        door, actions = (
            replace(door, held_at=None, alarms=door.alarms | held),
            (*actions, Raise(Fault.HELD_OPEN)),
        )
    return door, actions


def _end_pulse(door: Door, now: float, timings: Timings) -> Outcome:
    if door.release_until is None or now < door.release_until:
        return door, ()
    return _step(replace(door, release_until=None), Happening.RELEASE_OVER, now, timings)


def _step(door: Door, happening: Happening, now: float, timings: Timings) -> Outcome:
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


def _perform(doing: Do, before: Door, door: Door, now: float, timings: Timings) -> Outcome:
    match doing:
        case Do.RELEASE:
            return _release(before, door, now, timings)
        case Do.SECURE:
            return _secure(door, now)
        case Do.SECURE_IF_CONFIGURED:
            return _secure(door, now) if timings.secure_on_open else (door, ())
        case Do.NOTE_UNEXPECTED:
            return _note_unexpected(door, now)
        case Do.NOTE_OPENED | Do.NOTE_NOT_TAKEN | Do.NOTE_CLOSED:
            return door, (Record(_NOTES[doing], {"cause": door.cause}),)
        case Do.TIME_OPENING:
            return _time_opening(door, now, timings), ()
        case Do.CLEAR_HELD:
            return _clear(door, frozenset({Fault.HELD_OPEN}))
        case Do.CLEAR_ALARMS:
            return _clear(door, door.alarms)


def _release(before: Door, door: Door, now: float, timings: Timings) -> Outcome:
    if door.cause < 1:
        msg = f"entry {door.cause} of the journal cannot be a cause"
        raise NoCause(msg)
    record = Record(EventKind.RELEASED, {"cause": door.cause})
    if door.is_free:
        return replace(door, release_until=None), (Release(None, door.cause), record)
    # Passes shown one after the other lengthen a pulse: never shorten it, never beyond the longest.
    since = now if before.release_until is None else before.released_since
    asked = timings.extended_release if door.accessible else timings.release
    until = min(now + asked / 1000, since + timings.longest_release / 1000)
    until = max(until, before.release_until or until)
    return replace(door, released_since=since, release_until=until), (
        Release(until - now, door.cause),
        record,
    )


def _secure(door: Door, now: float) -> Outcome:
    return replace(door, release_until=None, latching_until=now + LATCHES_WITHIN), (Secure(),)


def _note_unexpected(door: Door, now: float) -> Outcome:
    if door.explains(now):
        by = door.explained_by if now <= door.explained_until else min(door.explaining)
        explained = replace(door, accessible=False, cause=0)
        return explained, (Record(EventKind.OPENED, {"by": by}),)
    if now <= door.latching_until:
        return door, (Record(EventKind.OPENED, {"cause": door.cause, "by": "late"}),)
    forced = replace(door, accessible=False, cause=0, alarms=door.alarms | {Fault.FORCED_OPEN})
    return forced, (Record(EventKind.OPENED, {"by": "force"}), Raise(Fault.FORCED_OPEN))


def _time_opening(door: Door, now: float, timings: Timings) -> Door:
    # Held open for guests it may stand as long as it likes; an alarm that is on needs no timer.
    if door.mode is DoorMode.HOLD_OPEN or Fault.HELD_OPEN in door.alarms:
        return replace(door, warn_at=None, held_at=None)
    allowed = (timings.extended_open if door.accessible else timings.open) / 1000
    return replace(door, warn_at=now + allowed - timings.pre_alarm / 1000, held_at=now + allowed)


def _clear(door: Door, faults: frozenset[Fault]) -> Outcome:
    cleared = tuple(Clear(fault) for fault in sorted(door.alarms & faults))
    return replace(door, alarms=door.alarms - faults, warn_at=None, held_at=None), cleared
