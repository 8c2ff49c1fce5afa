"""Central's line to the broker: hears every unit, says who it is, comes back by itself.

Nothing here keeps a message for later. What is published while the line is down, or waits when it
breaks, is gone: the fleet's upkeep compares and says it again. A unit says its entries again until it
has our signed word, so one that is lost between the broker and the database is not lost.
"""

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from central.clock import Clock
from central.fleet.channel import Listener, Message
from central.integrations.mqtt_client import Plan, dial
from central.integrations.mqtt_connection import Connection
from contracts.documents import CENTRAL
from contracts.messages import CentralState
from contracts.topics import CENTRAL_STATE, ROOT

KEEPALIVE = 30
"""Seconds of silence after which the broker is asked whether it is there."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
"""Seconds: the wait between two attempts is anything up to a ceiling that doubles."""
LASTING = 10.0
"""Seconds after which a connection counts as a good one."""
_MOST_DOUBLINGS = 16
UNITS = f"{ROOT}/+/up/+"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Address:
    """Where the broker is, and the folder that makes us `central` there."""

    host: str
    port: int
    identity: Path
    """`central.key`, `central.crt` and `ca.crt`, read at each attempt."""


class MqttChannel:
    """`fleet.channel.Channel` over MQTT 5. `run` does the work; only one process may.

    A broker that takes the certificate's name for the client's id knows one `central`: a second one
    would push the first one out, again and again.
    """

    def __init__(
        self, address: Address, clock: Clock, jitter: Callable[[], float] = random.random
    ) -> None:
        """Prepare to connect.

        Args:
            address: the broker.
            clock: numbers the sessions.
            jitter: gives numbers in [0, 1).

        """
        self._address, self._clock, self._jitter = address, clock, jitter
        self._session = 0
        self._connection: Connection | None = None

    @property
    def is_connected(self) -> bool:
        """Tell whether messages can be handed over now."""
        connection = self._connection
        return connection is not None and connection.is_up

    def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expiry: int | None = None
    ) -> bool:
        """Hand a message to the broker; as `fleet.channel.Channel` says. Any thread may call."""
        connection = self._connection
        return connection is not None and connection.publish(topic, payload, retain, expiry)

    def run(self, listener: Listener, stop: threading.Event) -> None:
        """Be connected until `stop` is set, and tell a listener what arrives."""
        failures = 0
        while not stop.is_set():
            lasted = self._connect_once(listener, stop)
            failures = 0 if lasted >= LASTING else failures + 1
            stop.wait(self._pause(max(0, failures - 1)))

    def _pause(self, attempt: int) -> float:
        ceiling = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempt, _MOST_DOUBLINGS))
        return self._jitter() * ceiling

    def _connect_once(self, listener: Listener, stop: threading.Event) -> float:
        """Connect and stay; return for how many seconds the broker had us."""
        address = self._address
        hearing = _Hearing(listener, f"{address.host}:{address.port}")
        self._connection = connection = Connection(self._plan(), hearing, stop)
        try:
            connection.serve(dial(address.host, address.port, address.identity))
            why = connection.why
        except Exception as error:  # the line outlives whatever a broker or a network does
            why = str(error) or type(error).__name__
            if not isinstance(error, OSError):
                log.exception("broker: the connection broke")
        finally:
            self._connection = None
            connection.close()
        return hearing.ended(why, is_wanted=stop.is_set())

    def _plan(self) -> Plan:
        session = self._next_session()
        return Plan(
            client_id=CENTRAL,
            keepalive=KEEPALIVE,
            subscription=UNITS,
            state=CENTRAL_STATE,
            birth=CentralState(online=True, session=session).to_bytes(),
            will=CentralState(online=False, session=session).to_bytes(),
        )

    def _next_session(self) -> int:
        # The clock in milliseconds rises over restarts without writing anything down. Should it be set
        # back, the number is another one all the same, and that is what units look at.
        self._session = max(self._session + 1, int(self._clock().timestamp() * 1000))
        return self._session


class _Hearing:
    """Hands on to the listener what one connection tells."""

    def __init__(self, listener: Listener, where: str) -> None:
        self._listener, self._where = listener, where
        self._up_at: float | None = None

    def up(self) -> None:
        self._up_at = time.monotonic()
        log.info("broker: connected to %s", self._where)
        self._listener.connected()

    def heard(self, topic: str, payload: bytes) -> None:
        self._listener.deliver(Message(topic, payload))

    def ended(self, why: str, *, is_wanted: bool) -> float:
        if not is_wanted:
            log.warning("broker: no connection to %s: %s", self._where, why)
        if self._up_at is None:
            return 0.0
        self._listener.disconnected()
        return time.monotonic() - self._up_at
