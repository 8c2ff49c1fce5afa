"""The pin table of `pins.toml`, typed."""

import tomllib
from dataclasses import dataclass, replace
from importlib import resources

from edge.events import Input


@dataclass(frozen=True, slots=True)
class InputPin:
    """Where an input is, and which level means active."""

    pin: int
    active_high: bool


@dataclass(frozen=True, slots=True)
class Pins:
    """BCM numbers of every line."""

    strike: int
    keep_alive: int
    lamp_red: int
    lamp_green: int
    lamp_blue: int
    buzzer: int
    inputs: dict[Input, InputPin]

    def without(self, name: Input) -> "Pins":
        """Return the table for a door on which one input is not wired."""
        return replace(
            self, inputs={key: pin for key, pin in self.inputs.items() if key is not name}
        )


def read_pins() -> Pins:
    """Return the pin table that comes with the program."""
    table = tomllib.loads(resources.files("edge").joinpath("pins.toml").read_text(encoding="utf-8"))
    inputs = {
        Input(name): InputPin(line["pin"], line["active"] == "high")
        for name, line in table["inputs"].items()
    }
    return Pins(**table["outputs"], inputs=inputs)
