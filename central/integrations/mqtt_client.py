"""paho as central uses it: MQTT 5, a will, no session, over a connection that we made ourselves."""

import contextlib
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from contracts.strict_json import LARGEST

PATIENCE = 4.0
"""Seconds to wait for each of: the TCP connection, TLS, the broker's answer, its goodbye."""
WILL_DELAY = 5
"""Seconds after which the broker says that we are gone."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Who we are, what we listen to, and what is said of us, retained, on the topic `state`."""

    client_id: str
    keepalive: int  # seconds
    subscription: str
    state: str
    birth: bytes
    will: bytes


def dial(host: str, port: int, identity: Path) -> ssl.SSLSocket:
    """Return a connection after mutual TLS with the city's CA.

    Raises:
        OSError: no identity, nobody there, no answer in time, or a certificate that does not count.

    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks chain, host name and time
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(identity / "ca.crt")
    context.load_cert_chain(identity / "central.crt", identity / "central.key", password=str)
    plain = socket.create_connection((host, port), PATIENCE)
    with contextlib.ExitStack() as failing:
        failing.callback(plain.close)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected = context.wrap_socket(plain, server_hostname=host)
        failing.pop_all()
    return connected


class MqttClient(paho.Client):
    """paho over a connection that we made: one that can be timed, and is closed when it fails."""

    def __init__(self, made: ssl.SSLSocket, plan: Plan) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=plan.client_id,
            protocol=paho.MQTTv5,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        self._made = made
        delay = properties_of(PacketTypes.WILLMESSAGE, WillDelayInterval=WILL_DELAY)
        self.will_set(plan.state, plan.will, 1, retain=True, properties=delay)

    def _create_socket(self) -> ssl.SSLSocket:
        return self._made

    @property
    def arriving(self) -> int:
        """Bytes that the packet says it has which is coming in: paho would take 256 MB."""
        return self._in_packet["remaining_length"]


def at_connecting() -> Properties:
    """Return what the broker is told at connecting."""
    # Nothing is kept for us; the session only outlives the connection by the delay of the will.
    return properties_of(
        PacketTypes.CONNECT, SessionExpiryInterval=WILL_DELAY, MaximumPacketSize=LARGEST
    )


def properties_of(packet: int, **values: int) -> Properties:
    """Return MQTT 5 properties for a kind of packet."""
    properties = Properties(packet)  # type: ignore[no-untyped-call] # paho says nothing here
    for name, value in values.items():
        setattr(properties, name, value)
    return properties
