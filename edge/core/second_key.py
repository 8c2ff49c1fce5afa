"""What keys said of the time that is too far from the unit's own clock, until another key agrees.

A clock that stopped and a key that was stolen look the same from here: central's time is far away
from ours. Two keys at once are not stolen, so what two of them say within a round trip is the time.
"""

from collections.abc import Collection
from dataclasses import dataclass

from contracts.freshness import LONGEST_ROUND_TRIP

MOST_KEYS = 4
"""Keys whose word is remembered; a city has two or three for this."""
_APART_MS = int(LONGEST_ROUND_TRIP * 1000)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a key said the time was, at a moment on CLOCK_BOOTTIME. Milliseconds."""

    key: str
    unix_ms: int
    boot_ms: int

    def agrees_with(self, other: "Claim") -> bool:
        """Tell whether two keys said the same, as far as an answer's way lets anybody tell."""
        away = (self.unix_ms - other.unix_ms) - (self.boot_ms - other.boot_ms)
        return self.key != other.key and abs(away) <= _APART_MS


@dataclass(frozen=True, slots=True)
class Claims:
    """The newest word of each key, the latest last."""

    heard: tuple[Claim, ...] = ()

    @property
    def latest(self) -> Claim | None:
        """What waits for a second key; None when nothing does."""
        return self.heard[-1] if self.heard else None

    def confirm(self, claim: Claim) -> bool:
        """Tell whether another key said the same."""
        return any(claim.agrees_with(one) for one in self.heard)

    def only(self, keys: Collection[str]) -> "Claims":
        """Return the claims of these keys: what a key said that counts no more confirms nothing."""
        return Claims(tuple(one for one in self.heard if one.key in keys))

    def note(self, claim: Claim) -> "Claims":
        """Return the claims with this one in the place of what the same key said before."""
        others = tuple(one for one in self.heard if one.key != claim.key)
        return Claims((*others, claim)[-MOST_KEYS:])
