"""The documents say what the code says."""

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest

from contracts.reasons import ONVIF, DenyReason, Fault
from edge.faults import SOUNDS_AT_THE_DOOR, STOPS_THE_DOOR
from tests.contracts import sentences_document

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
GLOSSARY = (ROOT / "docs/glossary.md").read_text()
DECISIONS = ROOT / "docs/decisions"

# Folders that hold nothing a newcomer would look for.
UNLISTED = {"build", "dist"}


def section(text: str, heading: str) -> str:
    """What stands under a heading of level 2."""
    match = re.search(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert match, f"no heading {heading!r}"
    return match[1]


def rows(text: str) -> list[list[str]]:
    """The cells of every row of the Markdown tables in `text`, headings included."""
    lines = [
        line for line in text.splitlines() if line.startswith("|") and not line.startswith("|--")
    ]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def coded_rows(heading: str) -> dict[str, list[str]]:
    return {row[0].strip("`"): row for row in rows(section(GLOSSARY, heading)) if row[0][:1] == "`"}


def test_decisions_are_numbered_without_gaps_and_indexed() -> None:
    files = sorted(path.name for path in DECISIONS.glob("[0-9]*.md"))
    assert [name[:4] for name in files] == [f"{n:04}" for n in range(1, len(files) + 1)]
    index = (DECISIONS / "README.md").read_text()
    assert re.findall(r"^\| \[\d{4}\]\(([^)]+)\)", index, re.MULTILINE) == files


def test_the_index_repeats_each_decision_s_title() -> None:
    titles = {row[1] for row in rows((DECISIONS / "README.md").read_text())[1:]}
    for path in DECISIONS.glob("[0-9]*.md"):
        number, _, title = path.read_text().splitlines()[0].removeprefix("# ").partition(". ")
        assert number == path.name[:4]
        assert title in titles


def test_every_deny_reason_has_a_complete_glossary_row() -> None:
    table = coded_rows("Deny reasons")
    assert list(table) == [reason.value for reason in DenyReason]
    for reason in DenyReason:
        assert table[reason][1] == ONVIF[reason]
        assert all(table[reason]), reason


def test_every_fault_has_a_complete_glossary_row() -> None:
    table = coded_rows("Faults")
    assert set(table) == {fault.value for fault in Fault}
    assert all(all(row) for row in table.values())


def test_the_glossary_says_which_faults_are_seen_and_heard_at_the_door() -> None:
    shown = {Fault(code): row[2] for code, row in coded_rows("Faults").items()}
    assert {fault for fault, sign in shown.items() if "fast red" in sign} == STOPS_THE_DOOR
    heard = {fault for fault, sign in shown.items() if "beeps until it is over" in sign}
    assert heard == SOUNDS_AT_THE_DOOR


def test_what_a_door_says_is_written_down_word_for_word() -> None:
    written = sentences_document.PATH.read_text(encoding="utf-8")
    assert written == sentences_document.document(), "python -m tests.contracts.sentences_document"


def test_readme_s_map_names_every_folder() -> None:
    listed = {row[0].strip("`/") for row in rows(section(README, "Where is what"))[1:]}
    there = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and path.name[0] not in "._" and path.name not in UNLISTED
    }
    assert listed == there


def test_readme_names_every_word_of_the_script() -> None:
    script = (ROOT / "hallpass").read_text()
    words = {
        name.replace("_", "-") for name in re.findall(r"^word_(\w+)\(\)", script, re.MULTILINE)
    }
    assert words <= set(re.findall(r"`(?:\./hallpass )?([a-z-]+)`", README))


def test_readme_has_a_row_for_everything_that_can_be_down() -> None:
    table = rows(section(README, "What works when something is down"))
    names = [row[0] for row in table[1:]]
    assert names == ["network", "broker", "central", "clock not trusted", "camera", "disk", "power"]


def test_each_row_of_that_table_names_one_test_of_its_own_that_exists() -> None:
    table = rows(section(README, "What works when something is down"))[1:]
    named = [name for row in table for name in re.findall(r"`(tests/\S+?::\w+)`", row[-1])]
    assert len(set(named)) == len(named) == len(table)
    for row, name in zip(table, named, strict=True):
        assert row[-1] == f"`{name}`"
        path, _, function = name.partition("::")
        assert f"\ndef {function}(" in (ROOT / path).read_text(), name


def documents() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = chain(
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
        project["build-system"]["requires"],
    )
    names = {re.split(r"[\[>=<]", one)[0] for one in wanted} - {"hallpass"}
    explained = set(
        re.findall(r"\*\*([\w-]+)\*\*", (DECISIONS / "0007-dependencies.md").read_text())
    )
    assert names == explained


def test_every_invariant_names_tests_that_exist() -> None:
    text = (ROOT / "docs/invariants.md").read_text()
    table = [row for row in rows(text) if row[0].isdigit()]
    assert [int(row[0]) for row in table] == list(range(1, 12))
    for row in table:
        named = re.findall(r"`(tests/\S+?\.py)`", row[2])
        assert named, row[1]
        assert [path for path in named if not (ROOT / path).exists()] == []
