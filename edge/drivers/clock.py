"""The clocks of the machine: boot time, wall time, and the battery-backed clock if there is one."""

import ctypes
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

SYSTEM = "system"
STA_UNSYNC = 0x0040
"""Of the kernel's clock status: nobody keeps the wall clock by network time (now, or for hours)."""
log = logging.getLogger(__name__)


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

    def is_synchronised(self) -> bool:
        """Tell whether the wall clock follows network time."""


class SystemClock:
    """The clocks of Linux."""

    def __init__(self, rtc: str, status: Callable[[], int] | None = None) -> None:
        """Use an RTC.

        Args:
            rtc: its folder in /sys/class/rtc, `system` for the wall clock of a development
                machine, or nothing.
            status: gives the kernel's clock status instead of the kernel.

        """
        self._rtc, self._status = rtc, status or kernel_status
        self._has_failed = False

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

    def is_synchronised(self) -> bool:
        """Tell whether chrony (or another) keeps the wall clock by network time, by the kernel's word."""
        try:
            return not self._status() & STA_UNSYNC
        except OSError as error:
            if not self._has_failed:  # a sandbox that forbids to ask forbids it always
                log.warning("nobody knows whether the clock follows network time: %s", error)
            self._has_failed = True
            return False


class _Timex(ctypes.Structure):
    """`struct timex` of adjtimex(2), as far as it is read; `modes` 0 changes nothing."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 512),
    )


def kernel_status() -> int:
    """Return the kernel's clock status bits.

    Raises:
        OSError: the kernel, or a sandbox, does not say.

    """
    timex = _Timex()
    if ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex)) < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return int(timex.status)
