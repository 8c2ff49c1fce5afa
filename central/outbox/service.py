"""Announce an event; see what could not be delivered and try it again. Never commits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.orm import Session

from central.errors import NotFound
from central.events import Event, dump
from central.outbox.models import Delivery, DeliveryState, StoredEvent

ANNOUNCED = "outbox: announced"
"""Key in `Session.info`: this transaction has news for the worker."""


@dataclass(frozen=True, slots=True)
class Announced:
    """An event as a reaction receives it."""

    key: UUID
    """The same at every attempt: pass it on as idempotency key."""
    at: datetime
    event: Any
    """The event itself; typed loosely because one table holds reactions to all kinds."""


Inside = Callable[[Session, Announced, datetime], None]
"""Runs in the transaction that marks the delivery as done: its rows are written exactly once.
Gets session, event, now; must not call anything outside the database."""
Outside = Callable[[Announced, datetime], None]
"""Runs without a transaction and may call the world; may run again after a crash."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What happens after an event: a stable name, and exactly one way to do it."""

    name: str
    inside: Inside | None = None
    outside: Outside | None = None


Reactions = Mapping[type[Event], Sequence[Reaction]]


def announce(session: Session, event: Event, now: datetime) -> None:
    """Store an event with the change that caused it; it is delivered if this commits."""
    row = {"key": uuid4(), "name": event.name, "fields": dump(event), "announced_at": now}
    session.execute(insert(StoredEvent), row)
    session.info[ANNOUNCED] = True


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A delivery that was given up."""

    event_id: int
    name: str
    reaction: str
    attempts: int
    error: str
    announced_at: datetime
    given_up_at: datetime | None


def dead_letters(session: Session, limit: int = 100) -> list[DeadLetter]:
    """Return what was given up, the newest first."""
    rows = session.execute(
        select(
            StoredEvent.id,
            StoredEvent.name,
            Delivery.reaction,
            Delivery.attempts,
            Delivery.error,
            StoredEvent.announced_at,
            Delivery.finished_at,
        )
        .join(StoredEvent, StoredEvent.id == Delivery.event_id)
        .where(Delivery.state == DeliveryState.DEAD)
        .order_by(StoredEvent.id.desc())
        .limit(limit)
    )
    return [DeadLetter(*row) for row in rows]


def forget(session: Session, before: datetime) -> None:
    """Drop old events of which every reaction is done; a dead letter keeps its event."""
    open_delivery = exists().where(
        Delivery.event_id == StoredEvent.id, Delivery.state != DeliveryState.DONE
    )
    session.execute(
        delete(StoredEvent).where(StoredEvent.fanned_out_at < before, ~open_delivery),
        execution_options={"synchronize_session": False},
    )


def retry(session: Session, event_id: int, reaction: str, now: datetime) -> None:
    """Let a dead delivery be tried again from the start.

    Raises:
        NotFound: no such delivery was given up.

    """
    delivery = session.get(Delivery, (event_id, reaction), with_for_update=True)
    if delivery is None or delivery.state is not DeliveryState.DEAD:
        raise NotFound("dead letter")
    delivery.state, delivery.attempts = DeliveryState.WAITING, 0
    delivery.due_at, delivery.finished_at = now, None
    session.info[ANNOUNCED] = True
