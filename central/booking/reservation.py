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
    REQUESTED = "requested"
    """Somebody of the service must agree."""
    IN_HANDLING = "in_handling"
    """Somebody of the service looks at it."""
    DENIED = "denied"
    AWAITING_PAYMENT = "awaiting_payment"
    """The time is kept until the money is booked, for as long as `hold_expires_at` says."""
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """Held, and not confirmed or paid in time."""
    FINISHED = "finished"
    """Its time is over."""


class Transition(StrEnum):
    """What can happen to a reservation."""

    HOLD = "hold"
    """How each one begins."""
    SUBMIT = "submit"
    """The renter asks for approval."""
    TAKE_UP = "take_up"
    APPROVE = "approve"
    """Payment follows; where nothing has to be paid first, `CONFIRM` follows at once."""
    DENY = "deny"
    ASK_PAYMENT = "ask_payment"
    CONFIRM = "confirm"
    MOVE = "move"
    CANCEL = "cancel"
    EXPIRE = "expire"
    REBOOK = "rebook"
    """A late payment found the place still free."""
    FINISH = "finish"


TRANSITIONS: Mapping[tuple[State, Transition], State] = {
    (State.HELD, Transition.SUBMIT): State.REQUESTED,
    (State.HELD, Transition.ASK_PAYMENT): State.AWAITING_PAYMENT,
    (State.HELD, Transition.CONFIRM): State.CONFIRMED,
    (State.HELD, Transition.MOVE): State.HELD,
    (State.HELD, Transition.CANCEL): State.CANCELLED,
    (State.HELD, Transition.EXPIRE): State.EXPIRED,
    (State.REQUESTED, Transition.TAKE_UP): State.IN_HANDLING,
    (State.REQUESTED, Transition.APPROVE): State.AWAITING_PAYMENT,
    (State.REQUESTED, Transition.DENY): State.DENIED,
    (State.REQUESTED, Transition.CANCEL): State.CANCELLED,
    (State.REQUESTED, Transition.EXPIRE): State.EXPIRED,
    (State.IN_HANDLING, Transition.APPROVE): State.AWAITING_PAYMENT,
    (State.IN_HANDLING, Transition.DENY): State.DENIED,
    (State.IN_HANDLING, Transition.CANCEL): State.CANCELLED,
    (State.IN_HANDLING, Transition.EXPIRE): State.EXPIRED,
    (State.AWAITING_PAYMENT, Transition.CONFIRM): State.CONFIRMED,
    (State.AWAITING_PAYMENT, Transition.CANCEL): State.CANCELLED,
    (State.AWAITING_PAYMENT, Transition.EXPIRE): State.EXPIRED,
    (State.EXPIRED, Transition.REBOOK): State.CONFIRMED,
    (State.CONFIRMED, Transition.MOVE): State.CONFIRMED,
    (State.CONFIRMED, Transition.CANCEL): State.CANCELLED,
    (State.CONFIRMED, Transition.FINISH): State.FINISHED,
}
"""All that can happen; any other pair is refused."""

OCCUPYING = frozenset(
    {
        State.HELD,
        State.REQUESTED,
        State.IN_HANDLING,
        State.AWAITING_PAYMENT,
        State.CONFIRMED,
        State.FINISHED,
    }
)
"""States in which the reservation has its spaces (a finished one keeps them as history)."""
RUNNING_OUT = frozenset({State.HELD, State.AWAITING_PAYMENT})
"""States that end by themselves at `hold_expires_at`."""
ENDED = frozenset({State.DENIED, State.CANCELLED, State.EXPIRED})
"""States of what will not happen; its price counts no more."""


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


def may(state: State, transition: Transition) -> bool:
    """Tell whether this can happen now."""
    return (state, transition) in TRANSITIONS
