"""A lock that says whether it moved: what is a fault, what is not, and what ends one."""

from dataclasses import dataclass, field

import pytest

from contracts.reasons import Fault
from edge.core.door_actions import Clear, Raise
from edge.core.lock_watch import LOCKS_WITHIN, MOVES_WITHIN, SHORTEST_PROOF, LockWatch, look

STUCK, ODD = Fault.LOCK_DID_NOT_MOVE, Fault.CONTACT_DISAGREES
STEP = 0.02
DRIVEN, SECURED, UNLOCKED, LOCKED = True, False, True, False


@dataclass
class ALock:
    """Looked at every 20 ms, as the controller does."""

    watch: LockWatch = field(default_factory=LockWatch)
    now: float = 1000.0
    said: list[Raise | Clear] = field(default_factory=list)

    def stays(
        self, *, driven: bool, unlocked: bool, seconds: float, excused: bool = False
    ) -> "ALock":
        until = self.now + seconds
        while self.now < until:
            self.watch, said = look(
                self.watch, self.now, driven=driven, unlocked=unlocked, excused=excused
            )
            self.said += said
            self.now += STEP
        return self


def test_a_lock_that_follows_is_never_a_fault() -> None:
    lock = ALock()
    for _ in range(3):
        lock.stays(driven=DRIVEN, unlocked=LOCKED, seconds=MOVES_WITHIN - 2 * STEP)
        lock.stays(driven=DRIVEN, unlocked=UNLOCKED, seconds=60)
        lock.stays(driven=SECURED, unlocked=UNLOCKED, seconds=LOCKS_WITHIN - 2 * STEP)
        lock.stays(driven=SECURED, unlocked=LOCKED, seconds=60)
    assert [one for one in lock.said if isinstance(one, Raise)] == []


def test_a_lock_that_was_driven_and_did_not_move_in_time_is_a_fault_once() -> None:
    lock = ALock().stays(driven=DRIVEN, unlocked=LOCKED, seconds=MOVES_WITHIN - 2 * STEP)
    assert lock.said == []
    lock.stays(driven=DRIVEN, unlocked=LOCKED, seconds=60)
    assert lock.said == [Raise(STUCK)]


def test_the_end_of_the_pulse_does_not_end_it_and_the_next_one_that_moves_does() -> None:
    lock = ALock().stays(driven=DRIVEN, unlocked=LOCKED, seconds=5)
    lock.stays(driven=SECURED, unlocked=LOCKED, seconds=60)
    assert lock.said == [Raise(STUCK)]
    lock.stays(driven=DRIVEN, unlocked=LOCKED, seconds=STEP)
    lock.stays(driven=DRIVEN, unlocked=UNLOCKED, seconds=STEP)
    assert lock.said == [Raise(STUCK), Clear(STUCK)]


def test_a_key_that_held_the_bolt_back_before_the_pulse_proves_no_movement() -> None:
    lock = ALock().stays(driven=DRIVEN, unlocked=LOCKED, seconds=5)
    lock.stays(driven=SECURED, unlocked=UNLOCKED, seconds=1)  # the key
    lock.stays(driven=DRIVEN, unlocked=UNLOCKED, seconds=5)
    assert lock.said == [Raise(STUCK)]


def test_a_lock_that_loses_its_power_while_a_mode_holds_it_is_a_fault() -> None:
    lock = ALock().stays(driven=DRIVEN, unlocked=UNLOCKED, seconds=3600)
    lock.stays(driven=DRIVEN, unlocked=LOCKED, seconds=2)
    assert lock.said[-1] == Raise(STUCK)


@pytest.mark.parametrize(
    ("pulse", "said"),
    [
        (STEP, []),
        (SHORTEST_PROOF - STEP, []),  # a lock-down cut it short
        (SHORTEST_PROOF + STEP, [Raise(STUCK)]),
        (MOVES_WITHIN / 2, [Raise(STUCK)]),
        (MOVES_WITHIN, [Raise(STUCK)]),
    ],
)
def test_a_short_pulse_is_judged_at_its_end(pulse: float, said: list[Raise]) -> None:
    lock = ALock().stays(driven=DRIVEN, unlocked=LOCKED, seconds=pulse)
    assert lock.said == []
    lock.stays(driven=SECURED, unlocked=LOCKED, seconds=60)
    assert lock.said == said
    lock.stays(driven=DRIVEN, unlocked=LOCKED, seconds=STEP)
    lock.stays(driven=DRIVEN, unlocked=UNLOCKED, seconds=STEP)
    assert lock.said == [*said, Clear(STUCK)]


def test_a_lock_that_moved_and_holds_again_before_a_pulse_ends_did_move() -> None:
    lock = ALock().stays(driven=DRIVEN, unlocked=LOCKED, seconds=STEP)
    lock.stays(driven=DRIVEN, unlocked=UNLOCKED, seconds=STEP)
    lock.stays(driven=DRIVEN, unlocked=LOCKED, seconds=MOVES_WITHIN / 2)
    lock.stays(driven=SECURED, unlocked=LOCKED, seconds=60)
    assert [one for one in lock.said if isinstance(one, Raise)] == []


def test_a_lock_that_moves_as_a_short_pulse_ends_did_move() -> None:
    lock = ALock().stays(driven=DRIVEN, unlocked=LOCKED, seconds=MOVES_WITHIN / 2)
    lock.stays(driven=SECURED, unlocked=UNLOCKED, seconds=1)
    assert lock.said == []


@pytest.mark.parametrize("before", [DRIVEN, SECURED])
def test_a_lock_that_lets_go_without_being_told_is_a_fault_until_it_holds(before: bool) -> None:  # noqa: FBT001
    lock = ALock().stays(driven=before, unlocked=before, seconds=1)
    lock.said.clear()
    lock.stays(driven=SECURED, unlocked=UNLOCKED, seconds=LOCKS_WITHIN - 2 * STEP)
    assert lock.said == []
    lock.stays(driven=SECURED, unlocked=UNLOCKED, seconds=60)
    assert lock.said == [Raise(ODD)]
    lock.stays(driven=SECURED, unlocked=LOCKED, seconds=1)
    assert lock.said == [Raise(ODD), Clear(ODD)]


def test_a_pass_does_not_end_that_a_welded_relay_lets_go() -> None:
    lock = ALock().stays(driven=SECURED, unlocked=UNLOCKED, seconds=60)
    lock.stays(driven=DRIVEN, unlocked=UNLOCKED, seconds=5)
    assert lock.said == [Raise(ODD)]


def test_an_open_leaf_or_a_hand_on_the_key_may_keep_the_bolt_back() -> None:
    lock = ALock().stays(driven=SECURED, unlocked=UNLOCKED, seconds=60, excused=True)
    assert lock.said == []
    lock.stays(driven=SECURED, unlocked=UNLOCKED, seconds=LOCKS_WITHIN - 2 * STEP)
    assert lock.said == []
    lock.stays(driven=SECURED, unlocked=UNLOCKED, seconds=1)
    assert lock.said == [Raise(ODD)]


def test_nothing_excuses_a_lock_that_was_told_to_let_go_and_did_not() -> None:
    lock = ALock().stays(driven=DRIVEN, unlocked=LOCKED, seconds=5, excused=True)
    assert lock.said == [Raise(STUCK)]
