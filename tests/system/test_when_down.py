"""README's table "what works when something is down": each row, played at a door of the whole city."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from demo.founding import DUTY_PHONE
from demo.processes import python
from demo.running import BROKER, CENTRAL, Demo, unit_named
from demo.scene import Scene
from edge.simulator.pictures import street
from tests.journey.conftest import HALL_DOOR, OTHER_DOOR, STREET_DOOR, until
from tests.journey.kill_nine import require_all_at_central, require_chain_is_whole
from tests.simulators.network import network_to
from tests.system.down import (
    configurations,
    grace_of,
    grants,
    in_service,
    lose_the_time,
    nobody_knows,
    opens,
    presence,
    show_until_refused,
)

pytestmark = pytest.mark.timeout(300)
DISK_FAULTS = {"disk_low", "journal_slow", "journal_failed"}
AtDoor = Callable[..., Scene]
APass = Callable[..., bytes]


@pytest.fixture
def everything_back(city: Demo) -> Iterator[None]:
    """Start what a test stopped, also when it failed."""
    yield
    if BROKER not in city.programs.running:
        city.start_broker()
    if CENTRAL not in city.programs.running:
        city.start_central()


@pytest.mark.usefixtures("everything_back")
def test_broker_down_opens_as_always_and_entries_arrive_later_once(
    city: Demo, at_door: AtDoor, a_pass: APass
) -> None:
    scene, png = at_door(), a_pass()
    city.programs.kill(BROKER)
    opens(scene, png)
    until(lambda: nobody_knows(scene, "unknown"), "central says that it does not know")
    city.start_broker()
    require_all_at_central(scene)
    until(lambda: presence(scene) == "online", "the door is back")


def test_network_down_opens_as_always_and_entries_arrive_later_once(
    city: Demo, at_door: AtDoor, a_pass: APass
) -> None:
    scene, png = at_door(start=False), a_pass()
    with network_to(city.broker_port) as network:
        config = city.configured(HALL_DOOR)
        text = config.read_text(encoding="utf-8")
        config.write_text(
            text.replace(
                f"port = {city.broker_port}",
                f"port = {network.port}\nkeepalive = 10",  # seconds, else a minute goes by
            ),
            encoding="utf-8",
        )
        name = unit_named(HALL_DOOR)
        city.programs.start(name, python("edge", "run", "--config", str(config)))
        until(lambda: in_service(scene), "the unit comes into service")
        network.swallow()
        until(lambda: nobody_knows(scene, "offline"), "central says since when it is not connected")
        opens(scene, png)
        network.restore()
        require_all_at_central(scene)
        until(lambda: presence(scene) == "online", "the door is back")
        city.programs.stop(name)


@pytest.mark.usefixtures("everything_back")
def test_central_down_opens_as_always_and_it_picks_up_where_it_stopped(
    city: Demo, at_door: AtDoor, a_pass: APass
) -> None:
    scene, png = at_door(), a_pass()
    city.programs.kill(CENTRAL)
    opens(scene, png)
    assert scene.status()["journal"]["unacknowledged"] > 0
    city.start_central()
    require_all_at_central(scene)


@pytest.mark.usefixtures("everything_back")
def test_untrusted_clock_refuses_says_why_and_is_a_fault(
    city: Demo, at_door: AtDoor, a_pass: APass
) -> None:
    scene, png = at_door(STREET_DOOR), a_pass()
    staff = a_pass(kind="staff")
    lose_the_time(city, scene)
    answer = scene.show(png)
    assert answer["data"]["reason"] == "clock_untrusted"
    words = scene.door.state().display
    assert words is not None
    assert "hoe laat" in words.title
    assert "clock_untrusted" in scene.status()["faults"]
    assert grace_of(scene, staff) == "staff_without_clock"
    city.start_broker()
    until(scene.is_in_service, "central's signed time ends it")
    kinds = {one["data"].get("fault") for one in scene.entries(kind="fault_raised")}
    assert "clock_untrusted" in kinds
    opens(scene, png)


@pytest.mark.usefixtures("everything_back")
def test_untrusted_clock_opens_for_a_bounded_grace_where_signed_policy_says_so(
    city: Demo, at_door: AtDoor, a_pass: APass, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene, png = at_door(STREET_DOOR), a_pass()
    before = configurations(scene)
    monkeypatch.setitem(city.settings, "HALLPASS_GRACE_MINUTES", "60")
    city.programs.kill(CENTRAL)
    city.start_central()
    until(lambda: configurations(scene) > before, "the unit takes the policy")
    lose_the_time(city, scene)
    assert grace_of(scene, png) == "grace_minutes"
    city.start_broker()
    monkeypatch.undo()
    city.programs.kill(CENTRAL)
    city.start_central()
    require_all_at_central(scene)
    assert "grace_minutes" in {one["data"].get("grace") for one in scene.entries(kind="decided")}


def _tape(scene: Scene) -> None:
    scene.door.cover_camera()


def _night(scene: Scene) -> None:
    scene.door.hold_up(np.asarray(street(scene.door.name) * 0.08, np.uint8))


@pytest.mark.parametrize(
    ("happens", "fault"),
    [(_tape, "camera_covered"), (_night, "camera_dark")],
    ids=["tape", "night"],
)
def test_camera_down_names_the_fault_and_the_key_still_works(
    at_door: AtDoor, happens: Callable[[Scene], None], fault: str
) -> None:
    scene = at_door(OTHER_DOOR)
    happens(scene)
    scene.wait(lambda: fault in scene.faults(), "central hears of the camera")
    seen = scene.door.wait_until(
        lambda now: now.display is not None and now.display.tone == "fault"
    )
    assert seen.display is not None
    assert DUTY_PHONE in seen.display.text
    scene.door.turn_key(seconds=20)
    assert scene.door.push_open()
    scene.door.pull_shut()
    assert "forced_open" not in scene.status()["faults"]
    scene.door.uncover()
    scene.door.take_away()
    scene.wait(lambda: fault not in scene.faults(), "the fault ends")


@pytest.mark.skipif(os.geteuid() != 0, reason="a small disk can be mounted by root only")
def test_full_disk_opens_nothing_that_cannot_be_written_and_says_so(
    city: Demo, at_door: AtDoor, a_pass: APass
) -> None:
    scene, png = at_door(OTHER_DOOR), a_pass(site=2, areas=(0,))
    opens(scene, png)
    city.programs.stop(unit_named(OTHER_DOOR))
    data = city.home.units / str(OTHER_DOOR) / "data"
    program = city.programs.start(unit_named(OTHER_DOOR), _on_a_small_disk(city, data))
    until(lambda: in_service(scene), "the unit comes into service")
    filler = Path(f"/proc/{program.process.pid}/root{data}/filler")
    pulses, granted = len(scene.pulses()), grants(scene)
    _fill(filler)
    show_until_refused(scene, png, "journal_failed")
    refused_from = len(scene.pulses())
    assert not scene.door.state().strike_released
    assert "journal_failed" in scene.status()["faults"]
    until(lambda: not scene.faults().isdisjoint(DISK_FAULTS), "central hears of the disk")
    show_until_refused(scene, png, "journal_failed")
    assert len(scene.pulses()) == refused_from
    filler.unlink()
    until(lambda: "journal_failed" not in scene.status()["faults"], "it can write again")
    opens(scene, png)
    require_chain_is_whole(scene)
    until(lambda: scene.status()["journal"]["unacknowledged"] == 0, "central has it all")
    assert 0 < len(scene.pulses()) - pulses <= grants(scene) - granted  # each was written down
    over = {one["data"]["fault"] for one in scene.entries(kind="fault_cleared")}
    assert "journal_failed" in over


def test_power_cut_leaves_the_door_locked_and_the_journal_continues(
    city: Demo, at_door: AtDoor, a_pass: APass
) -> None:
    scene, png = at_door(), a_pass()
    before = require_chain_is_whole(scene)
    answer = scene.show(png)
    assert answer["data"]["outcome"] == "granted"
    scene.door.cut_mains()
    scene.door.drain_reserve()
    city.programs.kill(unit_named(HALL_DOOR))
    scene.door.wait_until(lambda seen: not seen.strike_released)
    assert not scene.door.push_open()
    until(lambda: nobody_knows(scene, "offline"), "central says since when it is not connected")
    scene.door.restore_mains()
    assert not scene.door.state().strike_released
    city.start_unit(HALL_DOOR)
    scene.wait(scene.is_in_service, "the unit comes into service")
    assert require_chain_is_whole(scene) > before
    require_all_at_central(scene)


def _on_a_small_disk(city: Demo, data: Path) -> list[str]:
    """Run the unit in a mount namespace of its own, its data on 48 megabytes of memory."""
    copied = data.with_name("data.copy")
    shutil.rmtree(copied, ignore_errors=True)
    shutil.copytree(data, copied)
    config = city.configured(OTHER_DOOR)
    script = (
        f"mount -t tmpfs -o size=48m,mode=0700 tmpfs {data}"
        f" && cp -a {copied}/. {data}/ && exec {sys.executable} -m edge run --config {config}"
    )
    found = shutil.which("unshare")
    assert found
    subprocess.run([found, "-m", "true"], check=True, timeout=30)
    return [found, "-m", "sh", "-c", script]


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 65_536)
        except OSError:
            pass
        try:
            while True:
                file.write(b"\0" * 256)
        except OSError:
            return
