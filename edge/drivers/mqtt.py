"""One MQTT 5 connection: tried once, over when it is lost. Its own thread alone touches paho.

paho's thread, queue and reconnecting are not used. Its queue would say again by itself what was said
long ago; its thread cannot be stopped while a message waits; it reconnects without jitter. What waits
here is bounded, and forgotten with the connection: the journal knows what is still to be said.
"""

import contextlib
import logging
import os
import select
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from paho.mqtt import client as paho
from paho.mqtt.enums import LogLevel
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from contracts.strict_json import LARGEST
from edge.drivers.mqtt_client import MqttClient, Outgoing, Plan, connect_properties
from edge.drivers.trouble import Trouble, of_code, of_error, of_loss
from edge.errors import EdgeError

PATIENCE = 4.0
"""Seconds to wait for each of: the TCP connection, TLS, the broker's answer."""
MOST_WAITING = 100  # messages
_MOST_ON_THE_WAY = 20  # messages without PUBACK, if the broker does not want fewer
_SILENCE = 0x8D  # "Keep alive timeout", here by our own watch
_TURN_MS = 500

log = logging.getLogger(__name__)


class Hearer(Protocol):
    """What a connection tells, from its own thread. `down` is the last call and comes once."""

    def up(self) -> None:
        """Note that the broker took us, and every subscription."""

    def down(self, trouble: Trouble) -> None:
        """Note that the attempt failed or the connection ended."""

    def heard(self, topic: str, payload: bytes) -> None:
        """Take a message."""

    def refused(self, topic: str, reason: str) -> None:
        """Note that the broker did not take a message."""


