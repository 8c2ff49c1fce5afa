"""Deliver what was announced: fan out, claim, react, mark; again later with growing pauses.

Several workers take turns through the database. An attempt is counted when it begins, so an event
that kills its worker is given up too.
"""

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, insert, select, update
from sqlalchemy import event as on
from sqlalchemy.orm import Session

from central.clock import Clock
from central.database import Database
from central.errors import Busy
from central.events import EVENTS, load
from central.outbox.models import Delivery, DeliveryState, StoredEvent
from central.outbox.service import ANNOUNCED, Announced, Reaction, Reactions, forget

MOST_ATTEMPTS = 15  # three to six hours
LONGEST_PAUSE = timedelta(hours=2)
LEASE = timedelta(minutes=2)
"""A worker that has not finished by then is believed dead; no reaction may take longer."""
KEPT_FOR = timedelta(days=30)
"""How long a delivered event can still be looked at."""
_TIDY_EVERY = timedelta(hours=1)
_FAN_OUT = 100  # events in one transaction
_IDLE = 1.0  # seconds between looks for what other processes announced

log = logging.getLogger(__name__)


def pause(attempts: int, jitter: Callable[[], float] = random.random) -> timedelta:
    """Return how long to wait after a failed attempt: 2, 4, 8 s ... 2 h, up to half of it off."""
    full = min(timedelta(seconds=2**attempts), LONGEST_PAUSE)
    return full * (1 - jitter() / 2)


@dataclass(frozen=True, slots=True)
class _Claim:
    event_id: int
    reaction: Reaction
    attempts: int
    stored: StoredEvent

    @property
    def announced(self) -> Announced:
        event = load(self.stored.name, self.stored.fields)
        return Announced(self.stored.key, self.stored.announced_at, event)


class Worker:
    """Delivers the events of one database to a table of reactions."""

    def __init__(self, database: Database, reactions: Reactions, clock: Clock) -> None:
        self._database = database
        self._table = reactions
        self._by_name = {one.name: one for row in reactions.values() for one in row}
        self._clock = clock
        self._news = threading.Event()
        self._tidied_at: datetime | None = None
        on.listen(database.write_sessions, "after_commit", self._committed)

    def _committed(self, session: Session) -> None:
        if session.info.pop(ANNOUNCED, False):
            self._news.set()

    def run(self, stop: threading.Event) -> None:
        """Deliver until `stop` is set; call `wake` after setting it."""
        while not stop.is_set():
            self._news.clear()
            try:
                self.drain(stop)
                self.tidy()
            except Busy:
                log.warning("outbox: the database was busy")
            except Exception:  # the loop outlives a database that comes and goes
                log.exception("outbox: could not deliver; trying again")
            self._news.wait(_IDLE)

    def wake(self) -> None:
        """Let `run` look at once."""
        self._news.set()

    def drain(self, stop: threading.Event | None = None) -> int:
        """Deliver all that is due now; return how many attempts that took."""
        attempts = 0
        while not (stop and stop.is_set()) and self._something_waits():
            claim = self._claim()
            if claim is None:
                continue
            self._attempt(claim)
            attempts += 1
        return attempts

    def tidy(self) -> None:
        """Drop what was delivered long ago, once an hour."""
        now = self._clock()
        if self._tidied_at is None or now - self._tidied_at >= _TIDY_EVERY:
            with self._database.write() as session:
                forget(session, now - KEPT_FOR)
            self._tidied_at = now

    def _something_waits(self) -> bool:
        now = self._clock()
        with self._database.read() as session:
            return bool(
                session.scalar(select(exists().where(StoredEvent.fanned_out_at.is_(None))))
                or session.scalar(select(exists().where(*_due(now))))
            )

    def _claim(self) -> _Claim | None:
        now = self._clock()
        with self._database.write() as session:
            self._fan_out(session, now)
            delivery = session.scalar(
                select(Delivery)
                .where(*_due(now))
                .order_by(Delivery.event_id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            return None if delivery is None else self._begin(session, delivery, now)

    def _fan_out(self, session: Session, now: datetime) -> None:
        stored = session.scalars(
            select(StoredEvent)
            .where(StoredEvent.fanned_out_at.is_(None))
            .order_by(StoredEvent.id)
            .limit(_FAN_OUT)
            .with_for_update(skip_locked=True)
        ).all()
        rows = [
            {"event_id": one.id, "reaction": reaction.name, "state": DeliveryState.WAITING}
            | {"due_at": now}
            for one in stored
            for reaction in self._reactions_to(one.name)
        ]
        for one in stored:
            one.fanned_out_at = now
        session.flush()
        if rows:
            session.execute(insert(Delivery), rows)

    def _reactions_to(self, name: str) -> tuple[Reaction, ...]:
        kind = EVENTS.get(name)
        if kind is None:
            log.error("outbox: this release knows no event %s", name)
            return ()
        return tuple(self._table.get(kind, ()))

    def _begin(self, session: Session, delivery: Delivery, now: datetime) -> _Claim | None:
        stored = session.get_one(StoredEvent, delivery.event_id)
        reaction = self._by_name.get(delivery.reaction)
        if reaction is None or delivery.attempts >= MOST_ATTEMPTS:
            delivery.state, delivery.finished_at = DeliveryState.DEAD, now
            delivery.error = "the worker died each time" if reaction else "no such reaction"
            return None
        delivery.attempts += 1
        delivery.due_at = now + LEASE
        return _Claim(stored.id, reaction, delivery.attempts, stored)

    def _attempt(self, claim: _Claim) -> None:
        try:
            self._react(claim)
        except Exception as error:  # whatever a reaction raises is its delivery's failure
            log.exception("outbox: %s failed, attempt %d", claim.reaction.name, claim.attempts)
            self._failed(claim, error)

    def _react(self, claim: _Claim) -> None:
        announced = claim.announced
        if claim.reaction.outside:
            claim.reaction.outside(announced, self._clock())
        with self._database.write() as session:
            now = self._clock()
            if self._finish(session, claim, now) and claim.reaction.inside:
                claim.reaction.inside(session, announced, now)

    def _finish(self, session: Session, claim: _Claim, now: datetime) -> bool:
        """Mark as done; False when another worker took over, which then does the work."""
        return bool(
            session.scalar(
                update(Delivery)
                .where(_is(claim), Delivery.state == DeliveryState.WAITING)
                .where(Delivery.attempts == claim.attempts)
                .values(state=DeliveryState.DONE, finished_at=now, error="")
                .returning(Delivery.attempts)
            )
        )

    def _failed(self, claim: _Claim, error: Exception) -> None:
        now = self._clock()
        dead = claim.attempts >= MOST_ATTEMPTS
        with self._database.write() as session:
            session.execute(
                update(Delivery)
                .where(_is(claim), Delivery.attempts == claim.attempts)
                .values(
                    state=DeliveryState.DEAD if dead else DeliveryState.WAITING,
                    finished_at=now if dead else None,
                    due_at=now + pause(claim.attempts),
                    error=f"{type(error).__name__}: {error}"[:500],
                )
            )


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Delivery.state == DeliveryState.WAITING, Delivery.due_at <= now


def _is(claim: _Claim) -> ColumnElement[bool]:
    return and_(Delivery.event_id == claim.event_id, Delivery.reaction == claim.reaction.name)
