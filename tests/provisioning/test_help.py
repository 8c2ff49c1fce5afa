"""The program teaches itself: every command has an example that is right, and says how it ends."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from provisioning.__main__ import app
from provisioning.errors import ExitCode
from tests.provisioning.program import ROOT, Program, command

PROGRAM = typer.main.get_command(app)


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401 - typer keeps its types to itself
    for name, one in group.commands.items():
        if hasattr(one, "commands"):
            yield from commands(one, (*path, name))
        else:
            yield (*path, name), one


COMMANDS = dict(commands(PROGRAM))
EVERY = pytest.mark.parametrize("path", COMMANDS, ids=" ".join)


def test_there_is_a_command_for_each_step() -> None:
    assert sorted(map(" ".join, COMMANDS)) == [
        "broker config",
        "ca broker",
        "ca central",
        "ca create",
        "ca crl",
        "ca revoke",
        "ca show",
        "ca unit",
        "floor-reset cosign",
        "floor-reset show",
        "floor-reset sign",
        "keys create",
        "keyset cosign",
        "keyset show",
        "keyset sign",
        "root create",
        "root show",
        "units create",
        "units list",
        "units register",
        "units retire",
    ]


@EVERY
def test_the_example_of_a_command_is_one_that_it_takes(path: tuple[str, ...]) -> None:
    taught = COMMANDS[path]
    example = taught.epilog.removeprefix("Example: ")
    words = shlex.split(example)
    assert tuple(words[: 1 + len(path)]) == ("hallpass-provision", *path)
    parsed = taught.make_context(path[-1], words[1 + len(path) :])  # a wrong option raises
    assert parsed.params


@EVERY
def test_every_command_and_option_is_explained(path: tuple[str, ...]) -> None:
    taught = COMMANDS[path]
    assert taught.help
    assert [one.name for one in taught.params if not getattr(one, "help", None)] == []


@EVERY
def test_every_command_answers_programs_too(path: tuple[str, ...]) -> None:
    assert "--json" in [name for one in COMMANDS[path].params for name in one.opts]


@EVERY
def test_no_option_takes_a_secret(path: tuple[str, ...]) -> None:
    options = [name for one in COMMANDS[path].params for name in one.opts]
    about = [name for name in options if re.search("pass|token|secret|pin", name)]
    assert [name for name in about if not name.endswith("-file")] == []


def test_help_tells_the_order_of_a_new_city_and_every_exit_code(program: Program) -> None:
    shown = " ".join(program("--help").stdout.split())
    order = re.search(r"A new city, in this order: ([^.]+)\.", shown)
    assert order
    named = [step.strip() for step in re.split(r",|\band\b", order[1])]
    assert all(any(step in " ".join(path) for path in COMMANDS) for step in named), named
    codes = re.search(r"Exit codes: (.*?)\.", shown)
    assert codes
    assert [int(code) for code in re.findall(r"(\d) [a-z]", codes[1])] == list(ExitCode)


def test_help_and_a_wrong_command_line_have_their_exit_codes(program: Program) -> None:
    assert program("units", "create", "--help").returncode == ExitCode.DONE
    assert program("units", "create", "--dor", "1").returncode == ExitCode.USAGE
    assert program("units", "create").returncode == ExitCode.USAGE
    assert program("nonsense").returncode == ExitCode.USAGE


def test_it_is_a_program_of_its_own(program: Program) -> None:
    """The other tests start it in a quicker way."""
    for words, code in ((("--help",), ExitCode.DONE), (("root", "show", "x"), ExitCode.UNUSABLE)):
        done = subprocess.run(
            command(*words),
            cwd=program.folder,
            env=program.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=50,
        )
        again = program(*words)
        assert done.returncode == again.returncode == code
        assert done.stderr == again.stderr


def test_an_unexpected_failure_shows_no_secret_of_the_program() -> None:
    """Rich would print the variables of every function, passphrases among them."""
    assert app.pretty_exceptions_show_locals is False


def test_the_ceremony_uses_commands_that_exist() -> None:
    text = (ROOT / "docs/operations/ceremony.md").read_text().replace("\\\n", " ")
    lines = re.findall(r"^\s*hallpass-provision .*$", text, re.MULTILINE)
    assert len(lines) > 8
    for line in lines:
        words = shlex.split(line, comments=True)
        path = next(path for path in COMMANDS if tuple(words[1 : 1 + len(path)]) == path)
        COMMANDS[path].make_context(path[-1], words[1 + len(path) :])
