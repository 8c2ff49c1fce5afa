"""What the fleet needs of a connection to the broker; `integrations/mqtt.py` is one."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """Something that arrived on a topic."""

    topic: str
    payload: bytes


class Channel(Protocol):
    """Publishes to units. Nothing here waits: what cannot be sent now is repaired later."""

    def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expiry: int | None = None
    ) -> bool:
        """Hand a message to the broker with quality of service 1.

        Args:
            topic: where.
            payload: what; nothing, retained, removes what is retained there.
            retain: whether the broker keeps it for who subscribes later.
            expiry: seconds after which the broker drops it undelivered.

        Returns:
            False when there is no connection: it was not sent and will not be.

        """


class Listener(Protocol):
    """What a channel tells, from a thread of its own; each call returns at once."""

    def deliver(self, message: Message) -> None:
        """Take a message."""

    def connected(self) -> None:
        """Note that the channel is up (again)."""

    def disconnected(self) -> None:
        """Note that the channel is down."""


class NoChannel:
    """Central without a broker: units bring their journals over HTTP, and nothing reaches them."""

    def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expiry: int | None = None
    ) -> bool:
        """Send nothing."""
        del topic, payload, retain, expiry
        return False
