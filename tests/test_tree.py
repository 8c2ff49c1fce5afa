"""What files in the repository may not name: package hosts, and paths of somebody's machine."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Written in two halves so that this file passes its own test.
FORBIDDEN = {
    "a package registry's host": [
        "pypi" + r"\.org",
        "python" + r"hosted\.org",
        "npm" + r"js\.(org|com)",
        r"deb\.deb" + r"ian\.org",
        "proxy" + r"\.golang\.org",
    ],
    "an index or mirror in a lock": [r"--(extra-)?index" + "-url", "--find" + "-links"],
    "a path of somebody's machine": [
        "/wo" + r"rk/(main|shared)",
        "/ro" + r"ot/",
        r"/home/(?!\$|<)\w+" + "/",
    ],
}


# What a run leaves behind in the folder (the same as .gitignore).
LEFT_BEHIND = re.compile(
    r"(^|/)(\.git|\.venv|build|dist|__pycache__|\.\w+_cache|\.hypothesis)(/|$)"
)


def files_of_the_project() -> list[Path]:
    """All that is not ignored; works from an unpacked archive too, where there is no git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
    except (FileNotFoundError, subprocess.CalledProcessError):
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*")]
    else:
        names = listed.stdout.decode().split("\0")
    kept = [ROOT / name for name in names if name and not LEFT_BEHIND.search(name)]
    return [path for path in kept if path.is_file()]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    pattern = re.compile("|".join(FORBIDDEN[what]).encode())
    found = [
        f"{path.relative_to(ROOT)}: {match.group().decode()}"
        for path in files_of_the_project()
        if (match := pattern.search(path.read_bytes()))
    ]
    assert found == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_check_can_fail(what: str) -> None:
    examples = {
        "a package registry's host": "see https://py" + "pi.org/project/x",
        "an index or mirror in a lock": "--extra-index" + "-url x",
        "a path of somebody's machine": "open('/home" + "/anna/pass.png')",
    }
    assert re.search("|".join(FORBIDDEN[what]), examples[what])
