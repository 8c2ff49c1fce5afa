"""hallpass-door asks a unit that runs: what it says agrees with what it wrote."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from demo.processes import python
from demo.scene import Scene
from tests.journey.conftest import OTHER_DOOR

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
