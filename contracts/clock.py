"""How far a time can be believed; an input to every decision."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ClockTrust(StrEnum):
    """Where the time comes from, from nothing to central's signature."""

    NONE = "none"
    FLOOR = "floor"
    """Only a lower bound is known."""
    RTC = "rtc"
    """A battery-backed clock within its drift budget since the last signed time."""
    NETWORK = "network"
    """Network time that agrees with that budget."""
    SIGNED = "signed"

    @property
    def trusted(self) -> bool:
        """Tell whether passes may be judged by this time."""
        return self in {ClockTrust.RTC, ClockTrust.NETWORK, ClockTrust.SIGNED}


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What the clock says at one moment."""

    now: datetime | None
    """Aware UTC; None unless the time is trusted."""
    trust: ClockTrust
    floor: datetime | None = None
    """It is certainly not earlier than this."""
    estimate: datetime | None = None
    """The best guess when `now` is None; only a signed site policy may use it."""
    untrusted_for: float = 0.0
    """Seconds since the time was last trusted, when `estimate` is given."""
