"""What the documents tell people to type exists: words of the script, commands and options of programs."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

import central.__main__
import edge.__main__
import provisioning.__main__

ROOT = Path(__file__).parents[1]
PROGRAMS = {
    "hallpass-door": typer.main.get_command(edge.__main__.app),
    "hallpass-central": typer.main.get_command(central.__main__.app),
    "hallpass-provision": typer.main.get_command(provisioning.__main__.app),
}
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "hardware").glob("*.md"),
        *(ROOT / "firmware_config").glob("*.md"),
    ]
)
PAGE = pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")


def typed(text: str) -> list[str]:
    """Every line of a shell block, and everything in backticks, without what a comment says."""
    blocks = "\n".join(_BLOCK.findall(text)).replace("\\\n", " ")
    lines = [*blocks.splitlines(), *_INLINE.findall(_BLOCK.sub("", text))]
    return [line.partition(" #")[0].strip() for line in lines]


def commands(text: str) -> list[tuple[str, list[str]]]:
    """Each use of one of our programs: its name, and the words behind it."""
    found = []
    for line in typed(text):
        for name in PROGRAMS:
            use = re.search(rf"(?:^|[\s/]){name}(?=\s|$)(.*)", line)
            if use:
                found.append((name, shlex.split(use[1])))
    return found


def wrong(command: Any, words: list[str]) -> str:  # noqa: ANN401 - typer keeps its types to itself
    """Why a program would not take these words; empty when it knows all of them."""
    while words and hasattr(command, "commands") and not words[0].startswith("-"):
        if words[0] not in command.commands:
            return f"there is no command {words[0]!r} in {command.name or 'the program'}"
        command, words = command.commands[words[0]], words[1:]
    known = {option for one in command.params for option in one.opts} | {"--help"}
    known |= {"--install-completion"}
    unknown = [
        word for word in words if word.startswith("--") and word.partition("=")[0] not in known
    ]
    return f"{command.name} has no {', '.join(unknown)}" if unknown else ""


@PAGE
def test_every_command_of_our_programs_is_one_they_take(path: Path) -> None:
    found = [
        (name, words, wrong(PROGRAMS[name], words)) for name, words in commands(path.read_text())
    ]
    assert [one for one in found if one[2]] == []


@PAGE
def test_every_word_behind_the_script_is_one_it_knows(path: Path) -> None:
    known = re.findall(r"^word_(\w+)\(\)", (ROOT / "hallpass").read_text(), re.MULTILINE)
    words = [
        line.split()[1]
        for line in typed(path.read_text())
        if line.startswith("./hallpass ") and len(line.split()) > 1
    ]
    assert {word.replace("-", "_") for word in words} <= set(known)


def test_the_search_finds_what_people_type() -> None:
    """Else the two above would be content with nothing."""
    text = "".join(path.read_text() for path in PAGES)
    found = {(name, *words[:2]) for name, words in commands(text)}
    for expected in [
        ("hallpass-provision", "root", "create"),
        ("hallpass-central", "keys", "import"),
        ("hallpass-door", "status", "--config"),
    ]:
        assert expected in found
    for nonsense in (["statsu"], ["run", "--confg", "x"], ["journal", "lst"]):
        assert wrong(PROGRAMS["hallpass-door"], nonsense)
