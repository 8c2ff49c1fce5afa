"""hallpass-door asks a unit that runs: what it says agrees with what it wrote."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from demo.processes import python
from demo.running import CENTRAL, unit_named
from demo.scene import Scene
from tests.journey.conftest import OTHER_DOOR
from tests.journey.kill_nine import readers_of

pytestmark = pytest.mark.timeout(240)


def door(scene: Scene, *arguments: object) -> subprocess.CompletedProcess[str]:
    config = ("--config", scene.demo.config_of(scene.number))
    return subprocess.run(
        python("edge", *map(str, arguments), *map(str, config)),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_unit_that_runs_answers_every_question(
    at_door: Callable[..., Scene], a_pass: Callable[..., bytes], tmp_path: Path
) -> None:
    scene, png = at_door(OTHER_DOOR), a_pass(site=2, areas=(0,))
    assert scene.show(png)["data"]["outcome"] == "granted"
    status = door(scene, "status")
    assert "Sint-Jan, buurtzaal, in service" in status.stdout
    assert json.loads(door(scene, "status", "--json").stdout)["commissioned"]

    tested = door(scene, "self-test")
    assert (tested.returncode, tested.stdout.count("ok ")) == (0, 6), tested.stdout

    listed = door(scene, "journal", "list").stdout
    assert "outcome=granted" in listed
    assert "follow from each other" in door(scene, "journal", "check").stdout
    export = tmp_path / "journal.jsonl"
    assert door(scene, "journal", "export", "--output", export).returncode == 0
    verified = subprocess.run(
        python("edge", "journal", "verify-export", str(export)),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "follow from each other" in verified.stdout

    path = tmp_path / "pass.png"
    path.write_bytes(png)
    text = subprocess.run(
        python("edge", "read", str(path)), capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip("\n")
    would = door(scene, "verify", text)
    assert (would.returncode, "This door opens now" in would.stdout) == (0, True)
    assert door(scene, "verify", "nonsense").returncode == 1


def test_the_story_runs_on_the_packages_that_the_city_fixed(
    at_door: Callable[..., Scene], a_pass: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = at_door(OTHER_DOOR, start=False)
    # Python itself then writes to the program's log what is imported, when it is.
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    scene.demo.programs.stop(CENTRAL)
    scene.demo.start_central()
    scene.demo.start_unit(scene.number)
    scene.wait(scene.is_in_service, "the unit comes into service")
    assert scene.show(a_pass(site=2, areas=(0,)))["data"]["outcome"] == "granted"

    unit = imported_by(scene, unit_named(scene.number))
    assert {"cryptography", "gpiozero", "paho", "sqlite_utils"} <= unit
    assert {"cryptography", "fastapi", "paho", "segno"} <= imported_by(scene, CENTRAL)
    (reader,) = readers_of(scene.demo, scene.number)
    libraries = " ".join(one.path for one in psutil.Process(reader).memory_maps())
    assert "cv2" in libraries
    assert "libzbar" in libraries


def imported_by(scene: Scene, program: str) -> set[str]:
    """The names of the packages that a program imported since it was told to say so."""
    lines = scene.demo.programs.running[program].log.read_text(encoding="utf-8").splitlines()
    said = [line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")]
    return {name.partition(".")[0] for name in said}
