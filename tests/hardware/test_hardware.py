"""The pages for installers say what the program does: pins, levels, times, drawings, parts."""

import csv
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from edge.controller import TURN
from edge.events import Input
from edge.pins import read_pins
from tests.hardware.header_drawing import CLOCK, drawing, header, inputs, numbers, outputs

HARDWARE = Path(__file__).parents[2] / "hardware"
WIRING = (HARDWARE / "wiring.md").read_text(encoding="utf-8")
DRAWINGS = sorted((HARDWARE / "drawings").glob("*.svg"))
PAGES = sorted(HARDWARE.glob("*.md"))
LONGEST = 3.0  # seconds that the strike may stay released after the program stopped


def rows(text: str, heading: str) -> list[list[str]]:
    """The rows of the table under a heading, without its head."""
    part = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_outputs_are_wired_as_the_program_drives_them() -> None:
    table = {row[0]: (int(row[1]), int(row[2])) for row in rows(WIRING, "Outputs")}
    assert table == {name: (gpio, numbers()[gpio]) for name, gpio in outputs().items()}


def test_inputs_are_wired_as_the_program_reads_them() -> None:
    table = {row[0]: (int(row[1]), int(row[2]), row[3]) for row in rows(WIRING, "Inputs")}
    pins = read_pins().inputs
    assert table == {
        name: (gpio, numbers()[gpio], "high" if pins[Input(name)].active_high else "low")
        for name, gpio in inputs().items()
    }


def test_supply_and_clock_are_where_the_header_has_them() -> None:
    table = dict(rows(WIRING, "Supply and clock"))
    named = header()
    assert {named[int(number)] for number in table["GND"].split(", ")} == {"GND"}
    assert named[int(table["5 V for the relay's coil"])] == "5V"
    for gpio, line in CLOCK.items():
        (number,) = [int(where) for what, where in table.items() if f"GPIO {gpio})" in what]
        assert named[number] == f"GPIO{gpio}", line


def test_the_drawing_of_the_header_is_the_program_s_pin_table() -> None:
    # To draw it anew: .venv/bin/python -m tests.hardware.header_drawing > the file
    assert (HARDWARE / "drawings/header.svg").read_text(encoding="utf-8") == drawing()


def test_the_lock_circuit_shows_the_same_pins() -> None:
    text = (HARDWARE / "drawings/lock_circuit.svg").read_text(encoding="utf-8")
    for name in ("strike", "keep_alive"):
        gpio = outputs()[name]
        assert f"GPIO {gpio}, header pin {numbers()[gpio]}" in text


def test_the_keep_alive_runs_out_in_time_with_every_tolerance_and_a_broken_resistor() -> None:
    drawn = (HARDWARE / "drawings/lock_circuit.svg").read_text(encoding="utf-8")
    (each,) = {int(kilo) for kilo in re.findall(r"(\d+) k each, side by side", drawn)}
    (micro,) = {float(value) for value in re.findall(r"C1 ([\d.]+) u ", drawn)}
    usual, broken = (0.7 * ohms * 1e3 * micro * 1e-6 for ohms in (each / 2, each))
    most = 1.01 * 1.05 * 1.10  # resistor, capacitor, timer
    assert broken * most <= LONGEST
    # A slow write to the card must not let the lock fall shut in a person's hand.
    assert usual / most > 20 * TURN
    assert f"{usual:.1f} s" in WIRING
    assert f"{broken:.1f} s" in WIRING


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.name)
def test_a_drawing_is_well_formed_described_and_shown(path: Path) -> None:
    tree = ET.parse(path)  # noqa: S314 - our own file
    namespace = {"svg": "http://www.w3.org/2000/svg"}
    title = tree.find("svg:title", namespace)
    assert title is not None
    assert title.text
    assert any(f"drawings/{path.name}" in page.read_text() for page in PAGES)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_readme_names_every_page() -> None:
    readme = (HARDWARE / "README.md").read_text(encoding="utf-8")
    missing = [
        path.name for path in HARDWARE.iterdir() if path.is_file() and path.name not in readme
    ]
    assert missing == []


def parts() -> list[dict[str, str]]:
    with (HARDWARE / "parts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_part_is_complete() -> None:
    for part in parts():
        assert None not in part, part
        assert all(part.values()), part
        assert float(part["guide price EUR"]) > 0
        assert int(part["each"]) > 0


@pytest.mark.parametrize(
    ("word", "never"),
    [("strike", "fail-safe"), ("Relay", "low"), ("microSD", "ordinary"), ("DS3231", "DS1307")],
)
def test_what_must_not_be_swapped_is_said(word: str, never: str) -> None:
    (part,) = [part for part in parts() if word in part["part"].partition(" with ")[0]]
    assert never in part["must not be swapped for"]


def test_resistors_and_capacitor_of_the_keep_alive_are_in_the_parts_list() -> None:
    names = " ".join(part["part"] for part in parts())
    assert "Resistor 750 k 1 %" in names
    assert "Film capacitor 4.7 uF 5 %" in names


def test_acceptance_is_numbered_and_begins_with_getting_out() -> None:
    text = (HARDWARE / "acceptance.md").read_text(encoding="utf-8")
    found = [int(number) for number in re.findall(r"^\| (\d+)[ *]* \|", text, re.MULTILINE)]
    assert found == list(range(1, len(found) + 1))
    assert text.index("## Getting out") < text.index("## Staying shut") < text.index("## Working")


def test_in_every_event_people_get_out() -> None:
    text = (HARDWARE / "power_loss.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| **")]
    assert len(lines) > 10
    assert all(line.split("|")[4].strip() == "handle or bar" for line in lines)
