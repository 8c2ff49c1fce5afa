"""How far the unit believes its clock: nothing, a floor, its RTC, network time, or central's signature.

All from readings given as arguments. Once a time is believed, it goes on by CLOCK_BOOTTIME, so a
wall clock that somebody sets changes nothing here; it is only noticed.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from contracts.clock import ClockReading, ClockTrust

DRIFT_BASE_MS = 2_000
DRIFT_PPM = 20
STEP_MS = 2_000
"""A wall clock that moves further than this against CLOCK_BOOTTIME was set by somebody."""
FAR_AHEAD_MS = 86_400_000
"""A signed time this far ahead of a good RTC waits for a second key."""


@dataclass(frozen=True, slots=True)
class Timekeeper:
    """What is believed about time. Milliseconds; `boot_ms` counts on CLOCK_BOOTTIME."""

    floor_ms: int = 0
    """It is certainly later than this; only signed time raises it, and nothing lowers it."""
    trust: ClockTrust = ClockTrust.NONE
    unix_ms: int = 0
    """The time believed at `boot_ms`."""
    boot_ms: int = 0
    wall_offset_ms: int | None = None
    """Wall clock minus CLOCK_BOOTTIME when last looked at."""

    def now_ms(self, boot_ms: int) -> int:
        """Return the believed time, going on by CLOCK_BOOTTIME."""
        return self.unix_ms + boot_ms - self.boot_ms

    def reading(self, boot_ms: int) -> ClockReading:
        """Return what decisions are given."""
        floor = _moment(self.floor_ms) if self.floor_ms else None
        if not self.trust.trusted:
            return ClockReading(None, self.trust, floor)
        return ClockReading(_moment(self.now_ms(boot_ms)), self.trust, floor)


def start(floor_ms: int, rtc_ms: int | None, boot_ms: int) -> Timekeeper:
    """Return what to believe at start: the RTC when it is not behind the floor, else the floor."""
    keeper = Timekeeper(floor_ms, ClockTrust.FLOOR if floor_ms else ClockTrust.NONE)
    if rtc_ms is None or not floor_ms or rtc_ms < floor_ms - DRIFT_BASE_MS:
        return keeper
    return replace(keeper, trust=ClockTrust.RTC, unix_ms=rtc_ms, boot_ms=boot_ms)


def budget_ms(keeper: Timekeeper, boot_ms: int) -> int:
    """Return how wrong the believed time may be by now: 2 s and 20 ppm since the floor was signed."""
    age = max(0, keeper.now_ms(boot_ms) - keeper.floor_ms)
    return DRIFT_BASE_MS + age * DRIFT_PPM // 1_000_000


def hear_signed(
    keeper: Timekeeper, unix_ms: int, boot_ms: int, *, second_key: bool = False
) -> tuple[Timekeeper, str]:
    """Return what to believe after central signed its time for our nonce, and what came of it.

    The second value is `set`, `behind_floor` (refused) or `far_ahead` (waits for a second key).
    """
    if unix_ms < keeper.floor_ms:
        return keeper, "behind_floor"
    ahead = unix_ms - keeper.now_ms(boot_ms)
    if keeper.trust.trusted and ahead > FAR_AHEAD_MS and not second_key:
        return keeper, "far_ahead"
    signed = replace(
        keeper, floor_ms=unix_ms, trust=ClockTrust.SIGNED, unix_ms=unix_ms, boot_ms=boot_ms
    )
    return signed, "set"


def hear_network(keeper: Timekeeper, wall_ms: int, boot_ms: int) -> Timekeeper:
    """Return what to believe after the system says its wall clock follows network time.

    It may correct within the drift budget; it raises neither the floor nor the trust.
    """
    if not keeper.trust.trusted:
        return keeper
    if abs(wall_ms - keeper.now_ms(boot_ms)) > budget_ms(keeper, boot_ms):
        return keeper
    return replace(keeper, unix_ms=wall_ms, boot_ms=boot_ms)


def watch_wall(keeper: Timekeeper, wall_ms: int, boot_ms: int) -> tuple[Timekeeper, int]:
    """Return the keeper and by how many milliseconds somebody set the wall clock (0: nobody did)."""
    offset = wall_ms - boot_ms
    before = keeper.wall_offset_ms
    step = 0 if before is None or abs(offset - before) <= STEP_MS else offset - before
    return replace(keeper, wall_offset_ms=offset), step


def certain_ms(keeper: Timekeeper, boot_ms: int) -> int:
    """Return a time that has certainly passed, to persist as the floor.

    Signed time goes on by CLOCK_BOOTTIME; anything weaker leaves the floor where it is.
    """
    if keeper.trust is not ClockTrust.SIGNED:
        return keeper.floor_ms
    return max(keeper.floor_ms, keeper.now_ms(boot_ms) - DRIFT_BASE_MS)


def _moment(unix_ms: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=unix_ms)
