"""How far the unit believes its clock: nothing, a floor, its RTC, network time, or central's signature.

All from readings given as arguments. Once a time is believed, it goes on by CLOCK_BOOTTIME, so a
wall clock that somebody sets changes nothing here; it is only noticed.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from contracts.clock import ClockReading, ClockTrust
from contracts.freshness import LONGEST_ROUND_TRIP

DRIFT_BASE_MS = 2_000
DRIFT_PPM = 20
RTC_MAY_LAG_MS = DRIFT_BASE_MS + 30 * 86_400_000 * DRIFT_PPM // 1_000_000
"""How far behind the floor a running RTC may be: what it loses in a month in which nobody set it."""
STEP_MS = 2_000
"""A wall clock that moves further than this against CLOCK_BOOTTIME was set by somebody."""
FAR_MS = 86_400_000
"""A signed time this far from the unit's own clock waits for a second key."""
SET, BEHIND_FLOOR, FAR_AHEAD, FAR_BEHIND = "set", "behind_floor", "far_ahead", "far_behind"
"""What came of a signed time: believed, refused, or waiting for a second key."""
_ON_ITS_WAY_MS = int(LONGEST_ROUND_TRIP * 1000)


@dataclass(frozen=True, slots=True)
class Timekeeper:
    """What is believed about time. Milliseconds; `boot_ms` counts on CLOCK_BOOTTIME."""

    floor_ms: int = 0
    """It is certainly later than this; only signed time raises it, and nothing lowers it."""
    trust: ClockTrust = ClockTrust.NONE
    unix_ms: int = 0
    """The time that the RTC or central gave at `boot_ms`."""
    boot_ms: int = 0
    wall_offset_ms: int | None = None
    """Wall clock minus CLOCK_BOOTTIME when last looked at."""
    network_ms: int = 0
    """How far network time corrects that, always within the drift budget."""
    aged_ms: int = 0
    """How long ago the time was last certain when it was given: 0 for a signed one."""
    own_ms: int | None = None
    """What the unit's own clock says at `own_boot_ms`: its RTC at start, what two keys agreed on, or
    what was noted of these before a restart that found no RTC.

    One key alone never moves it, so that steps of less than a day do not add up. None: a new unit
    without an RTC, which has nothing to hold the first signed time against.
    """
    own_boot_ms: int = 0

    def now_ms(self, boot_ms: int) -> int:
        """Return the believed time, going on by CLOCK_BOOTTIME and never behind the floor."""
        return max(self.floor_ms, self.uncorrected_ms(boot_ms) + self.network_ms)

    def uncorrected_ms(self, boot_ms: int) -> int:
        """Return the time as it would be without the network."""
        return self.unix_ms + boot_ms - self.boot_ms

    def own_now_ms(self, boot_ms: int) -> int | None:
        """Return the time by the unit's own clock, which one key alone never moved."""
        return None if self.own_ms is None else self.own_ms + boot_ms - self.own_boot_ms

    def reading(self, boot_ms: int) -> ClockReading:
        """Return what decisions are given."""
        floor = _moment(self.floor_ms) if self.floor_ms else None
        if not self.trust.trusted:
            return ClockReading(None, self.trust, floor)
        return ClockReading(_moment(self.now_ms(boot_ms)), self.trust, floor)


def start(
    floor_ms: int, rtc_ms: int | None, boot_ms: int, noted_ms: int | None = None
) -> Timekeeper:
    """Return what to believe at start: the RTC when it kept up with the floor, else the floor.

    Args:
        floor_ms: it is certainly later.
        rtc_ms: what the RTC says, None when it lost its power or there is none.
        boot_ms: CLOCK_BOOTTIME now.
        noted_ms: the unit's own time as it was last written down, None when it never was.

    """
    trust = ClockTrust.FLOOR if floor_ms else ClockTrust.NONE
    # Without an RTC not the floor: one key moves that, and at each start it could do so again.
    own_ms = rtc_ms if rtc_ms is not None else noted_ms or floor_ms or None
    keeper = Timekeeper(floor_ms, trust, own_ms=own_ms, own_boot_ms=boot_ms)
    if rtc_ms is None or not floor_ms or rtc_ms < floor_ms - RTC_MAY_LAG_MS:
        return keeper
    unix_ms = max(rtc_ms, floor_ms)
    return replace(
        keeper, trust=ClockTrust.RTC, unix_ms=unix_ms, boot_ms=boot_ms, aged_ms=unix_ms - floor_ms
    )


