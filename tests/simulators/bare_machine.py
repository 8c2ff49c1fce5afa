"""A computer on which nobody installed anything for Hallpass, for the commands of the README.

The smallest Debian in a folder, with accounts of two persons: ana may use sudo, ben may not. Needs root,
debootstrap and systemd-nspawn, and a network for Debian's and Python's packages. Kernel and network are
this machine's.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.simulators.clean_os import bootstrap, finished, run_in

ROOT = Path(__file__).parents[2]
HOMES = {"root": "/root", "ana": "/home/ana", "ben": "/home/ben"}


@dataclass
class BareMachine:
    """A computer of somebody who just cloned the repository into their home."""

    folder: Path

    def hallpass(self, account: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Give a person's command in their clone, without a terminal; its output is in order."""
        environment = [f"--setenv=HOME={HOMES[account]}", "--setenv=USER=" + account]
        command = [*run_in(self.folder), *environment, f"--user={account}",
                   f"--chdir={HOMES[account]}/hallpass", "--", "./hallpass", *words]  # fmt: skip
        # Without nspawn's own filter of system calls, as on a computer of one's own.
        return subprocess.run(["env", "SYSTEMD_SECCOMP=0", *command], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False, timeout=600)  # fmt: skip

    def owner(self, path: str) -> int:
        """Return the number of the account that a file belongs to."""
        return (self.folder / path.lstrip("/")).stat().st_uid


@contextmanager
def bare_machine(folder: Path) -> Iterator[BareMachine]:
    """Make such a computer; it is gone with the block."""
    root = folder / "bare"
    bootstrap(root, "sudo,ca-certificates")
    try:
        for account in ("ana", "ben"):
            finished([*run_in(root), "--", "useradd", "--create-home", account], 60)
        (root / "etc/sudoers.d/ana").write_text("ana ALL=(ALL) NOPASSWD: ALL\n", encoding="ascii")
        for account, home in HOMES.items():
            _clone(root / home.lstrip("/") / "hallpass")
            finished([*run_in(root), "--", "chown", "-R", f"{account}:", f"{home}/hallpass"], 60)
        yield BareMachine(root)
    finally:
        shutil.rmtree(root)


def _clone(copy: Path) -> None:
    """Copy what belongs to the repository, and nothing that was made beside it."""
    copy.mkdir(mode=0o755)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    packed = subprocess.run(["tar", "-c", "--null", "--files-from=-"], cwd=ROOT, check=True,
                            input=listed.stdout, stdout=subprocess.PIPE)  # fmt: skip
    subprocess.run(["tar", "-x"], cwd=copy, input=packed.stdout, check=True)
