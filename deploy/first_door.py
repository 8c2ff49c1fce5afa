# ruff: noqa: INP001 - a program of its own, not part of a package
"""Gives the simulated door unit a door: a site, a hall and its door, once.

Run by docker-compose.yml in central's own network, so that its token stays on the loopback interface.
"""

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

CENTRAL = os.environ.get("HALLPASS_CENTRAL", "http://127.0.0.1:8000")
REGISTRATION = Path("/keys/door-registration/registration.json")
INSTALLER = "installer@hallpass.invalid"
"""An account for this program; nobody knows its password."""
SITE = {"id": 1, "name": "Proefsite", "address": "Marktplein 1"}


def main() -> None:
    """Make what is missing, and tell what was done."""
    with httpx.Client(base_url=CENTRAL, trust_env=False, timeout=20) as client:
        client.headers["Authorization"] = f"Bearer {token()}"
        wanted = json.loads(REGISTRATION.read_text(encoding="utf-8"))
        doors = call(client, "GET", "/api/v1/doors")
        if any(one.get("unit") == wanted["unit"] for one in doors):
            say("the simulated door unit is in service already")
            return
        door = first_door(client) if not doors else doors[0]["id"]
        if door != wanted["door"]:
            say(f"the unit was made for door {wanted['door']}, but there is door {door}: not added")
            sys.exit(1)
        call(client, "POST", "/api/v1/units", wanted)
    say(f"the simulated door unit is in service at door {door}")


def first_door(client: httpx.Client) -> int:
    """Make a site with one hall behind one door, and return the door's number."""
    site = call(client, "POST", "/api/v1/sites", SITE)["id"]
    area = call(client, "POST", f"/api/v1/sites/{site}/areas", {"name": "Zaal"})["bit"]
    space = call(client, "POST", f"/api/v1/sites/{site}/spaces", {"name": "Zaal"})["id"]
    door = call(client, "POST", f"/api/v1/sites/{site}/doors", {"name": "Zaal", "areas": [area]})
    hall = {"site": site, "name": "Proefzaal", "capacity": 60, "cents_per_hour": 1500,
            "spaces": [space], "route": [area]}  # fmt: skip
    call(client, "POST", "/api/v1/halls", hall)
    return int(door["id"])


def token() -> str:
    """Return a bearer token of the installer's account, which is made if it is not there."""
    roles = ("--role", "facility_staff", "--role", "hall_manager")
    made = central("staff", "add", "--email", INSTALLER, "--name", "Installer", *roles)
    found = central("staff", "token", INSTALLER, "--name", "first door", "--days", "1")
    if found.returncode:
        say(f"no token: {made.stderr.strip()} {found.stderr.strip()}")
        sys.exit(1)
    return found.stdout.strip()


def central(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of central's own commands."""
    environment = {**os.environ, "HALLPASS_NEW_PASSWORD": secrets.token_urlsafe(32)}
    command = ["hallpass-central", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def call(client: httpx.Client, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
    """Return central's answer; end with its sentence when it refuses."""
    answer = client.request(method, path, json=body)
    if not answer.is_success:
        say(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        sys.exit(1)
    return answer.json()


def say(words: str) -> None:
    """Tell the log."""
    sys.stdout.write(f"first door: {words}\n")


if __name__ == "__main__":
    main()
