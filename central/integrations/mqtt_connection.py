"""One MQTT 5 connection of central, served by the thread that calls `serve`, which alone touches paho.

paho's thread, queue and reconnecting are not used. Its queue would say again by itself what was said
long ago; its thread cannot be stopped while a message waits; it reconnects without jitter. (A unit's
connection is built alike, in `edge/drivers/mqtt.py`: the programs share only contracts.)
"""

import contextlib
import logging
import os
import select
import ssl
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from paho.mqtt import client as paho
from paho.mqtt.enums import LogLevel
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from central.integrations.mqtt_client import (
    PATIENCE,
    MqttClient,
    Plan,
    at_connecting,
    properties_of,
)
from contracts.strict_json import LARGEST

MOST_WAITING = 64 * 1024 * 1024
"""Bytes that may wait to be sent; what is beyond is refused, and repaired later."""
_MOST_ON_THE_WAY = 20  # messages without PUBACK, if the broker does not want fewer
_ENVELOPE = 64  # bytes of a packet around topic and payload
_AT_A_TIME = 100  # packets read before anything else is looked at
_SILENCE = 0x8D  # "Keep alive timeout", here by our own watch
_TURN_MS = 250

log = logging.getLogger(__name__)


class Hearer(Protocol):
    """What a connection tells, from the thread that serves it."""

    def up(self) -> None:
        """Note that we are connected and subscribed."""

    def heard(self, topic: str, payload: bytes) -> None:
        """Take a message."""


@dataclass(frozen=True, slots=True)
class _Outgoing:
    topic: str
    payload: bytes
    retain: bool
    expiry: int | None

    @property
    def size(self) -> int:
        return len(self.topic) + len(self.payload) + _ENVELOPE


class Connection:
    """One connection; over when it is lost or `stop` is set."""

    def __init__(self, plan: Plan, hearer: Hearer, stop: threading.Event) -> None:
        """Prepare; `serve` does the work."""
        self._plan, self._hearer, self._stop = plan, hearer, stop
        self._lock = threading.Lock()  # over _queue, _waiting, is_up and the life of _bell
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._queue: deque[_Outgoing] = deque()
        self._waiting = 0  # bytes
        self._on_the_way: dict[int, str] = {}
        self._most_on_the_way, self._largest = _MOST_ON_THE_WAY, LARGEST
        self._logged = self._why = ""
        self._leave_by = 0.0
        self.is_up = False

    @property
    def why(self) -> str:
        """What ended it, in words."""
        return self._why or self._logged or "it was lost"

    def publish(self, topic: str, payload: bytes, retain: bool, expiry: int | None) -> bool:  # noqa: FBT001 - from `Channel.publish`, which names them
        """Hand over a message, from any thread; False when it was not sent and will not be."""
        message = _Outgoing(topic, payload, retain, expiry)
        with self._lock:
            if not self.is_up or self._waiting + message.size > MOST_WAITING:
                return False
            if message.size > self._largest:
                log.error("broker: %d bytes for %s are too many", message.size, topic)
                return False
            self._queue.append(message)
            self._waiting += message.size
            os.eventfd_write(self._bell, 1)
            return True

    def close(self) -> None:
        """Take no more messages."""
        with self._lock:
            self.is_up = False
            if self._bell >= 0:
                os.close(self._bell)
            self._bell = -1

    def serve(self, sock: ssl.SSLSocket) -> None:
        """Speak over a connection that `dial` made, until it ends."""
        with contextlib.closing(sock):
            client = MqttClient(sock, self._plan)
            self._listen(client)
            client.connect(
                "broker", 1, self._plan.keepalive, clean_start=True, properties=at_connecting()
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
        for _ in range(_AT_A_TIME):
            client.loop_read()
            if client.socket() is None or not sock.pending():
                break
        self._send(client)
        if client.want_write():
            client.loop_write()
        client.loop_misc()

    def _send(self, client: MqttClient) -> None:
        while self.is_up and len(self._on_the_way) < self._most_on_the_way:
            with self._lock:
                if not self._queue:
                    break
                message = self._queue.popleft()
                self._waiting -= message.size
            self._publish(client, message)
        if self._leave_by and not self._queue and not self._on_the_way:
            client.disconnect()

    def _publish(self, client: MqttClient, message: _Outgoing) -> None:
        properties = None
        if message.expiry is not None:
            properties = properties_of(PacketTypes.PUBLISH, MessageExpiryInterval=message.expiry)
        info = client.publish(message.topic, message.payload, 1, message.retain, properties)
        self._on_the_way[info.mid] = message.topic

    def _is_over(self, client: MqttClient, answer_by: float) -> bool:
        now = time.monotonic()
        if client.arriving > self._largest:
            self._end("the broker sends more than was agreed")
        if not self.is_up and now > answer_by:
            self._end("the broker does not answer")
        if self._stop.is_set():
            self._leave(now)
        return bool(self._why) or bool(self._leave_by and (now > self._leave_by or not self.is_up))

    def _leave(self, now: float) -> None:
        """Say once that we go; the connection ends when the broker has it."""
        if not self._leave_by:
            self._leave_by = now + PATIENCE
            farewell = _Outgoing(self._plan.state, self._plan.will, retain=True, expiry=None)
            with self._lock:
                self._queue.append(farewell)
                self._waiting += farewell.size

    def _end(self, why: str) -> None:
        """Note why this ends; the first reason is the one that counts."""
        self._why = self._why or why

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
            self._end(f"the broker says: {code.getName()}")
            return
        limits = vars(said) if said else {}
        self._most_on_the_way = min(
            _MOST_ON_THE_WAY, limits.get("ReceiveMaximum", _MOST_ON_THE_WAY)
        )
        self._largest = min(LARGEST, limits.get("MaximumPacketSize", LARGEST))
        client.subscribe(self._plan.subscription, 1)

    def _on_subscribe(
        self, client: paho.Client, _data: object, _mid: int, codes: list[ReasonCode], _said: object
    ) -> None:
        if any(code.is_failure for code in codes):
            self._end(f"the broker does not let us listen: {codes[0].getName()}")
            return
        # First listen, then say so: whoever hears it speaks at once.
        client.publish(self._plan.state, self._plan.birth, 1, retain=True)
        self.is_up = True
        self._hearer.up()

    def _on_message(self, client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        try:
            self._hearer.heard(message.topic, bytes(message.payload))
        except Exception:  # one message never stops the others
            log.exception("broker: a message was not taken in")
        finally:
            client.ack(message.mid, message.qos)

    def _on_publish(
        self, _client: object, _data: object, mid: int, code: ReasonCode, _said: object
    ) -> None:
        topic = self._on_the_way.pop(mid, self._plan.state)
        if code.is_failure:
            log.error("broker: it does not take %s: %s", topic, code.getName())

    def _on_disconnect(
        self,
        _client: object,
        _data: object,
        flags: paho.DisconnectFlags,
        code: ReasonCode,
        _said: object,
    ) -> None:
        if flags.is_disconnect_packet_from_server:
            self._end(f"the broker says: {code.getName()}")
        elif not self._logged:
            self._end("the broker does not answer" if code.value == _SILENCE else "it was lost")

    def _on_log(self, _client: object, _data: object, level: int, text: str) -> None:
        if level == LogLevel.MQTT_LOG_ERR:
            self._logged = text
