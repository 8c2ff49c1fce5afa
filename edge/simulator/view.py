"""What the page shows of a door, in one reader's words: the same for the first page and for live news."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from edge.simulator.bench import Seen
from edge.simulator.lamp import Colour
from edge.simulator.words import Words


@dataclass(frozen=True, slots=True)
class Switch:
    """A button whose act depends on the state."""

    act: str
    says: str


@dataclass(frozen=True, slots=True)
class View:
    """Everything on the page that moves."""

    marks: Mapping[str, str]
    """Short words for the style sheet and the script."""
    words: Mapping[str, str]
    """Sentences, by the place they stand in."""
    switches: Mapping[str, Switch]
    language: str
    """Of the display's words."""
    picture: int

    def as_json(self) -> dict[str, object]:
        """Return it for the script."""
        return asdict(self)


def view_of(seen: Seen, words: Words) -> View:
    """Return what a reader of a language is shown."""
    display = seen.display
    return View(
        marks=_marks(seen),
        words={
            "state": words(f"state.{_state(seen)}"),
            "unit": words("unit.on" if seen.connected else "unit.off"),
            "power": words(f"power.{_power(seen)}"),
            "lamp": _lamp(seen, words),
            "buzzer": words("buzzer.sounding" if seen.sounding else "buzzer.quiet"),
            "camera": words(f"camera.{_camera(seen)}"),
            "title": display.title if display else "",
            "text": display.text if display else words("display.dark"),
        },
        switches={
            name: Switch(act, words(f"trouble.{act}")) for name, act in _switches(seen).items()
        },
        language=display.language if display else words.code,
        picture=seen.picture,
    )


def _marks(seen: Seen) -> dict[str, str]:
    return {
        "leaf": "open" if seen.leaf_open else "closed",
        "broken": "open" if seen.broken_open else "no",
        "strike": "released" if seen.strike_released else "secured",
        "latch": "free" if seen.can_be_opened else "shut",
        "lamp": seen.lamp,
        "scene": seen.scene or "",
        "sound": "on" if seen.sounding else "off",
        "unit": "on" if seen.connected else "off",
        "power": _power(seen),
        "display": seen.display.tone if seen.display else "dark",
        "camera": _camera(seen),
        "lock": "stuck" if seen.stuck else "moves",
        "lid": "open" if seen.lid_open else "closed",
        "fire": "on" if seen.fire else "off",
        "held": " ".join(sorted(seen.held)),
    }


def _switches(seen: Seen) -> dict[str, str]:
    return {
        "lock": "unjam" if seen.stuck else "jam",
        "lid": "shut_lid" if seen.lid_open else "open_lid",
        "camera": "uncover" if seen.covered else "cover",
        "mains": "cut_mains" if seen.mains else "restore_mains",
        "fire": "fire_end" if seen.fire else "fire",
    }


def _state(seen: Seen) -> str:
    if seen.broken_open:
        return "broken_open"
    if seen.leaf_open:
        return "open_released" if seen.strike_released else "open_secured"
    if seen.strike_released:
        return "closed_released"
    return "closed_held" if seen.can_be_opened else "closed_secured"


def _power(seen: Seen) -> str:
    if seen.mains:
        return "mains"
    return "reserve" if seen.reserve else "none"


def _camera(seen: Seen) -> str:
    if seen.covered:
        return "covered"
    return "held" if seen.holding else "street"


def _lamp(seen: Seen, words: Words) -> str:
    if seen.scene is not None:
        return words(f"scene.{seen.scene}")
    return words(f"lamp.{seen.lamp}") if seen.lamp is not Colour.OTHER else words("lamp.other")
