"""docker-compose.yml: read by the real docker-compose, and every service run without Docker."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from demo.processes import wait_until
from tests.simulators.containers import PATIENCE, Containers, Service, composed, read_compose

ROOT = Path(__file__).parents[1]
WRITTEN: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
NAMES = sorted(WRITTEN["services"])
STAYING = [name for name in NAMES if "restart" in WRITTEN["services"][name]]
DOOR = ("first-door", "virtual-door", "door-unit")
SECRET = re.compile(r"PASSWORD|PASSPHRASE|SECRET|TOKEN|DATABASE_URL")

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may make namespaces and mounts")


@pytest.fixture(scope="module")
def services() -> dict[str, Service]:
    """The services as docker-compose understands them."""
    found: dict[str, Service] = read_compose()["services"]
    return found


@pytest.fixture(scope="module")
def containers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    with composed(tmp_path_factory.mktemp("compose")) as running:
        yield running


def test_docker_compose_understands_the_file(services: dict[str, Service]) -> None:
    assert sorted(services) == NAMES


def test_without_the_virtual_door_only_central_s_page_is_published() -> None:
    usual = {name for name, one in WRITTEN["services"].items() if "profiles" not in one}
    assert {name for name in usual if "ports" in WRITTEN["services"][name]} == {"web"}


def test_what_is_published_is_for_this_computer_only(services: dict[str, Service]) -> None:
    published = [port for one in services.values() for port in one.get("ports", [])]
    assert published
    assert all(str(port).startswith("127.0.0.1:") for port in published)


@pytest.mark.parametrize("name", NAMES)
def test_a_service_can_do_no_more_than_it_must(services: dict[str, Service], name: str) -> None:
    service = services[name]
    assert service["user"] == "10001:10001"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"privileged", "cap_add", "devices"}.isdisjoint(service)
    assert "/var/run/docker.sock" not in str(service)
    assert service.get("network_mode") != "host"
    assert service["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", NAMES)
def test_secrets_come_from_files(services: dict[str, Service], name: str) -> None:
    environment = services[name].get("environment", {})
    secret = [key for key in environment if SECRET.search(key)]
    assert [key for key in secret if not key.endswith("_FILE")] == []
    assert SECRET.search(str(services[name].get("command", ""))) is None


@pytest.mark.parametrize("name", STAYING)
def test_a_service_that_stays_comes_back_and_is_watched(
    services: dict[str, Service], name: str
) -> None:
    assert services[name]["restart"] == "unless-stopped"
    assert services[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


def test_what_runs_once_ends(services: dict[str, Service]) -> None:
    assert set(NAMES) - set(STAYING) == {"provisioning", "migrate", "first-door"}
    assert all("healthcheck" not in services[name] for name in set(NAMES) - set(STAYING))


def test_every_image_is_built_here_or_is_postgresql_s(services: dict[str, Service]) -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for service in services.values():
        name = service["image"].removeprefix("hallpass-")
        assert service["image"].startswith("postgres:") or f" AS {name}\n" in dockerfile
        assert service.get("build", {}).get("target", name) == name


def test_only_provisioning_sees_the_root_keys(services: dict[str, Service]) -> None:
    sees = {name for name, one in services.items() if "offline:" in str(one.get("volumes"))}
    assert sees == {"provisioning"}


def test_the_inner_network_reaches_nothing_else(services: dict[str, Service]) -> None:
    assert read_compose()["networks"]["inside"]["internal"] is True
    outside = {name for name, one in services.items() if "outside" in one.get("networks", {})}
    assert outside == {"web", "worker", "virtual-door"}


def test_the_manual_names_services_that_there_are() -> None:
    manual = (ROOT / "docs/operations/running.md").read_text(encoding="utf-8")
    words = r"docker-compose (?:exec|run|logs|stop)(?: -\S+(?: tar)?)* ([a-z-]+)"
    named = set(re.findall(words, manual))
    assert len(named) > 2
    assert named <= set(NAMES)
    assert set(re.findall(r"^\| `([a-z-]+)` \|", manual, re.MULTILINE)) == set(NAMES)


def test_shellcheck_finds_nothing_in_the_scripts() -> None:
    scripts = [*(ROOT / "deploy").glob("*.sh"), ROOT / "tests/simulators/containers.sh"]
    shellcheck = [ROOT / ".venv/bin/shellcheck", *scripts]
    done = subprocess.run(shellcheck, capture_output=True, text=True, check=False)
    assert done.stdout == ""


# --- each service's own command, without Docker ---------------------------------------------------


@as_root
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", NAMES)
def test_a_service_starts_and_its_health_check_succeeds(containers: Containers, name: str) -> None:
    containers.up(name)
    if name in STAYING:
        assert containers.is_healthy(name)


@as_root
@pytest.mark.timeout(300)
def test_provisioning_again_changes_no_key(containers: Containers) -> None:
    containers.up("provisioning")
    listing = (
        "sh",
        "-c",
        "find /keys -type f ! -name crl.pem ! -path '*/data/*' | sort | xargs sha256sum",
    )
    before = containers.execute("provisioning", *listing)
    containers.execute("provisioning", "sh", "/deploy/provision.sh")
    assert containers.execute("provisioning", *listing) == before
    assert before.count("\n") > 20


@as_root
@pytest.mark.timeout(300)
def test_what_provisioning_makes_is_readable_by_nobody_else(containers: Containers) -> None:
    containers.up("provisioning")
    open_ones = "find /keys -type f -perm /077 -o -type d -perm /077 -mindepth 1"
    assert containers.execute("provisioning", "sh", "-c", open_ones) == ""


@as_root
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("service", "program"), [("database", "pg_dump"), ("provisioning", "--entrypoint tar")]
)
def test_the_backup_of_the_manual_saves_something(
    containers: Containers, service: str, program: str
) -> None:
    containers.up("web")
    manual = (ROOT / "docs/operations/running.md").read_text(encoding="utf-8")
    (line,) = [
        one for one in manual.splitlines() if one.startswith("docker-compose") and program in one
    ]
    words = line.partition(f"{service} ")[2].partition(" >")[0]
    command = words if service == "database" else f"tar {words}"
    saved = containers.execute(
        service, "sh", "-c", f"set -e; {command} >/tmp/saved; wc -c </tmp/saved"
    )
    assert int(saved) > 10_000


@as_root
@pytest.mark.timeout(300)
def test_a_health_check_can_fail(containers: Containers) -> None:
    containers.up("provisioning")
    with containers.stopped("broker"):
        assert not containers.is_healthy("broker")
    assert containers.is_healthy("broker")


@as_root
@pytest.mark.timeout(300)
def test_the_door_unit_is_seen_by_central(containers: Containers) -> None:
    for name in ("worker", *DOOR):
        containers.up(name)
    token = containers.execute(
        "web", "hallpass-central", "staff", "token", "installer@hallpass.invalid"
    )
    ask = (
        "import sys, urllib.request as r; "
        "print(r.urlopen(r.Request('http://127.0.0.1:8000/api/v1/doors',"
        " headers={'Authorization': 'Bearer ' + sys.argv[1]})).read().decode())"
    )

    def presence() -> str:
        (door,) = json.loads(containers.execute("web", "python", "-c", ask, token.strip()))
        return str(door["presence"])

    wait_until(lambda: presence() == "online", "the door is online", PATIENCE)
