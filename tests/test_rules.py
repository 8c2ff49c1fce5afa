"""The rules for all tests (tests/conftest.py, .ci/run, ./hallpass) do what they say."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run_pytest(folder: Path, test: str, *options: str, ci: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(Path(__file__).with_name("conftest.py"), folder)
    (folder / "test_sample.py").write_text(f"import pytest\n{test}\n")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-ra", "-p", "no:cacheprovider", *options, str(folder)],
        cwd=folder,
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )


SKIPPING = "@pytest.mark.skip(reason='no camera')\ndef test_a(): pass\ndef test_b(): pass"


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["one process", "xdist"])
def test_a_skip_fails_the_run_in_ci_and_its_reason_is_printed(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    run = run_pytest(tmp_path, SKIPPING, *options, ci="true")
    assert run.returncode == 1
    assert "no camera" in run.stdout
    assert "nothing may be skipped in CI" in run.stdout


def test_a_skip_is_allowed_at_home(tmp_path: Path) -> None:
    assert run_pytest(tmp_path, SKIPPING, ci="").returncode == 0


def test_no_test_at_all_is_not_a_success(tmp_path: Path) -> None:
    assert run_pytest(tmp_path, "", ci="true").returncode == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_test_cannot_reach_the_world() -> None:
    # 192.0.2.1 is reserved for documentation: nothing answers there, and nothing is sent.
    with socket.socket() as sock, pytest.raises(PermissionError, match="only talk to this machine"):
        sock.connect(("192.0.2.1", 80))


def words_of_the_script() -> set[str]:
    text = (ROOT / "hallpass").read_text()
    return {name.replace("_", "-") for name in re.findall(r"^word_(\w+)\(\)", text, re.MULTILINE)}


def test_every_word_is_in_help_and_makefile() -> None:
    words = words_of_the_script()
    assert {"setup", "lint", "test", "system", "demo", "demo-check", "bench", "lock"} <= words
    shown = subprocess.run(
        ["./hallpass", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert set(re.findall(r"^  \./hallpass (\S+)", shown, re.MULTILINE)) == words
    makefile = (ROOT / "Makefile").read_text()
    listed = re.search(r"^WORDS := (.*)$", makefile, re.MULTILINE)
    assert listed
    assert set(listed[1].split()) == words


def test_an_unknown_word_is_refused_with_the_list() -> None:
    run = subprocess.run(
        ["./hallpass", "dmo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert '"dmo" is not one of these words' in run.stderr
    assert "./hallpass demo" in run.stderr


def test_ci_runs_every_stage_within_forty_minutes() -> None:
    text = (ROOT / ".ci/run").read_text()
    stages = re.findall(r"^stage (\S+) (\d+)$", text, re.MULTILINE)
    assert [word for word, _ in stages] == ["setup", "lint", "test", "system", "demo-check"]
    assert sum(int(minutes) for _, minutes in stages) <= 40
