"""When to send, to send again and to reconnect: windows and timers as values, in monotonic seconds.

Nothing here draws lots: randomness in [0, 1) comes in as `draw`. All waits have full jitter
(anything from nothing to a ceiling that doubles), so that a thousand units that lost their broker
in the same second do not come back in the same second.
"""

from dataclasses import dataclass, replace
from math import inf

WINDOW = 4
"""Batches on their way at a time."""
ROUND_TRIP = 2.0
"""Seconds before which nothing is sent again: an acknowledgement may still be on its way."""
SPREAD, SPREAD_FEW = 30.0, 5.0
"""Seconds over which units spread what they send again to a central that has just come (back):
those that have much to say, and those whose entries fit into one batch."""
LASTING = 10.0
"""Seconds after which a connection counts as a good one; others make the next wait longer."""
PATIENCE = 3
"""Refusals in a row after which to knock more rarely."""
_MOST_DOUBLINGS = 16


@dataclass(frozen=True, slots=True)
class Backoff:
    """Full jitter between nothing and a ceiling, which doubles from `first` to `longest` seconds."""

    first: float
    longest: float

    def wait(self, attempt: int, draw: float) -> float:
        """Return the seconds to wait after so many attempts before this one."""
        return draw * min(self.longest, self.first * 2.0 ** min(attempt, _MOST_DOUBLINGS))


RESEND = Backoff(10.0, 300.0)
RECONNECT = Backoff(1.0, 120.0)
REFUSED = Backoff(60.0, 600.0)


@dataclass(frozen=True, slots=True)
class Reconnect:
    """When to try the broker next, and what went wrong since a connection lasted."""

    try_at: float = -inf
    failures: int = 0
    refusals: int = 0
    up_at: float = inf

    def came_up(self, now: float) -> "Reconnect":
        """Return the state after the broker took us."""
        return replace(self, up_at=now)

    def went_down(self, now: float, draw: float, *, refused: bool) -> "Reconnect":
        """Return the state after an attempt failed, or a connection was lost."""
        lasted = now - self.up_at >= LASTING
        failures, refusals = (0, 0) if lasted else (self.failures, self.refusals)
        refusals += refused
        wait = RECONNECT.wait(failures, draw)
        if refused and refusals >= PATIENCE:
            wait = REFUSED.wait(refusals - PATIENCE, draw)
        return Reconnect(now + wait, failures + 1, refusals)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far a journal has been sent to central, and how far central is known to hold it.

    When an acknowledgement does not come, everything behind the last one that came is sent again,
    in order: central takes an entry only when it holds the one before.
    """

    held: int
    """Central holds everything up to here, as far as we know: the place to begin again from."""
    sent: int
    """Everything up to here was handed to the link since then."""
    flying: tuple[int, ...] = ()
    """The last entry of each batch on its way."""
    attempt: int = 0
    """How often in a row no acknowledgement came in time."""
    resend_at: float = inf
    wait_until: float = -inf
    asked_from: int | None = None
    """From where central asked to have it again. It asks once for each batch behind a gap."""

    @classmethod
    def begin(cls, held: int) -> "Delivery":
        """Return the delivery of what stands behind an entry, nothing of it sent."""
        return cls(held, held)

    def may_send(self, now: float) -> bool:
        """Tell whether another batch may leave."""
        return len(self.flying) < WINDOW and now >= self.wait_until

    def is_overdue(self, now: float) -> bool:
        """Tell whether an acknowledgement should have come by now."""
        return now >= self.resend_at

    def after_sending(self, last: int, now: float, draw: float) -> "Delivery":
        """Return the delivery after a batch left that ends with the entry `last`."""
        resend_at = self.resend_at if self.flying else self._patience(self.attempt, now, draw)
        return replace(self, sent=last, flying=(*self.flying, last), resend_at=resend_at)

    def after_ack(self, upto: int, now: float, draw: float) -> "Delivery":
        """Return the delivery after central proved to hold everything up to an entry."""
        if upto <= self.held:
            return self
        flying = tuple(last for last in self.flying if last > upto)
        return Delivery(
            held=upto,
            sent=max(self.sent, upto),
            flying=flying,
            resend_at=self._patience(0, now, draw) if flying else inf,
        )

    def after_request(self, first: int) -> "Delivery":
        """Return the delivery after central asked to have it again from an entry on.

        The same request again changes nothing: what it asks for is on its way, and if that is lost
        too the timer notices, at a pace that nobody else sets.
        """
        if first == self.asked_from:
            return self
        return replace(self._rewound(first - 1), asked_from=first)

    def after_silence(self) -> "Delivery":
        """Return the delivery after no acknowledgement came in time: all of it is to be sent again."""
        return replace(self._rewound(self.held), attempt=self.attempt + 1)

    def after_central_came(self, unacked: int, batch: int, now: float, draw: float) -> "Delivery":
        """Return the delivery after a central came that may have forgotten what is on its way.

        Args:
            unacked: how many entries wait.
            batch: how many of them fit into one batch.
            now: when.
            draw: in [0, 1).

        """
        if not unacked:
            return self
        spread = SPREAD if unacked > batch else SPREAD_FEW
        return replace(self._rewound(self.held), attempt=0, wait_until=now + draw * spread)

    def after_connecting(self) -> "Delivery":
        """Return the delivery over a new connection: what was on its way is lost."""
        return Delivery.begin(self.held)

    def _rewound(self, held: int) -> "Delivery":
        return replace(self, held=held, sent=held, flying=(), resend_at=inf)

    @staticmethod
    def _patience(attempt: int, now: float, draw: float) -> float:
        return now + ROUND_TRIP + RESEND.wait(attempt, draw)
