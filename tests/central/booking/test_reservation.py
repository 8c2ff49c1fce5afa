from itertools import product

import pytest

from central.booking.reservation import (
    OCCUPYING,
    TRANSITIONS,
    NotPossible,
    State,
    Transition,
    after,
)

HELD, CONFIRMED, CANCELLED, EXPIRED, FINISHED = State
HOLD, CONFIRM, MOVE, CANCEL, EXPIRE, FINISH = Transition

# Written out by hand: a table that is compared with itself proves nothing.
ALLOWED = {
    (HELD, CONFIRM, CONFIRMED),
    (HELD, MOVE, HELD),
    (HELD, CANCEL, CANCELLED),
    (HELD, EXPIRE, EXPIRED),
    (CONFIRMED, MOVE, CONFIRMED),
    (CONFIRMED, CANCEL, CANCELLED),
    (CONFIRMED, FINISH, FINISHED),
}


@pytest.mark.parametrize(("state", "transition"), list(product(State, Transition)))
def test_every_transition_from_every_state(state: State, transition: Transition) -> None:
    following = {to for came, did, to in ALLOWED if (came, did) == (state, transition)}
    if following:
        assert {after(state, transition)} == following
    else:
        with pytest.raises(NotPossible) as refusal:
            after(state, transition)
        assert state.value in str(refusal.value)


def test_what_ended_without_use_occupies_nothing() -> None:
    assert set(State) - OCCUPYING == {CANCELLED, EXPIRED}


def test_nothing_leaves_an_ended_state() -> None:
    assert {came for came, _ in TRANSITIONS} == {HELD, CONFIRMED}
