"""Central's line to a real broker."""

import asyncio
import itertools
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from central.accounts.mailer import Mailbox
from central.clock import utc_now
from central.database import Database
from central.fleet.channel import Message
from central.fleet.configuring import CityWide
from central.integrations import mqtt
from central.integrations.mqtt import Address, MqttChannel
from central.integrations.mqtt_connection import MOST_WAITING
from central.main import Background, create_app
from central.settings import Settings
from contracts import strict_json
from contracts.messages import CentralState
from contracts.topics import CENTRAL_STATE, Down, Up, down, up
from tests.central.a_city import NOW, Time
from tests.central.an_authority import authority_of
from tests.central.an_office import an_office
from tests.simulators.broker import Broker, Pki, make_pki, running_broker
from tests.simulators.city import UNIT, City
from tests.simulators.eavesdropper import Eavesdropper, eavesdropping
from tests.simulators.fake_broker import CONNACK, fake_broker, says, suback
from tests.simulators.network import network_to

PATIENT = 30.0
"""Seconds a test waits for what should come at once: other tests may have the processor."""
AT_ONCE = 160
"""Messages that the broker surely keeps for one client that is slow; it drops what is beyond 200."""


class Fleet:
    """Hears what the channel tells."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.messages: list[Message] = []
        self.told: list[str] = []
        self.refuse: Callable[[Message], bool] = lambda _message: False

    def deliver(self, message: Message) -> None:
        if self.refuse(message):
            raise ZeroDivisionError
        with self._changed:
            self.messages.append(message)
            self._changed.notify_all()

    def connected(self) -> None:
        self._tell("connected")

    def disconnected(self) -> None:
        self._tell("disconnected")

    def _tell(self, word: str) -> None:
        with self._changed:
            self.told.append(word)
            self._changed.notify_all()

    def waits_for(self, condition: Callable[[], object]) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, PATIENT), (self.told, len(self.messages))


@contextmanager
def running(channel: MqttChannel, fleet: Fleet) -> Iterator[None]:
    """Let the channel work in a thread of its own, which is gone afterwards."""
    stop = threading.Event()
    thread = threading.Thread(target=channel.run, args=(fleet, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENT)
        assert not thread.is_alive()


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENT
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return make_pki(tmp_path_factory.mktemp("pki") / "pki")


@pytest.fixture
def broker(pki: Pki, tmp_path: Path) -> Iterator[Broker]:
    with running_broker(pki, tmp_path / "broker") as started:
        yield started


@pytest.fixture
def fleet() -> Fleet:
    return Fleet()


def a_channel(pki: Pki, port: int, clock: Time | None = None) -> MqttChannel:
    return MqttChannel(Address("localhost", port, pki.central()), clock or Time(), lambda: 0.05)


@pytest.fixture
def channel(pki: Pki, broker: Broker, fleet: Fleet) -> Iterator[MqttChannel]:
    one = a_channel(pki, broker.port)
    with running(one, fleet):
        fleet.waits_for(lambda: fleet.told == ["connected"])
        yield one


@pytest.fixture
def unit(pki: Pki, broker: Broker) -> Iterator[Eavesdropper]:
    """The certificate of a unit at the broker."""
    with eavesdropping(pki.unit(UNIT), broker.port) as listening:
        yield listening


def state(raw: bytes) -> tuple[bool, int]:
    said = CentralState.parse(raw)
    return said.online, said.session


# --- hearing and speaking


@pytest.mark.usefixtures("channel")
def test_everything_a_unit_says_is_delivered_in_order(fleet: Fleet, unit: Eavesdropper) -> None:
    said = [Message(up(UNIT, kind), b"%d" % n) for n in range(20) for kind in Up]
    for one in said:
        unit.publish(one.topic, one.payload)
    fleet.waits_for(lambda: len(fleet.messages) >= len(said))
    assert fleet.messages == said


def test_what_the_broker_kept_of_units_is_delivered_at_connecting(
    pki: Pki, broker: Broker, fleet: Fleet, unit: Eavesdropper
) -> None:
    unit.publish(up(UNIT, Up.STATE), b"birth", retain=True)
    with running(a_channel(pki, broker.port), fleet):
        fleet.waits_for(lambda: fleet.messages)
    assert fleet.messages == [Message(up(UNIT, Up.STATE), b"birth")]


def test_what_central_says_arrives(channel: MqttChannel, unit: Eavesdropper) -> None:
    for kind in Down:
        assert channel.publish(down(UNIT, kind), kind.encode())
    assert {unit.next(down(UNIT, kind)) for kind in Down} == {kind.encode() for kind in Down}


def test_documents_are_retained_and_removed_again(
    channel: MqttChannel, pki: Pki, broker: Broker
) -> None:
    channel.publish(down(UNIT, Down.KEYS), b"keys", retain=True)
    channel.publish(down(UNIT, Down.CONFIG), b"config", retain=True)
    channel.publish(down(UNIT, Down.KEYS), b"", retain=True)
    channel.publish(down(UNIT, Down.ACK), b"ack")
    with eavesdropping(pki.unit(UNIT), broker.port) as first:
        assert first.next(down(UNIT, Down.CONFIG)) == b"config"
        assert not first.has(down(UNIT, Down.KEYS))
        assert not first.has(down(UNIT, Down.ACK))


def test_a_command_runs_out_at_the_broker(channel: MqttChannel, unit: Eavesdropper) -> None:
    channel.publish(down(UNIT, Down.COMMAND), b"open", expiry=10)
    channel.publish(down(UNIT, Down.ACK), b"ack")
    unit.next(down(UNIT, Down.COMMAND))
    unit.next(down(UNIT, Down.ACK))
    assert unit.expiry[down(UNIT, Down.COMMAND)] in {9, 10}
    assert unit.expiry[down(UNIT, Down.ACK)] is None


def test_many_threads_may_speak_at_once(channel: MqttChannel, unit: Eavesdropper) -> None:
    together = threading.Barrier(8)
    each = AT_ONCE // 8

    def speak(number: int) -> bool:
        together.wait(PATIENT)
        said = (b"%d %d" % (number, n) for n in range(each))
        return all(channel.publish(down(UNIT, Down.ACK), one) for one in said)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(speak, range(8)))
    heard = [tuple(map(int, unit.next(down(UNIT, Down.ACK)).split())) for _ in range(8 * each)]
    for number in range(8):
        assert [n for who, n in heard if who == number] == list(range(each))


def test_an_error_of_who_listens_stops_neither_the_line_nor_the_next_message(
    fleet: Fleet, channel: MqttChannel, unit: Eavesdropper, caplog: pytest.LogCaptureFixture
) -> None:
    fleet.refuse = lambda message: message.payload == b"bad"
    for _ in range(50):  # more than may be without an acknowledgement
        unit.publish(up(UNIT, Up.EVENTS), b"bad")
    unit.publish(up(UNIT, Up.EVENTS), b"good")
    fleet.waits_for(lambda: fleet.messages)
    assert [one.payload for one in fleet.messages] == [b"good"]
    assert channel.is_connected
    assert "ZeroDivisionError" in caplog.text


# --- limits


def test_what_no_unit_could_take_is_refused(
    channel: MqttChannel, unit: Eavesdropper, caplog: pytest.LogCaptureFixture
) -> None:
    assert not channel.publish(down(UNIT, Down.AMENDMENTS), bytes(strict_json.LARGEST))
    assert "are too many" in caplog.text
    assert channel.publish(down(UNIT, Down.AMENDMENTS), bytes(strict_json.LARGEST - 200))
    assert len(unit.next(down(UNIT, Down.AMENDMENTS))) == strict_json.LARGEST - 200


def test_what_waits_is_bounded(pki: Pki, broker: Broker, fleet: Fleet) -> None:
    with network_to(broker.port) as network:
        channel = a_channel(pki, network.port)
        with running(channel, fleet):
            fleet.waits_for(lambda: fleet.told)
            network.swallow()
            payload = bytes(200_000)
            taken = sum(channel.publish(down(UNIT, Down.CONFIG), payload) for _ in range(1000))
            assert MOST_WAITING / 200_000 - 1 < taken < MOST_WAITING / 200_000 + 25
            network.reset()


def test_a_broker_that_sends_without_end_is_left(
    pki: Pki, broker: Broker, fleet: Fleet, caplog: pytest.LogCaptureFixture
) -> None:
    endless = b"\x30\xff\xff\xff\x7f" + bytes(1000)
    with fake_broker(broker.folder, says(CONNACK, suback(1), endless)) as port:  # noqa: SIM117 - one after the other
        with running(a_channel(pki, port), fleet):
            fleet.waits_for(lambda: "disconnected" in fleet.told)
    assert "more than was agreed" in caplog.text


# --- who central is


def test_central_says_that_it_is_there_and_when_it_goes(
    pki: Pki, broker: Broker, fleet: Fleet, unit: Eavesdropper
) -> None:
    with running(a_channel(pki, broker.port), fleet):
        online, session = state(unit.next(CENTRAL_STATE))
    assert (online, session) == (True, int(NOW.timestamp() * 1000))
    assert state(unit.next(CENTRAL_STATE)) == (False, session)
    assert fleet.told == ["connected", "disconnected"]


def test_a_unit_that_comes_later_hears_that_central_is_there(
    channel: MqttChannel, pki: Pki, broker: Broker
) -> None:
    assert channel.is_connected
    with eavesdropping(pki.unit(UNIT), broker.port) as later:
        assert state(later.next(CENTRAL_STATE))[0]


def test_whoever_answers_central_s_birth_at_once_is_heard(
    pki: Pki, broker: Broker, fleet: Fleet, unit: Eavesdropper
) -> None:
    with running(a_channel(pki, broker.port), fleet):
        unit.next(CENTRAL_STATE)
        unit.publish(up(UNIT, Up.EVENTS), b"at once")
        fleet.waits_for(lambda: fleet.messages)


def test_every_connection_has_another_number_also_when_the_clock_goes_back(
    pki: Pki, broker: Broker, fleet: Fleet, unit: Eavesdropper
) -> None:
    clock = Time()
    first, restarted = (a_channel(pki, broker.port, clock) for _ in range(2))
    sessions = []
    for one in (first, first, restarted):
        with running(one, fleet):
            sessions.append(state(unit.next(CENTRAL_STATE))[1])
        unit.next(CENTRAL_STATE)
        clock.now -= timedelta(hours=1)
    assert sessions[1] == sessions[0] + 1
    assert len(set(sessions)) == 3


def test_a_central_that_vanished_is_said_to_be_gone(
    pki: Pki, broker: Broker, fleet: Fleet, unit: Eavesdropper
) -> None:
    with network_to(broker.port) as network, running(a_channel(pki, network.port), fleet):
        online, session = state(unit.next(CENTRAL_STATE))
        assert online
        network.swallow()  # the way to the broker breaks and stays broken
        network.reset()
        assert state(unit.next(CENTRAL_STATE)) == (False, session)
        network.restore()


# --- coming back


def test_a_broker_that_dies_and_returns_is_found_again(
    fleet: Fleet, channel: MqttChannel, broker: Broker, unit: Eavesdropper
) -> None:
    broker.kill()
    fleet.waits_for(lambda: fleet.told == ["connected", "disconnected"])
    assert not channel.publish(down(UNIT, Down.ACK), b"lost")
    broker.start()
    fleet.waits_for(lambda: fleet.told == ["connected", "disconnected", "connected"])
    unit.reconnect()
    assert channel.publish(down(UNIT, Down.ACK), b"new")
    assert unit.next(down(UNIT, Down.ACK)) == b"new"
    unit.publish(up(UNIT, Up.EVENTS), b"heard")
    fleet.waits_for(lambda: fleet.messages)


def test_a_broker_that_is_not_there_yet_is_waited_for(
    pki: Pki, broker: Broker, fleet: Fleet, caplog: pytest.LogCaptureFixture
) -> None:
    broker.stop()
    with running(a_channel(pki, broker.port), fleet):
        until(lambda: "Connection refused" in caplog.text)
        broker.start()
        fleet.waits_for(lambda: fleet.told == ["connected"])


def test_a_broker_that_goes_silent_is_left(
    pki: Pki, broker: Broker, fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "KEEPALIVE", 1)
    with running(a_channel(pki, broker.port), fleet):
        fleet.waits_for(lambda: fleet.told)
        broker.pause()
        fleet.waits_for(lambda: fleet.told == ["connected", "disconnected"])
        broker.resume()
        fleet.waits_for(lambda: fleet.told == ["connected", "disconnected", "connected"])


@pytest.mark.parametrize("name", ["central.key", "central.crt", "ca.crt"])
def test_an_identity_that_comes_later_is_found(
    tmp_path: Path,
    pki: Pki,
    broker: Broker,
    fleet: Fleet,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    folder = tmp_path / "identity"
    folder.mkdir()
    for path in pki.central().iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / name).rename(folder / "elsewhere")
    channel = MqttChannel(Address("localhost", broker.port, folder), Time(), lambda: 0.05)
    with running(channel, fleet):
        until(lambda: "No such file" in caplog.text)
        (folder / "elsewhere").rename(folder / name)
        fleet.waits_for(lambda: fleet.told)


def test_another_city_s_broker_is_not_spoken_to(
    tmp_path: Path, broker: Broker, fleet: Fleet, caplog: pytest.LogCaptureFixture
) -> None:
    other = make_pki(tmp_path / "other")
    with running(a_channel(other, broker.port), fleet):
        until(lambda: "certificate verify failed" in caplog.text)
    assert fleet.told == []


def test_waits_have_full_jitter_and_a_ceiling_that_doubles(pki: Pki) -> None:
    draws = itertools.repeat(1 - 2**-53)
    channel = MqttChannel(Address("localhost", 1, pki.central()), Time(), lambda: next(draws))
    assert [round(channel._pause(attempt)) for attempt in range(8)] == [1, 2, 4, 8, 16, 30, 30, 30]
    none = MqttChannel(Address("localhost", 1, pki.central()), Time(), lambda: 0.0)
    assert none._pause(7) == 0.0


# --- ending


def test_a_stop_is_quick_while_nobody_answers(
    pki: Pki, broker: Broker, fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("central.integrations.mqtt_connection.PATIENCE", 1.0)
    with running(a_channel(pki, broker.port), fleet):
        fleet.waits_for(lambda: fleet.told)
        broker.pause()
        begun = time.monotonic()
    assert time.monotonic() - begun < PATIENT / 2
    broker.resume()


def test_what_was_said_before_the_end_arrives(
    pki: Pki, broker: Broker, fleet: Fleet, unit: Eavesdropper
) -> None:
    channel = a_channel(pki, broker.port)
    with running(channel, fleet):
        fleet.waits_for(lambda: fleet.told)
        for number in range(100):
            assert channel.publish(down(UNIT, Down.ACK), b"%d" % number)
    assert [unit.next(down(UNIT, Down.ACK)) for _ in range(100)] == [b"%d" % n for n in range(100)]


# --- in central


@pytest.fixture
def on_sqlite(sqlite_template: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'central.db')}"


def test_the_background_work_holds_the_line(
    on_sqlite: str, pki: Pki, broker: Broker, unit: Eavesdropper
) -> None:
    database = Database(on_sqlite)
    address = Address("localhost", broker.port, pki.central())
    before = set(threading.enumerate())
    background = Background(
        database,
        authority_of(City()),
        utc_now,
        Mailbox(),
        address,
        messages=an_office(database),
        city=CityWide(),
    )
    background.start()
    assert state(unit.next(CENTRAL_STATE))[0]
    background.stop()
    assert not state(unit.next(CENTRAL_STATE))[0]
    assert set(threading.enumerate()) <= before
    database.close()


def with_broker(url: str, pki: Pki, port: int, data: Path, *, worker: bool) -> Settings:
    return Settings(
        demo=True,
        database_url=SecretStr(url),
        data=data,
        worker=worker,
        broker_host="localhost",
        broker_port=port,
        broker_identity=pki.central(),
    )


@pytest.mark.parametrize("worker", [True, False])
def test_only_a_web_process_that_does_the_background_work_connects(
    on_sqlite: str,
    pki: Pki,
    broker: Broker,
    tmp_path: Path,
    worker: bool,  # noqa: FBT001
) -> None:
    app = create_app(with_broker(on_sqlite, pki, broker.port, tmp_path, worker=worker))

    async def live() -> None:
        async with app.router.lifespan_context(app):
            if worker:
                await asyncio.to_thread(until, lambda: " as central " in broker.log)

    asyncio.run(live())
    broker.stop()
    assert (" as central " in broker.log) is worker
