"""A fresh Debian in a folder, started by its own systemd: what install.sh turns into a door unit.

    with clean_os(folder) as debian:
        debian.run("/source/firmware_config/install.sh", "--yes")
        with debian.started():
            debian.inside("systemctl", "is-active", "hallpass-door")

Needs root, debootstrap and systemd-nspawn, and a network for Debian's and Python's packages. It is the
machine's own kernel underneath, so nothing of a Raspberry Pi's is tried here.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from demo.processes import Programs, wait_until

ROOT = Path(__file__).parents[2]
SUITE = "bookworm"
# With ssh, which install.sh must switch off.
SYSTEM = "systemd,systemd-sysv,dbus,udev,ca-certificates,openssh-server"
SOURCE = ("pyproject.toml", "README.md", "LICENSE", "requirements", "contracts", "edge", "central",
          "provisioning", "demo", "firmware_config")  # fmt: skip
# How this machine reaches package registries, where that is not the usual way.
WAYS_OUT = ("/etc/pip.conf", "/etc/ssl/certs/ca-certificates.crt")
VARIABLES = ("PIP_", "http_proxy", "https_proxy", "no_proxy")
STARTS_WITHIN = 120.0  # seconds


@dataclass
class Debian:
    """A Debian in a folder."""

    folder: Path
    programs: Programs
    first: int = 0
    """The process that is its number 1 while it is started."""

    def run(self, *command: str) -> str:
        """Run a command in it while it is not started, and return what it said.

        Raises:
            AssertionError: it failed; with what it said.

        """
        return finished([*run_in(self.folder), "--", *command], 600)

    @contextmanager
    def started(self) -> Iterator[None]:
        """Start it with its systemd, on a network of its own, for the length of the block."""
        command = [*_nspawn(self.folder), "--boot", "--console=pipe", "--private-network"]
        # Without nspawn's own filter of system calls: only the unit's counts, as on a real machine.
        program = self.programs.start("debian", command, {"SYSTEMD_SECCOMP": "0"})
        self.programs.wait_ready("debian", lambda: self._found(program.process.pid), STARTS_WITHIN)
        try:
            wait_until(self._is_up, "Debian has started", STARTS_WITHIN)
            yield
        finally:
            # Killed by its number 1, all of it ends; nspawn follows.
            os.kill(self.first, signal.SIGKILL)
            self.programs.stop("debian")

    def inside(self, *command: str) -> str:
        """Run a command in it while it is started; as `run`."""
        return finished([*self._enter(), *command], 120)

    def answers(self, *command: str) -> int:
        """Return a command's exit code."""
        done = subprocess.run([*self._enter(), *command], capture_output=True, check=False)
        return done.returncode

    def account(self, name: str) -> tuple[int, int]:
        """Return user and group number of one of its accounts."""
        for line in (self.folder / "etc/passwd").read_text(encoding="utf-8").splitlines():
            if line.startswith(f"{name}:"):
                user, group = line.split(":")[2:4]
                return int(user), int(group)
        raise AssertionError(f"there is no account {name}")

    def _enter(self) -> list[str]:
        return ["nsenter", f"--target={self.first}", "--mount", "--uts", "--ipc", "--net", "--pid",
                "--cgroup", "--"]  # fmt: skip

    def _found(self, nspawn: int) -> bool:
        """Find its process 1; nspawn has others at first, which set the place up."""
        with suppress(OSError):  # one that is gone again
            for child in Path(f"/proc/{nspawn}/task/{nspawn}/children").read_text().split():
                if Path(f"/proc/{child}/comm").read_text() == "systemd\n":
                    self.first = int(child)
                    return True
        return False

    def _is_up(self) -> bool:
        return self.answers("systemctl", "is-system-running") == 0


@contextmanager
def clean_os(folder: Path) -> Iterator[Debian]:
    """Make a Debian with the source of this repository in /source."""
    root = folder / "debian"
    bootstrap(root, SYSTEM)
    (root / "source").mkdir()
    for name in SOURCE:
        copy = root / "source" / name
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy)
    programs = Programs(folder / "logs")
    try:
        yield Debian(root, programs)
    finally:
        programs.stop_all()
        shutil.rmtree(root)


def bootstrap(root: Path, packages: str) -> None:
    """Put the smallest Debian into a folder, with some packages more."""
    # Twice as fast without waiting for the disk after each file; a power cut would only end the test.
    quick = ["env", "DPKG_FORCE=unsafe-io", "debootstrap", "--variant=minbase"]
    finished([*quick, f"--include={packages}", SUITE, str(root)], 600)
    for name in WAYS_OUT:
        if Path(name).exists():
            (root / name.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(name, root / name.lstrip("/"))


def run_in(folder: Path) -> list[str]:
    """Return what starts a command in a Debian that is not started, on this machine's network."""
    passed = [f"--setenv={name}={value}" for name, value in os.environ.items()
              if name.startswith(VARIABLES)]  # fmt: skip
    return [*_nspawn(folder), "--pipe", "--resolv-conf=copy-host", *passed]


def _nspawn(folder: Path) -> list[str]:
    return ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", f"--directory={folder}"]


def finished(command: list[str], within: float) -> str:
    """Run a command to its end and return what it said.

    Raises:
        AssertionError: it failed; with what it said.

    """
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False, timeout=within)  # fmt: skip
    assert done.returncode == 0, f"{command}:\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
    return done.stdout + done.stderr
