"""The unit's line to a real broker, and to some that are none."""

import logging
import shutil
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from queue import Queue
from typing import TypeVar

import pytest

from contracts import strict_json
from contracts.messages import CentralState, UnitState
from contracts.topics import CENTRAL_STATE, Down, Up, down, up
from edge.config import Broker as Address
from edge.drivers import mqtt
from edge.drivers.link import GOODBYE_WITHIN, WILL_DELAY, Link
from edge.events import CentralSeen, Event, LinkDown, LinkUp, PublishRefused, Received
from provisioning import broker as mosquitto
from provisioning import identity
from tests.simulators.broker import Broker, Pki, make_pki, running_broker
from tests.simulators.city import UNIT
from tests.simulators.eavesdropper import Eavesdropper, eavesdropping
from tests.simulators.fake_broker import CONNACK, fake_broker, says, suback, until_gone
from tests.simulators.network import network_to

T = TypeVar("T")
SUBACK = suback(*[1] * (len(Down) + 1))
OFFLINE = UnitState(online=False, session=1).to_bytes()
PATIENT = 30.0
"""Seconds a test waits for what should come at once: other tests may have the processor."""


class Unit:
    """A link with what it told."""

    def __init__(self, pki: Pki, port: int, host: str = "localhost", keepalive: int = 30) -> None:
        self.events: Queue[Event] = Queue()
        self.link = Link(UNIT, Address(host, port, keepalive), pki.unit(UNIT), self.events.put)

    def connect(self, session: int = 1, will: bytes = OFFLINE) -> "Unit":
        self.link.connect(session, will)
        assert self.next(LinkUp).session == session
        return self

    def next(self, kind: type[T]) -> T:
        """Return the next thing told, which must be of a kind."""
        event = self.events.get(timeout=PATIENT)
        assert isinstance(event, kind), event
        return event

    def goes_down(self) -> LinkDown:
        self.link.connect(1, OFFLINE)
        return self.next(LinkDown)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return make_pki(tmp_path_factory.mktemp("pki") / "pki")


@pytest.fixture
def broker(pki: Pki, tmp_path: Path) -> Iterator[Broker]:
    with running_broker(pki, tmp_path / "broker") as running:
        yield running


@pytest.fixture
def unit(pki: Pki, broker: Broker) -> Iterator[Unit]:
    one = Unit(pki, broker.port)
    yield one
    one.link.close()
    assert not threads_of_links()


@pytest.fixture
def central(pki: Pki, broker: Broker) -> Iterator[Eavesdropper]:
    """Central's certificate at the broker: hears everything, may publish to units."""
    with eavesdropping(pki.central(), broker.port) as listening:
        yield listening


def threads_of_links() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "link"]


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENT
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


# --- speaking and hearing


def test_what_a_unit_says_arrives_on_its_topics(unit: Unit, central: Eavesdropper) -> None:
    unit.connect()
    assert unit.link.connected
    for kind in Up:
        assert unit.link.publish(kind, kind.encode())
    assert {central.next(up(UNIT, kind)) for kind in Up} == {kind.encode() for kind in Up}


def test_what_is_retained_is_there_for_who_comes_later(
    unit: Unit, pki: Pki, broker: Broker
) -> None:
    unit.connect()
    unit.link.publish(Up.HELD, b"held", retain=True)
    unit.link.publish(Up.EVENTS, b"events")
    with eavesdropping(pki.central(), broker.port) as later:
        assert later.next(up(UNIT, Up.HELD)) == b"held"
        assert not later.has(up(UNIT, Up.EVENTS))


def test_every_kind_of_message_for_the_unit_is_heard(unit: Unit, central: Eavesdropper) -> None:
    unit.connect()
    for kind in Down:
        central.publish(down(UNIT, kind), kind.encode())
    heard = [unit.next(Received) for _ in Down]
    assert [(one.kind, one.payload) for one in heard] == [(one, one.encode()) for one in Down]
    assert heard[-1].at <= time.monotonic()


