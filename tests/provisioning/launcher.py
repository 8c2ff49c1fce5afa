"""Starts the program from a process that has imported it already: 20 ms a command instead of 400.

Each command is still a process of its own, with its own arguments, folder, environment and output,
and goes through `provisioning.__main__.main`. `python -m tests.provisioning.launcher` is the parent
of those processes; a test talks to it through `Launcher`.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from provisioning.__main__ import main

WITHIN = 60  # seconds that one command may take
ROOT = Path(__file__).parents[2]


class Launcher:
    """Runs commands, one after the other."""

    def __init__(self) -> None:
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.provisioning.launcher"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self, arguments: list[str], folder: Path, environment: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        assert self._parent.stdin
        assert self._parent.stdout
        asked = {"arguments": arguments, "folder": str(folder), "environment": dict(environment)}
        self._parent.stdin.write(json.dumps(asked) + "\n")
        self._parent.stdin.flush()
        code, out, err = json.loads(self._parent.stdout.readline())
        return subprocess.CompletedProcess(arguments, code, out, err)

    def close(self) -> None:
        """End it."""
        self._parent.communicate(timeout=WITHIN)


def _serve() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if child == 0:
                _become(asked, out.fileno(), err.fileno())
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            said = [_content(file) for file in (out, err)]
        print(json.dumps([code, *said]), flush=True)  # noqa: T201 - the answer


def _content(file: Any) -> str:  # noqa: ANN401 - a temporary file
    file.seek(0)
    text: str = file.read().decode()
    return text


def _become(asked: dict[str, Any], out: int, err: int) -> None:
    """Be the program: never returns."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for own, standard in ((nothing, 0), (out, 1), (err, 2)):
        os.dup2(own, standard)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - this process's own, for good
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv = ["hallpass-provision", *asked["arguments"]]
    code: object = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 - as the interpreter itself does
        sys.excepthook(*sys.exc_info())
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    _serve()
