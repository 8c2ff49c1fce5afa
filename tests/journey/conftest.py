"""A whole city for the long tests: broker, central and door units as the real programs, by the demo's means.

Founded once; a test gets a door of it with a virtual door before its unit.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.processes import wait_until
from demo.running import Demo, running, unit_named
from demo.scene import Scene
from edge.simulator.bench import VirtualDoor

HALL_DOOR, STREET_DOOR, OTHER_DOOR = 2, 1, 3
PATIENCE = 150.0
"""Seconds; a unit that lost the broker tries again within two minutes (`RECONNECT`)."""


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    settings = {"HALLPASS_STAFF_WITHOUT_CLOCK": "true"}
    with running(tmp_path_factory.mktemp("city"), lambda _: None, settings) as demo:
        yield demo


@pytest.fixture
def at_door(city: Demo) -> Iterator[Callable[..., Scene]]:
    """Give a door of the city by its number; its unit runs unless told otherwise."""
    with ExitStack() as closing:

        def give(number: int = HALL_DOOR, *, start: bool = True) -> Scene:
            central = city.central()
            closing.callback(central.close)
            door = closing.enter_context(VirtualDoor(city.doors[number], city.run_of(number)))
            scene = Scene(city, central, number, door)
            closing.callback(_stop, city, number)
            if start:
                city.start_unit(number)
                scene.wait(scene.is_in_service, "the unit comes into service")
            return scene

        yield give


@pytest.fixture
def a_pass(city: Demo) -> Iterator[Callable[..., bytes]]:
    """Make a pass by hand, a crew's unless told otherwise, as its PNG."""
    central = city.central()

    def make(
        site: int = 1,
        areas: tuple[int, ...] = (0, 1, 2),
        hours: float = 2,
        *,
        may_hold_open: bool = False,
        kind: str = "crew",
    ) -> bytes:
        now = datetime.now(UTC)  # noqa: TID251 - real programs, real time
        made = central.post(
            "passes",
            kind=kind,
            site=site,
            areas=list(areas),
            starts_at=(now - timedelta(minutes=5)).isoformat(),
            ends_at=(now + timedelta(hours=hours)).isoformat(),
            label="test",
            may_hold_open=may_hold_open,
        )
        return central.picture(f"passes/{made['id']}/pass.png")

    yield make
    central.close()


def until(happened: Callable[[], bool], what: str) -> None:
    wait_until(happened, what, PATIENCE)


def _stop(city: Demo, number: int) -> None:
    if unit_named(number) in city.programs.running:
        city.programs.stop(unit_named(number))


def unit_log(city: Demo, number: int) -> str:
    return Path(city.home.logs / f"{unit_named(number)}.log").read_text(encoding="utf-8")
