"""Every transition of a message from every state, and which way is tried next; pure."""

from datetime import timedelta

import pytest

from central.notifications.notification import (
    TRANSITIONS,
    Channel,
    MessageNotPossible,
    State,
    Transition,
    after,
    next_channel,
    read_by,
)
from tests.central.a_city import NOW

ALLOWED = {
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


@pytest.mark.parametrize("transition", Transition)
@pytest.mark.parametrize("state", State)
def test_each_transition_leads_where_it_was_agreed_or_is_refused(
    state: State, transition: Transition
) -> None:
    following = ALLOWED.get((state, transition))
    if following is None:
        with pytest.raises(MessageNotPossible, match=state.value):
            after(state, transition)
    else:
        assert after(state, transition) is following


def test_the_table_says_nothing_else() -> None:
    assert dict(TRANSITIONS) == ALLOWED


@pytest.mark.parametrize(
    ("ways", "tried", "following"),
    [
        ([Channel.MAIL, Channel.TEXT], [], Channel.MAIL),
        ([Channel.MAIL, Channel.TEXT], ["mail"], Channel.TEXT),
        ([Channel.MAIL, Channel.TEXT], ["mail", "text"], Channel.CALL),
        ([Channel.TEXT], [], Channel.TEXT),
        ([Channel.MAIL], ["mail"], Channel.CALL),
        ([], [], Channel.CALL),
        ([Channel.MAIL], ["mail", "call"], Channel.CALL),
    ],
)
def test_mail_comes_first_and_a_call_is_always_left(
    ways: list[Channel], tried: list[str], following: Channel
) -> None:
    assert next_channel(ways, tried) is following


@pytest.mark.parametrize(
    ("hours_before_use", "left_after"),
    [(96, 72), (30, 6), (27, 4), (5, 4), (4, None), (1, None)],
)
def test_it_must_be_read_a_day_before_or_within_hours_where_there_are_some(
    hours_before_use: int, left_after: int | None
) -> None:
    until = read_by(NOW + timedelta(hours=hours_before_use), NOW)
    assert until == (None if left_after is None else NOW + timedelta(hours=left_after))
