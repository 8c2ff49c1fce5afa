"""Lamp and sound beside the door: one grammar for the lamp, the virtual door and the printed label."""

from dataclasses import dataclass
from enum import StrEnum

from gpiozero import RGBLED, DigitalOutputDevice, Factory

from edge.pins import Pins

Colour = tuple[float, float, float]
OFF, WHITE, BLUE = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (0.0, 0.0, 1.0)
GREEN, RED, AMBER = (0.0, 1.0, 0.0), (1.0, 0.0, 0.0), (1.0, 0.6, 0.0)


class Scene(StrEnum):
    """What the lamp says."""

    READY = "ready"
    CODE_SEEN = "code_seen"
    OPEN = "open"
    COME_CLOSER = "come_closer"
    REFUSED = "refused"
    WARN = "warn"
    FAULT = "fault"
    IDENTIFY = "identify"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A colour that is on for `on` of every `on + off` seconds, and beeps at its beginning."""

    colour: Colour
    on: float = 1.0
    off: float = 0.0
    beeps: tuple[float, ...] = ()
    """Seconds of sound and silence in turn."""


GRAMMAR = {
    Scene.READY: Pattern(WHITE, 2.0, 2.0),
    Scene.CODE_SEEN: Pattern(BLUE),
    Scene.OPEN: Pattern(GREEN, beeps=(0.08, 0.05, 0.2)),
    Scene.COME_CLOSER: Pattern(AMBER, 0.5, 0.5),
    Scene.REFUSED: Pattern(RED, beeps=(0.6,)),
    Scene.WARN: Pattern(AMBER, 0.25, 0.25, beeps=(0.1, 0.1, 0.1)),
    Scene.FAULT: Pattern(RED, 0.12, 0.12),
    Scene.IDENTIFY: Pattern(WHITE, 0.2, 0.2, beeps=(0.1, 0.1, 0.1, 0.1, 0.1)),
}


ALARM_ON, ALARM_OFF = 0.5, 0.5
"""Seconds of sound and silence in turn, while somebody should come to the door."""


class Indicator:
    """One lamp of three colours and a buzzer, moved on by `play`."""

    def __init__(self, factory: Factory, pins: Pins) -> None:
        """Take the pins; dark and silent."""
        self._lamp = RGBLED(
            pins.lamp_red, pins.lamp_green, pins.lamp_blue, pwm=False, pin_factory=factory
        )
        self._buzzer = DigitalOutputDevice(pins.buzzer, pin_factory=factory)
        self.scene = Scene.READY
        self._since = 0.0
        self._alarm_since: float | None = None

    def show(self, scene: Scene, now: float) -> None:
        """Begin a scene; showing the one that is on changes nothing."""
        if scene is not self.scene:
            self.scene, self._since = scene, now
            self.play(now)

    def sound_alarm(self, now: float, *, on: bool) -> None:
        """Beep without end, whatever the lamp says, until it is switched off."""
        if on != (self._alarm_since is not None):
            self._alarm_since = now if on else None

    def play(self, now: float) -> None:
        """Bring lamp and buzzer to where the scene is at this monotonic second."""
        pattern, elapsed = GRAMMAR[self.scene], now - self._since
        lit = pattern.off == 0 or elapsed % (pattern.on + pattern.off) < pattern.on
        # Without PWM a colour is on or off; amber is red and green together.
        colour = tuple(round(part + 0.1) for part in pattern.colour) if lit else OFF
        if self._lamp.value != colour:
            self._lamp.value = colour
        sounding = _is_sounding(pattern.beeps, elapsed) or self._is_alarming(now)
        if bool(self._buzzer.value) != sounding:
            self._buzzer.value = sounding

    def _is_alarming(self, now: float) -> bool:
        since = self._alarm_since
        return since is not None and (now - since) % (ALARM_ON + ALARM_OFF) < ALARM_ON

    def close(self) -> None:
        """Dark, silent, pins given back."""
        if not self._lamp.closed:
            self._lamp.off()
            self._buzzer.off()
            self._lamp.close()
            self._buzzer.close()


def _is_sounding(beeps: tuple[float, ...], elapsed: float) -> bool:
    end = 0.0
    for index, length in enumerate(beeps):
        end += length
        if elapsed < end:
            return index % 2 == 0
    return False
