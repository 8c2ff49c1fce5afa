"""Turns of the controller that failed by a mistake of ours: how many are too many, and when it is over."""

from dataclasses import dataclass

MOST = 50
"""Mistakes within `WITHIN` after which the program gives up and lets the service manager start it anew."""
WITHIN = 600.0
"""Seconds. A mistake a month does not add up to an end; a turn that always fails ends in a second."""


@dataclass(frozen=True, slots=True)
class Mistakes:
    """The newest ones, as monotonic seconds."""

    times: tuple[float, ...] = ()

    def note(self, now: float) -> "Mistakes":
        """Return them with one more."""
        return Mistakes((*self._recent(now), now))

    def are_too_many(self, now: float) -> bool:
        """Tell whether starting anew is better than going on."""
        return len(self._recent(now)) > MOST

    def are_over(self, now: float) -> bool:
        """Tell whether there was none for long."""
        return not self._recent(now)

    def _recent(self, now: float) -> tuple[float, ...]:
        return tuple(one for one in self.times if now - one < WITHIN)
