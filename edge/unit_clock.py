"""The time as this unit believes it: the machine's clocks, judged by `core.timekeeping`, kept over restarts.

A restart of the program within one start of the machine keeps the trust: CLOCK_BOOTTIME went on. A
restart of the machine starts from the floor and the battery-backed clock.
"""

import logging
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contracts import strict_json
from contracts.bodies import U32
from contracts.clock import ClockReading, ClockTrust
from contracts.errors import Malformed
from edge.core import timekeeping
from edge.core.second_key import Claim, Claims
from edge.core.timekeeping import Timekeeper
from edge.drivers.clock import Clock
from edge.drivers.store import Store, write_atomically

FLOOR_EVERY = 600.0
"""Seconds between two notes of the time that has certainly passed."""
NETWORK_EVERY = 60.0
"""Seconds between two looks at network time."""
log = logging.getLogger(__name__)


class UnitClock:
    """Gives every decision its time, and says how far it can be believed."""

    def __init__(self, clock: Clock, store: Store, anchor: Path, boot: bytes) -> None:
        """Believe what the floor, the RTC and the anchor of this start of the machine allow.

        Args:
            clock: the machine's.
            store: keeps the floor.
            anchor: file in the run folder (gone after a power cut) with the time last believed.
            boot: which start of the machine this is.

        """
        self._clock, self._store, self._anchor, self._boot = clock, store, anchor, boot.hex()
        boot_ms = clock.boot_ms()
        floor = store.summary.floor_ms
        self._keeper = self._from_anchor(floor) or self._from_start(boot_ms)
        self._floor_due = clock.monotonic() + FLOOR_EVERY
        self._network_due = clock.monotonic()
        self._began_ms = boot_ms
        self._claims = Claims()

    @property
    def doubted(self) -> str:
        """The key whose time waits for a second key, empty when none does."""
        latest = self._claims.latest
        return latest.key if latest else ""

    @property
    def trust(self) -> ClockTrust:
        """How far the time is believed."""
        return self._keeper.trust

    def monotonic(self) -> float:
        """Return seconds for durations."""
        return self._clock.monotonic()

    def reading(self) -> ClockReading:
        """Return what decisions and journal entries are given."""
        reading = self._keeper.reading(self._clock.boot_ms())
        if reading.now is not None or not self._keeper.floor_ms:
            return reading
        # Only a signed site policy may use this guess; it is never behind the floor.
        ahead = self._clock.wall_ms() - self._keeper.floor_ms
        if ahead < 0:
            return reading
        # Who sets the wall clock again and again must not make a bounded grace last for ever.
        ms = max(ahead, self._clock.boot_ms() - self._began_ms)
        return replace(reading, estimate=_moment(self._clock.wall_ms()), untrusted_for=ms / 1000)

    def unix_ms(self) -> int | None:
        """Return the believed Unix time in milliseconds, None when it is not trusted."""
        if not self._keeper.trust.trusted:
            return None
        return self._keeper.now_ms(self._clock.boot_ms())

    def unix_seconds(self) -> int:
        """Return seconds for a statement's `iat`, from which nobody concludes anything."""
        known = self.unix_ms()
        return (self._clock.wall_ms() if known is None else known) // 1000

    def hear_signed(self, unix_ms: int, seq: int, key: str) -> str:
        """Take central's signed time for our nonce; return one of the words of `timekeeping`.

        Args:
            unix_ms: central's time.
            seq: the journal's last number.
            key: the key that signed it. A time far from the unit's own clock counts once another key
                said the same.

        Raises:
            DatabaseFailed: the floor could not be kept.

        """
        boot_ms = self._clock.boot_ms()
        claim = Claim(key, unix_ms, boot_ms)
        self._keeper, outcome = timekeeping.hear_signed(
            self._keeper, unix_ms, boot_ms, second_key=self._claims.confirm(claim)
        )
        if outcome == timekeeping.SET:
            self._claims = Claims()
            self._note_floor(seq)
        elif outcome != timekeeping.BEHIND_FLOOR:
            self._claims = self._claims.note(claim)
        return outcome

    def hear_only(self, keys: Collection[int]) -> None:
        """Forget what other keys than these said of the time: they are removed, or stolen perhaps."""
        self._claims = self._claims.only({str(key) for key in keys})

    def in_words(self, unix_ms: int, outcome: str) -> str:
        """Return what is wrong with a signed time that was not believed, for people."""
        own_ms = self._keeper.own_now_ms(self._clock.boot_ms())
        ours = "unknown" if own_ms is None else _words(own_ms)
        floor = _words(self._keeper.floor_ms)
        if outcome == timekeeping.BEHIND_FLOOR:
            return f"central says {_words(unix_ms)}, but it was later than {floor} already"
        return f"central says {_words(unix_ms)}, our clock {ours}: waits for a second key"

    def begin_anew(self) -> None:
        """Believe what the floor and the RTC allow, after the root set another floor."""
        boot_ms, offset = self._clock.boot_ms(), self._keeper.wall_offset_ms
        self._keeper = replace(self._from_start(boot_ms), wall_offset_ms=offset)
        self._claims = Claims()
        self._began_ms = boot_ms
        try:
            self._anchor.unlink(missing_ok=True)
        except OSError as error:
            log.warning("the time noted in %s could not be removed: %s", self._anchor, error)

    def watch(self) -> int:
        """Return by how many milliseconds somebody set the wall clock since the last look."""
        self._keeper, step = timekeeping.watch_wall(
            self._keeper, self._clock.wall_ms(), self._clock.boot_ms()
        )
        return step

    def tick(self, seq: int) -> None:
        """Now and then follow network time, and note the time that has certainly passed.

        Raises:
            DatabaseFailed: it could not be kept.

        """
        if self._clock.monotonic() >= self._network_due:
            self._hear_network()
        if self._clock.monotonic() >= self._floor_due:
            self._note_floor(seq)

    def _hear_network(self) -> None:
        self._network_due = self._clock.monotonic() + NETWORK_EVERY
        if self._clock.is_synchronised():
            wall_ms, boot_ms = self._clock.wall_ms(), self._clock.boot_ms()
            self._keeper = timekeeping.hear_network(self._keeper, wall_ms, boot_ms)

    def _note_floor(self, seq: int) -> None:
        self._floor_due = self._clock.monotonic() + FLOOR_EVERY
        boot_ms = self._clock.boot_ms()
        self._keeper = replace(self._keeper, floor_ms=timekeeping.certain_ms(self._keeper, boot_ms))
        self._store.raise_floor(self._keeper.floor_ms, seq, self._keeper.own_now_ms(boot_ms))
        # Only a time that central signed is one after a restart of the program too.
        if self._keeper.trust is ClockTrust.SIGNED:
            self._write_anchor(boot_ms)

    def _write_anchor(self, boot_ms: int) -> None:
        unix_ms = self._keeper.now_ms(boot_ms)
        own_ms = self._keeper.own_now_ms(boot_ms)
        body = {"boot": self._boot, "boot_ms": boot_ms, "unix_ms": unix_ms, "own_ms": own_ms}
        try:
            write_atomically(self._anchor, strict_json.dumps(body))
        except OSError as error:  # only convenience: the floor is what counts
            log.warning("the time could not be noted in %s: %s", self._anchor, error)

    def _from_start(self, boot_ms: int) -> Timekeeper:
        kept = self._store.summary
        return timekeeping.start(kept.floor_ms, self._clock.rtc_ms(), boot_ms, kept.own_ms)

    def _from_anchor(self, floor_ms: int) -> Timekeeper | None:
        try:
            body = strict_json.loads(self._anchor.read_bytes())
            unix_ms, boot_ms = int(body["unix_ms"]), int(body["boot_ms"])
            is_possible = floor_ms <= unix_ms <= 1000 * U32 and boot_ms <= self._clock.boot_ms()
            if body["boot"] != self._boot or not floor_ms or not is_possible:
                return None
            own_ms = int(body["own_ms"])
            return Timekeeper(
                floor_ms,
                ClockTrust.SIGNED,
                unix_ms,
                boot_ms,
                own_ms=own_ms,
                own_boot_ms=boot_ms,
            )
        except (OSError, Malformed, KeyError, TypeError, ValueError):
            return None


def _moment(unix_ms: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=unix_ms)


def _words(unix_ms: int) -> str:
    return f"{_moment(unix_ms):%Y-%m-%d %H:%M} UTC"
