"""Whether the lock does what it is told, from the contact that some locks have: a pure rule.

Times are monotonic seconds given as arguments. A lock without such a contact is not watched.
"""

from dataclasses import dataclass, replace

from contracts.reasons import Fault
from edge.core.door_actions import Clear, Raise

MOVES_WITHIN = 1.0
"""Seconds after the strike was driven in which the contact must say that the lock lets go."""
SHORTEST_PROOF = 0.2
"""Seconds that a pulse shorter than that must have lasted at least for its end to prove that the lock
stood still: strikes let go in half of them, and a lock-down cuts pulses short."""
LOCKS_WITHIN = 10.0
"""Seconds after the strike was secured in which the contact must say that it holds again: a motor
lock needs some of them, a hand that turns the key too."""

_ALLOWED = {Fault.LOCK_DID_NOT_MOVE: MOVES_WITHIN, Fault.CONTACT_DISAGREES: LOCKS_WITHIN}


@dataclass(frozen=True, slots=True)
class LockWatch:
    """What the strike was told and what the contact said, when last looked at."""

    driven: bool = False
    unlocked: bool = False
    overdue_at: float | None = None
    """When a contradiction between the two becomes a fault; None without one, and once it is one."""
    moved: bool = False
    """Whether the lock let go since the strike is driven."""

    @property
    def contradiction(self) -> Fault | None:
        """What is wrong if strike and contact stay as they are."""
        if self.driven is self.unlocked:
            return None
        return Fault.LOCK_DID_NOT_MOVE if self.driven else Fault.CONTACT_DISAGREES


Outcome = tuple[LockWatch, tuple[Raise | Clear, ...]]


def look(
    watch: LockWatch, now: float, *, driven: bool, unlocked: bool, excused: bool = False
) -> Outcome:
    """Return the watch after another look, and what began or ended to be wrong.

    Args:
        watch: as it was.
        now: monotonic seconds.
        driven: the strike is told to let go.
        unlocked: the contact says that the lock lets go.
        excused: a leaf that stands open, a key, a bar or a fire alarm may keep the bolt back.

    """
    moved = driven and (unlocked or (watch.driven and watch.moved))
    seen = LockWatch(driven, unlocked, watch.overdue_at, moved)
    wrong = seen.contradiction
    if wrong is not watch.contradiction:
        allowed = None if wrong is None else now + _ALLOWED[wrong]
        return replace(seen, overdue_at=allowed), _ended(watch, seen) + _missed(watch, seen, now)
    if wrong is None or seen.overdue_at is None:
        return seen, ()
    if excused and wrong is Fault.CONTACT_DISAGREES:
        return replace(seen, overdue_at=now + LOCKS_WITHIN), ()
    if now < seen.overdue_at:
        return seen, ()
    return replace(seen, overdue_at=None), (Raise(wrong),)


def _missed(before: LockWatch, after: LockWatch, now: float) -> tuple[Raise, ...]:
    """Return what the end of a pulse proves that was too short for the time that a lock is given."""
    if not before.driven or before.moved or before.overdue_at is None:
        return ()
    lasted = now - (before.overdue_at - MOVES_WITHIN)
    if after.driven or after.unlocked or lasted < SHORTEST_PROOF:
        return ()
    return (Raise(Fault.LOCK_DID_NOT_MOVE),)


def _ended(before: LockWatch, after: LockWatch) -> tuple[Clear, ...]:
    """Return what a change proves: only a lock that moves when driven, or holds again, is in order."""
    if after.driven and after.unlocked and not before.unlocked:
        return (Clear(Fault.LOCK_DID_NOT_MOVE),)
    if before.unlocked and not after.unlocked:
        return (Clear(Fault.CONTACT_DISAGREES),)
    return ()
