"""README's table "what works when something is down": each row, played at a door of the whole city."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.processes import python
from demo.running import BROKER, CENTRAL, Demo, unit_named
from demo.scene import Scene
from tests.journey.conftest import HALL_DOOR, OTHER_DOOR, STREET_DOOR, until
from tests.journey.kill_nine import require_all_at_central, require_chain_is_whole
from tests.simulators.network import network_to

pytestmark = pytest.mark.timeout(300)
AtDoor = Callable[..., Scene]
APass = Callable[..., bytes]


def opens(scene: Scene, png: bytes) -> None:
    """Show a pass, walk in, and let the door fall shut behind."""
    answer = scene.show(png)
    assert answer["data"]["outcome"] == "granted", answer
    scene.door.wait_until(lambda seen: seen.can_be_opened)
    assert scene.door.push_open()
    scene.door.pull_shut()
    scene.door.wait_until(lambda seen: not seen.strike_released)


def presence(scene: Scene) -> str:
    return str(scene.central.get(f"doors/{scene.number}")["presence"])


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
    until(lambda: presence(scene) == "unknown", "central says that it does not know")
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
            text.replace(f"port = {city.broker_port}", f"port = {network.port}"), encoding="utf-8"
        )
        name = unit_named(HALL_DOOR)
        city.programs.start(name, python("edge", "run", "--config", str(config)))
        until(lambda: _in_service(scene), "the unit comes into service")
        network.swallow()
        opens(scene, png)
        network.restore()
        require_all_at_central(scene)
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
    city.programs.kill(BROKER)
    city.programs.kill(unit_named(STREET_DOOR))
    (city.run_of(STREET_DOOR) / "clock.json").unlink()  # the run folder is empty after a power cut
    config = city.configured(STREET_DOOR)
    text = config.read_text(encoding="utf-8").replace('rtc = "system"', 'rtc = ""')
    config.write_text(text, encoding="utf-8")
    city.programs.start(unit_named(STREET_DOOR), python("edge", "run", "--config", str(config)))
    until(lambda: _answers(scene), "the unit answers")
    answer = scene.show(png)
    assert answer["data"]["reason"] == "clock_untrusted"
    words = scene.door.state().display
    assert words is not None
    assert "hoe laat" in words.title
    assert "clock_untrusted" in scene.status()["faults"]
    city.start_broker()
    scene.wait(scene.is_in_service, "central's signed time ends it")
    kinds = {one["data"].get("fault") for one in scene.entries(kind="fault_raised")}
    assert "clock_untrusted" in kinds
    opens(scene, png)


def test_camera_down_names_the_fault_and_the_key_still_works(at_door: AtDoor) -> None:
    scene = at_door(OTHER_DOOR)
    scene.door.cover_camera()
    scene.wait(lambda: "camera_covered" in scene.faults(), "central hears of the camera")
    seen = scene.door.wait_until(
        lambda now: now.display is not None and now.display.tone == "fault"
    )
    assert seen.display is not None
    scene.door.turn_key(seconds=20)
    assert scene.door.push_open()
    scene.door.pull_shut()
    assert "forced_open" not in scene.status()["faults"]
    scene.door.uncover()
    scene.wait(lambda: "camera_covered" not in scene.faults(), "the fault ends")


@pytest.mark.skipif(os.geteuid() != 0, reason="a small disk can be mounted by root only")
def test_full_disk_opens_nothing_that_cannot_be_written_and_says_so(
    city: Demo, at_door: AtDoor, a_pass: APass
) -> None:
    scene, png = at_door(OTHER_DOOR), a_pass(site=2, areas=(0,))
    opens(scene, png)
    city.programs.stop(unit_named(OTHER_DOOR))
    data = city.home.units / str(OTHER_DOOR) / "data"
    program = city.programs.start(unit_named(OTHER_DOOR), _on_a_small_disk(city, data))
    until(lambda: _in_service(scene), "the unit comes into service")
    filler = Path(f"/proc/{program.process.pid}/root{data}/filler")
    _fill(filler)
    answer = _show_until(scene, png, "journal_failed")
    assert answer == "journal_failed"
    assert not scene.door.state().strike_released
    filler.unlink()
    until(lambda: "journal_failed" not in scene.status()["faults"], "it can write again")
    opens(scene, png)
    require_chain_is_whole(scene)


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
    until(lambda: presence(scene) != "online", "central no longer says that it is online")
    scene.door.restore_mains()
    assert not scene.door.state().strike_released
    city.start_unit(HALL_DOOR)
    scene.wait(scene.is_in_service, "the unit comes into service")
    assert require_chain_is_whole(scene) > before
    require_all_at_central(scene)


def _answers(scene: Scene) -> bool:
    try:
        scene.status()
    except Exception:  # noqa: BLE001 - not yet
        return False
    return True


def _in_service(scene: Scene) -> bool:
    return _answers(scene) and scene.is_in_service()


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


def _show_until(scene: Scene, png: bytes, reason: str) -> str:
    """Show a pass until the display says that it is refused; the journal cannot tell any more."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer: dict[str, Any] = _shown(scene, png)
        if answer.get("reason") == reason or "journal_failed" in scene.status()["faults"]:
            return reason
    return "none"


def _shown(scene: Scene, png: bytes) -> dict[str, Any]:
    from demo.phone_photo import photo_of  # noqa: PLC0415

    scene.door.hold_up(photo_of(png))
    try:
        seen = scene.door.wait_until(
            lambda now: now.display is not None and now.display.tone in {"refused", "open", "fault"}
        )
        return {"tone": seen.display.tone if seen.display else ""}
    finally:
        scene.door.take_away()
