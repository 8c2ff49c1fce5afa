"""A city that the program founded, once; each test gets its own copy of it."""

import shutil
from pathlib import Path

import pytest

from tests.provisioning.program import Program


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The program in an empty folder."""
    folder = tmp_path / "empty"
    folder.mkdir(mode=0o700)
    return Program(folder)


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """root/, keys/ with a request, and ca/."""
    city = Program(tmp_path_factory.mktemp("founded"))
    city.data("root", "create", "--out", "root")
    city.data("keys", "create", "--out", "keys")
    city.data("ca", "create", "--out", "ca", "--city", "Teststad")
    return city.folder


@pytest.fixture
def city(founded: Path, tmp_path: Path) -> Program:
    """The program in a copy of that city."""
    return Program(Path(shutil.copytree(founded, tmp_path / "city")))


@pytest.fixture
def other(founded: Path, tmp_path: Path) -> Program:
    """The program in a second city, with a root of its own."""
    del founded
    folder = tmp_path / "other"
    folder.mkdir(mode=0o700)
    other = Program(folder)
    other.data("root", "create", "--out", "root")
    return other
