import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from provisioning import files
from provisioning.errors import AlreadyThere, ProvisioningError, Unusable
from tests.provisioning.program import ROOT

FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from provisioning import files
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))  # no file grows beyond 100 bytes
getattr(files, sys.argv[1])(Path(sys.argv[2]), bytes(1000))
"""


def on_a_full_disk(function: str, path: Path) -> str:
    """Write more than there is room for; return what went wrong."""
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, function, str(path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    return done.stderr


def test_a_file_is_written_whole_and_for_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "a/b/key.pem"
    files.write_new(path, b"content")
    assert path.read_bytes() == b"content"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_the_umask_opens_nothing(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        files.write_new(tmp_path / "folder/file", b"x")
        files.replace(tmp_path / "folder/other", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o700
    for path in (tmp_path / "folder").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"precious")
    with pytest.raises(AlreadyThere, match="stays as it is"):
        files.write_new(path, b"new")
    assert path.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [path]


def test_a_stick_that_knows_no_links_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    path = tmp_path / "file"
    files.write_new(path, b"content")
    assert path.read_bytes() == b"content"
    with pytest.raises(AlreadyThere):
        files.write_new(path, b"other")
    assert path.read_bytes() == b"content"
    assert list(tmp_path.iterdir()) == [path]


def test_a_stick_on_which_others_could_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fstat

    def open_to_all(handle: int) -> os.stat_result:
        found = real(handle)
        return os.stat_result((found.st_mode | 0o044, *found[1:]))

    monkeypatch.setattr(os, "fstat", open_to_all)
    with pytest.raises(ProvisioningError, match="umask=077"):
        files.write_new(tmp_path / "file", b"secret")
    monkeypatch.undo()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("function", ["write_new", "replace"])
def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, function: str) -> None:
    assert "cannot be written: File too large" in on_a_full_disk(function, tmp_path / "file")
    assert not list(tmp_path.iterdir())


def test_a_full_disk_keeps_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"the old content")
    on_a_full_disk("replace", path)
    assert path.read_bytes() == b"the old content"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"somebody else's")
    (tmp_path / "file").symlink_to(tmp_path / "target")
    files.replace(tmp_path / "file", b"new")
    assert (tmp_path / "target").read_bytes() == b"somebody else's"
    assert not (tmp_path / "file").is_symlink()


def test_a_new_file_belongs_to_whom_its_folder_belongs(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    if os.geteuid() == 0:
        os.chown(folder, 12345, 54321)
    files.write_new(folder / "file", b"x")
    owners = {(one.stat().st_uid, one.stat().st_gid) for one in (folder, folder / "file")}
    assert len(owners) == 1


def test_an_account_that_is_not_there_changes_nothing(tmp_path: Path) -> None:
    files.hand_over([tmp_path, tmp_path / "nothing"], "nobody-of-this-name")
    assert tmp_path.owner() == Path.home().owner() or os.geteuid() == tmp_path.stat().st_uid


def test_an_endless_file_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="larger than"):
        files.read(Path("/dev/zero"), "a key")
    with pytest.raises(Unusable, match="It should hold a key"):
        files.read(tmp_path, "a key")


def test_only_one_at_a_time_changes_a_folder(tmp_path: Path) -> None:
    waiting = "import sys; from pathlib import Path; from provisioning import files\n"
    waiting += "print('ready', flush=True)\nwith files.locked(Path(sys.argv[1])): print('in')"
    with files.locked(tmp_path):
        other = subprocess.Popen(
            [sys.executable, "-c", waiting, str(tmp_path)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert other.stdout
        assert other.stdout.readline() == "ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(0.3)
    assert other.communicate(timeout=60)[0] == "in\n"


def test_a_lock_needs_its_folder(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="No such file"), files.locked(tmp_path / "nothing"):
        pass
