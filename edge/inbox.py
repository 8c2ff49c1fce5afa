"""The one queue of a door unit: what its drivers notice, for the one thread that takes it."""

import queue
from collections import deque

from edge.events import CentralSeen, CodeSeen, CodeUnclear, Event, ReaderHealth, Received

MOST_WAITING = 1000
"""Events that may wait before those that can come without end are dropped."""
FROM_AFAR = (Received, CentralSeen)
"""What comes over the line, as fast as a hostile broker likes, and costs most to judge."""
MOST_BEFORE = 20
"""Other events that are taken before one of them at a time: nor can a mad camera hold up a lock-down."""
FLOODABLE = (CodeSeen, CodeUnclear, ReaderHealth, *FROM_AFAR)


class Inbox:
    """The one queue. `emit` is what drivers are given; it never waits.

    What strangers can send without end is dropped when too much of it waits: it is said again, or did
    no harm. What happens once (an input, the line, a request to stop) always gets in. What came over
    the line waits for everything else: a broker that floods the unit keeps nobody out of the hall.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self._queue: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._from_afar: deque[Event] = deque()
        """Already taken off the queue, by the one thread that calls `take`."""
        self._taken_before = 0
        self.dropped = 0

    def emit(self, event: Event) -> None:
        """Put a fact on the queue."""
        waiting = self._queue.qsize()
        if isinstance(event, FROM_AFAR):
            waiting += len(self._from_afar)
        if isinstance(event, FLOODABLE) and waiting >= MOST_WAITING:
            self.dropped += 1
            return
        self._queue.put(event)

    def take(self, patience: float) -> Event | None:
        """Return the next fact, or None after `patience` seconds without one."""
        if self._taken_before < MOST_BEFORE:
            event = self._next_but_from_afar(patience)
            if event is not None:
                self._taken_before += bool(self._from_afar)
                return event
        self._taken_before = 0
        return self._from_afar.popleft() if self._from_afar else None

    def _next_but_from_afar(self, patience: float) -> Event | None:
        while True:
            may_wait = bool(patience) and not self._from_afar
            try:
                event = self._queue.get(timeout=patience) if may_wait else self._queue.get_nowait()
            except queue.Empty:
                return None
            if not isinstance(event, FROM_AFAR):
                return event
            self._from_afar.append(event)
