"""docs/operations/wrong-clock.md says what doors, commands and refusals really say."""

import re
import shlex
import tomllib
from datetime import timedelta
from pathlib import Path

import typer

from contracts.reasons import Fault
from edge.__main__ import app as door
from edge.core.timekeeping import FAR_MS
from edge.floor_reset import GOOD_FOR
from provisioning.__main__ import app as provision

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/operations/wrong-clock.md").read_text(encoding="utf-8")
SAYS = tomllib.loads((ROOT / "central/web/texts/en/doors.toml").read_text(encoding="utf-8"))
CODE = "".join(
    path.read_text(encoding="utf-8")
    for folder in ("edge", "contracts")
    for path in (ROOT / folder).rglob("*.py")
)


def test_the_sentences_of_faults_are_the_door_page_s() -> None:
    rows = re.findall(r'^\| "([^"]+)" \(`(\w+)`\)', PAGE, re.MULTILINE)
    assert len(rows) == 3
    for sentence, code in rows:
        assert SAYS["fault"][Fault(code)] == sentence
    assert SAYS["entry"]["floor_reset"] in PAGE


def test_every_command_on_the_page_is_one_that_the_programs_take() -> None:
    commands = re.findall(r"`(hallpass-(?:door|provision) floor-reset[^`]*)`", PAGE)
    assert len(commands) == 4
    for words in map(shlex.split, commands):
        group = typer.main.get_command(door if words[0] == "hallpass-door" else provision)
        taught, rest = group, words[1:]
        while hasattr(taught, "commands"):
            taught, rest = taught.commands[rest[0]], rest[1:]
        assert taught.make_context("x", rest).params


def test_what_refusals_say_is_what_the_code_says() -> None:
    for words in (
        "it answers another request than the last one here, or was used already",
        "the door unit does not answer",
        "waits for a second key",
        "but it was later than",
    ):
        assert words in PAGE
        assert words in CODE


def test_the_times_on_the_page_are_the_code_s() -> None:
    assert timedelta(seconds=GOOD_FOR).days == 14
    assert "within fourteen days" in PAGE
    assert timedelta(milliseconds=FAR_MS).days == 1
    assert "more than a day" in PAGE
