"""Debian's own tools, and the files of a door unit's system that they are let loose on."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIRMWARE = ROOT / "firmware_config"
FILES = FIRMWARE / "files"
UNITS = FILES / "etc/systemd/system"

# As root because they change who owns a file, or make network interfaces.
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may do this")


def tool(name: str) -> str:
    """Where a program of the system is; its package comes with ./hallpass setup."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    assert found, f"{name} is not installed: ./hallpass setup"
    return found


def run(name: str, *arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a tool to its end."""
    return subprocess.run(
        [tool(name), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "LC_ALL": "C", "SYSTEMD_PAGER": "", **more},
    )


def settings(path: Path) -> dict[str, list[str]]:
    """The `Name=value` lines of a unit file, in order; a name may come several times."""
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found
