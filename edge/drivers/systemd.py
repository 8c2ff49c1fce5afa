"""Tells systemd how the program is (sd_notify): ready, alive, stopping. Elsewhere it tells nobody."""

import contextlib
import os
import socket


class Supervisor:
    """The service manager that started us, if one did."""

    def __init__(self, address: str | None = None) -> None:
        """Speak to the socket in NOTIFY_SOCKET, or to another one."""
        self._address = address if address is not None else os.environ.get("NOTIFY_SOCKET", "")

    def ready(self) -> None:
        """Say that the door works from now on."""
        self._say("READY=1")

    def alive(self) -> None:
        """Feed the watchdog (WatchdogSec=): without it systemd kills and restarts the program."""
        self._say("WATCHDOG=1")

    def stopping(self) -> None:
        """Say that the program ends on purpose."""
        self._say("STOPPING=1")

    def status(self, words: str) -> None:
        """Show a line in `systemctl status`."""
        self._say(f"STATUS={words}")

    def _say(self, what: str) -> None:
        if not self._address:
            return
        # An abstract socket begins with a zero byte, which is written as @.
        address = "\0" + self._address[1:] if self._address[0] == "@" else self._address
        # A manager that does not listen is no reason for a door to stop working.
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as speaking,
        ):
            speaking.settimeout(0)
            speaking.sendto(what.encode(), address)
