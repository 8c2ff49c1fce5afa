"""The demo's programs: broker, central, virtual doors and door units, each as a real process."""

import json
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from demo import founding
from demo.central import Central
from demo.founding import Say
from demo.home import Home
from demo.processes import DemoFailed, Programs, free_port, programs, python
from edge.drivers.control import ask
from edge.errors import EdgeError

BROKER, CENTRAL = "broker", "central"
_PORT = re.compile(r"(?m)^port = \d+$")
_MOSQUITTO = ("mosquitto", "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto")


def unit_named(door: int) -> str:
    """Return the name of the program of a door's unit."""
    return f"unit-{door}"


class Demo:
    """A city that runs; everything in it can be stopped and started again."""

    def __init__(self, home: Home, group: Programs, run: Path, say: Say) -> None:
        """Prepare; nothing runs yet."""
        self.home, self.programs, self.run, self._say = home, group, run, say
        self.settings: dict[str, str] = {}
        """More of central's settings, by their names in its environment; they count from its next start."""
        self.broker_port, self.central_port = free_port(), free_port()
        self.address = f"http://127.0.0.1:{self.central_port}"

    @property
    def doors(self) -> dict[int, str]:
        """The doors with a unit, by number."""
        return founding.doors_of(self.home)

    @property
    def token(self) -> str:
        """The administrator's bearer token."""
        return self.home.token.read_text(encoding="ascii").strip()

    def central(self) -> Central:
        """Return a connection to central's REST interface as administrator."""
        return Central(self.address, self.token)

    def run_of(self, door: int) -> Path:
        """Return the folder of a unit's sockets: short, because socket names are."""
        return self.run / str(door)

    def config_of(self, door: int) -> Path:
        """Return a unit's configuration file."""
        return self.home.units / str(door) / "door_unit.toml"

    # --- starting

    def found(self) -> None:
        """Make the city, unless it is there: half a city is made anew."""
        if self.home.founded.exists():
            founding.configure_broker(self.home, self.broker_port)
            self.start_broker()
            self.start_central()
            return
        shutil.rmtree(self.home.folder, ignore_errors=True)
        founding.make_keys(self.home, self._say)
        founding.configure_broker(self.home, self.broker_port)
        founding.make_database(self.home, self._environment(), self._say)
        self.start_broker()
        self.start_central()
        central = self.central()
        founding.make_units(
            self.home, founding.build_town(central, self._say), self.address, self._say
        )
        central.close()
        self.home.founded.touch()

    def start_broker(self) -> None:
        """Start Mosquitto and wait until it listens."""
        found = next((path for path in map(shutil.which, _MOSQUITTO) if path), None)
        if found is None:
            msg = "there is no mosquitto on this computer: ./hallpass setup installs it"
            raise DemoFailed(msg)
        self.programs.start(BROKER, [found, "-c", str(self.home.broker / "mosquitto.conf")])
        self.programs.wait_ready(BROKER, lambda: _listens(self.broker_port))

    def start_central(self) -> None:
        """Start central and wait until it answers."""
        command = python("central", "serve", "--port", str(self.central_port))
        self.programs.start(CENTRAL, command, self._environment())
        central = Central(self.address)
        self.programs.wait_ready(CENTRAL, central.is_ready)
        central.close()

    def start_unit(self, door: int) -> None:
        """Start a door unit and wait until it answers; its virtual door must listen already."""
        self.launch_unit(door)
        self.programs.wait_ready(unit_named(door), lambda: self._answers(door))

    def launch_unit(self, door: int) -> None:
        """Start a door unit and wait for nothing."""
        command = python("edge", "run", "--config", str(self.configured(door)))
        self.programs.start(unit_named(door), command)

    def configured(self, door: int) -> Path:
        """Return a unit's configuration, brought up to date with this start's ports and folders."""
        path, run = self.config_of(door), self.run_of(door)
        original = path.with_name("door_unit.as-made.toml")
        if not original.exists():
            shutil.copy(path, original)
        text = _PORT.sub(f"port = {self.broker_port}", original.read_text(encoding="utf-8"))
        head, broker, rest = text.partition("[broker]")
        path.write_text(
            f'{head}data = "data"\nrun = "{run}"\n\n{broker}{rest}\n'
            f'[reader]\nsource = "push:{run}/camera.sock"\n\n'
            '[hardware]\npins = "mock"\nlock_contact = true\nannouncer = "simulator"\nrtc = "system"\n\n'
            f'[simulator]\nwire = "{run}/wire.sock"\n\n'
            "[storage]\nballast_megabytes = 1\n",
            encoding="utf-8",
        )
        return path

    def status(self, door: int) -> dict[str, Any]:
        """Return what a running unit says of itself."""
        return next(ask(self.run_of(door) / "control.sock", "status"))

    def journal(self, door: int) -> list[dict[str, Any]]:
        """Return the newest events of a running unit's journal."""
        rows = ask(self.run_of(door) / "control.sock", "journal", newest=True, most=50)
        return [json.loads(str(row["event"])) for row in list(rows)[1:]]

    def _answers(self, door: int) -> bool:
        try:
            self.status(door)
        except EdgeError:
            return False
        return True

    def _environment(self) -> dict[str, str]:
        return {
            **self.home.environment(),
            "HALLPASS_DEMO": "true",
            "HALLPASS_CITY": founding.CITY,
            "HALLPASS_DUTY_PHONE": founding.DUTY_PHONE,
            "HALLPASS_BASE_URL": self.address,
            "HALLPASS_DATA": str(self.home.central),
            "HALLPASS_BROKER_HOST": founding.BROKER_HOST,
            "HALLPASS_BROKER_PORT": str(self.broker_port),
            "HALLPASS_BROKER_IDENTITY": str(self.home.central / "broker-identity"),
            **self.settings,
        }


@contextmanager
def running(folder: Path, say: Say, settings: Mapping[str, str] | None = None) -> Iterator[Demo]:
    """Give a founded city with broker and central running; all of it ends with the block."""
    home = Home(folder)
    with (
        tempfile.TemporaryDirectory(prefix="hallpass-", ignore_cleanup_errors=True) as run,
        programs(home.logs) as group,
    ):
        demo = Demo(home, group, Path(run), say)
        demo.settings |= settings or {}
        demo.found()
        yield demo


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
