"""hallpass-provision as people run it: a process of its own. No run may ever show a secret."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.provisioning.launcher import Launcher

ROOT = Path(__file__).parents[2]
ROOT_PASSPHRASES = [f"wortel nummer {number} van de stad" for number in range(1, 4)]
KEYS_PASSPHRASE = "sleutels waarmee centraal tekent"
CA_PASSPHRASE = "tussenliggende instantie van de stad"
CA_ROOT_PASSPHRASE = "de wortel van de certificaten"
TOKEN = "hallpass_a-token-that-nobody-may-see"
SECRETS = [*ROOT_PASSPHRASES, KEYS_PASSPHRASE, CA_PASSPHRASE, CA_ROOT_PASSPHRASE, TOKEN]
PASSPHRASES = {
    **{f"HALLPASS_ROOT_PASSPHRASE_{number}": one for number, one in enumerate(ROOT_PASSPHRASES, 1)},
    "HALLPASS_KEYS_PASSPHRASE": KEYS_PASSPHRASE,
    "HALLPASS_CA_PASSPHRASE": CA_PASSPHRASE,
    "HALLPASS_CA_ROOT_PASSPHRASE": CA_ROOT_PASSPHRASE,
}
Done = subprocess.CompletedProcess[str]


class Program:
    """Runs commands in a folder; relative paths count from it."""

    def __init__(self, folder: Path, launcher: Launcher) -> None:
        self.folder, self._launcher = folder, launcher
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        plain = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb", "PYTHONPATH": str(ROOT)}
        self.environment = {**kept, **plain, **PASSPHRASES}

    def __call__(self, *arguments: str | Path, **changes: str | None) -> Done:
        """Run a command; `changes` set environment variables, or with None take them away."""
        wanted = {**self.environment, **changes}
        environment = {name: value for name, value in wanted.items() if value is not None}
        done = self._launcher.run(list(map(str, arguments)), self.folder, environment)
        require_discreet(done.stdout + done.stderr)
        return done

    def data(self, *arguments: str | Path, **changes: str | None) -> dict[str, Any]:
        """Run a command that must succeed; return its JSON."""
        done = self(*arguments, "--json", **changes)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def refusal(self, code: int, *arguments: str | Path, **changes: str | None) -> str:
        """Run a command that must be refused with this exit code; return the sentence."""
        done = self(*arguments, **changes)
        assert done.returncode == code, done.stdout + done.stderr
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
        return done.stderr

    def elsewhere(self, folder: Path) -> "Program":
        """The same program in another folder."""
        return Program(folder, self._launcher)

    def contents(self) -> dict[str, bytes]:
        """Every file there is, to see that nothing was lost, changed or left behind."""
        found = self.folder.rglob("*")
        return {
            str(one.relative_to(self.folder)): one.read_bytes() for one in found if one.is_file()
        }


def command(*arguments: str | Path) -> list[str]:
    """What a shell would start."""
    return [sys.executable, "-m", "provisioning", *map(str, arguments)]


def require_discreet(text: str) -> None:
    for secret in SECRETS:
        assert secret not in text
    assert "PRIVATE KEY" not in text
