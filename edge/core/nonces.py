"""Nonces that the unit gave for commands: each good once, for some seconds of monotonic time.

They make a command worthless a moment later without any clock being right, and a replayed one
worthless at once.
"""

from dataclasses import dataclass, replace

from contracts.commands import NONCE_LIFETIME

MOST_OPEN = 8
"""How many can be open at a time: asking costs nothing, so somebody may ask without end."""
LEAST_INTERVAL = 0.2
"""Seconds between two answers, for the same reason."""


@dataclass(frozen=True, slots=True)
class NonceBook:
    """The open nonces, oldest first, each with the monotonic second at which it was given."""

    given: tuple[tuple[str, float], ...] = ()

    def may_give(self, now: float) -> bool:
        """Tell whether another nonce may be given at this monotonic second."""
        return not self.given or now - self.given[-1][1] >= LEAST_INTERVAL

    def give(self, nonce: str, now: float) -> "NonceBook":
        """Return the book with one more nonce; the oldest falls out when there are too many."""
        return replace(self, given=(*self._open(now), (nonce, now))[-MOST_OPEN:])

    def take(self, nonce: str, now: float) -> tuple["NonceBook", bool]:
        """Return the book without this nonce, and whether it was there and still good."""
        still = self._open(now)
        left = tuple(one for one in still if one[0] != nonce)
        return replace(self, given=left), len(left) < len(still)

    def _open(self, now: float) -> tuple[tuple[str, float], ...]:
        return tuple(one for one in self.given if now - one[1] <= NONCE_LIFETIME)
