from itertools import product

import pytest

from central.booking.reservation import (
    ENDED,
    OCCUPYING,
    TRANSITIONS,
    NotPossible,
    State,
    Transition,
    after,
)

HELD, REQUESTED, IN_HANDLING, DENIED, AWAITING_PAYMENT, CONFIRMED, CANCELLED, EXPIRED, FINISHED = (
    State
)
T = Transition

# Written out by hand: a table that is compared with itself proves nothing.
ALLOWED = {
    (HELD, T.SUBMIT, REQUESTED),
    (HELD, T.ASK_PAYMENT, AWAITING_PAYMENT),
    (HELD, T.CONFIRM, CONFIRMED),
    (HELD, T.MOVE, HELD),
    (HELD, T.CANCEL, CANCELLED),
    (HELD, T.EXPIRE, EXPIRED),
    (REQUESTED, T.TAKE_UP, IN_HANDLING),
    (REQUESTED, T.APPROVE, AWAITING_PAYMENT),
    (REQUESTED, T.DENY, DENIED),
    (REQUESTED, T.CANCEL, CANCELLED),
    (REQUESTED, T.EXPIRE, EXPIRED),
    (IN_HANDLING, T.APPROVE, AWAITING_PAYMENT),
    (IN_HANDLING, T.DENY, DENIED),
    (IN_HANDLING, T.CANCEL, CANCELLED),
    (IN_HANDLING, T.EXPIRE, EXPIRED),
    (AWAITING_PAYMENT, T.CONFIRM, CONFIRMED),
    (AWAITING_PAYMENT, T.CANCEL, CANCELLED),
    (AWAITING_PAYMENT, T.EXPIRE, EXPIRED),
    (EXPIRED, T.REBOOK, CONFIRMED),
    (CONFIRMED, T.MOVE, CONFIRMED),
    (CONFIRMED, T.CANCEL, CANCELLED),
    (CONFIRMED, T.FINISH, FINISHED),
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
    assert set(State) - OCCUPYING == {DENIED, CANCELLED, EXPIRED} == ENDED


def test_nothing_leaves_an_ended_state_but_a_late_payment() -> None:
    leaving = {(came, did) for came, did in TRANSITIONS if came in {*ENDED, FINISHED}}
    assert leaving == {(EXPIRED, T.REBOOK)}
