"""A real small disk: a tmpfs in a mount namespace of its own, in which a program runs."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
DEADLINE = 100.0


class NotHere(Exception):
    """This machine cannot mount it; the message says why."""


def run_on_small_disk(folder: Path, megabytes: int, module: str, *arguments: str) -> Any:  # noqa: ANN401 - JSON
    """Run a module whose first argument is the disk's folder; return the JSON that it prints.

    Raises:
        NotHere: a tmpfs cannot be mounted on this machine.

    """
    folder.mkdir(parents=True, exist_ok=True)
    unshare = ["unshare", "--mount"] if os.getuid() == 0 else ["unshare", "--mount", "-r"]
    mount = f'mount -t tmpfs -o size={megabytes}m none "$1" || exit 99; shift; exec "$@"'
    program = [sys.executable, "-m", module, str(folder), *arguments]
    done = subprocess.run(
        [*unshare, "sh", "-c", mount, "sh", str(folder), *program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE,
    )
    if done.returncode == 99 or "unshare" in done.stderr.splitlines()[:1]:
        raise NotHere(f"a tmpfs cannot be mounted here: {done.stderr.strip()[-300:]}")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