def test_documents_that_the_broker_kept_come_at_connecting(
    unit: Unit, central: Eavesdropper
) -> None:
    central.publish(down(UNIT, Down.KEYS), b"keys", retain=True)
    unit.connect()
    assert unit.next(Received).payload == b"keys"


def test_what_is_for_another_unit_is_not_heard(unit: Unit, central: Eavesdropper) -> None:
    unit.connect()
    central.publish(down("u-zzzzzzzz", Down.COMMAND), b"theirs")
    central.publish(down(UNIT, Down.COMMAND), b"ours")
    assert unit.next(Received).payload == b"ours"


def test_central_is_seen_as_it_comes_and_goes(unit: Unit, central: Eavesdropper) -> None:
    unit.connect()
    for online, session in ((True, 7), (False, 7), (True, 2**53)):
        state = CentralState(online=online, session=session)
        central.publish(CENTRAL_STATE, state.to_bytes())
        seen = unit.next(CentralSeen)
        assert (seen.online, seen.session) == (online, session)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"v":1,"online":true}',
        b'{"v":2,"online":true,"session":1}',
        b'{"v":1,"online":1,"session":1}',
        b'{"v":1,"online":true,"session":-1}',
        b'{"v":1,"online":true,"session":1,"more":1}',
        b"[" * 5000,
    ],
)
def test_nonsense_about_central_is_ignored(
    unit: Unit, central: Eavesdropper, payload: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    unit.connect()
    central.publish(CENTRAL_STATE, payload)
    central.publish(down(UNIT, Down.ACK), b"after it")
    assert unit.next(Received).payload == b"after it"
    assert "central's state was not understood" in caplog.text


def test_an_error_of_who_hears_it_does_not_end_the_line(
    pki: Pki, broker: Broker, central: Eavesdropper, caplog: pytest.LogCaptureFixture
) -> None:
    heard: Queue[Event] = Queue()

    def hear(event: Event) -> None:
        if isinstance(event, Received) and event.payload == b"bad":
            raise ZeroDivisionError
        heard.put(event)

    link = Link(UNIT, Address("localhost", broker.port), pki.unit(UNIT), hear)
    link.connect(1, OFFLINE)
    heard.get(timeout=PATIENT)
    central.publish(down(UNIT, Down.ACK), b"bad")
    central.publish(down(UNIT, Down.ACK), b"good")
    received = heard.get(timeout=PATIENT)
    assert isinstance(received, Received)
    assert received.payload == b"good"
    assert link.connected
    assert "ZeroDivisionError" in caplog.text
    link.close()


# --- not connected


def test_nothing_is_kept_for_later(unit: Unit, broker: Broker, central: Eavesdropper) -> None:
    assert not unit.link.connected
    assert not unit.link.publish(Up.EVENTS, b"too early")
    unit.connect()
    broker.kill()
    unit.next(LinkDown)
    assert not unit.link.publish(Up.EVENTS, b"too late")
    broker.start()
    unit.connect(2)
    assert unit.link.publish(Up.EVENTS, b"in time")
    central.reconnect()
    unit.link.publish(Up.EVENTS, b"in time")
    assert central.next(up(UNIT, Up.EVENTS)) == b"in time"


def test_nobody_there_is_said_at_once(unit: Unit, broker: Broker) -> None:
    broker.stop()
    down_ = unit.goes_down()
    assert (down_.reason, down_.refused) == (f"nobody listens at localhost:{broker.port}", False)


def test_a_name_that_nobody_knows_is_said_so(pki: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    told = Unit(pki, 8883, "broker.invalid").goes_down()
    assert (
        told.reason == "the address of broker.invalid:8883 is not known: Name or service not known"
    )
    assert not told.refused


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt, "PATIENCE", 0.5)
    monkeypatch.setattr("edge.drivers.link.PATIENCE", 0.5)


@pytest.mark.usefixtures("quick")
def test_a_broker_that_accepts_and_says_nothing_is_given_up(unit: Unit, broker: Broker) -> None:
    broker.pause()
    begun = time.monotonic()
    told = unit.goes_down()
    assert (told.reason, told.refused) == (f"localhost:{broker.port} does not answer", False)
    assert time.monotonic() - begun < PATIENT / 2
    broker.resume()
    unit.connect()


@pytest.mark.usefixtures("quick")
def test_a_broker_that_stops_after_the_handshake_is_given_up(pki: Pki, broker: Broker) -> None:
    with fake_broker(broker.folder, until_gone) as port:
        told = Unit(pki, port).goes_down()
    assert (told.reason, told.refused) == (f"localhost:{port} does not answer", False)


def test_a_broker_that_goes_silent_is_noticed(pki: Pki, broker: Broker) -> None:
    unit = Unit(pki, broker.port, keepalive=1).connect()
    broker.pause()
    told = unit.next(LinkDown)
    assert told.reason == f"localhost:{broker.port} does not answer any more"
    broker.resume()


def test_a_network_that_swallows_everything_is_noticed(pki: Pki, broker: Broker) -> None:
    with network_to(broker.port) as network:
        unit = Unit(pki, network.port, keepalive=1).connect()
        network.swallow()
        for _ in range(50):
            unit.link.publish(Up.EVENTS, bytes(100_000))
        assert "does not answer" in unit.next(LinkDown).reason
        network.restore()
        unit.connect(2)
        unit.link.close()


def test_a_cut_is_told_once(pki: Pki, broker: Broker) -> None:
    with network_to(broker.port) as network:
        unit = Unit(pki, network.port).connect()
        network.reset()
        told = unit.next(LinkDown)
        assert told.reason.startswith(f"the connection to localhost:{network.port} was lost")
        assert not told.refused
        assert unit.events.empty()
        assert not unit.link.connected


def test_a_slow_network_is_none_that_fails(pki: Pki, broker: Broker, central: Eavesdropper) -> None:
    with network_to(broker.port) as network:
        network.latency = 0.1
        unit = Unit(pki, network.port).connect()
        unit.link.publish(Up.EVENTS, b"slowly")
        assert central.next(up(UNIT, Up.EVENTS)) == b"slowly"
        unit.link.close()


def test_connecting_again_and_again_leaves_no_thread_and_tells_once_each(
    unit: Unit, broker: Broker
) -> None:
    for session in range(1, 6):
        unit.connect(session)
        unit.link.close()
    assert unit.events.empty()
    assert not threads_of_links()
    broker.stop()
    for _ in range(5):
        unit.goes_down()
    assert unit.events.empty()


def test_connecting_over_a_living_connection_tells_nothing_more_of_the_old_one(
    unit: Unit, central: Eavesdropper
) -> None:
    unit.connect(1)
    unit.connect(2)
    central.publish(down(UNIT, Down.ACK), b"to the new one")
    assert unit.next(Received).payload == b"to the new one"
    assert unit.events.empty()
    until(lambda: len(threads_of_links()) == 1)


# --- refused


def test_a_revoked_certificate_is_refused_in_words(pki: Pki, tmp_path: Path) -> None:
    own = make_pki(tmp_path / "pki")
    with running_broker(own, tmp_path / "broker") as running:
        unit = Unit(own, running.port).connect()
        own.revoke(UNIT)
        running.refresh()
        unit.link.close()
        until(lambda: refused_with(unit, "it was revoked"))
    del pki


def refused_with(unit: Unit, words: str) -> bool:
    """Try once more; the broker reads its list a moment after it was told to."""
    unit.link.connect(1, OFFLINE)
    told = unit.events.get(timeout=PATIENT)
    return isinstance(told, LinkDown) and told.refused and words in told.reason


def test_a_certificate_of_another_city_is_refused(pki: Pki, broker: Broker, tmp_path: Path) -> None:
    other = make_pki(tmp_path / "other")
    folder = other.unit(UNIT)
    shutil.copy(pki.unit(UNIT) / "ca.crt", folder / "ca.crt")
    told = Unit(other, broker.port).goes_down()
    assert told.refused
    assert "this unit's certificate" in told.reason


def test_a_broker_of_another_city_is_not_ours(broker: Broker, tmp_path: Path) -> None:
    other = make_pki(tmp_path / "other")
    told = Unit(other, broker.port).goes_down()
    assert told.refused
    assert told.reason.startswith(f"localhost:{broker.port} is not the city's broker: ")


def test_a_broker_by_another_name_is_not_ours(pki: Pki, broker: Broker) -> None:
    """127.0.0.2 is this machine too, but stands in no certificate."""
    with network_to(broker.port) as network:
        told = Unit(pki, network.port, "127.0.0.2").goes_down()
    # Linux listens for all of 127/8 only where asked to: either is a refusal to believe the name.
    assert told.refused or "nobody listens" in told.reason


def test_an_identity_that_is_not_there_is_named(tmp_path: Path) -> None:
    events: Queue[Event] = Queue()
    Link(UNIT, Address("localhost", 1), tmp_path, events.put).connect(1, OFFLINE)
    told = events.get(timeout=PATIENT)
    assert isinstance(told, LinkDown)
    assert told.refused
    assert str(tmp_path) in told.reason


def test_a_clone_pushes_out_the_connection_before_it(unit: Unit, pki: Pki, broker: Broker) -> None:
    unit.connect()
    clone = Unit(pki, broker.port).connect()
    unit.next(LinkDown)  # Mosquitto before 2.1 does not say why
    clone.link.close()


def test_whoever_takes_our_place_is_told_of(pki: Pki, broker: Broker) -> None:
    taken_over = b"\xe0\x02\x8e\x00"
    with fake_broker(broker.folder, says(CONNACK, SUBACK, taken_over)) as port:
        told = Unit(pki, port).connect().next(LinkDown)
    assert told.reason == "somebody else connected with this unit's certificate"
    assert told.refused


def test_what_the_broker_does_not_take_is_told(pki: Pki, tmp_path: Path) -> None:
    broker = Broker(pki, tmp_path / "broker")
    try:
        broker.start()
        acl = broker.folder / mosquitto.ACL
        acl.write_text(acl.read_text().replace(f"pattern write hallpass/v1/%u/up/{Up.EVENTS}", ""))
        broker.stop()
        broker.start()
        unit = Unit(pki, broker.port).connect()
        unit.link.publish(Up.EVENTS, b"events")
        told = unit.next(PublishRefused)
        assert (told.kind, told.reason) == (Up.EVENTS, "the broker does not allow it")
        assert unit.link.connected
        unit.link.close()
    finally:
        broker.close()


# --- time


def believes_the_dates(pki: Pki, broker: Broker) -> bool:
    """Tell whether who looks at dates, as is usual, takes the broker's certificate."""
    context = ssl.create_default_context(cafile=str(pki.unit(UNIT) / "ca.crt"))
    with socket.create_connection(("localhost", broker.port)) as plain:
        try:
            context.wrap_socket(plain, server_hostname="localhost").close()
        except ssl.SSLCertVerificationError as error:
            return error.verify_code not in {9, 10}  # not valid yet, has expired
    return True


@pytest.mark.parametrize("wrong_by", [timedelta(days=20), timedelta(days=-20)])
def test_a_unit_whose_clock_is_wrong_reaches_its_broker(
    pki: Pki, broker: Broker, wrong_by: timedelta
) -> None:
    """The broker's certificate begins to count later than the unit's clock says, or ended before."""
    for name in (mosquitto.SERVER_KEY, mosquitto.SERVER_CERTIFICATE):
        (broker.folder / name).unlink()
    identity.make_broker(
        broker.folder, ["localhost"], pki.ca, pki.now + wrong_by, timedelta(days=9)
    )
    broker.refresh()  # with a revocation list of today
    broker.wait_until(lambda: not believes_the_dates(pki, broker))
    Unit(pki, broker.port).connect().link.close()


# --- limits


def test_a_message_beyond_the_broker_s_limit_is_refused_here(unit: Unit) -> None:
    unit.connect()
    assert not unit.link.publish(Up.EVENTS, bytes(strict_json.LARGEST))
    assert unit.link.publish(Up.EVENTS, bytes(strict_json.LARGEST - 200))
    assert unit.link.connected


def test_more_than_can_wait_is_refused_and_not_piled_up(pki: Pki, broker: Broker) -> None:
    with network_to(broker.port) as network:
        unit = Unit(pki, network.port).connect()
        network.swallow()
        taken = sum(unit.link.publish(Up.EVENTS, b"x") for _ in range(1000))
        # Some may have been handed over to paho, at most what may be without a PUBACK.
        assert mqtt.MOST_WAITING <= taken <= mqtt.MOST_WAITING + 20
        unit.link.close()


def test_everything_taken_arrives_in_order(unit: Unit, central: Eavesdropper) -> None:
    unit.connect()
    sent = []
    for number in range(150):  # the broker keeps 200 for a central that is slow
        until(partial(unit.link.publish, Up.EVENTS, b"%d" % number))
        sent.append(b"%d" % number)
    assert [central.next(up(UNIT, Up.EVENTS)) for _ in sent] == sent


# --- going


def test_the_will_is_said_some_seconds_after_a_unit_is_gone(
    unit: Unit, central: Eavesdropper
) -> None:
    will = UnitState(online=False, session=9).to_bytes()
    unit.connect(9, will)
    unit.link.publish(Up.STATE, b"birth", retain=True)
    assert central.next(up(UNIT, Up.STATE)) == b"birth"
    gone = time.monotonic()
    unit.link.close()
    assert central.next(up(UNIT, Up.STATE)) == will
    assert time.monotonic() - gone > WILL_DELAY - 1


def test_a_goodbye_is_said_at_once_and_no_will_follows(
    unit: Unit, pki: Pki, broker: Broker, central: Eavesdropper
) -> None:
    unit.connect(1, b"the will")
    begun = time.monotonic()
    unit.link.goodbye(b"goodbye")
    assert time.monotonic() - begun < GOODBYE_WITHIN
    assert not unit.link.connected
    assert central.next(up(UNIT, Up.STATE)) == b"goodbye"
    unit.connect(2, b"another will")  # ends the session of before: a will would be said now
    unit.link.publish(Up.STATE, b"birth", retain=True)
    assert central.next(up(UNIT, Up.STATE)) == b"birth"
    with eavesdropping(pki.central(), broker.port) as later:
        assert later.next(up(UNIT, Up.STATE)) == b"birth"


def test_what_was_said_before_a_goodbye_is_said(unit: Unit, central: Eavesdropper) -> None:
    unit.connect()
    for number in range(60):
        assert unit.link.publish(Up.EVENTS, b"%d" % number)
    unit.link.goodbye(b"goodbye")
    assert [central.next(up(UNIT, Up.EVENTS)) for _ in range(60)] == [b"%d" % n for n in range(60)]
    assert central.next(up(UNIT, Up.STATE)) == b"goodbye"


def test_a_goodbye_to_a_broker_that_does_not_answer_takes_two_seconds(
    unit: Unit, broker: Broker
) -> None:
    unit.connect()
    broker.pause()
    begun = time.monotonic()
    unit.link.goodbye(b"goodbye")
    assert time.monotonic() - begun < GOODBYE_WITHIN + 1
    until(lambda: not threads_of_links())
    broker.resume()
    assert unit.events.empty()


def test_goodbye_and_close_without_a_connection_do_nothing(unit: Unit) -> None:
    unit.link.goodbye(b"goodbye")
    unit.link.close()
    unit.connect()
    unit.link.close()
    unit.link.close()
    unit.link.goodbye(b"goodbye")


# --- an evil broker


@pytest.mark.parametrize(
    "piece",
    [
        b"\x30\xff\xff\xff\x7f" + bytes(1000),  # PUBLISH of 256 MB
        b"\xf0\x00",
        b"\x30\xff\xff\xff\xff\xff\xff",
        b"\x30\x05\xff\xff\x00\x00\x00",
        b"\x40\x01\x00",
        b"\x20\x02\x00",
        b"\x90\x02\xff\xff",
        b"\xe0\x02\x98\x00",
    ],
)
def test_a_broker_that_speaks_nonsense_is_left(pki: Pki, broker: Broker, piece: bytes) -> None:
    said = says(CONNACK, SUBACK, piece)
    with fake_broker(broker.folder, said) as port:
        unit = Unit(pki, port, keepalive=1).connect()
        assert unit.next(LinkDown).reason
        assert unit.events.empty()


def test_a_packet_without_end_is_not_waited_for(pki: Pki, broker: Broker) -> None:
    endless = b"\x30\xff\xff\xff\x7f" + bytes(1000)  # PUBLISH of 256 MB
    with fake_broker(broker.folder, says(CONNACK, SUBACK, endless)) as port:
        told = Unit(pki, port, keepalive=30).connect().next(LinkDown)
    assert told.reason == "the broker sends more than was agreed"


def test_it_connects_clean_and_its_will_is_delayed(pki: Pki, broker: Broker) -> None:
    """Mosquitto 2.0 delays the will of a session that ends at once; others keep to MQTT 5."""
    heard: list[bytes] = []

    def listen(sock: ssl.SSLSocket) -> None:
        heard.append(sock.recv(65536))

    with fake_broker(broker.folder, listen) as port:
        Unit(pki, port).goes_down()
    connect = heard[0]
    assert (connect[0], connect[2:9]) == (0x10, b"\x00\x04MQTT\x05")
    assert connect[9] == 0x2E  # clean start; a will with quality of service 1, retained
    delay = WILL_DELAY.to_bytes(4, "big")
    assert b"\x11" + delay in connect[12:40]  # the session outlives the connection as long
    assert b"\x18" + delay in connect[12:60]


@pytest.mark.parametrize(
    ("code", "refused", "words"),
    [
        (0x87, True, "the broker does not allow it"),
        (0x8A, True, "the broker says: Banned"),
        (0x88, False, "the broker says: Server unavailable"),
        (0x89, False, "the broker says: Server busy"),
        (0x97, False, "the broker says: Quota exceeded"),
    ],
)
def test_a_refusal_at_the_door_is_told_from_one_that_passes(
    pki: Pki,
    broker: Broker,
    code: int,
    refused: bool,  # noqa: FBT001
    words: str,
) -> None:
    with fake_broker(broker.folder, says(bytes([0x20, 3, 0, code, 0]))) as port:
        told = Unit(pki, port).goes_down()
    assert (told.reason, told.refused) == (words, refused)


def test_a_subscription_that_is_refused_is_no_connection(pki: Pki, broker: Broker) -> None:
    refusing = suback(*[1] * len(Down), 0x87)
    with fake_broker(broker.folder, says(CONNACK, refusing)) as port:
        told = Unit(pki, port).goes_down()
    assert (told.reason, told.refused) == ("the broker does not allow it", True)


def test_what_paho_says_is_not_logged(
    unit: Unit, caplog: pytest.LogCaptureFixture, central: Eavesdropper
) -> None:
    caplog.set_level(logging.DEBUG)
    unit.connect()
    unit.link.publish(Up.EVENTS, b"hello")
    central.next(up(UNIT, Up.EVENTS))
    assert [one.message for one in caplog.records if "link" in one.name] == []