class Connection:
    """One connection; make another one to try again."""

    def __init__(self, plan: Plan, dial: Callable[[], ssl.SSLSocket], hearer: Hearer) -> None:
        """Prepare a connection; `start` makes it."""
        self._plan, self._dial, self._hearer = plan, dial, hearer
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._lock = threading.Lock()  # over _queue, is_up and the life of _bell
        self._queue: deque[Outgoing] = deque()
        self.is_up = False
        self._was_taken = False
        self._on_the_way: dict[int, str] = {}
        self._most_on_the_way, self._largest = _MOST_ON_THE_WAY, LARGEST
        self._trouble: Trouble | None = None
        self._logged = ""
        self._leave_by = 0.0
        self._is_abandoned = False
        self._thread = threading.Thread(target=self._run, name="link", daemon=True)

    def start(self) -> None:
        """Try to connect; returns at once."""
        self._thread.start()

    def publish(self, message: Outgoing) -> bool:
        """Hand over a message; False when it was not sent and will not be."""
        with self._lock:
            if not self.is_up or len(self._queue) >= MOST_WAITING or self._leave_by:
                return False
            if message.size > self._largest:
                log.error("link: %d bytes for %s are too many", message.size, message.topic)
                return False
            self._queue.append(message)
            self._ring()
            return True

    def leave(self, farewell: Outgoing, patience: float) -> None:
        """Say a last thing and go in order, without the will being said; at most `patience` seconds."""
        with self._lock:
            self._queue.append(farewell)
            self._leave_by = time.monotonic() + patience
            self._ring()
        self._thread.join(patience)
        self.abandon(0.0)

    def abandon(self, patience: float) -> None:
        """End without a word: nothing is told any more, and the broker says the will.

        The thread may outlive this by the time that the system takes to find no broker.
        """
        with self._lock:
            self._is_abandoned = True
            self._ring()
        self._thread.join(patience)

    def _ring(self) -> None:
        if self._bell >= 0:
            os.eventfd_write(self._bell, 1)

    # --- in its own thread

    def _run(self) -> None:
        try:
            with contextlib.closing(self._dial()) as sock:
                if not self._is_unwanted:  # else it would push out the connection that followed
                    self._serve(sock)
        except (OSError, EdgeError) as error:
            self._end(of_error(error, self._plan.where))
        except Exception as error:  # nothing may end this thread in silence
            log.exception("link: the connection broke")
            self._end(of_error(error, self._plan.where))
        with self._lock:
            self.is_up = False
            os.close(self._bell)
            self._bell = -1
        lost = of_loss(self._logged, self._plan.where, was_taken=self._was_taken)
        self._tell(lambda: self._hearer.down(self._trouble or lost))

    def _serve(self, sock: ssl.SSLSocket) -> None:
        client = MqttClient(sock, self._plan)
        self._listen(client)
        client.connect(
            self._plan.host,
            self._plan.port,
            self._plan.keepalive,
            clean_start=True,
            properties=connect_properties(self._plan),
        )
        answer_by = time.monotonic() + PATIENCE
        while client.socket() is not None and not self._is_over(client, answer_by):
            self._turn(client, sock)

    def _turn(self, client: MqttClient, sock: ssl.SSLSocket) -> None:
        poll = select.poll()
        poll.register(self._bell, select.POLLIN)
        poll.register(sock, select.POLLIN | (select.POLLOUT if client.want_write() else 0))
        poll.poll(0 if sock.pending() else _TURN_MS)
        with contextlib.suppress(BlockingIOError):
            os.eventfd_read(self._bell)
        client.loop_read()
        self._send(client)
        if client.want_write():
            client.loop_write()
        client.loop_misc()

    def _send(self, client: MqttClient) -> None:
        while self.is_up and self._queue and len(self._on_the_way) < self._most_on_the_way:
            message = self._queue.popleft()
            info = client.publish(message.topic, message.payload, message.qos, message.retain)
            if message.qos:
                self._on_the_way[info.mid] = message.topic
        if self._leave_by and not self._queue and not self._on_the_way:
            client.disconnect()

    def _is_over(self, client: MqttClient, answer_by: float) -> bool:
        now = time.monotonic()
        if client.arriving > self._largest:
            self._end(Trouble("the broker sends more than was agreed"))
        if not self.is_up and now > answer_by:
            self._end(Trouble(f"{self._plan.where} does not answer"))
        if self._is_unwanted and (self._is_abandoned or not self.is_up or now > self._leave_by):
            return True
        return self._trouble is not None

    @property
    def _is_unwanted(self) -> bool:
        return self._is_abandoned or bool(self._leave_by)

    def _end(self, trouble: Trouble) -> None:
        """Note why this ends; the first reason is the one that counts."""
        self._trouble = self._trouble or trouble

    def _tell(self, tell: Callable[[], None]) -> None:
        """Call the hearer, unless nobody wants to know any more."""
        if self._is_unwanted:
            return
        try:
            tell()
        except Exception:  # one message never stops the others
            log.exception("link: what the broker sent was not taken in")

    # --- what paho calls, in the same thread

    def _listen(self, client: MqttClient) -> None:
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_disconnect = self._on_disconnect
        client.on_log = self._on_log

    def _on_connect(
        self,
        client: paho.Client,
        _data: object,
        _flags: object,
        code: ReasonCode,
        said: Properties | None,
    ) -> None:
        if code.is_failure:
            self._end(of_code(code))
            return
        self._was_taken = True
        limits = vars(said) if said else {}
        self._most_on_the_way = min(
            _MOST_ON_THE_WAY, limits.get("ReceiveMaximum", _MOST_ON_THE_WAY)
        )
        self._largest = min(LARGEST, limits.get("MaximumPacketSize", LARGEST))
        client.subscribe([(one, SubscribeOptions(qos=1)) for one in self._plan.filters])

    def _on_subscribe(
        self, _client: object, _data: object, _mid: int, codes: list[ReasonCode], _said: object
    ) -> None:
        for code in codes:
            if code.is_failure:
                self._end(of_code(code))
                return
        self.is_up = True
        self._tell(self._hearer.up)

    def _on_message(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        if len(message.payload) > LARGEST:
            log.warning("link: a message of %d bytes was not read", len(message.payload))
            return
        self._tell(lambda: self._hearer.heard(message.topic, bytes(message.payload)))

    def _on_publish(
        self, _client: object, _data: object, mid: int, code: ReasonCode, _said: object
    ) -> None:
        topic = self._on_the_way.pop(mid, None)
        if topic is not None and code.is_failure:
            log.warning("link: the broker does not take %s: %s", topic, code.getName())
            self._tell(lambda: self._hearer.refused(topic, of_code(code).reason))

    def _on_disconnect(
        self,
        _client: object,
        _data: object,
        flags: paho.DisconnectFlags,
        code: ReasonCode,
        _said: object,
    ) -> None:
        if flags.is_disconnect_packet_from_server:
            self._end(of_code(code))
        elif code.value == _SILENCE:
            self._end(Trouble(f"{self._plan.where} does not answer any more"))
        else:
            self._end(of_loss(self._logged, self._plan.where, was_taken=self._was_taken))

    def _on_log(self, _client: object, _data: object, level: int, text: str) -> None:
        if level == LogLevel.MQTT_LOG_ERR:
            self._logged = text
