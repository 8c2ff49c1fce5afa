"""Who gets in at a real Mosquitto with our configuration, and what each may read and write there."""

import os
import shutil
import socket
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from contracts.strict_json import LARGEST
from contracts.topics import CENTRAL_STATE, RETAINED_DOWN, ROOT, Down, Up, down, up
from demo.processes import DemoFailed
from provisioning import broker as configuration
from provisioning import crl, files, identity
from provisioning.certificates import new_key, revocation_list
from provisioning.private_keys import plain
from tests.provisioning.mqtt import (
    NOT_AUTHORIZED,
    Connection,
    Refused,
    connected,
    greets,
    of_central,
    of_unit,
)
from tests.simulators.broker import Broker, Pki, make_pki, running_broker

UNIT, NEIGHBOUR = "u-abcdefgh", "u-hgfedcba"
DONE = b"the last word"
NOT_FOR_A_UNIT = [
    up(NEIGHBOUR, Up.EVENTS),
    up(NEIGHBOUR, Up.STATE),
    down(UNIT, Down.ACK),
    down(NEIGHBOUR, Down.ACK),
    down(UNIT, Down.KEYS),
    CENTRAL_STATE,
    f"{ROOT}/{UNIT}/up/invented",
    f"{ROOT}/{UNIT}/up",
    f"{ROOT}/{UNIT}/up/state/deeper",
    f"{ROOT}/central/up/state",
    "elsewhere",
]


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return make_pki(tmp_path_factory.mktemp("pki") / "pki")


