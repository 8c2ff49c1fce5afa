"""The clocks of the machine: boot time, wall time, and the battery-backed clock if there is one."""

import time
from pathlib import Path
from typing import Protocol

SYSTEM = "system"


class Clock(Protocol):
    """The machine's clocks, in milliseconds, and a monotonic one in seconds."""

    def boot_ms(self) -> int:
        """Return CLOCK_BOOTTIME: it goes on while the machine sleeps and cannot be set."""

    def wall_ms(self) -> int:
        """Return the wall clock in Unix milliseconds, whatever somebody set it to."""

    def rtc_ms(self) -> int | None:
        """Return the battery-backed clock in Unix milliseconds, None when there is none."""

    def monotonic(self) -> float:
        """Return seconds for durations."""


class SystemClock:
    """The clocks of Linux."""

    def __init__(self, rtc: str) -> None:
        """Use an RTC.

        Args:
            rtc: its folder in /sys/class/rtc, `system` for the wall clock of a development
                machine, or nothing.

        """
        self._rtc = rtc

    def boot_ms(self) -> int:
        """Return CLOCK_BOOTTIME."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000

    def wall_ms(self) -> int:
        """Return CLOCK_REALTIME."""
        return time.time_ns() // 1_000_000

    def rtc_ms(self) -> int | None:
        """Return the RTC's time; None when it is missing, unreadable or lost its power."""
        if self._rtc == SYSTEM:
            return self.wall_ms()
        if not self._rtc:
            return None
        try:
            return int(Path(self._rtc, "since_epoch").read_text(encoding="ascii")) * 1000
        except (OSError, ValueError):
            return None

    def monotonic(self) -> float:
        """Return CLOCK_MONOTONIC in seconds."""
        return time.monotonic()
