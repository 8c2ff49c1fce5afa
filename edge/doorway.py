"""The door: feeds `core.door` with what happens, and carries out what follows from it, in its order.

The only code that moves the strike, and it does so only with the number of a journal entry in hand.
"""

import logging

from contracts.door_config import Timings
from contracts.journal import EventKind
from contracts.modes import DoorMode
from edge.core import door as rules
from edge.core import lock_watch
from edge.core.door import Action, Clear, Raise, Record, Release, Secure, Warn
from edge.drivers.strike import Strike
from edge.events import Input
from edge.faults import Faults
from edge.recording import Recorder
from edge.signs import Signs

log = logging.getLogger(__name__)

EXPLAINS = {
    Input.REX: "rex",
    Input.KEY_CYLINDER: "key_cylinder",
    Input.PANIC_BAR: "panic_bar",
    Input.FIRE_PANEL: "fire_panel",
}
"""Inputs that explain why a leaf opens without a pass."""


class Doorway:
    """Strike, leaf and alarms of one door."""

    def __init__(
        self,
        strike: Strike,
        recorder: Recorder,
        faults: Faults,
        signs: Signs,
        *,
        leaf_open: bool,
        unlocked: bool | None = None,
        now: float,
    ) -> None:
        """Begin with a secured strike, whatever was before; a leaf that stands open is timed from now.

        `unlocked` is what the lock's own contact says, None where the lock has none.
        """
        self._strike, self._recorder = strike, recorder
        self._faults, self._signs = faults, signs
        self._door = rules.at_start(leaf_open=leaf_open, now=now)
        self._lock, self._unlocked = lock_watch.LockWatch(), unlocked
        self.timings = Timings()
        self.mode = DoorMode.LOCKED
        self._is_cut_short = False

    @property
    def leaf_open(self) -> bool:
        """Tell whether the leaf is open."""
        return self._door.leaf_open

    @property
    def released(self) -> bool:
        """Tell whether the strike is let go."""
        return self._strike.released

    @property
    def is_free(self) -> bool:
        """Tell whether a mode lets everybody in."""
        return self._door.is_free

    @property
    def due(self) -> float | None:
        """The monotonic second at which `tick` does something next."""
        return self._door.due

    def let_in(self, cause: int, now: float, *, accessible: bool = False) -> None:
        """Let somebody in; entry `cause` of the journal, already durable, says why."""
        if cause <= 0:
            msg = "nothing is released without a written cause"
            raise ValueError(msg)
        self._follow(rules.grant(self._door, cause, now, self.timings, accessible=accessible), now)

    def contact(self, now: float, *, is_open: bool) -> None:
        """Take what the door contact says."""
        self._follow(rules.leaf(self._door, now, self.timings, is_open=is_open), now)

    def lock_contact(self, *, unlocked: bool) -> None:
        """Take what the lock's own contact says; `tick` judges it."""
        self._unlocked = unlocked

    def explain(self, name: Input, now: float, *, lasts: bool) -> None:
        """Take that something explains an opening, or does so no longer: exit, key, panic bar, fire."""
        self._door = rules.explain(self._door, EXPLAINS[name], now, lasts=lasts)

    def set_mode(self, mode: DoorMode, cause: int, now: float) -> None:
        """Take the mode that holds from now on; `cause` is the entry that says so."""
        self.mode = mode
        self._follow(rules.set_free(self._door, mode, cause, now, self.timings), now)
        if mode is DoorMode.LOCKED_DOWN:
            self._strike.secure()  # also in the middle of somebody's pulse

    def tick(self, now: float) -> None:
        """Do what is due, and keep the hardware's lock timer from running out while released."""
        if self._is_cut_short:
            self._is_cut_short = False
            if self._door.is_free:  # a mode that still holds is written anew, and releases anew
                self.set_mode(DoorMode.LOCKED, 0, now)
        if self._door.due is not None and now >= self._door.due:
            self._follow(rules.tick(self._door, now, self.timings), now)
        self._strike.keep_alive(now)
        self._watch_lock(now)

    def secure(self) -> None:
        """Lock, at once and whatever the state: the program stops or met something it does not know."""
        self._strike.secure()
        self._is_cut_short = True

    def _watch_lock(self, now: float) -> None:
        if self._unlocked is None:
            return
        self._lock, actions = lock_watch.look(
            self._lock,
            now,
            driven=self._strike.released,
            unlocked=self._unlocked,
            excused=self._door.leaf_open or self._door.explains(now),
        )
        for action in actions:
            self._perform(action, now)

    def _follow(self, outcome: tuple[rules.Door, tuple[Action, ...]], now: float) -> None:
        self._door, actions = outcome
        for action in actions:
            self._perform(action, now)

    def _perform(self, action: Action, now: float) -> None:
        match action:
            case Release(seconds, _):
                self._strike.release(now, seconds)
            case Secure():
                self._strike.secure()
            case Record(kind, data):
                self._note(kind, dict(data))
            case Raise(fault):
                self._faults.put(fault, wrong=True)
            case Clear(fault):
                self._faults.put(fault, wrong=False)
            case Warn():
                self._signs.warn(now)

    def _note(self, kind: EventKind, data: dict[str, object]) -> None:
        if kind in {EventKind.CLOSED, EventKind.NOT_TAKEN}:
            self._signs.closed()
        self._recorder.write(kind, data)
