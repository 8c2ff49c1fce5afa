"""A city that the program founded, once; each test gets its own copy of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.provisioning.launcher import Launcher
from tests.provisioning.program import Program


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    """What starts the program."""
    one = Launcher()
    yield one
    one.close()


@pytest.fixture
def program(launcher: Launcher, tmp_path: Path) -> Program:
    """The program in an empty folder."""
    folder = tmp_path / "empty"
    folder.mkdir(mode=0o700)
    return Program(folder, launcher)


@pytest.fixture(scope="session")
def founded(launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """root/, keys/ with a request, and ca/."""
    city = Program(tmp_path_factory.mktemp("founded"), launcher)
    city.data("root", "create", "--out", "root")
    city.data("keys", "create", "--out", "keys")
    city.data("ca", "create", "--out", "ca", "--city", "Teststad")
    return city.folder


@pytest.fixture
def city(launcher: Launcher, founded: Path, tmp_path: Path) -> Program:
    """The program in a copy of that city."""
    return Program(Path(shutil.copytree(founded, tmp_path / "city")), launcher)


@pytest.fixture
def other(launcher: Launcher, tmp_path: Path) -> Program:
    """The program in a second city, with a root of its own."""
    folder = tmp_path / "other"
    folder.mkdir(mode=0o700)
    other = Program(folder, launcher)
    other.data("root", "create", "--out", "root")
    return other
