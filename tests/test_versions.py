"""Every program says which release it is."""

import subprocess
import sys
from importlib.metadata import version

import pytest


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("edge", "hallpass-door"),
        ("central", "hallpass-central"),
        ("provisioning", "hallpass-provision"),
        ("demo", "hallpass demo"),
        ("bench", "hallpass bench"),
    ],
)
def test_version_names_the_program_and_the_package_s_version(module: str, name: str) -> None:
    command = [sys.executable, "-m", module, "--version"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout == f"{name} {version('hallpass')}\n"
    assert said.stderr == ""
