"""install.sh: what it says and refuses; tests/system/test_clean_os.py lets it do its work."""

import re
import subprocess
from pathlib import Path

from tests.firmware_config.debian import FILES, FIRMWARE, ROOT, as_root, run

SCRIPT = FIRMWARE / "install.sh"


def install(*arguments: str, says: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPT, *arguments],
        input=says,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_shellcheck_finds_nothing() -> None:
    done = subprocess.run(
        [ROOT / ".venv/bin/shellcheck", SCRIPT], capture_output=True, text=True, check=False
    )
    assert done.stdout == ""


def test_help_says_what_it_does_and_changes_nothing() -> None:
    done = install("--help")
    assert done.returncode == 0
    for word in ("--yes", "--keep-ssh", "--wifi", "/opt/hallpass", "fake-hwclock"):
        assert word in done.stdout


def test_an_unknown_option_is_refused_with_the_list() -> None:
    done = install("--yess")
    assert done.returncode == 2
    assert '"--yess" is not one of these options' in done.stderr


def test_it_wants_to_be_root() -> None:
    done = run("unshare", "--map-user=1000", SCRIPT, "--yes")
    assert done.returncode == 1
    assert "run it as root" in done.stderr


@as_root
def test_without_a_yes_nothing_is_changed() -> None:
    done = install(says="no\n")
    assert done.returncode == 1
    assert "nothing was changed" in done.stderr
    assert not Path("/opt/hallpass").exists()


def test_every_file_it_brings_is_explained_in_the_readme() -> None:
    readme = (FIRMWARE / "README.md").read_text(encoding="utf-8")
    brought = sorted(path for path in FILES.rglob("*") if path.is_file())
    assert brought
    names = [f"`/{path.relative_to(FILES)}`" for path in brought]
    assert [name for name in names if name not in readme] == []


def test_links_in_the_readme_lead_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", (FIRMWARE / "README.md").read_text())
    assert links
    assert [link for link in links if not (FIRMWARE / link).exists()] == []
