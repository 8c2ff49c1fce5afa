"""What a person understands of the lamp: which line of the label beside the door it shows now.

Only the light itself is looked at, as a person would: its colour, and how long it stays lit.
"""

from dataclasses import dataclass
from enum import StrEnum

from edge.drivers.indicator import GRAMMAR, Pattern, Scene
from edge.simulator.hardware import Lamp

_SLACK = 0.4
"""How many seconds longer than its pattern a lamp may stay dark and still count as blinking."""


class Colour(StrEnum):
    """The colours people have a word for."""

    OFF = "off"
    WHITE = "white"
    RED = "red"
    GREEN = "green"
    BLUE = "blue"
    AMBER = "amber"
    OTHER = "other"


_NAMES = {
    (False, False, False): Colour.OFF,
    (True, True, True): Colour.WHITE,
    (True, False, False): Colour.RED,
    (False, True, False): Colour.GREEN,
    (False, False, True): Colour.BLUE,
    (True, True, False): Colour.AMBER,
}


@dataclass(frozen=True, slots=True)
class Watched:
    """A lamp as somebody saw it for a while. Monotonic seconds."""

    colour: Colour = Colour.OFF
    """What is lit now."""
    since: float = 0.0
    last: Colour = Colour.OFF
    """The last colour that was lit, also while it is dark in between."""
    lit_for: float | None = None
    """How long that colour was lit the last time, once it went dark."""


def colour_of(lamp: Lamp) -> Colour:
    """Return the word for a light."""
    return _NAMES.get(lamp, Colour.OTHER)


def seen(watched: Watched, lamp: Lamp, now: float) -> Watched:
    """Return what was seen, with the light of this moment."""
    colour = colour_of(lamp)
    if colour is watched.colour:
        return watched
    if colour is Colour.OFF:
        return Watched(colour, now, watched.last, now - watched.since)
    return Watched(colour, now, colour, watched.lit_for if colour is watched.last else None)


def scene_of(watched: Watched, now: float) -> Scene | None:
    """Return the line of the label that fits, None while it is dark or not clear yet."""
    lit = watched.colour is not Colour.OFF
    elapsed = now - watched.since
    fitting = [
        scene
        for scene, pattern in GRAMMAR.items()
        if _colour_in(pattern) is watched.last
        and _may_be_lit(pattern, elapsed if lit else 0.0)
        and (lit or elapsed < pattern.off + _SLACK)
    ]
    if len(fitting) > 1 and watched.lit_for is not None:
        fitting = [scene for scene in fitting if _was_lit(GRAMMAR[scene], watched.lit_for)]
    return fitting[0] if len(fitting) == 1 else None


def due(watched: Watched, now: float) -> float | None:
    """Return the next second at which `scene_of` may answer otherwise without a change of light."""
    blinking = [pattern for pattern in GRAMMAR.values() if pattern.off]
    waits = [_longest(pattern) for pattern in blinking]
    waits += [pattern.off + _SLACK for pattern in GRAMMAR.values()]
    return min((end for wait in waits if (end := watched.since + wait) > now), default=None)


def _colour_in(pattern: Pattern) -> Colour:
    red, green, blue = (part >= 0.5 for part in pattern.colour)  # noqa: PLR2004 - half
    return colour_of((red, green, blue))


def _may_be_lit(pattern: Pattern, seconds: float) -> bool:
    return pattern.off == 0 or seconds <= _longest(pattern)


def _was_lit(pattern: Pattern, seconds: float) -> bool:
    return pattern.off > 0 and pattern.on * 0.6 <= seconds <= _longest(pattern)


def _longest(pattern: Pattern) -> float:
    return pattern.on * 1.4 + 0.05
