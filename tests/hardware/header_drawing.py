"""Draws the 40-pin header with the names of the pins we use, from the program's own pin table.

.venv/bin/python -m tests.hardware.header_drawing > hardware/drawings/header.svg
"""

import sys
from collections.abc import Iterator

from gpiozero.pins.pi import PiBoardInfo

from edge.pins import read_pins

NAMESPACE = "http://www.w3.org/2000/svg"
PI_4B = 0xC03111  # any board with 40 pins: they are all the same
CLOCK = {2: "clock SDA", 3: "clock SCL"}
ROW, TOP, LEFT, RIGHT = 26, 70, 400, 440
STYLE = (
    "svg { background: #fff; font: 15px sans-serif; } "
    "circle { fill: #fff; stroke: #1b1b1b; stroke-width: 1.5; } "
    "polyline { fill: none; stroke: #1b1b1b; stroke-width: 1.5; } "
    ".output { fill: #f6d5d5; } .input { fill: #d9e8fb; } .supply { fill: #e4e4e4; } "
    ".number { font-size: 11px; } .unused { fill: #777; } "
    ".head { font-weight: bold; font-size: 17px; } text { fill: #1b1b1b; }"
)


def header() -> dict[int, str]:
    """What each pin of the header is: GPIO17, 3V3, GND ..."""
    pins = PiBoardInfo.from_revision(PI_4B).headers["J8"].pins
    return {number: pin.name for number, pin in pins.items()}


def numbers() -> dict[int, int]:
    """The header pin of each GPIO."""
    return {
        int(name.removeprefix("GPIO")): number
        for number, name in header().items()
        if name.startswith("GPIO")
    }


def outputs() -> dict[str, int]:
    """Name and GPIO of each output."""
    pins = read_pins()
    return {
        name: getattr(pins, name)
        for name in ("strike", "keep_alive", "lamp_red", "lamp_green", "lamp_blue", "buzzer")
    }


def inputs() -> dict[str, int]:
    """Name and GPIO of each input."""
    return {name.value: line.pin for name, line in read_pins().inputs.items()}


def drawing() -> str:
    """The drawing as SVG."""
    height = TOP + 20 * ROW + 40
    words = [
        f'<svg xmlns="{NAMESPACE}" viewBox="0 0 840 {height}" role="img" aria-labelledby="title">',
        '<title id="title">The 40-pin header and what is connected to it</title>',
        f"<style>{STYLE}</style>",
        '<text x="20" y="30" class="head">Header, seen from above, card slot at the top</text>',
        '<text x="20" y="52">red: output, blue: input, grey: supply and ground</text>',
        *_pins(),
        "</svg>",
    ]
    return "\n".join(words) + "\n"


def _pins() -> Iterator[str]:
    used = {gpio: name for name, gpio in (outputs() | inputs()).items()} | CLOCK
    for number, what in header().items():
        left = number % 2 == 1
        x, y = LEFT if left else RIGHT, TOP + (number - 1) // 2 * ROW + 13
        gpio = int(what.removeprefix("GPIO")) if what.startswith("GPIO") else None
        name = used.get(gpio) if gpio is not None else None
        yield f'<circle cx="{x}" cy="{y}" r="10" class="{_kind(gpio)}"/>'
        yield f'<text x="{x}" y="{y + 4}" text-anchor="middle" class="number">{number}</text>'
        label = what if gpio is None or name is None else f"{name}, {what}"
        anchor, at = ("end", x - 18) if left else ("start", x + 18)
        faint = ' class="unused"' if name is None and gpio is not None else ""
        yield f'<text x="{at}" y="{y + 5}" text-anchor="{anchor}"{faint}>{label}</text>'


def _kind(gpio: int | None) -> str:
    if gpio is None:
        return "supply"
    if gpio in outputs().values():
        return "output"
    return "input" if gpio in inputs().values() else "free"


if __name__ == "__main__":
    sys.stdout.write(drawing())
