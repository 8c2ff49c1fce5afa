"""The one queue: a flood of what strangers send costs neither what happens once nor the next pass."""

from edge.events import (
    CentralSeen,
    CodeSeen,
    Event,
    Input,
    InputChanged,
    LinkDown,
    Received,
    StopRequested,
)
from edge.inbox import MOST_BEFORE, MOST_WAITING, Inbox

ONCE: tuple[Event, ...] = (
    InputChanged(Input.DOOR_CONTACT, active=True, at=1.0),
    LinkDown("gone", refused=False, at=1.0),
    StopRequested("signal 15"),
)
FLOODS: tuple[Event, ...] = (
    Received("cmd", b"{}", 0.0),
    CentralSeen(online=True, session=1, at=0.0),
)


def test_flood_is_dropped_and_what_happens_once_gets_in() -> None:
    for message in FLOODS:
        inbox = Inbox()
        for _ in range(MOST_WAITING + 50):
            inbox.emit(message)
        for event in ONCE:
            inbox.emit(event)
        assert inbox.dropped == 50
        taken = [inbox.take(0) for _ in range(MOST_WAITING + len(ONCE))]
        assert [event for event in taken if event is not message] == list(ONCE)
        assert inbox.take(0) is None


def test_what_happens_at_the_door_does_not_wait_for_what_a_broker_floods() -> None:
    inbox = Inbox()
    for number in range(MOST_WAITING):
        inbox.emit(Received("amendments", b"%d" % number, 0.0))
    assert inbox.take(0) == Received("amendments", b"0", 0.0)
    shown = CodeSeen("HP1:", 1.0, 1.0)
    for event in (*ONCE, shown):
        inbox.emit(event)
    assert [inbox.take(0) for _ in range(4)] == [*ONCE, shown]
    assert [inbox.take(0) for _ in range(2)] == [
        Received("amendments", b"1", 0.0),
        Received("amendments", b"2", 0.0),
    ]


def test_flood_of_codes_does_not_hold_up_what_central_says() -> None:
    inbox, lock_down = Inbox(), Received("modes", b"", 0.0)
    for second in range(MOST_WAITING - 1):
        inbox.emit(CodeSeen("HP1:", float(second), 0.0))
    inbox.emit(lock_down)
    seen = [inbox.take(0)]
    while seen[-1] is not lock_down:
        seen.append(inbox.take(0))
        for second in range(2):  # and more of them come than are taken
            inbox.emit(CodeSeen("HP1:", float(second), 0.0))
        assert len(seen) <= MOST_WAITING + MOST_BEFORE
    assert inbox.take(0) is not None


def test_waiting_for_the_next_event_ends_with_it_or_in_time() -> None:
    inbox = Inbox()
    assert inbox.take(0.001) is None
    message = Received("cmd", b"{}", 0.0)
    inbox.emit(message)
    assert inbox.take(30.0) is message
