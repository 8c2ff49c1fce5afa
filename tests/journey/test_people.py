"""What a person may rely on, in the whole city: no data of theirs at the door, and always a way out."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.renter import Renter
from demo.running import Demo, unit_named
from demo.scene import Scene
from demo.story import HALL_A
from edge.events import Input
from tests.journey.conftest import OTHER_DOOR
from tests.journey.kill_nine import require_all_at_central

pytestmark = pytest.mark.timeout(240)
PERSONAL = (b"anna@teststad.example", b"Anna", b"repetitie")
"""What the demo's renter typed; see `demo.central.Central.book`."""


def files_of(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def test_nothing_of_a_renter_is_on_units_at_the_broker_or_in_logs(
    city: Demo, at_door: Callable[..., Scene]
) -> None:
    scene = at_door()
    start = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(days=1)  # noqa: TID251
    hall = next(one["id"] for one in scene.central.get("halls") if one["name"] == HALL_A)
    renter = Renter(scene.central, hall, start, start + timedelta(hours=1))
    scene.wait(scene.holds_everything, "the unit heard of everything")
    assert scene.show(renter.png())["data"]["reason"] == "not_yet_valid"
    renter.move(start + timedelta(hours=3), start + timedelta(hours=4))
    scene.wait(scene.holds_everything, "the unit holds the amended list")
    require_all_at_central(scene)
    city.programs.stop("broker")  # writes what it retains to its disk
    city.start_broker()
    places = (city.home.units, city.run, city.home.broker, city.home.logs)
    looked_at = [path for folder in places for path in files_of(folder)]
    assert len(looked_at) > 10
    for path in looked_at:
        raw = path.read_bytes()
        for word in PERSONAL:
            assert word not in raw, f"{path.name} holds {word!r}"
    database = b"".join(path.read_bytes() for path in files_of(city.home.central))
    assert PERSONAL[0] in database  # the words looked for are the right ones


@pytest.mark.parametrize("hand", [Input.PANIC_BAR, Input.REX])
def test_leaving_works_while_the_unit_runs_hangs_or_is_dead(
    city: Demo, at_door: Callable[..., Scene], hand: Input
) -> None:
    scene = at_door(OTHER_DOOR)
    program = city.programs.running[unit_named(OTHER_DOOR)].process
    for state in ("runs", "hangs", "is dead"):
        if state == "hangs":
            program.send_signal(19)  # SIGSTOP
        if state == "is dead":
            city.programs.kill(unit_named(OTHER_DOOR))
        scene.door.press(hand, seconds=30)
        assert scene.door.push_open(), state
        scene.door.pull_shut()