def budget_ms(keeper: Timekeeper, boot_ms: int) -> int:
    """Return how wrong the believed time may be by now: 2 s, and 20 ppm since it was last certain."""
    age = keeper.aged_ms + max(0, boot_ms - keeper.boot_ms)
    return DRIFT_BASE_MS + age * DRIFT_PPM // 1_000_000


def hear_signed(
    keeper: Timekeeper, unix_ms: int, boot_ms: int, *, second_key: bool = False
) -> tuple[Timekeeper, str]:
    """Return what to believe after central signed its time for our nonce, and what came of it.

    The second value is one of the words above. The answer may have been on its way for
    `LONGEST_ROUND_TRIP`; older ones are not for this function.

    Args:
        keeper: what was believed.
        unix_ms: central's time.
        boot_ms: CLOCK_BOOTTIME now.
        second_key: whether another key said the same. One key moves the time by a day at most from
            what the unit's own clock says, however often it is heard: whoever stole it cannot bring
            back last year's passes, nor next year's.

    """
    certain = certain_ms(keeper, boot_ms)
    if unix_ms < certain - _ON_ITS_WAY_MS:
        return keeper, BEHIND_FLOOR
    own_ms = keeper.own_now_ms(boot_ms)
    away = 0 if own_ms is None else unix_ms - own_ms
    if abs(away) > FAR_MS and not second_key:
        return keeper, FAR_AHEAD if away > 0 else FAR_BEHIND
    unix_ms = max(unix_ms, certain)
    own = (
        (unix_ms, boot_ms) if own_ms is None or second_key else (keeper.own_ms, keeper.own_boot_ms)
    )
    return (
        Timekeeper(
            floor_ms=unix_ms,
            trust=ClockTrust.SIGNED,
            unix_ms=unix_ms,
            boot_ms=boot_ms,
            wall_offset_ms=keeper.wall_offset_ms,
            own_ms=own[0],
            own_boot_ms=own[1],
        ),
        SET,
    )


def hear_network(keeper: Timekeeper, wall_ms: int, boot_ms: int) -> Timekeeper:
    """Return what to believe after the system says its wall clock follows network time.

    It may correct within the drift budget of the time that the RTC or central gave, however often it
    is heard; it raises neither the floor nor the trust.
    """
    if not keeper.trust.trusted:
        return keeper
    correction = wall_ms - keeper.uncorrected_ms(boot_ms)
    if abs(correction) > budget_ms(keeper, boot_ms):
        return keeper
    return replace(keeper, network_ms=correction)


def watch_wall(keeper: Timekeeper, wall_ms: int, boot_ms: int) -> tuple[Timekeeper, int]:
    """Return the keeper and by how many milliseconds somebody set the wall clock (0: nobody did)."""
    offset = wall_ms - boot_ms
    before = keeper.wall_offset_ms
    step = 0 if before is None or abs(offset - before) <= STEP_MS else offset - before
    return replace(keeper, wall_offset_ms=offset), step


def certain_ms(keeper: Timekeeper, boot_ms: int) -> int:
    """Return a time that has certainly passed, to persist as the floor.

    Signed time goes on by CLOCK_BOOTTIME, less what that may be wrong by now; anything weaker leaves
    the floor where it is, and the network has no say in it.
    """
    if keeper.trust is not ClockTrust.SIGNED:
        return keeper.floor_ms
    return max(keeper.floor_ms, keeper.uncorrected_ms(boot_ms) - budget_ms(keeper, boot_ms))


def _moment(unix_ms: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=unix_ms)
