"""The life of a message to a renter: what there is to say, by which way, named transitions; pure."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus

from central.errors import CentralError


class MessageKind(StrEnum):
    """What a message says."""

    CONFIRMED = "confirmed"
    REQUESTED = "requested"
    APPROVED = "approved"
    """Only where payment follows; otherwise `CONFIRMED` says it."""
    DENIED = "denied"
    MOVED = "moved"
    CANCELLED = "cancelled"
    PASS = "pass"  # noqa: S105 - a pass, not a password
    """How to get in, some days before: with a pass, a key, or somebody who opens."""
    PASS_CHANGED = "pass_changed"  # noqa: S105 - same
    """The pass that was sent opens no more; here is the new one."""
    PASS_MISSING = "pass_missing"  # noqa: S105 - same
    """No pass could be made: somebody calls."""
    FORM = "form"
    """The day after."""
    DEFECT = "defect"
    """Something happened with a defect that one reported."""


class Channel(StrEnum):
    """A way to reach somebody."""

    MAIL = "mail"
    TEXT = "text"
    """To a mobile phone."""
    CALL = "call"
    """Somebody of the contact centre calls."""


ORDER_OF_CHANNELS = (Channel.MAIL, Channel.TEXT, Channel.CALL)


class State(StrEnum):
    """Where a message stands."""

    PLANNED = "planned"
    """Waits for its moment."""
    QUEUED = "queued"
    """Its moment has come: the outbox has it."""
    SENT = "sent"
    """Handed over; whether anybody reads it is unknown."""
    READ = "read"
    """Its link was opened."""
    TO_CALL = "to_call"
    """On the contact centre's call list."""
    REACHED = "reached"
    """Told on the phone."""
    DROPPED = "dropped"
    """Nothing to tell any more."""


class Transition(StrEnum):
    """What can happen to a message."""

    QUEUE = "queue"
    SEND = "send"
    READ = "read"
    NEXT_CHANNEL = "next_channel"
    """It bounced, or nobody read it in time: the next way is tried."""
    CALL = "call"
    """No other way is left."""
    MISS = "miss"
    """Nobody answered the phone."""
    REACH = "reach"
    SEND_AGAIN = "send_again"
    """By every way from the start: the address or number was put right."""
    DROP = "drop"


TRANSITIONS: Mapping[tuple[State, Transition], State] = {
    (State.PLANNED, Transition.QUEUE): State.QUEUED,
    (State.PLANNED, Transition.DROP): State.DROPPED,
    (State.QUEUED, Transition.SEND): State.SENT,
    (State.QUEUED, Transition.CALL): State.TO_CALL,
    (State.QUEUED, Transition.DROP): State.DROPPED,
    (State.SENT, Transition.READ): State.READ,
    (State.SENT, Transition.NEXT_CHANNEL): State.QUEUED,
    (State.TO_CALL, Transition.READ): State.READ,
    (State.TO_CALL, Transition.MISS): State.TO_CALL,
    (State.TO_CALL, Transition.REACH): State.REACHED,
    (State.TO_CALL, Transition.SEND_AGAIN): State.QUEUED,
    (State.TO_CALL, Transition.DROP): State.DROPPED,
}
"""All that can happen; any other pair is refused."""

MUST_ARRIVE = frozenset(MessageKind) - {MessageKind.FORM, MessageKind.DEFECT}
"""Worth a call when no other way is left."""
_A_DAY = timedelta(days=1)
_TIME_TO_READ = timedelta(hours=4)


class MessageNotPossible(CentralError):
    """The message is not in a state in which this can happen."""

    status = HTTPStatus.CONFLICT
    code = "message_not_possible"
    sentence = "This message is {state}; it is not possible to {transition} it."


def after(state: State, transition: Transition) -> State:
    """Return the state that a transition leads to.

    Raises:
        MessageNotPossible: not from this state.

    """
    following = TRANSITIONS.get((state, transition))
    if following is None:
        raise MessageNotPossible(state=state.value, transition=transition.value)
    return following


def next_channel(ways: Collection[Channel], tried: Collection[str]) -> Channel:
    """Return the next way to try, given those that reach somebody; a call is always left."""
    left = (one for one in ORDER_OF_CHANNELS if one in ways and one not in tried)
    return next(left, Channel.CALL)


def read_by(starts_at: datetime, now: datetime) -> datetime | None:
    """Return by when a message that is sent now must have been read; then the next way is tried.

    A day before the use. Who books later gets some hours to read it; None: there is no time left for
    another way.
    """
    until = max(starts_at - _A_DAY, now + _TIME_TO_READ)
    return until if until < starts_at else None
