"""The life of money that goes back: named transitions in one table; pure."""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus

from central.errors import CentralError


class State(StrEnum):
    """Where a refund stands."""

    DUE = "due"
    """The provider is asked to give it back."""
    BY_HAND = "by_hand"
    """Somebody of staff transfers it: it came by transfer or at the desk, or the provider refused."""
    SENT = "sent"
    """The provider said that it will."""
    DONE = "done"


class Transition(StrEnum):
    """What can happen to a refund."""

    OWE = "owe"
    """How each one begins."""
    SEND = "send"
    FINISH = "finish"
    REFUSE = "refuse"
    """The provider does not; a person must."""
    PAY_BACK = "pay_back"
    """Somebody of staff did it."""


class Cause(StrEnum):
    """Why money goes back."""

    CANCELLED = "cancelled"
    LATE = "late"
    """It came when the place was somebody else's."""
    SURPLUS = "surplus"
    """More came than was asked."""
    DEPOSIT = "deposit"
    CHEAPER = "cheaper"
    """The reservation was changed, and costs less."""


TRANSITIONS: Mapping[tuple[State, Transition], State] = {
    (State.DUE, Transition.SEND): State.SENT,
    (State.DUE, Transition.FINISH): State.DONE,
    (State.DUE, Transition.REFUSE): State.BY_HAND,
    (State.SENT, Transition.FINISH): State.DONE,
    (State.SENT, Transition.REFUSE): State.BY_HAND,
    (State.BY_HAND, Transition.PAY_BACK): State.DONE,
}
"""All that can happen; any other pair is refused."""


class RefundNotPossible(CentralError):
    """The refund is not in a state in which this can happen."""

    status = HTTPStatus.CONFLICT
    code = "refund_not_possible"
    sentence = "This refund is {state}; it is not possible to {transition} it."


def after(state: State, transition: Transition) -> State:
    """Return the state that a transition leads to.

    Raises:
        RefundNotPossible: not from this state.

    """
    following = TRANSITIONS.get((state, transition))
    if following is None:
        raise RefundNotPossible(state=state.value, transition=transition.value)
    return following
