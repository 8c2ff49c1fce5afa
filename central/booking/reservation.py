"""The life of a reservation: named transitions in one table; pure.

Payment, credential and deposit have their own machines; they guard transitions, they are no states.
"""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus

from central.errors import CentralError


class State(StrEnum):
    """Where a reservation stands."""

    HELD = "held"
    """The time is kept for somebody who has not confirmed yet."""
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """Held, and not confirmed in time."""
    FINISHED = "finished"
    """Its time is over."""


class Transition(StrEnum):
    """What can happen to a reservation."""

    HOLD = "hold"
    """How each one begins."""
    CONFIRM = "confirm"
    MOVE = "move"
    CANCEL = "cancel"
    EXPIRE = "expire"
    FINISH = "finish"


TRANSITIONS: Mapping[tuple[State, Transition], State] = {
    (State.HELD, Transition.CONFIRM): State.CONFIRMED,
    (State.HELD, Transition.MOVE): State.HELD,
    (State.HELD, Transition.CANCEL): State.CANCELLED,
    (State.HELD, Transition.EXPIRE): State.EXPIRED,
    (State.CONFIRMED, Transition.MOVE): State.CONFIRMED,
    (State.CONFIRMED, Transition.CANCEL): State.CANCELLED,
    (State.CONFIRMED, Transition.FINISH): State.FINISHED,
}
"""All that can happen; any other pair is refused."""

OCCUPYING = frozenset({State.HELD, State.CONFIRMED, State.FINISHED})
"""States in which the reservation has its spaces (a finished one keeps them as history)."""


class NotPossible(CentralError):
    """The reservation is not in a state in which this can happen."""

    status = HTTPStatus.CONFLICT
    code = "not_possible"
    sentence = "This reservation is {state}; it is not possible to {transition} it."


def after(state: State, transition: Transition) -> State:
    """Return the state that a transition leads to.

    Raises:
        NotPossible: not from this state.

    """
    following = TRANSITIONS.get((state, transition))
    if following is None:
        raise NotPossible(state=state.value, transition=transition.value)
    return following
