"""A paho client for tests: connects with an identity folder, remembers what it hears."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

WITHIN = 40.0  # seconds; the machine may be busy
NOT_AUTHORIZED = 0x87


class Refused(Exception):
    """The broker let nobody in."""


class Connection:
    """One connection to a broker."""

    def __init__(self, trust: Path, chain: Path | None, key: Path | None, **options: Any) -> None:  # noqa: ANN401
        client_id = options.pop("client_id", "whatever")
        self.client = Client(
            CallbackAPIVersion.VERSION2,
            client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        self.client.tls_set(str(trust), str(chain) if chain else None, str(key) if key else None)
        if user := options.pop("username", None):
            self.client.username_pw_set(user)
        if will := options.pop("will", None):
            topic, payload = will
            self.client.will_set(topic, payload, qos=1, retain=True)
        assert not options
        self.heard: list[tuple[str, bytes]] = []
        self.answers: dict[int, int] = {}
        self.is_up = False
        self.ends = 0
        self._changed = threading.Condition()
        self.client.on_connect = self._on_connect
        self.client.on_connect_fail = lambda *_: self._ended()
        self.client.on_disconnect = lambda *_: self._ended()
        self.client.on_publish = self._on_publish
        self.client.on_subscribe = lambda _c, _u, mid, codes, _p: self._answer(mid, codes[0])
        self.client.on_message = self._on_message

    def open(self, port: int) -> None:
        """Connect; raises Refused."""
        try:
            self.client.connect("localhost", port)
        except OSError as error:  # the handshake failed, or nobody listens
            self._let_go()
            raise Refused(str(error)) from error
        self.client.loop_start()
        self.wait(lambda: self.is_up or self.ends > 0, "an answer to CONNECT")
        if not self.is_up:
            self.close()
            raise Refused

    def close(self) -> None:
        """Leave in order."""
        self.client.disconnect()
        self._let_go()

    def vanish(self) -> None:
        """Break the connection without a word, as a power cut does."""
        sock = self.client.socket()
        assert isinstance(sock, ssl.SSLSocket)
        sock.shutdown(socket.SHUT_RDWR)
        self.wait(lambda: not self.is_up, "the end of the connection")
        self._let_go()

    def publish(self, topic: str, payload: bytes = b"x", *, retain: bool = False) -> int:
        """Publish with QoS 1; return the PUBACK's reason code."""
        mid = self.client.publish(topic, payload, qos=1, retain=retain).mid
        self.wait(lambda: mid in self.answers, f"PUBACK for {topic}")
        return self.answers[mid]

    def subscribe(self, topic: str) -> int:
        """Subscribe with QoS 1; return the SUBACK's reason code."""
        _, mid = self.client.subscribe(topic, qos=1)
        assert mid is not None
        self.wait(lambda: mid in self.answers, f"SUBACK for {topic}")
        return self.answers[mid]

    def hears(self, topic: str, payload: bytes) -> None:
        """Wait until a message arrived."""
        self.wait(lambda: (topic, payload) in self.heard, f"{topic} {payload!r}")

    def wait(self, happened: Callable[[], bool], what: str) -> None:
        """Wait until something happened."""
        with self._changed:
            assert self._changed.wait_for(happened, WITHIN), f"waited in vain for {what}"

    def _let_go(self) -> None:
        """Close what paho itself leaves to the garbage collector."""
        self.client.loop_stop()
        self.client._reset_sockets()

    def _on_connect(
        self, _client: Client, _data: object, _flags: object, code: ReasonCode, _p: object
    ) -> None:
        with self._changed:
            self.is_up, self.ends = not code.is_failure, self.ends + code.is_failure
            self._changed.notify_all()

    def _ended(self) -> None:
        with self._changed:
            self.is_up, self.ends = False, self.ends + 1
            self._changed.notify_all()

    def _on_publish(
        self, _client: Client, _data: object, mid: int, code: ReasonCode, _p: object
    ) -> None:
        self._answer(mid, code)

    def _answer(self, mid: int, code: ReasonCode) -> None:
        with self._changed:
            self.answers[mid] = code.value
            self._changed.notify_all()

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        with self._changed:
            self.heard.append((message.topic, bytes(message.payload)))
            self._changed.notify_all()


def of_unit(folder: Path, **options: Any) -> Connection:  # noqa: ANN401
    return Connection(folder / "ca.crt", folder / "tls.crt", folder / "tls.key", **options)


def of_central(folder: Path, **options: Any) -> Connection:  # noqa: ANN401
    return Connection(folder / "ca.crt", folder / "central.crt", folder / "central.key", **options)


@contextlib.contextmanager
def connected(connection: Connection, port: int) -> Iterator[Connection]:
    """Be connected for the length of the block."""
    connection.open(port)
    try:
        yield connection
    finally:
        connection.close()


def greets(server: ssl.SSLContext, client: ssl.SSLContext, host: str) -> bool:
    """Whether a client believes a server, without a network between them."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(to_client, to_server, server_hostname=host)
    two = server.wrap_bio(to_server, to_client, server_side=True)
    for side in (one, two, one, two, one):
        with contextlib.suppress(ssl.SSLWantReadError):
            try:
                side.do_handshake()
            except ssl.SSLCertVerificationError:
                return False
    return one.version() is not None
