"""The life of a deposit: collected with the price, given back after the use; pure.

It is collected and not blocked: neither a transfer nor a bank app can block an amount for weeks.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus

from central.errors import CentralError

RETURNED_WITHIN = timedelta(days=14)
"""After the use; whoever wants to keep a part of a deposit says so before, else it goes back by itself."""


class State(StrEnum):
    """Where a deposit stands."""

    HELD = "held"
    """The city has it."""
    RETURNED = "returned"
    """It goes back whole."""
    RETAINED = "retained"
    """A part stays with the city, or all of it, for a reason; the rest goes back."""


class Transition(StrEnum):
    """What can happen to a deposit."""

    COLLECT = "collect"
    """How each one begins."""
    RETURN = "return"
    RETAIN = "retain"


TRANSITIONS: Mapping[tuple[State, Transition], State] = {
    (State.HELD, Transition.RETURN): State.RETURNED,
    (State.HELD, Transition.RETAIN): State.RETAINED,
}
"""All that can happen; any other pair is refused."""


class DepositNotPossible(CentralError):
    """The deposit is not in a state in which this can happen."""

    status = HTTPStatus.CONFLICT
    code = "deposit_not_possible"
    sentence = "This deposit is {state}; it is not possible to {transition} it."


class TooMuchRetained(CentralError):
    """More would be kept than there is, or nothing."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "too_much_retained"
    sentence = "Of this deposit between 1 and {most} cents can be kept."


def after(state: State, transition: Transition) -> State:
    """Return the state that a transition leads to.

    Raises:
        DepositNotPossible: not from this state.

    """
    following = TRANSITIONS.get((state, transition))
    if following is None:
        raise DepositNotPossible(state=state.value, transition=transition.value)
    return following


def return_by(ends_at: datetime) -> datetime:
    """Return until when a deposit goes back."""
    return ends_at + RETURNED_WITHIN


def check_retained(cents: int, of: int) -> None:
    """Let pass what can be kept of a deposit.

    Raises:
        TooMuchRetained: nothing, or more than there is.

    """
    if not 0 < cents <= of:
        raise TooMuchRetained(field="cents", most=of)
