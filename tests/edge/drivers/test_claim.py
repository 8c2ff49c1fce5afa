"""A data folder belongs to one program, until that one ends, however it ends."""

import subprocess
import sys
from pathlib import Path

import pytest

from edge.drivers.claim import AlreadyRunning, claimed
from edge.errors import EdgeError

HOLDER = """
import sys
from pathlib import Path
from edge.drivers.claim import claimed
with claimed(Path(sys.argv[1])):
    print("mine", flush=True)
    sys.stdin.read()
"""


def test_a_second_program_is_told_what_to_do_and_nothing_is_left_behind(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    with (
        claimed(folder),
        pytest.raises(AlreadyRunning, match="hallpass-door status"),
        claimed(folder, patience=0),
    ):
        pass
    assert list(folder.iterdir()) == []
    with claimed(folder, patience=0):
        pass


def test_a_killed_program_holds_nothing_back(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"mine\n"
        with pytest.raises(AlreadyRunning), claimed(tmp_path, patience=0):
            pass
        holder.kill()
        # It may take the kernel a moment: that is what the patience is for.
        with claimed(tmp_path, patience=30):
            pass


def test_what_is_no_folder_is_said_in_words(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with pytest.raises(EdgeError, match="cannot be opened"), claimed(path):
        pass
    assert list(tmp_path.iterdir()) == [path]
