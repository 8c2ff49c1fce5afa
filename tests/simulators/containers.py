"""Stands in for Docker where there is none: runs the services of docker-compose.yml as it would.

One network of their own for all, so that every service has its real name and port; for each service
its user without capabilities, a read-only root with only its volumes over it, its environment, its
command and its health check. The programs are this machine's and .venv's, not an image's: what only an
image lacks is not found here. Needs root, as Docker does.

    with composed(folder) as containers:
        containers.up("web")
        containers.execute("web", "hallpass-central", "check")
"""

import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0  # seconds; the machine may be busy
_SCRIPT = str(Path(__file__).with_suffix(".sh"))
_PATH = "/program/bin:/usr/lib/postgresql/{}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

Service = dict[str, Any]


class ServiceFailed(AssertionError):
    """A service failed or did not become healthy; the message has the end of its log."""


def read_compose() -> dict[str, Any]:
    """docker-compose's own reading of the file, with the virtual door."""
    command = ["docker-compose", "--profile", "virtual-door", "config"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = yaml.safe_load(done.stdout)
    return found


def command_of(service: Service) -> list[str]:
    """What Docker would start: the service's own words, else its image's."""
    if "entrypoint" in service:
        return [*service["entrypoint"], *service.get("command", [])]
    image = _image(service["image"].removeprefix("hallpass-"))
    return [*image.get("ENTRYPOINT", []), *service.get("command", image.get("CMD", []))]


@dataclass
class Containers:
    """The services of the compose file."""

    folder: Path
    services: dict[str, Service]
    machine: int
    """The first process of the machine that they run on."""
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def up(self, name: str) -> None:
        """Start a service after those it depends on, and wait until it is healthy or done."""
        if name in self.running:
            return
        for other in self.services[name].get("depends_on", {}):
            self.up(other)
        if name == "database":
            self._make_cluster()
        with self._log(name).open("wb") as log:
            command = self._inside(name, command_of(self.services[name]))
            self.running[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        self._wait(name)

    def execute(self, name: str, *command: str) -> str:
        """Run a command where a service runs, and return what it said."""
        done = subprocess.run(
            self._inside(name, [*command]),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        if done.returncode:
            raise ServiceFailed(f"{name}: {shlex.join(command)}: {done.stdout}{done.stderr}")
        return done.stdout

    def is_healthy(self, name: str) -> bool:
        """Ask the service's own health check."""
        kind, *test = self.services[name]["healthcheck"]["test"]
        try:
            self.execute(name, *(["sh", "-c", *test] if kind == "CMD-SHELL" else test))
        except ServiceFailed:
            return False
        return True

    def log(self, name: str) -> str:
        """What a service said so far."""
        return self._log(name).read_text(encoding="utf-8", errors="replace")

    @contextmanager
    def stopped(self, name: str) -> Iterator[None]:
        """Stop a service for the length of the block."""
        self.up(name)
        self.execute(name, "pkill", "-TERM", "-x", command_of(self.services[name])[0])
        self.running.pop(name).wait(PATIENCE)
        try:
            yield
        finally:
            self.up(name)

    def _wait(self, name: str) -> None:
        process, deadline = self.running[name], time.monotonic() + PATIENCE
        once = "restart" not in self.services[name]
        while process.poll() is None:
            if not once and ("healthcheck" not in self.services[name] or self.is_healthy(name)):
                return
            if time.monotonic() > deadline:
                raise ServiceFailed(f"{name} took too long:\n{self.log(name)}")
            time.sleep(0.05)
        if process.returncode != 0 or not once:
            raise ServiceFailed(f"{name} ended with {process.returncode}:\n{self.log(name)}")

    def _inside(self, name: str, command: list[str]) -> list[str]:
        environment = [f"{key}={value}" for key, value in self._environment(name).items()]
        network = ["--net"] if self.services[name].get("network_mode") == "none" else []
        return ["nsenter", f"--target={self.machine}", "--mount", "--net", "--pid", "--",
                "unshare", "--mount", *network, "sh", _SCRIPT, "run", str(self.folder),
                *self._mounts(name), "--", "env", "-i", *environment, *command]  # fmt: skip

    def _mounts(self, name: str) -> Iterator[str]:
        service = self.services[name]
        for one in service.get("volumes", []):
            source, target, mode = one.split(":")
            named = not source.startswith("/")
            yield from (str(self._folder("volumes", source)) if named else source, target, mode)
        for one in service.get("tmpfs", []):
            target = one.split(":")[0]
            yield from (str(self._folder("tmpfs", name + target, 0o1777)), target, "rw")

    def _folder(self, kind: str, name: str, mode: int = 0o700) -> Path:
        # Seen through the machine's first process: the folder is in its namespace only.
        folder = self.folder / kind / name
        seen = Path(f"/proc/{self.machine}/root{folder}")
        if not seen.exists():
            seen.mkdir(parents=True)
            seen.chmod(mode)
            os.chown(seen, ACCOUNT, ACCOUNT)
        return folder

    def _environment(self, name: str) -> dict[str, str]:
        own = {key: str(value) for key, value in self.services[name].get("environment", {}).items()}
        own["PATH"] = _PATH.format(_postgresql())
        own |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(ROOT)}
        if name == "renewal":  # Docker shows it the broker as the first process
            own["BROKER_PROCESS"] = self.execute("broker", "pgrep", "-x", "mosquitto").strip()
        return own

    def _make_cluster(self) -> None:
        data = self.services["database"]["environment"]
        self.execute("database", "sh", _SCRIPT, "cluster", data["PGDATA"],
                     data["POSTGRES_PASSWORD_FILE"], "/docker-entrypoint-initdb.d/database.sql")  # fmt: skip

    def _log(self, name: str) -> Path:
        return self.folder.with_name(f"{name}.log")


ACCOUNT = 10001


@contextmanager
def composed(folder: Path) -> Iterator[Containers]:
    """Give a machine for the services; all of them end with the block."""
    services = read_compose()["services"]
    base = folder / "machine"
    base.mkdir()
    holder = subprocess.Popen(
        ["unshare", "--fork", "--kill-child", "--pid", "--net", "--mount", "sh", _SCRIPT, "prepare",
         str(base), str(ROOT), sys.prefix, os.path.realpath(sys.executable),
         " ".join(sorted(services)), *_targets(services)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    containers = Containers(base, services, 0)
    try:
        assert holder.stdout
        assert holder.stdout.readline() == b"ready\n"
        children = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text(
            encoding="ascii"
        )
        containers.machine = int(children)
        yield containers
    finally:
        holder.kill()
        holder.communicate()
        for process in containers.running.values():
            process.wait()


def _targets(services: dict[str, Service]) -> list[str]:
    """Every place where a volume is mounted."""
    found = set()
    for service in services.values():
        for one in service.get("volumes", []):
            source, target, _ = one.split(":")
            found.add(f"file:{target}" if Path(source).is_file() else target)
        found |= {one.split(":")[0] for one in service.get("tmpfs", [])}
    return sorted(found)


def _image(target: str) -> dict[str, list[str]]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    stage = re.search(rf"^FROM \S+ AS {target}\n(.*?)(?=^FROM |\Z)", text, re.MULTILINE | re.DOTALL)
    if stage is None:
        return {}  # somebody else's image
    found = re.findall(r"^(ENTRYPOINT|CMD) (\[.*\])$", stage[1], re.MULTILINE)
    return {name: json.loads(value) for name, value in found}


def _postgresql() -> str:
    versions = [path.name for path in Path("/usr/lib/postgresql").iterdir()]
    return max(versions, key=int)
