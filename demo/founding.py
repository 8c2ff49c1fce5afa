"""Found the demo's city with the very commands that a real city's staff use."""

import json
import os
import subprocess
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from demo.central import Central
from demo.home import Home
from demo.processes import DemoFailed, python

CITY = "Teststad"
ADMIN = "admin@teststad.example"
PASSWORD = "zaalverhuur-demo"  # noqa: S105 - of a city that exists on this computer only
DUTY_PHONE = "09 000 00 00"
BROKER_HOST = "127.0.0.1"
TOWN = Path(__file__).with_name("town.toml")
Say = Callable[[str], None]


def make_keys(home: Home, say: Say) -> None:
    """Make root, signing keys, certificates and the broker's configuration."""
    provision = _Runner(home, "provisioning")
    say("Making the city's root keys: two of three must sign")
    provision("root", "create", "--out", home.root)
    say("Making the keys that central signs with, and the key set that names them")
    keys = home.central / "keys"
    provision("keys", "create", "--out", keys)
    keyset = home.folder / "keyset.json"
    root_keys = [("--root-key", home.root / f"root-{number}.pem") for number in (1, 2)]
    (request,) = keys.glob("key-requests-*.json")
    provision(
        *("keyset", "sign", "--yes", "--root", home.root / "root.json", "--keys", request),
        *(part for pair in root_keys for part in pair),
        *("--out", keyset),
    )
    say("Making the CA, the broker's certificate and central's")
    provision("ca", "create", "--out", home.ca, "--city", CITY)
    provision("ca", "broker", "--ca", home.ca, "--host", BROKER_HOST, "--out", home.broker)
    provision("ca", "central", "--ca", home.ca, "--out", home.central / "broker-identity")


def make_database(home: Home, environment: Mapping[str, str], say: Say) -> None:
    """Make central's database, its first administrator, and put the key set in force."""
    central = _Runner(home, "central", {**environment, "HALLPASS_NEW_PASSWORD": PASSWORD})
    say("Making central's database and its administrator")
    central("init", "--email", ADMIN, "--name", "Demo-beheerder")
    (home.central / "root.json").write_bytes((home.root / "root.json").read_bytes())
    central("keys", "import", home.folder / "keyset.json")
    token = central("staff", "token", ADMIN, "--name", "demo").strip()
    home.token.touch(mode=0o600)
    home.token.write_text(token + "\n", encoding="ascii")


def build_town(central: Central, say: Say) -> list[tuple[int, str]]:
    """Register sites, doors and halls; return the doors that get a unit, with their names."""
    say("Registering buildings, doors and halls")
    town = tomllib.loads(TOWN.read_text(encoding="utf-8"))
    services = {name: number for number, name in enumerate(town["services"], 1)}
    for name in services:  # a new city counts from 1
        central.add_service(name)
    return [door for site in town["sites"] for door in _build_site(central, site, services)]


def make_units(home: Home, doors: list[tuple[int, str]], address: str, say: Say) -> None:
    """Enrol a door unit for each door and take it into service."""
    provision = _Runner(home, "provisioning")
    for number, name in doors:
        say(f"Enrolling the door unit of {name}")
        folder = home.units / str(number)
        provision(
            *("units", "create", "--door", number, "--out", folder, "--commissioned"),
            *("--ca", home.ca, "--root", home.root / "root.json"),
            *("--broker-host", BROKER_HOST),
        )
        provision(*("units", "register", folder, "--central", address, "--token-file", home.token))
        (folder / "name").write_text(name, encoding="utf-8")


def configure_broker(home: Home, port: int) -> None:
    """Write the broker's configuration for the port of this start."""
    user = ("--user", "root") if os.geteuid() == 0 else ()
    provision = _Runner(home, "provisioning")
    provision("ca", "crl", "--ca", home.ca, "--out", home.broker / "crl.pem")
    provision(
        *("broker", "config", "--out", home.broker, "--host", BROKER_HOST, "--port", port), *user
    )


def _build_site(
    central: Central, site: dict[str, Any], services: Mapping[str, int]
) -> list[tuple[int, str]]:
    number = site["id"]
    central.post("sites", id=number, name=site["name"], address=site["address"])
    bits = {
        one["name"]: central.post(f"sites/{number}/areas", name=one["name"])["bit"]
        for one in site["areas"]
    }
    spaces = {
        name: central.post(f"sites/{number}/spaces", name=name)["id"] for name in site["spaces"]
    }
    for hall in site["halls"]:
        places = {
            "service": services[site["service"]],
            "spaces": [spaces[name] for name in hall.pop("spaces")],
            "route": [bits[name] for name in hall.pop("route")],
        }
        central.post("halls", site=number, **hall, **places)
    doors = [
        (
            central.post(
                f"sites/{number}/doors",
                name=one["name"],
                areas=[bits[name] for name in one["areas"]],
            )["id"],
            one,
        )
        for one in site["doors"]
    ]
    return [(door, one["name"]) for door, one in doors if one.get("unit")]


class _Runner:
    """Runs one of our programs to its end, without a person."""

    def __init__(
        self, home: Home, module: str, environment: Mapping[str, str] | None = None
    ) -> None:
        self._module = module
        self._environment = {**os.environ, **home.environment(), **(environment or {})}

    def __call__(self, *arguments: object) -> str:
        command = python(self._module, *map(str, arguments))
        done = subprocess.run(
            command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        if done.returncode:
            msg = f"{' '.join(command[2:5])} failed:\n{done.stderr or done.stdout}"
            raise DemoFailed(msg)
        return done.stdout


def doors_of(home: Home) -> dict[int, str]:
    """Return the doors that have a unit, by number."""
    return {
        int(folder.name): (folder / "name").read_text(encoding="utf-8")
        for folder in sorted(home.units.iterdir(), key=lambda one: int(one.name))
    }


def registration_of(home: Home, door: int) -> dict[str, Any]:
    """Return what central was told of a door's unit."""
    found: dict[str, Any] = json.loads((home.units / str(door) / "registration.json").read_bytes())
    return found
