"""The eight packages the city asked for are in real use, on paths that the programs run."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRODUCT = ("contracts", "edge", "central", "provisioning", "demo")

FIXED_BY_THE_CITY = {
    "cryptography": "cryptography",
    "fastapi": "fastapi",
    "gpiozero": "gpiozero",
    "opencv-python-headless": "cv2",
    "paho-mqtt": "paho",
    "pyzbar": "pyzbar",
    "segno": "segno",
    "sqlite-utils": "sqlite_utils",
}


def file_of(module: str) -> Path | None:
    """The file of one of our modules or packages, None for anything else."""
    if module.partition(".")[0] not in PRODUCT:
        return None
    path = ROOT.joinpath(*module.split("."))
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in candidates if file.is_file()), None)


def imports_of(path: Path) -> Iterator[str]:
    """Every module a file names in an import, wherever in the file, each with its parents."""
    for node in ast.walk(ast.parse(path.read_text())):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        yield from names


def reached_from(module: str) -> set[str]:
    """All modules, ours and others', that starting `module` can import."""
    reached: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        if path := file_of(name):
            waiting.extend(imports_of(path))
    return reached


def programs() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [entry.partition(":")[0] for entry in project["scripts"].values()]


@pytest.mark.parametrize("package", FIXED_BY_THE_CITY)
def test_package_is_used_on_a_path_a_program_runs(package: str) -> None:
    module = FIXED_BY_THE_CITY[package]
    users = [
        program
        for program in programs()
        if any(name.partition(".")[0] == module for name in reached_from(program))
    ]
    assert users, f"no program reaches {module}"


def test_only_what_is_imported_counts_as_reached() -> None:
    reached = reached_from("contracts.keys")
    assert "contracts.errors" in reached
    assert not any(name.startswith(("fastapi", "edge", "central")) for name in reached)
