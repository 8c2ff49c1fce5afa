"""The life of a payment: named transitions in one table; pure.

A payment asks for the money of some reservations in one way. Money can arrive whenever it likes, also
for what was refused, abandoned or too late: it is never overlooked.
"""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus

from central.errors import CentralError


class State(StrEnum):
    """Where a payment stands."""

    BEGUN = "begun"
    """A way was chosen; the provider has not answered yet."""
    OPEN = "open"
    """It can be paid."""
    PARTLY = "partly"
    """Less arrived than was asked; the rest is waited for."""
    BOOKED = "booked"
    """The money is here, and what it is for is certain."""
    LATE = "late"
    """The money is here, and the place was not kept any more: being decided."""
    RETURNED = "returned"
    """The money arrived, and goes back."""
    REFUSED = "refused"
    """The bank did not let it pass."""
    ABANDONED = "abandoned"
    """The payer left, or chose another way."""
    EXPIRED = "expired"
    """Not paid in time."""


class Transition(StrEnum):
    """What can happen to a payment."""

    BEGIN = "begin"
    """How each one begins."""
    OFFER = "offer"
    RECEIVE_PART = "receive_part"
    BOOK = "book"
    COME_LATE = "come_late"
    REBOOK = "rebook"
    """What was paid late was still free, or is certain in part."""
    GIVE_BACK = "give_back"
    RECEIVE_MORE = "receive_more"
    """More arrived than was asked, or again: it goes back."""
    REFUSE = "refuse"
    ABANDON = "abandon"
    EXPIRE = "expire"


WAITING = frozenset({State.BEGUN, State.OPEN})
"""Nothing arrived yet, and it may."""
UNPAID = frozenset({*WAITING, State.REFUSED, State.ABANDONED, State.EXPIRED})
"""Nothing arrived; in the last three nobody waits for it."""
SETTLED = frozenset({State.BOOKED, State.RETURNED})
"""The money arrived, and it was decided what for."""

TRANSITIONS: Mapping[tuple[State, Transition], State] = {
    (State.BEGUN, Transition.OFFER): State.OPEN,
    **{(state, Transition.REFUSE): State.REFUSED for state in WAITING},
    **{(state, Transition.ABANDON): State.ABANDONED for state in WAITING},
    **{(state, Transition.EXPIRE): State.EXPIRED for state in WAITING},
    **{
        (state, transition): following
        for state in (*UNPAID, State.PARTLY)
        for transition, following in (
            (Transition.RECEIVE_PART, State.PARTLY),
            (Transition.BOOK, State.BOOKED),
            (Transition.COME_LATE, State.LATE),
        )
    },
    (State.LATE, Transition.REBOOK): State.BOOKED,
    (State.LATE, Transition.GIVE_BACK): State.RETURNED,
    **{(state, Transition.RECEIVE_MORE): state for state in SETTLED},
}
"""All that can happen; any other pair is refused."""


class PaymentNotPossible(CentralError):
    """The payment is not in a state in which this can happen."""

    status = HTTPStatus.CONFLICT
    code = "payment_not_possible"
    sentence = "This payment is {state}; it is not possible to {transition} it."


def after(state: State, transition: Transition) -> State:
    """Return the state that a transition leads to.

    Raises:
        PaymentNotPossible: not from this state.

    """
    following = TRANSITIONS.get((state, transition))
    if following is None:
        raise PaymentNotPossible(state=state.value, transition=transition.value)
    return following


def may(state: State, transition: Transition) -> bool:
    """Tell whether this can happen now."""
    return (state, transition) in TRANSITIONS
