"""A time zone as a short table, so that a door needs no zone database and no update of one.

Central computes the table from the IANA zone and signs it into a door's configuration (three years
of transitions). All numbers are minutes; instants count from `moments.EPOCH`.
"""

from bisect import bisect_right
from dataclasses import dataclass

_DAY = 1440
LEAST_APART = 2 * _DAY
"""Minutes between two transitions: then a wall time has two readings at most."""
_LAST = 1 << 30  # larger than any offset: finds the end of equal instants


@dataclass(frozen=True, slots=True)
class ZoneTable:
    """Offsets from UTC: the first one, then (instant, offset from there on) in rising order."""

    first_offset: int
    transitions: tuple[tuple[int, int], ...] = ()

    def offset_at(self, utc: int) -> int:
        """Return the offset in force at a UTC minute."""
        index = bisect_right(self.transitions, (utc, _LAST))
        return self.transitions[index - 1][1] if index else self.first_offset

    def local(self, utc: int) -> int:
        """Return the wall-clock minute (counted like UTC minutes) at a UTC minute."""
        return utc + self.offset_at(utc)

    def earliest(self, local: int) -> int:
        """Return the first UTC minute that shows this wall time; in a gap, the later side."""
        return min(self._readings(local))

    def latest(self, local: int) -> int:
        """Return the last UTC minute that shows this wall time; in a gap, the later side."""
        return max(self._readings(local))

    def _readings(self, local: int) -> list[int]:
        # Offsets stay below a day and change at most once in two days: only these can apply.
        offsets = {
            self.offset_at(local - _DAY),
            self.offset_at(local),
            self.offset_at(local + _DAY),
        }
        real = [local - offset for offset in offsets if self.offset_at(local - offset) == offset]
        return real or [local - min(offsets)]
