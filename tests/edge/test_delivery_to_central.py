"""A unit's journal reaches a real central over a real broker: each entry once, in order, whatever breaks."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from contracts import strict_json
from contracts.documents import DocumentType, unit_audience
from contracts.freshness import Ack
from contracts.messages import UnitState
from contracts.reasons import Fault
from contracts.topics import Down, Up, down, up
from tests.central.a_live_town import LiveTown, live_town
from tests.edge.an_online_unit import OnlineUnit, online_unit
from tests.simulators.broker import Broker, Pki, make_pki, running_broker
from tests.simulators.city import UNIT, City
from tests.simulators.eavesdropper import eavesdropping
from tests.simulators.network import Network, network_to

KEYS = City()


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return make_pki(tmp_path_factory.mktemp("pki") / "pki", KEYS.root_keys)


@pytest.fixture
def broker(pki: Pki, tmp_path: Path) -> Iterator[Broker]:
    with running_broker(pki, tmp_path / "broker") as running:
        yield running


@pytest.fixture
def unit(pki: Pki, broker: Broker, tmp_path: Path) -> Iterator[OnlineUnit]:
    with online_unit(UNIT, pki.unit(UNIT), tmp_path / "unit", broker.port) as running:
        yield running


@pytest.fixture
def central(pki: Pki, broker: Broker, unit: OnlineUnit, tmp_path: Path) -> Iterator[LiveTown]:
    """Central with the unit in service, not connected yet."""
    with live_town(tmp_path, pki, broker.port, KEYS) as town:
        town.enrol(UNIT, unit.signer.public)
        yield town


def delivered(unit: OnlineUnit, central: LiveTown) -> None:
    """Wait until everything is acknowledged; then central must hold each entry once, in order."""
    unit.until(lambda: unit.journal.unacked == 0, "the acknowledgement of everything")
    assert central.stored(UNIT) == unit.written
    assert unit.differing == []
    assert central.faults(UNIT) == []


# --- nothing breaks


def test_a_whole_journal_arrives_and_is_acknowledged(unit: OnlineUnit, central: LiveTown) -> None:
    unit.note(620)
    with central.online():
        delivered(unit, central)
        state = central.state(UNIT)
    assert (state.session, state.software) == (unit.uplink.session, "test")


def test_what_happens_while_connected_arrives_at_once(unit: OnlineUnit, central: LiveTown) -> None:
    with central.online():
        unit.until(lambda: unit.uplink.connected)
        for _ in range(10):
            unit.note(1)
            delivered(unit, central)


def test_the_unit_gets_what_is_in_force_and_central_sees_it_come_and_go(
    unit: OnlineUnit, central: LiveTown
) -> None:
    with central.online():
        unit.until(lambda: unit.believes.config is not None)
        unit.until(lambda: central.state(UNIT).is_online)
        unit.uplink.stop(unit.now())
        unit.until_central(lambda: central.state(UNIT).is_online is False)


# --- an acknowledgement is nothing but central's


def test_what_only_the_broker_took_is_not_forgotten(unit: OnlineUnit, central: LiveTown) -> None:
    """The broker says PUBACK to everything; nobody is behind it."""
    unit.note(120)
    unit.until(lambda: unit.uplink.connected)
    for _ in range(100):
        unit.turn()
    assert (unit.journal.acked, unit.acks) == (0, [])
    assert unit.journal.retire(None, keep_rows=1) == 0
    with central.online():
        delivered(unit, central)


def test_the_worst_broker_can_make_nothing_forgotten(
    unit: OnlineUnit, central: LiveTown, pki: Pki, broker: Broker
) -> None:
    """It has central's certificate, and everything that central ever said, but not central's keys."""
    unit.note(100)
    with central.online():
        delivered(unit, central)
    old = list(unit.raw_acks)
    unit.note(100)
    seq, hash_ = unit.journal.head
    right = Ack(epoch=unit.journal.epoch.hex(), upto=seq, head=hash_.hex())
    forged = City(UNIT).ack(right, 10**6)  # by keys that are not the city's
    altered = old[-1].replace(b".", b".e", 1)
    for_another = KEYS.document(DocumentType.ACK, unit_audience("u-zzzzzzzz"), 10**6, right)
    unit.until(lambda: unit.uplink.connected)
    with eavesdropping(pki.central(), broker.port) as evil:
        for raw in (forged, altered, for_another, *old, b"", strict_json.dumps(right.to_json())):
            evil.publish(down(UNIT, Down.ACK), raw)
        unit.until(lambda: len(unit.refused) == 5, "hearing it all")
    assert (unit.journal.acked, unit.journal.unacked) == (100, 100)
    assert unit.differing == []
    with central.online():
        delivered(unit, central)


def test_an_acknowledgement_of_another_history_is_an_alarm_and_forgets_nothing(
    unit: OnlineUnit, central: LiveTown
) -> None:
    with central.online():
        unit.note(10)
        delivered(unit, central)
    unit.note(10)
    epoch = unit.journal.epoch.hex()
    wrong = KEYS.ack(Ack(epoch=epoch, upto=20, head="ab" * 32), 10**6)
    unit.received(Down.ACK, wrong)
    assert [one.upto for one in unit.differing] == [20]
    assert unit.journal.unacked == 10


# --- the broker breaks


def test_a_broker_killed_in_the_middle_costs_nothing(
    unit: OnlineUnit, central: LiveTown, broker: Broker
) -> None:
    with central.online():
        unit.note(1000)
        unit.until(lambda: unit.journal.acked >= 200)
        broker.kill()
        unit.note(100)
        unit.until(lambda: not unit.uplink.connected)
        broker.start()
        delivered(unit, central)
    assert unit.journal.head[0] == 1100
    assert unit.uplink.session >= 2


def test_a_broker_frozen_in_the_middle_costs_nothing(
    unit: OnlineUnit, central: LiveTown, broker: Broker
) -> None:
    with central.online():
        unit.note(1000)
        unit.until(lambda: unit.journal.acked >= 200)
        broker.pause()
        unit.note(100)
        for _ in range(100):
            unit.turn()
        broker.resume()
        delivered(unit, central)


# --- the network breaks


@pytest.fixture
def network(broker: Broker) -> Iterator[Network]:
    with network_to(broker.port) as line:
        yield line


@pytest.fixture
def far_unit(pki: Pki, network: Network, tmp_path: Path) -> Iterator[OnlineUnit]:
    """A unit behind that network; it notices silence after a second or two."""
    data = tmp_path / "far"
    with online_unit(UNIT, pki.unit(UNIT), data, network.port, keepalive=1) as running:
        yield running


@pytest.fixture
def far_central(
    pki: Pki, broker: Broker, far_unit: OnlineUnit, tmp_path: Path
) -> Iterator[LiveTown]:
    with live_town(tmp_path, pki, broker.port, KEYS) as town:
        town.enrol(UNIT, far_unit.signer.public)
        yield town


def test_a_network_that_swallows_everything_for_a_while_costs_nothing(
    network: Network, far_unit: OnlineUnit, far_central: LiveTown
) -> None:
    with far_central.online():
        far_unit.note(1000)
        far_unit.until(lambda: far_unit.journal.acked >= 200)
        network.swallow()
        far_unit.note(100)
        far_unit.until(lambda: not far_unit.uplink.connected, "noticing the silence")
        network.restore()
        delivered(far_unit, far_central)


def test_a_network_that_cuts_again_and_again_costs_nothing(
    network: Network, far_unit: OnlineUnit, far_central: LiveTown
) -> None:
    with far_central.online():
        for more in (1, 50, 7, 33, 20, 51):
            far_unit.note(100)
            goal = far_unit.journal.acked + more
            far_unit.until(partial(has_acknowledged, far_unit, goal))
            network.reset()
        delivered(far_unit, far_central)
    assert far_unit.journal.head[0] == 600


def has_acknowledged(unit: OnlineUnit, upto: int) -> bool:
    return unit.journal.acked >= upto


def test_a_slow_network_costs_nothing_but_time(
    network: Network, far_unit: OnlineUnit, far_central: LiveTown
) -> None:
    network.latency = 0.15  # three seconds of the unit's own time: it says things twice
    far_unit.note(300)
    with far_central.online():
        delivered(far_unit, far_central)


# --- central breaks


def test_a_central_that_stops_and_comes_back_is_told_the_rest(
    unit: OnlineUnit, central: LiveTown
) -> None:
    unit.note(1000)
    for goal in (100, 400, 700):
        with central.online():
            unit.until(partial(has_acknowledged, unit, goal))
        unit.note(10)
    with central.online():
        delivered(unit, central)
    assert unit.journal.head[0] == 1030


def test_a_central_restored_from_an_old_backup_gets_everything_again(
    unit: OnlineUnit, central: LiveTown, tmp_path: Path
) -> None:
    """Entries that were acknowledged stay on the unit for a while, for just this."""
    with central.online():
        unit.note(100)
        delivered(unit, central)
    backup = tmp_path / "backup"
    backup.mkdir()
    with sqlite3.connect(tmp_path / "central.db") as live, sqlite3.connect(backup / "c.db") as copy:
        live.backup(copy)
    live.close()
    copy.close()
    with central.online():
        unit.note(400)
        delivered(unit, central)
    central.database.close()
    for path in tmp_path.glob("central.db*"):
        path.unlink()
    shutil.copy(backup / "c.db", tmp_path / "central.db")
    assert central.count(UNIT) == 100
    with central.online():
        # Nothing happens at the door: its birth alone makes central notice what it misses.
        unit.until(lambda: central.count(UNIT) == 500, "having everything again")
        delivered(unit, central)


# --- presence


def test_a_late_will_is_not_taken_for_the_newest_word(
    unit: OnlineUnit, central: LiveTown, pki: Pki, broker: Broker
) -> None:
    with central.online():
        unit.until(lambda: central.state(UNIT).is_online)
        unit.link.close()  # the broker will say the will of session 1 in some seconds
        unit.reconnect()
        unit.until(lambda: central.state(UNIT).session == 2)
        unit.until(lambda: central.state(UNIT).is_online)
    with eavesdropping(pki.central(), broker.port) as listening:
        late = UnitState(online=False, session=1).to_bytes()
        listening.publish(up(UNIT, Up.STATE), late, retain=True)
    with central.online():
        unit.note(1)
        delivered(unit, central)
        assert central.state(UNIT).is_online is not False
        # The unit says its birth again to a central that has just come: nothing stays unknown.
        unit.until(lambda: central.state(UNIT).is_online, "being seen again")


def test_a_unit_that_vanished_is_offline_by_its_will(unit: OnlineUnit, central: LiveTown) -> None:
    with central.online():
        unit.until(lambda: central.state(UNIT).is_online)
        unit.link.close()
        unit.until_central(lambda: central.state(UNIT).is_online is False)


def test_two_units_with_one_key_are_a_clone_and_nobody_forgets(
    unit: OnlineUnit, central: LiveTown, pki: Pki, broker: Broker, tmp_path: Path
) -> None:
    """The card of a unit was copied, journal and all; both went on."""
    with central.online():
        unit.note(20)
        delivered(unit, central)
        unit.uplink.stop(unit.now())
        shutil.copytree(tmp_path / "unit", tmp_path / "clone")
        unit.note(5)
        unit.until(lambda: unit.journal.unacked == 0)
        unit.uplink.stop(unit.now())
        with online_unit(UNIT, pki.unit(UNIT), tmp_path / "clone", broker.port) as clone:
            clone.note(9, "revoked")
            clone.until(lambda: Fault.CLONE in central.faults(UNIT), "noticing the clone")
            assert clone.journal.unacked == 9
    assert central.stored(UNIT) == unit.written


# --- the end


def test_a_unit_that_stops_leaves_no_thread(pki: Pki, broker: Broker, tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with online_unit(UNIT, pki.unit(UNIT), tmp_path / "unit", broker.port) as unit:
        unit.note(100)
        unit.until(lambda: unit.uplink.connected)
    assert set(threading.enumerate()) <= before
