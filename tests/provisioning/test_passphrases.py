"""Where passphrases come from, and above all where they never are: arguments and output."""

import fcntl
import os
import pty
import select
import subprocess
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pytest

from central.keys.files import load_folder
from demo.processes import wait_until
from provisioning.errors import BadPassphrase, ExitCode, ProvisioningError
from provisioning.passphrases import Source, sources
from tests.provisioning.program import (
    KEYS_PASSPHRASE,
    ROOT_PASSPHRASES,
    Program,
    command,
    require_discreet,
)

CREATE = ("keys", "create", "--out", "keys", "--purpose", "ack")
WITHIN = 40.0  # seconds


class Terminal:
    """A person at a terminal: reads what is shown, types answers."""

    def __init__(self, city: Program, *arguments: str) -> None:
        self._mine, theirs = pty.openpty()
        environment = {
            name: value
            for name, value in city.environment.items()
            if not name.startswith("HALLPASS_")
        }
        self.process = subprocess.Popen(
            command(*arguments),
            cwd=city.folder,
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509 - one system call; no threads here
        )
        os.close(theirs)
        self.seen = ""
        self._answered = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(WITHIN)
        os.close(self._mine)

    def answer(self, question: str, text: str) -> None:
        """Wait for a question that was not answered yet, and type."""
        self._read_until(lambda: question in self.seen[self._answered :])
        self._answered = len(self.seen)
        os.write(self._mine, f"{text}\n".encode())

    def answer_unseen(self, question: str, text: str) -> None:
        """The same, as soon as the terminal no longer shows what is typed."""
        self._read_until(lambda: question in self.seen[self._answered :])
        wait_until(lambda: not self._shows_typing(), "the terminal to hide what is typed", WITHIN)
        self._answered = len(self.seen)
        os.write(self._mine, f"{text}\n".encode())

    def end(self) -> int:
        """Read to the end; return the exit code."""
        self._read_until(lambda: False)
        code = self.process.wait(WITHIN)
        require_discreet(self.seen)
        return code

    def _shows_typing(self) -> bool:
        return bool(termios.tcgetattr(self._mine)[3] & termios.ECHO)

    def _read_until(self, happened: Callable[[], bool]) -> None:
        deadline = time.monotonic() + WITHIN
        while not happened():
            ready, _, _ = select.select([self._mine], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"nothing came after: {self.seen}"
            try:
                more = os.read(self._mine, 4096)
            except OSError:  # the other side is gone
                more = b""
            if not more:
                return
            self.seen += more.decode()


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_a_person_types_it_twice_and_it_is_not_shown(program: Program) -> None:
    with Terminal(program, *CREATE) as terminal:
        terminal.answer_unseen("Passphrase for central's signing keys", KEYS_PASSPHRASE)
        terminal.answer_unseen("Repeat for confirmation", KEYS_PASSPHRASE)
        assert terminal.end() == ExitCode.DONE
    assert load_folder(program.folder / "keys", KEYS_PASSPHRASE)


def test_a_typing_error_is_asked_again(program: Program) -> None:
    with Terminal(program, *CREATE) as terminal:
        terminal.answer_unseen("Passphrase for", "a typing errror here")
        terminal.answer_unseen("Repeat for", KEYS_PASSPHRASE)
        terminal.answer_unseen("Passphrase for", KEYS_PASSPHRASE)
        terminal.answer_unseen("Repeat for", KEYS_PASSPHRASE)
        assert terminal.end() == ExitCode.DONE
    assert load_folder(program.folder / "keys", KEYS_PASSPHRASE)


def test_a_holder_reads_what_the_root_key_is_for_and_may_say_no(city: Program) -> None:
    before = city.contents()
    with Terminal(
        city, "keyset", "sign", "--keys", "keys/key-requests-1.json", "--root", "root/root.json",
        "--root-key", "root/root-1.pem", "--out", "keyset.json",
    ) as terminal:  # fmt: skip
        terminal.answer("Is this right? Sign it", "n")
        assert terminal.end() == ExitCode.FAILED
    assert "Request with fingerprint" in terminal.seen
    assert "Key 1 signs passes of renters and crews" in terminal.seen
    assert "Nothing was signed." in terminal.seen
    assert city.contents() == before


def test_a_holder_who_says_yes_signs(city: Program) -> None:
    with Terminal(
        city, "keyset", "sign", "--keys", "keys/key-requests-1.json", "--root", "root/root.json",
        "--root-key", "root/root-1.pem", "--out", "keyset.json",
    ) as terminal:  # fmt: skip
        terminal.answer("Is this right? Sign it", "y")
        terminal.answer_unseen("Passphrase for root/root-1.pem", ROOT_PASSPHRASES[0])
        assert terminal.end() == ExitCode.DONE
    assert (city.folder / "keyset.json").exists()


# --- files and environment


def source(file: Path | None = None) -> Source:
    return Source("something", ("HALLPASS_A", "HALLPASS_B"), file)


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_the_end_of_a_line_is_no_part_of_it(tmp_path: Path, end: str) -> None:
    path = tmp_path / "passphrase"
    path.write_bytes(f"vijf woorden achter elkaar{end}".encode())
    assert source(path).of_existing() == "vijf woorden achter elkaar"


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b" leading", b"trailing ", b"two\nlines", b"tab\tinside", b"\xff\xfe", b"a\n\n"],
)
def test_what_two_readers_could_read_differently_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "passphrase"
    path.write_bytes(content)
    with pytest.raises(ProvisioningError):
        source(path).of_existing()


def test_the_file_comes_first_then_the_first_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "passphrase"
    path.write_text("out of the named file")
    monkeypatch.setenv("HALLPASS_B_FILE", str(path))
    assert source().of_existing() == "out of the named file"
    monkeypatch.setenv("HALLPASS_A", "out of the first variable")
    assert source().of_existing() == "out of the first variable"
    assert source(path).of_existing() == "out of the named file"


@pytest.mark.parametrize("short", ["x" * 11, "x" * 1025])
def test_a_new_one_is_neither_short_nor_endless(
    monkeypatch: pytest.MonkeyPatch, short: str
) -> None:
    monkeypatch.setenv("HALLPASS_A", short)
    with pytest.raises(BadPassphrase, match="12 characters"):
        source().of_new()
    assert source().of_existing() == short  # what exists may have an old one


def variables(number: int) -> tuple[str, ...]:
    return (f"HALLPASS_{number}",)


def test_one_file_serves_all_or_each_has_its_own(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in "abc"]
    whats = ["one", "two", "three"]
    assert [one.file for one in sources(whats, variables, [])] == [None] * 3
    assert [one.file for one in sources(whats, variables, paths[:1])] == [paths[0]] * 3
    assert [one.file for one in sources(whats, variables, paths)] == paths
    with pytest.raises(BadPassphrase, match="3 times"):
        sources(whats, variables, paths[:2])


def test_a_missing_passphrase_file_is_named(program: Program) -> None:
    says = program.refusal(ExitCode.UNUSABLE, *CREATE, "--passphrase-file", "nowhere")
    assert says.startswith("nowhere: No such file or directory.")
