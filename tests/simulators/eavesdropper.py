"""Somebody at the broker with a certificate: hears what he may hear, publishes what he likes.

With central's certificate and without central's keys he is the worst that a broker can be.
"""

import contextlib
import ssl
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from pathlib import Path

from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from contracts.topics import ROOT
from provisioning.identity import CENTRAL_CERTIFICATE, CENTRAL_KEY, TLS_CERTIFICATE, TLS_KEY, TRUST

PATIENT = 30.0  # seconds


class Eavesdropper:
    """One client; what arrives is kept per topic."""

    def __init__(self, identity: Path, port: int) -> None:
        self._identity, self._port = identity, port
        self._arrived = threading.Condition()
        self._heard: dict[str, deque[bytes]] = defaultdict(deque)
        self.expiry: dict[str, int | None] = {}
        """In how many seconds the newest message of a topic would have run out, by its sender."""
        self._listening = threading.Event()
        self._client: Client | None = None

    def connect(self) -> None:
        self._listening.clear()
        client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5, reconnect_on_failure=False)
        context = ssl.create_default_context(cafile=str(self._identity / TRUST))
        context.load_cert_chain(*self._certificate())
        client.tls_set_context(context)
        client.on_message = self._hear
        client.on_subscribe = lambda *_: self._listening.set()
        client.connect("localhost", self._port)
        client.loop_start()
        client.subscribe(f"{ROOT}/#", qos=1)
        self._client = client
        assert self._listening.wait(PATIENT), "the broker did not let the eavesdropper in"

    def reconnect(self) -> None:
        self.close()
        self.connect()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish, and wait until the broker has it."""
        assert self._client is not None
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(PATIENT)

    def next(self, topic: str) -> bytes:
        """Return the next message on a topic, waiting for it."""
        with self._arrived:
            came = self._arrived.wait_for(lambda: self._heard[topic], PATIENT)
            assert came, f"nothing came on {topic}"
            return self._heard[topic].popleft()

    def has(self, topic: str) -> bool:
        """Tell whether something came on a topic that nobody took."""
        with self._arrived:
            return bool(self._heard[topic])

    def all(self, topic: str) -> list[bytes]:
        """Return everything that came on a topic and that nobody took."""
        with self._arrived:
            return list(self._heard[topic])

    def close(self) -> None:
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()
            self._client = None

    def _hear(self, _client: object, _data: object, message: MQTTMessage) -> None:
        with self._arrived:
            self._heard[message.topic].append(bytes(message.payload))
            self.expiry[message.topic] = vars(message.properties).get("MessageExpiryInterval")
            self._arrived.notify_all()

    def _certificate(self) -> tuple[Path, Path]:
        if (self._identity / CENTRAL_KEY).exists():
            return self._identity / CENTRAL_CERTIFICATE, self._identity / CENTRAL_KEY
        return self._identity / TLS_CERTIFICATE, self._identity / TLS_KEY


@contextlib.contextmanager
def eavesdropping(identity: Path, port: int) -> Iterator[Eavesdropper]:
    """Listen for the length of the block."""
    one = Eavesdropper(identity, port)
    one.connect()
    try:
        yield one
    finally:
        one.close()
