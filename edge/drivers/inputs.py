"""The inputs: levels read again and again, believed after they stayed the same.

No edge interrupts: reading every few milliseconds costs nothing at this number of pins, debounces
by itself, and cannot miss the level an edge led to.
"""

from gpiozero import Factory, InputDevice

from edge.events import Emit, Input, InputChanged
from edge.pins import Pins

SETTLE = 0.03
"""Seconds for which a level must stay before it counts."""


class Inputs:
    """All inputs of the door unit."""

    def __init__(self, factory: Factory, pins: Pins, emit: Emit) -> None:
        """Take the pins."""
        self._emit = emit
        # The door contact is told last: what explains an opening comes before the opening itself.
        lines = sorted(pins.inputs.items(), key=lambda item: item[0] is Input.DOOR_CONTACT)
        # Pull-ups are on the board (hardware/wiring.md): the chip's own are too weak for long wires.
        self._devices = {
            name: InputDevice(
                line.pin, pull_up=None, active_state=line.active_high, pin_factory=factory
            )
            for name, line in lines
        }
        self._settled = {name: self.level(name) for name in self._devices}
        self._moving: dict[Input, float] = {}

    def level(self, name: Input) -> bool:
        """Return whether an input is active at this very moment."""
        return bool(self._devices[name].value)

    @property
    def settled(self) -> dict[Input, bool]:
        """What each input was when it last stayed the same."""
        return dict(self._settled)

    def poll(self, now: float) -> None:
        """Read all levels and emit those that changed and stayed."""
        for name, before in self._settled.items():
            if self.level(name) == before:
                self._moving.pop(name, None)
            elif now - self._moving.setdefault(name, now) >= SETTLE:
                del self._moving[name]
                self._settled[name] = not before
                self._emit(InputChanged(name, active=not before, at=now))

    def close(self) -> None:
        """Give the pins back."""
        for device in self._devices.values():
            device.close()