@pytest.fixture(scope="module")
def broker(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker that every test finds running; what a test retains there is its own to forget."""
    with running_broker(pki, tmp_path_factory.mktemp("broker") / "broker") as running:
        yield running


@dataclass(frozen=True, slots=True)
class Meeting:
    """Central, a unit and its neighbour, connected and listening to everything they can."""

    central: Connection
    unit: Connection
    neighbour: Connection


@pytest.fixture
def meeting(pki: Pki, broker: Broker) -> Iterator[Meeting]:
    with ExitStack() as stack:
        all_three = [
            stack.enter_context(connected(one, broker.port))
            for one in (
                of_central(pki.central()),
                of_unit(pki.unit(UNIT)),
                of_unit(pki.unit(NEIGHBOUR)),
            )
        ]
        for one in all_three:
            one.subscribe("#")
        yield Meeting(*all_three)


# --- what a unit may write


@pytest.mark.parametrize("kind", Up)
def test_a_unit_says_what_is_its_to_say_and_central_hears_it(meeting: Meeting, kind: Up) -> None:
    assert meeting.unit.publish(up(UNIT, kind), b"mine") < 0x80
    meeting.central.hears(up(UNIT, kind), b"mine")


@pytest.mark.parametrize("topic", NOT_FOR_A_UNIT)
def test_a_unit_cannot_publish_as_another_nor_as_central(meeting: Meeting, topic: str) -> None:
    assert meeting.unit.publish(topic, b"forged") == NOT_AUTHORIZED
    meeting.unit.publish(up(UNIT, Up.EVENTS), DONE)
    meeting.central.hears(up(UNIT, Up.EVENTS), DONE)
    assert not [heard for heard in meeting.central.heard if heard[1] == b"forged"]


@pytest.mark.parametrize("topic", [up(NEIGHBOUR, Up.STATE), CENTRAL_STATE, down(UNIT, Down.ACK)])
def test_a_unit_s_will_does_not_speak_for_others(
    pki: Pki, broker: Broker, meeting: Meeting, topic: str
) -> None:
    third = "u-aaaaaaaa"
    sly = of_unit(pki.unit(third), will=(topic, b"forged"))
    with ExitStack() as stack:
        try:
            sly.open(broker.port)
        except Refused:  # a broker may also refuse such a will at once
            return
        stack.callback(sly.close)
        honest = of_unit(pki.unit(third), will=(up(third, Up.STATE), DONE))
        honest.open(broker.port)  # takes the sly connection over: its will is due
        honest.vanish()
        meeting.central.hears(up(third, Up.STATE), DONE)
    assert not [heard for heard in meeting.central.heard if heard[1] == b"forged"]


def test_a_unit_s_own_will_reaches_central(pki: Pki, broker: Broker, meeting: Meeting) -> None:
    third = "u-bbbbbbbb"
    unit = of_unit(pki.unit(third), will=(up(third, Up.STATE), b"offline"))
    unit.open(broker.port)
    unit.vanish()
    meeting.central.hears(up(third, Up.STATE), b"offline")


# --- what a unit may read


@pytest.mark.parametrize("kind", Down)
def test_what_is_for_a_unit_reaches_it_and_nobody_else(meeting: Meeting, kind: Down) -> None:
    meeting.central.publish(down(UNIT, kind), b"for you")
    meeting.central.publish(down(NEIGHBOUR, Down.ACK), DONE)
    meeting.unit.hears(down(UNIT, kind), b"for you")
    meeting.neighbour.hears(down(NEIGHBOUR, Down.ACK), DONE)
    assert not [heard for heard in meeting.neighbour.heard if UNIT in heard[0]]


@pytest.mark.parametrize(
    "asked",
    ["#", f"{ROOT}/#", f"{ROOT}/+/down/#", down(NEIGHBOUR, Down.ACK), f"{ROOT}/+/up/#",
     f"$share/some/{ROOT}/{NEIGHBOUR}/down/ack", "$SYS/#"],
)  # fmt: skip
def test_a_unit_never_hears_what_is_not_for_it_whatever_it_subscribes_to(
    pki: Pki, broker: Broker, meeting: Meeting, asked: str
) -> None:
    third = "u-cccccccc"
    with connected(of_unit(pki.unit(third)), broker.port) as curious:
        curious.subscribe(asked)
        curious.subscribe(down(third, Down.ACK))
        meeting.neighbour.publish(up(NEIGHBOUR, Up.EVENTS), b"private")
        meeting.central.publish(down(NEIGHBOUR, Down.ACK), b"private")
        meeting.central.publish(down(third, Down.ACK), DONE)
        curious.hears(down(third, Down.ACK), DONE)
        assert {topic for topic, _ in curious.heard} <= {down(third, Down.ACK), CENTRAL_STATE}


def test_units_hear_whether_central_is_there(meeting: Meeting) -> None:
    assert meeting.central.publish(CENTRAL_STATE, b"online") < 0x80
    meeting.unit.hears(CENTRAL_STATE, b"online")


@pytest.mark.parametrize("kind", sorted(RETAINED_DOWN))
def test_a_unit_that_comes_later_finds_its_documents_and_no_other_unit_s(
    pki: Pki, broker: Broker, meeting: Meeting, kind: Down
) -> None:
    late, other = f"u-late{kind[:4]}", "u-dddddddd"
    meeting.central.publish(down(late, kind), b"kept for you", retain=True)
    with (
        connected(of_unit(pki.unit(other)), broker.port) as second,
        connected(of_unit(pki.unit(late)), broker.port) as first,
    ):
        for one, name in ((second, other), (first, late)):
            one.subscribe(f"{ROOT}/+/down/#")
            meeting.central.publish(down(name, Down.ACK), DONE)
        first.hears(down(late, kind), b"kept for you")
        second.hears(down(other, Down.ACK), DONE)
        assert not [heard for heard in second.heard if heard[1] == b"kept for you"]


# --- who a client is


def test_a_client_is_who_its_certificate_says_whatever_it_calls_itself(
    pki: Pki, broker: Broker, meeting: Meeting
) -> None:
    liar = of_unit(pki.unit("u-eeeeeeee"), client_id=UNIT, username="central")
    with connected(liar, broker.port):
        assert liar.publish(up(UNIT, Up.EVENTS)) == NOT_AUTHORIZED
        assert liar.publish(down(NEIGHBOUR, Down.ACK)) == NOT_AUTHORIZED
        assert liar.publish(up("u-eeeeeeee", Up.EVENTS)) < 0x80
        # The unit whose client id it claimed was not pushed out.
        meeting.unit.publish(up(UNIT, Up.EVENTS), DONE)
        meeting.central.hears(up(UNIT, Up.EVENTS), DONE)
    assert meeting.unit.ends == 0
    assert f"as {UNIT} " in broker.log
    assert "as u-eeeeeeee (p5" in broker.log


def test_two_connections_with_one_identity_push_each_other_out(pki: Pki, broker: Broker) -> None:
    twice = [of_unit(pki.unit("u-ffffffff"), client_id=name) for name in ("one", "two")]
    with connected(twice[0], broker.port), connected(twice[1], broker.port):
        twice[0].wait(lambda: twice[0].ends > 0, "the first to be pushed out")


# --- who gets in


def refused(connection: Connection, broker: Broker) -> bool:
    try:
        connection.open(broker.port)
    except Refused:
        return True
    connection.close()
    return False


def test_nobody_gets_in_without_a_certificate(pki: Pki, broker: Broker) -> None:
    assert refused(Connection(pki.unit(UNIT) / "ca.crt", None, None), broker)
    assert refused(Connection(pki.unit(UNIT) / "ca.crt", None, None, username="central"), broker)


def test_a_certificate_of_another_ca_does_not_get_in(
    pki: Pki, broker: Broker, tmp_path: Path
) -> None:
    foreign = make_pki(tmp_path / "foreign")
    for folder, chain, key in (
        (foreign.unit(UNIT), "tls.crt", "tls.key"),  # the same unit id
        (foreign.central(), "central.crt", "central.key"),
    ):
        assert refused(Connection(pki.unit(UNIT) / "ca.crt", folder / chain, folder / key), broker)


def test_the_broker_s_own_certificate_is_no_client_s(pki: Pki, broker: Broker) -> None:
    chain, key = (broker.folder / name for name in ("server.crt", "server.key"))
    assert refused(Connection(pki.unit(UNIT) / "ca.crt", chain, key), broker)


def test_a_certificate_past_its_time_does_not_get_in(
    pki: Pki, broker: Broker, tmp_path: Path
) -> None:
    for name, began in (("over", -30), ("to-come", 30)):
        key = new_key()
        at = pki.now + timedelta(days=began)
        _, chain = pki.ca.issue_unit("u-gggggggg", key.public_key(), at, timedelta(days=1))
        (tmp_path / f"{name}.crt").write_bytes(chain)
        (tmp_path / f"{name}.key").write_bytes(plain(key))
        files = (tmp_path / f"{name}.crt", tmp_path / f"{name}.key")
        assert refused(Connection(pki.unit(UNIT) / "ca.crt", *files), broker)


def test_there_is_no_way_in_without_tls(broker: Broker) -> None:
    with socket.create_connection(("127.0.0.1", broker.port), 10) as plainly:
        plainly.settimeout(30)
        plainly.sendall(bytes.fromhex("101000044d5154540502003c000003787979"))  # CONNECT, MQTT 5
        try:
            answer = plainly.recv(64)
        except ConnectionError:
            answer = b""
    assert not answer.startswith(b"\x20")  # CONNACK


def test_a_unit_cannot_stand_for_the_broker(pki: Pki, broker: Broker) -> None:
    unit = pki.unit(UNIT)
    client = ssl.create_default_context(cafile=str(unit / "ca.crt"))
    for chain, key, is_believed in (
        (broker.folder / "server.crt", broker.folder / "server.key", True),
        (unit / "tls.crt", unit / "tls.key", False),
    ):
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(chain, key)
        assert greets(server, client, "localhost") is is_believed
        assert not greets(server, client, "elsewhere.be")


# --- revocation (each with a broker and CA of its own)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Broker]:
    with running_broker(make_pki(tmp_path / "pki"), tmp_path / "broker") as running:
        yield running


def test_a_revoked_unit_does_not_get_in_again_and_the_others_do(own: Broker) -> None:
    pki = own.pki
    for unit in (UNIT, NEIGHBOUR):
        assert not refused(of_unit(pki.unit(unit)), own)
    pki.revoke(UNIT)
    own.refresh()
    own.wait_until(lambda: refused(of_unit(pki.unit(UNIT)), own))
    assert not refused(of_unit(pki.unit(NEIGHBOUR)), own)
    assert not refused(of_central(pki.central()), own)


def test_a_revoked_unit_that_is_connected_stays_so_until_it_reconnects(own: Broker) -> None:
    """Why central itself refuses retired units: the broker looks at the list only at the handshake."""
    pki = own.pki
    pki.unit(NEIGHBOUR)
    with connected(of_unit(pki.unit(UNIT)), own.port) as unit:
        for revoked in (UNIT, NEIGHBOUR):
            pki.revoke(revoked)
        own.refresh()
        own.wait_until(lambda: refused(of_unit(pki.unit(NEIGHBOUR)), own))
        assert unit.publish(up(UNIT, Up.EVENTS)) < 0x80
        assert unit.ends == 0
    assert refused(of_unit(pki.unit(UNIT)), own)


def test_a_list_past_its_time_keeps_everybody_out_until_it_is_renewed(own: Broker) -> None:
    pki = own.pki
    issuer = pki.ca.issuer
    old = revocation_list([], issuer, 1, pki.now - timedelta(days=8), crl.LIFE)
    files.replace(own.folder / "crl.pem", old.public_bytes(Encoding.PEM))
    own.reload()
    own.wait_until(lambda: refused(of_unit(pki.unit(UNIT)), own))
    assert refused(of_central(pki.central()), own)
    own.refresh()
    own.wait_until(lambda: not refused(of_unit(pki.unit(UNIT)), own))
    assert not refused(of_central(pki.central()), own)


def test_a_broker_without_its_list_does_not_start(own: Broker) -> None:
    """It fails closed: nobody connects to a broker that cannot tell who was revoked."""
    own.stop()
    (own.folder / "crl.pem").unlink()
    with pytest.raises(DemoFailed, match="crl"):
        own.start()


# --- what it keeps and endures


def test_what_is_retained_survives_a_restart_on_the_same_port(own: Broker) -> None:
    pki, port = own.pki, own.port
    with connected(of_central(pki.central()), port) as central:
        central.publish(down(UNIT, Down.KEYS), b"the key set", retain=True)
    own.stop()
    assert not own.running
    own.start()
    with connected(of_unit(pki.unit(UNIT)), port) as unit:
        unit.subscribe(down(UNIT, Down.KEYS))
        unit.hears(down(UNIT, Down.KEYS), b"the key set")


def test_a_killed_broker_comes_back_on_the_same_port(own: Broker) -> None:
    port = own.port
    own.kill()
    assert refused(of_unit(own.pki.unit(UNIT)), own)
    own.start()
    assert own.port == port
    assert not refused(of_unit(own.pki.unit(UNIT)), own)


def test_a_paused_broker_answers_when_it_goes_on(own: Broker) -> None:
    with connected(of_unit(own.pki.unit(UNIT)), own.port) as unit:
        own.pause()
        mid = unit.client.publish(up(UNIT, Up.EVENTS), b"x", qos=1).mid
        assert mid not in unit.answers
        own.resume()
        unit.wait(lambda: mid in unit.answers, "the answer of a broker that was paused")


def test_too_large_a_packet_ends_the_connection_not_the_broker(own: Broker) -> None:
    with connected(of_unit(own.pki.unit(UNIT)), own.port) as unit:
        unit.client.publish(up(UNIT, Up.EVENTS), bytes(LARGEST + 1), qos=1)
        unit.wait(lambda: unit.ends > 0, "the end of the connection")
    assert own.running
    assert not refused(of_unit(own.pki.unit(UNIT)), own)


def test_the_largest_list_of_a_site_fits(meeting: Meeting) -> None:
    largest = bytes(131_072)
    assert meeting.central.publish(down(UNIT, Down.AMENDMENTS), largest) < 0x80
    meeting.unit.hears(down(UNIT, Down.AMENDMENTS), largest)


def test_started_by_root_it_works_as_its_own_account(pki: Pki) -> None:
    """Started by anybody else it stays who it is: then the folder is that account's anyway."""
    outside = Path(tempfile.mkdtemp(prefix="hallpass-broker-"))
    outside.chmod(0o711)  # the account must get through to its folder
    one = Broker(pki, outside / "broker", user="mosquitto")
    try:
        one.start()
        assert not refused(of_unit(pki.unit(UNIT)), one)
        later = identity.make_broker  # certificates that come later are the account's too
        for name in ("server.key", "server.crt"):
            (one.folder / name).unlink()
        later(one.folder, ["localhost"], pki.ca, datetime.now(UTC), timedelta(days=30))  # noqa: TID251 - real TLS
        one.refresh()
        one.wait_until(lambda: not refused(of_unit(pki.unit(UNIT)), one))
        owners = {(one.folder / name).owner() for name in ("server.key", configuration.CONFIG)}
        assert len(owners) == 1
        assert owners == {"mosquitto"} if os.geteuid() == 0 else {outside.owner()}
    finally:
        one.close()
        shutil.rmtree(outside)
