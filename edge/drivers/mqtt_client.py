"""paho as we use it: MQTT 5, a will, no session, over a connection that we made ourselves."""

import ssl
from dataclasses import dataclass

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from contracts.strict_json import LARGEST

_ENVELOPE = 64  # bytes of a packet around topic and payload


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to publish."""

    topic: str
    payload: bytes
    retain: bool = False
    qos: int = 1

    @property
    def size(self) -> int:
        """At most so many bytes on the line."""
        return len(self.topic) + len(self.payload) + _ENVELOPE


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom to call, as whom, what to listen to, and what the broker says when we are gone."""

    host: str
    port: int
    keepalive: int
    client_id: str
    filters: tuple[str, ...]
    will: Outgoing
    will_delay: int
    """Seconds until the broker says it."""

    @property
    def where(self) -> str:
        """The broker, as people write it."""
        return f"{self.host}:{self.port}"


class MqttClient(paho.Client):
    """paho over a connection that we made: one that can be timed, and is closed when it fails."""

    def __init__(self, made: ssl.SSLSocket, plan: Plan) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=plan.client_id,
            protocol=paho.MQTTv5,
            reconnect_on_failure=False,
        )
        self._made = made
        delay = _properties(PacketTypes.WILLMESSAGE, WillDelayInterval=plan.will_delay)
        self.will_set(plan.will.topic, plan.will.payload, 1, retain=True, properties=delay)

    def _create_socket(self) -> ssl.SSLSocket:
        return self._made

    @property
    def arriving(self) -> int:
        """Bytes that the packet says it has which is coming in: paho would take 256 MB."""
        return self._in_packet["remaining_length"]


def connect_properties(plan: Plan) -> Properties:
    """Return what the broker is told at connecting."""
    # Nothing is kept for us: each connection starts clean. The session only has to outlive the
    # connection by the delay of the will, which would otherwise be said at once (MQTT 5, 3.1.3.2.2).
    return _properties(
        PacketTypes.CONNECT, SessionExpiryInterval=plan.will_delay, MaximumPacketSize=LARGEST
    )


def _properties(packet: int, **values: int) -> Properties:
    properties = Properties(packet)  # type: ignore[no-untyped-call] # paho says nothing here
    for name, value in values.items():
        setattr(properties, name, value)
    return properties
