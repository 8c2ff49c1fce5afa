"""The unit's line to central, over the broker: says what became of it as events, never waits.

A line that is down says nothing later: what could not be handed over was not sent and will not be.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import ContractError
from contracts.messages import CentralState
from contracts.topics import CENTRAL_STATE, Down, Up, down, up
from edge.config import Broker
from edge.drivers.mqtt import PATIENCE, Connection
from edge.drivers.mqtt_client import Outgoing, Plan
from edge.drivers.tls import context_of, dial
from edge.drivers.trouble import Trouble
from edge.events import CentralSeen, Emit, LinkDown, LinkUp, PublishRefused, Received

WILL_DELAY = 5
"""Seconds after which the broker says that we are gone: a line that blinks is nobody's concern."""
GOODBYE_WITHIN = 2.0
"""Seconds that a stop waits for the broker."""

log = logging.getLogger(__name__)


class Link:
    """At most one connection at a time. All calls come from one thread, events from another one."""

    def __init__(self, unit: str, broker: Broker, identity: Path, emit: Emit) -> None:
        """Speak as a unit.

        Args:
            unit: its id, which its certificate must name.
            broker: where to call.
            identity: folder with `tls.key`, `tls.crt` and `ca.crt`, read at each attempt.
            emit: takes the events.

        """
        self._unit, self._broker, self._identity, self._emit = unit, broker, identity, emit
        self._kinds = {down(unit, kind): kind for kind in Down}
        self._connection: Connection | None = None

    @property
    def connected(self) -> bool:
        """Tell whether the broker takes and brings messages now."""
        return self._connection is not None and self._connection.is_up

    def connect(self, session: int, will: bytes) -> None:
        """Try once to connect; returns at once, and exactly one LinkUp or LinkDown follows.

        A LinkUp is followed by one LinkDown, unless `goodbye`, `close` or another `connect` comes first:
        then nothing of the old connection is told any more.

        Args:
            session: the number in the LinkUp.
            will: what the broker says on `up/state`, retained, some seconds after we are gone.

        """
        if self._connection is not None:
            self._connection.abandon(0.0)
        broker, identity = self._broker, self._identity
        self._connection = Connection(
            Plan(
                host=broker.host,
                port=broker.port,
                keepalive=broker.keepalive,
                client_id=self._unit,
                filters=(*self._kinds, CENTRAL_STATE),
                will=Outgoing(up(self._unit, Up.STATE), will, retain=True),
                will_delay=WILL_DELAY,
            ),
            lambda: dial(broker.host, broker.port, context_of(identity), PATIENCE),
            _Telling(self._kinds, session, self._emit),
        )
        self._connection.start()

    def publish(self, kind: Up, payload: bytes, *, retain: bool = False) -> bool:
        """Hand a message to the broker; False when it was not sent and will not be."""
        if self._connection is None:
            return False
        # Health comes again in a minute; nobody needs to know whether this one arrived.
        qos = 0 if kind is Up.HEALTH else 1
        return self._connection.publish(Outgoing(up(self._unit, kind), payload, retain, qos))

    def goodbye(self, state: bytes) -> None:
        """Publish a last state, retained, and disconnect in order; takes at most two seconds."""
        if self._connection is not None:
            farewell = Outgoing(up(self._unit, Up.STATE), state, retain=True)
            self._connection.leave(farewell, GOODBYE_WITHIN)
            self._connection = None

    def close(self) -> None:
        """Drop the connection without a word; the broker says the will."""
        if self._connection is not None:
            self._connection.abandon(GOODBYE_WITHIN)
            self._connection = None


@dataclass(frozen=True, slots=True)
class _Telling:
    """Turns what a connection tells into events."""

    kinds: Mapping[str, Down]
    session: int
    emit: Emit

    def up(self) -> None:
        self.emit(LinkUp(self.session, at=time.monotonic()))

    def down(self, trouble: Trouble) -> None:
        self.emit(LinkDown(trouble.reason, refused=trouble.refused, at=time.monotonic()))

    def heard(self, topic: str, payload: bytes) -> None:
        if topic == CENTRAL_STATE:
            self._central(payload)
        elif kind := self.kinds.get(topic):
            self.emit(Received(kind, payload, at=time.monotonic()))

    def refused(self, topic: str, reason: str) -> None:
        kind = topic.rpartition("/")[2]
        self.emit(PublishRefused(kind, reason, at=time.monotonic()))

    def _central(self, payload: bytes) -> None:
        try:
            state = CentralState.parse(payload)
        except ContractError as error:
            log.warning("link: central's state was not understood: %s", error)
            return
        self.emit(CentralSeen(online=state.online, session=state.session, at=time.monotonic()))
