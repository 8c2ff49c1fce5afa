"""The door unit's one configuration file: what differs between machines, not what changes in time.

What the door is, its times and its policy come from central as a signed document; this file only
says where things are on this machine. Unknown names are refused, so that a typing error is heard.
"""

import dataclasses
import difflib
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from contracts.bodies import UNIT_ID
from edge.errors import EdgeError

T = TypeVar("T")


class BadConfig(EdgeError):
    """The configuration file cannot be used; the message says which line of it and why."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where central's MQTT broker is."""

    host: str = "localhost"
    port: int = 8883
    keepalive: int = 30
    """Seconds of silence after which the connection counts as lost (times one and a half)."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Where frames come from, as `drivers/frames.py` names it: `camera:0`, `picamera`, `push:…`."""

    source: str = "picamera"
    width: int = 1280  # pixels
    height: int = 720  # pixels
    rate: int = 10  # frames per second


@dataclass(frozen=True, slots=True)
class Hardware:
    """Which pin factory drives the pins of `pins.toml`, and how the door speaks."""

    pins: str = "lgpio"
    """`lgpio` on a Raspberry Pi, `mock` in the simulator."""
    announcer: str = "none"
    """`none` (pictogram lamps), `terminal` or `simulator`."""
    rtc: str = "/sys/class/rtc/rtc0"
    """Where the battery-backed clock is; empty when there is none."""
    lock_contact: bool = False
    """Whether the lock's own contact is wired: then a lock that does not move is a fault."""


@dataclass(frozen=True, slots=True)
class Storage:
    """How much room the journal has."""

    ballast_megabytes: int = 16
    journal_megabytes: int = 256


@dataclass(frozen=True, slots=True)
class Simulator:
    """The hardware of a virtual door, in another process; only with mock pins."""

    wire: str = ""
    """Socket on which the virtual door listens (`python -m edge.simulator`); empty without one."""


@dataclass(frozen=True, slots=True)
class DoorUnitConfig:
    """Everything in the file; relative paths count from the file's own folder."""

    unit: str
    data: Path = Path("/data/hallpass")
    """Journal, accepted documents, floor: must survive power cuts."""
    identity: Path = Path("/data/hallpass/identity")
    """The unit's keys and certificate, the city's CA and root keys."""
    run: Path = Path("/run/hallpass")
    """Sockets and other things that need not survive."""
    broker: Broker = field(default_factory=Broker)
    reader: Reader = field(default_factory=Reader)
    hardware: Hardware = field(default_factory=Hardware)
    storage: Storage = field(default_factory=Storage)
    simulator: Simulator = field(default_factory=Simulator)

    @property
    def control_socket(self) -> Path:
        """Where `hallpass-door status` and the like ask."""
        return self.run / "control.sock"


def read_config(path: Path) -> DoorUnitConfig:
    """Return the configuration in a TOML file.

    Raises:
        BadConfig: the file is missing, not TOML, or has a name or value that does not belong there.

    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        msg = f"there is no {path}; give another one with --config"
        raise BadConfig(msg) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        msg = f"{path} cannot be read: {error}"
        raise BadConfig(msg) from error
    config = _build(DoorUnitConfig, table, str(path))
    if not re.fullmatch(UNIT_ID, config.unit):
        msg = f"{path}: unit must look like u-abcdefgh, as central gave it, not {config.unit!r}"
        raise BadConfig(msg)
    if config.simulator.wire and config.hardware.pins != "mock":
        msg = f"{path}: the simulator needs hardware.pins = 'mock', so that it never moves a real lock"
        raise BadConfig(msg)
    base, wire = path.parent, config.simulator.wire
    return dataclasses.replace(
        config,
        data=base / config.data,
        identity=base / config.identity,
        run=base / config.run,
        simulator=Simulator(str(base / wire) if wire else ""),
    )


def _build(model: type[T], table: dict[str, Any], where: str) -> T:
    hints = get_type_hints(model)
    for name in table.keys() - hints.keys():
        near = difflib.get_close_matches(name, hints, 1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(sorted(hints))}"
        msg = f"{where}: {name!r} is not a setting{hint}"
        raise BadConfig(msg)
    values = {name: _value(hints[name], value, f"{where}: {name}") for name, value in table.items()}
    try:
        return model(**values)
    except TypeError as error:  # the only names without a value of their own
        msg = f"{where}: {', '.join(_required(model) - values.keys())!r} is missing"
        raise BadConfig(msg) from error


def _required(model: type[Any]) -> set[str]:
    return {
        one.name
        for one in dataclasses.fields(model)
        if one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING
    }


def _value(hint: type, value: object, where: str) -> object:
    if dataclasses.is_dataclass(hint) and isinstance(value, dict):
        return _build(hint, value, where)
    if hint is Path and isinstance(value, str):
        return Path(value)
    if type(value) is not hint:
        kind = _KINDS.get(hint, "a table of settings")
        msg = f"{where} must be {kind}, not {value!r}"
        raise BadConfig(msg)
    if isinstance(value, int) and value < 0:
        msg = f"{where} cannot be below zero, as {value} is"
        raise BadConfig(msg)
    return value


_KINDS: dict[type, str] = {
    str: 'a text in "quotes"',
    Path: 'a path in "quotes"',
    int: "a whole number",
    bool: "true or false",
}
