"""Two thousand entries, a broker that is killed again and again, three units: each entry arrives once."""

import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.central.a_live_town import LiveTown, live_town
from tests.edge.an_online_unit import OnlineUnit, online_unit
from tests.simulators.broker import Broker, Pki, make_pki, running_broker
from tests.simulators.city import UNIT, City
from tests.simulators.network import Network, network_to

DOORS = {UNIT: "Zaal A", "u-bbbbbbbb": "Zaal B", "u-cccccccc": "Gang"}
MANY = 2000

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def keys() -> City:
    return City()


@pytest.fixture
def pki(tmp_path: Path, keys: City) -> Pki:
    return make_pki(tmp_path / "pki", keys.root_keys)


@pytest.fixture
def broker(pki: Pki, tmp_path: Path) -> Iterator[Broker]:
    with running_broker(pki, tmp_path / "broker") as running:
        yield running


@pytest.fixture
def central(pki: Pki, broker: Broker, keys: City, tmp_path: Path) -> Iterator[LiveTown]:
    with live_town(tmp_path, pki, broker.port, keys) as town:
        yield town


def require_all_once(unit: OnlineUnit, central: LiveTown) -> None:
    assert central.stored(unit.id) == unit.written
    assert (unit.journal.unacked, unit.differing) == (0, [])
    assert central.faults(unit.id) == []


def test_a_broker_killed_with_two_thousand_unacknowledged_entries_costs_none_of_them(
    pki: Pki, broker: Broker, central: LiveTown, tmp_path: Path
) -> None:
    with online_unit(UNIT, pki.unit(UNIT), tmp_path / "unit", broker.port) as unit:
        central.enrol(UNIT, unit.signer.public)
        unit.note(MANY)
        unit.until(lambda: unit.uplink.connected)
        for _ in range(50):
            unit.turn()  # the broker says PUBACK to a window of them; nobody else hears them
        assert unit.journal.unacked == MANY
        broker.kill()
        unit.until(lambda: not unit.uplink.connected)
        broker.start()
        with central.online():
            for goal in range(250, MANY, 250):
                unit.until(partial(holds, unit, goal))
                broker.kill()
                unit.note(7)
                broker.start()
            unit.until(lambda: unit.journal.unacked == 0, "the acknowledgement of everything")
        require_all_once(unit, central)
        assert unit.journal.head[0] == MANY + 7 * 7


def holds(unit: OnlineUnit, upto: int) -> bool:
    return unit.journal.acked >= upto


@dataclass
class World:
    """Three units behind one network, a broker, and what can become of them."""

    units: list[OnlineUnit]
    network: Network
    broker: Broker
    central: LiveTown

    def turn(self, times: int) -> None:
        for _ in range(times):
            for unit in self.units:
                unit.turn()

    def broker_dies(self) -> None:
        with self.central.online():
            self.turn(20)
            self.broker.kill()
            self.turn(10)
            self.broker.start()

    def broker_freezes(self) -> None:
        with self.central.online():
            self.turn(20)
            self.broker.pause()
            self.turn(30)
            self.broker.resume()

    def network_cuts(self) -> None:
        with self.central.online():
            self.turn(20)
            self.network.reset()
            self.turn(20)

    def network_swallows(self) -> None:
        with self.central.online():
            self.network.swallow()
            self.turn(60)
            self.network.restore()
            self.turn(20)

    def central_is_gone(self) -> None:
        self.turn(30)

    def all_acknowledged(self) -> bool:
        self.turn(1)
        return all(unit.journal.unacked == 0 for unit in self.units)


TROUBLES = (
    World.broker_dies,
    World.broker_freezes,
    World.network_cuts,
    World.network_swallows,
    World.central_is_gone,
)


@pytest.fixture
def world(pki: Pki, broker: Broker, central: LiveTown, tmp_path: Path) -> Iterator[World]:
    with ExitStack() as closing:
        network = closing.enter_context(network_to(broker.port))
        units = [
            closing.enter_context(online_unit(one, pki.unit(one), tmp_path / one, network.port, 1))
            for one in DOORS
        ]
        for unit in units:
            central.enrol(unit.id, unit.signer.public, DOORS[unit.id])
        yield World(units, network, broker, central)


def test_everything_breaking_in_any_order_costs_nothing(world: World) -> None:
    for _ in range(3):
        troubles = random.sample(TROUBLES, len(TROUBLES))
        print([trouble.__name__ for trouble in troubles])  # noqa: T201 - shown when this fails
        for trouble in troubles:
            for unit in world.units:
                unit.note(60)
            trouble(world)
    with world.central.online():
        world.units[0].until(world.all_acknowledged, "the acknowledgement of everything")
    for unit in world.units:
        assert unit.journal.head[0] == 900
        require_all_once(unit, world.central)
