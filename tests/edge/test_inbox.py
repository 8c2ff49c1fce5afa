"""The one queue: a flood of what strangers send never costs what happens once."""

from edge.controller import MOST_WAITING, Inbox
from edge.events import Event, Input, InputChanged, LinkDown, Received, StopRequested


def test_flood_is_dropped_and_what_happens_once_gets_in() -> None:
    inbox = Inbox()
    for _ in range(MOST_WAITING + 50):
        inbox.emit(Received("cmd", b"{}", 0.0))
    once: list[Event] = [
        InputChanged(Input.DOOR_CONTACT, active=True, at=1.0),
        LinkDown("gone", refused=False, at=1.0),
        StopRequested("signal 15"),
    ]
    for event in once:
        inbox.emit(event)
    assert inbox.dropped == 50
    taken = [inbox.take(0) for _ in range(MOST_WAITING + len(once))]
    assert taken[MOST_WAITING:] == once
    assert inbox.take(0) is None
