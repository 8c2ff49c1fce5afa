"""The strike: one pin that lets it go, one that must keep toggling while it is let go.

The hardware locks when the keep-alive stops for three seconds, so a program that hangs, dies or is
stopped never leaves a door open. The toggling is done by whoever calls `keep_alive`: the
controller's own loop, not a thread that would go on beside a hung controller.
"""

from gpiozero import DigitalOutputDevice, Factory

from edge.pins import Pins


class Strike:
    """An electric strike that is secured unless told otherwise, and again after a pulse."""

    def __init__(self, factory: Factory, pins: Pins) -> None:
        """Take the pins. Active-high, initially low: constructing releases nothing."""
        self._strike = DigitalOutputDevice(pins.strike, pin_factory=factory)
        self._keep_alive = DigitalOutputDevice(pins.keep_alive, pin_factory=factory)
        self._until: float | None = None

    @property
    def released(self) -> bool:
        """Tell whether the strike is let go."""
        return bool(self._strike.value)

    def release(self, now: float, seconds: float | None) -> None:
        """Let the strike go for at most `seconds` of monotonic time; None while a mode lasts.

        No time at all, or less, secures it.
        """
        if seconds is not None and seconds <= 0:
            self.secure()
            return
        self._until = None if seconds is None else now + seconds
        self._keep_alive.toggle()
        self._strike.on()

    def secure(self) -> None:
        """Lock the strike."""
        self._strike.off()
        self._keep_alive.off()
        self._until = None

    def keep_alive(self, now: float) -> None:
        """Toggle the keep-alive while released, and lock when the pulse is over.

        The controller's timers lock as well; this is the second line within the software.
        """
        if not self.released:
            return
        if self._until is not None and now >= self._until:
            self.secure()
        else:
            self._keep_alive.toggle()

    def close(self) -> None:
        """Lock and give the pins back; they become inputs, and the pull-down keeps the lock."""
        if not self._strike.closed:
            self.secure()
            self._strike.close()
            self._keep_alive.close()
