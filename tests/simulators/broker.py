"""A real Mosquitto with the city's own configuration and certificates, on a free loopback port.

    pki = make_pki(tmp_path / "pki")                    # CA; `pki.unit(UNIT)`, `pki.central()`
    with running_broker(pki, tmp_path / "broker") as broker:
        ...                                             # broker.port, .kill(), .start(), .pause() ...

The CA takes 0.3 s: make it once per session where many tests need one.
"""

import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from contracts.keyset import RootKeys
from demo.processes import Programs, wait_until
from provisioning import broker, ca, crl, files, identity
from provisioning.broker import Listener
from provisioning.ca import Ca
from tests.simulators.city import City

READY_WITHIN = 40.0  # seconds; the machine may be busy
ATTEMPTS = 20
PASSPHRASE = "a passphrase for tests"
HOSTS = ["localhost", "127.0.0.1"]
LIFE = timedelta(days=30)
# Below the ports that the kernel gives to outgoing connections: while a broker is down nobody
# takes its port, so that it comes back on the same one.
PORTS = range(20000, 32000)


@dataclass
class Pki:
    """A city's CA, and the identities it gave out; each is made once and then kept."""

    ca: Ca
    folder: Path
    root: RootKeys = field(default_factory=lambda: City().root_keys)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))  # noqa: TID251 - real TLS

    def unit(self, unit: str, root: RootKeys | None = None) -> Path:
        """The identity folder of a unit, as `DoorUnitConfig.identity` names it."""
        folder = self.folder / "units" / unit
        if not folder.exists():
            identity.make_unit(folder, unit, self.ca, root or self.root, self.now, LIFE)
        return folder

    def central(self) -> Path:
        """Central's identity folder: central.key, central.crt, ca.crt."""
        folder = self.folder / "central"
        if not folder.exists():
            identity.make_central(folder, self.ca, self.now, LIFE)
        return folder

    def revoke(self, who: str) -> None:
        """Take a unit's certificates back; a broker knows it after `refresh`."""
        crl.revoke(self.ca, who, crl.Why.LOST, self.now)


def make_pki(folder: Path, root: RootKeys | None = None) -> Pki:
    """Make a CA in a folder that does not exist yet.

    Args:
        folder: where.
        root: the root keys that units are given; without them, some city's.

    """
    now = datetime.now(UTC)  # noqa: TID251 - certificates are checked against the real time
    ca.create(folder / "ca", folder / "offline", "Teststad", PASSPHRASE, PASSPHRASE, now)
    opened = ca.open_ca(folder / "ca", PASSPHRASE)
    return Pki(opened, folder, root or City().root_keys, now)


class Broker:
    """One Mosquitto. It keeps port and data over `stop` or `kill` and `start`."""

    def __init__(self, pki: Pki, folder: Path, user: str = "") -> None:
        """Make it, without starting it.

        Args:
            pki: whose certificates it takes and has.
            folder: its own; configuration, certificates, data and log.
            user: the account to change to when started by root; root itself by default, which
                alone can read a private temporary folder.

        """
        self.pki, self.folder, self.port = pki, folder, 0
        self._user = user or ("root" if os.geteuid() == 0 else "mosquitto")
        self._claim: socket.socket | None = None
        self._programs = Programs(folder / "logs")
        identity.make_broker(folder, HOSTS, pki.ca, pki.now, LIFE)

    @property
    def running(self) -> bool:
        """Whether the process is there, paused or not."""
        program = self._programs.running.get("mosquitto")
        return program is not None and program.running

    @property
    def log(self) -> str:
        """What it said so far."""
        return (self.folder / "logs/mosquitto.log").read_text(encoding="utf-8", errors="replace")

    def start(self) -> None:
        """Start it and wait until it listens; the first time on a port that nobody uses."""
        if self.port:
            self._start()
            return
        self.port, self._claim = _claim_a_port()
        broker.write_config(self.folder, Listener(self.port, "127.0.0.1", self._user))
        self._start()

    def stop(self) -> None:
        """Let it end in order, however long its disk takes: retained messages are on it then."""
        if "mosquitto" in self._programs.running:
            self.resume()
            process = self._programs.running["mosquitto"].process
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(READY_WITHIN)
            self._programs.stop("mosquitto")

    def kill(self) -> None:
        """End it at once (kill -9)."""
        self._programs.kill("mosquitto")

    def pause(self) -> None:
        """Freeze it: connections stay, nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused one go on."""
        self._signal(signal.SIGCONT)

    def reload(self) -> None:
        """Have it read certificates, rights and revocation list anew, as `systemctl reload` does."""
        self._signal(signal.SIGHUP)

    def refresh(self) -> None:
        """Bring it the CA's newest revocation list and reload; it counts within moments."""
        made = crl.renew(self.pki.ca, self.pki.now)
        files.replace(self.folder / broker.CRL, made.public_bytes(Encoding.PEM))
        self.reload()

    def wait_until(self, happened: Callable[[], bool]) -> None:
        """Wait for what follows from a reload, which the broker does between two messages."""
        wait_until(happened, f"after a reload; the broker says:\n{self.log}", READY_WITHIN)

    def close(self) -> None:
        """Stop it for good, and let others have its port."""
        self.stop()
        if self._claim:
            self._claim.close()

    def _start(self) -> None:
        command = [_mosquitto(), "-c", str(self.folder / broker.CONFIG)]
        self._programs.start("mosquitto", command)
        self._programs.wait_ready("mosquitto", self._answers, READY_WITHIN)

    def _answers(self) -> bool:
        """Whether it answers a TLS greeting.

        It listens before it has read its certificates, and before it knows what SIGHUP means.
        """
        context = ssl.create_default_context(cafile=self.folder / broker.TRUST)
        try:
            with (
                socket.create_connection(("127.0.0.1", self.port), READY_WITHIN) as plain,
                context.wrap_socket(plain, server_hostname=HOSTS[0]),
            ):
                return True
        except OSError:
            return False

    def _signal(self, number: signal.Signals) -> None:
        self._programs.running["mosquitto"].process.send_signal(number)


@contextmanager
def running_broker(pki: Pki, folder: Path) -> Iterator[Broker]:
    """Run a broker for the length of the block."""
    one = Broker(pki, folder)
    try:
        one.start()
        yield one
    finally:
        one.close()


def _claim_a_port() -> tuple[int, socket.socket]:
    """Return a port that nobody listens on, and what keeps other test processes from taking it."""
    for port in random.sample(PORTS, ATTEMPTS):
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0hallpass-broker-{port}")  # a name without a file: gone with this process
        except OSError:
            claim.close()
            continue
        if _is_free(port):
            return port, claim
        claim.close()
    raise AssertionError(f"{ATTEMPTS} ports were all taken")


def _mosquitto() -> str:
    found = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    assert found, "Mosquitto is not installed: ./hallpass setup"
    return found


def _is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
