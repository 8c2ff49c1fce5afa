"""The journal on its way to central: connects, says in order what waits, forgets only what is proven.

The broker's word counts for nothing. An entry is on its way until central's signed acknowledgement
carries the very hash that our own chain has there.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf
from typing import Protocol

from contracts.bodies import U32, Body
from contracts.documents import DocumentType
from contracts.freshness import Ack
from contracts.journal import LARGEST_BATCH, Batch, Head
from contracts.keys import Signer
from contracts.messages import Birth, UnitState
from contracts.statements import sign_statement
from contracts.topics import Up
from edge.core.delivery import SPREAD_FEW, Delivery, Reconnect
from edge.drivers.database import DatabaseFailed, failing_loudly
from edge.drivers.journal import Entry, Journal
from edge.drivers.store import Store
from edge.events import CentralSeen, LinkDown, LinkUp

NEWS_WITHIN = 60.0
"""Seconds within which the link tells what became of it; else its word was lost on the way to us."""
_AFTER_A_BAD_READ = 10.0  # seconds until the journal is tried again

log = logging.getLogger(__name__)


class Line(Protocol):
    """What an uplink needs of a link; `drivers.link` is one."""

    @property
    def connected(self) -> bool:
        """Tell whether messages can be handed over now."""

    def connect(self, session: int, will: bytes) -> None:
        """Try once; an event follows."""

    def publish(self, kind: Up, payload: bytes, *, retain: bool = False) -> bool:
        """Hand over a message; False when it was not sent and will not be."""

    def goodbye(self, state: bytes) -> None:
        """Say a last state and disconnect."""


class Uplink:
    """Joins journal, store and link. All calls come from the controller's one thread."""

    def __init__(  # noqa: PLR0913 - what it joins, each by name
        self,
        *,
        unit: str,
        signer: Signer,
        journal: Journal,
        store: Store,
        link: Line,
        boot: bytes,
        software: str,
        unix_seconds: Callable[[], int],
        random: Callable[[], float],
    ) -> None:
        """Prepare; the first `tick` connects.

        Args:
            unit: its id.
            signer: signs its statements.
            journal: what is delivered.
            store: numbers the connections.
            link: the line to the broker.
            boot: which start of the machine this is.
            software: the release, for central's eyes.
            unix_seconds: the unit's clock, right or not, for statements.
            random: gives numbers in [0, 1).

        """
        self._unit, self._signer = unit, signer
        self._journal, self._store, self._link = journal, store, link
        self._boot, self._software = boot.hex(), software
        self._unix_seconds, self._random = unix_seconds, random
        self._reconnect = Reconnect()
        self._delivery = Delivery.begin(journal.acked)
        self._central: int | None = None
        self._birth_due = inf
        self._session_used = True
        self._news_due: float | None = None
        self.session = 0
        """The number in our birth; 0 before the first connection."""
        self.connected = False
        """Whether the broker takes what we say. It proves nothing."""
        self.state_lost: Callable[[], bool] = lambda: store.state_lost
        """Whether nothing opens until central answered: numbers, journal or a document were lost."""

    @property
    def unacked(self) -> int:
        """How many entries central has not proven to hold."""
        return self._journal.unacked

    def tick(self, now: float) -> None:
        """Do what is due: connect, send, send again. Never raises for a bad line or medium."""
        if not self._is_believable(now):
            self.link_down(LinkDown("nothing was heard of the line", refused=False, at=now), now)
        if self.connected:
            if now >= self._birth_due:
                self._say_birth()
            self._deliver(now)
        elif self._news_due is None and now >= self._reconnect.try_at:
            self._connect(now)

    def link_up(self, event: LinkUp, now: float) -> None:
        """Say that we are there; what was on its way is sent again by the next `tick`."""
        if event.session != self.session:
            return  # of a connection that was given up
        self._news_due = None
        self.connected = self._session_used = True
        self._reconnect = self._reconnect.came_up(now)
        self._delivery = self._delivery.after_connecting()
        self._say_birth()

    def link_down(self, event: LinkDown, now: float) -> None:
        """Note that the line is gone; a later `tick` tries again."""
        if self._news_due is None and not self.connected:
            return  # known already
        log.log(
            logging.WARNING if self.connected or event.refused else logging.INFO,
            "uplink: %s",
            event.reason,
        )
        self.connected, self._news_due = False, None
        self._reconnect = self._reconnect.went_down(now, self._random(), refused=event.refused)

    def central_seen(self, event: CentralSeen, now: float) -> None:
        """Say again what a central may have forgotten that is another one than before.

        That central is gone changes nothing: the timers know without being told, and anybody at the
        broker could say so.
        """
        if not event.online or event.session == self._central:
            return
        is_news, self._central = self._central is not None, event.session
        if is_news and self.connected:
            # A late will may have overwritten what the broker keeps of us.
            self._birth_due = now + SPREAD_FEW * self._random()
            self._delivery = self._delivery.after_central_came(
                self.unacked, LARGEST_BATCH, now, self._random()
            )

    def acked(self, ack: Ack, now: float) -> bool:
        """Take an acknowledgement that is proven to be central's.

        Returns:
            False when it speaks of another history than ours: nothing is forgotten, and somebody has
            to look.

        Raises:
            DatabaseFailed: it could not be noted; it will come again.

        """
        if ack.epoch != self._journal.epoch.hex():
            return True  # of another journal: it says nothing about this one
        with failing_loudly("noting an acknowledgement"):
            if not self._journal.acknowledge(ack.upto, bytes.fromhex(ack.head)):
                return False
        if ack.resend_from is None:
            self._delivery = self._delivery.after_ack(ack.upto, now, self._random())
            self._journal.kept_from = self._still_asked_for(ack.upto)
        elif 1 <= ack.resend_from <= self._journal.head[0]:
            self._meet_request(ack.resend_from, now)
        return True

    def say(
        self,
        kind: Up,
        document_type: DocumentType,
        body: Body,
        number: int,
        *,
        retain: bool = False,
    ) -> bool:
        """Sign a statement and publish it; False when it was not sent and will not be."""
        return self.connected and self.publish(
            kind, self._sign(document_type, body, number), retain=retain
        )

    def publish(self, kind: Up, payload: bytes, *, retain: bool = False) -> bool:
        """Publish something unsigned; False when it was not sent and will not be."""
        return self.connected and self._link.publish(kind, payload, retain=retain)

    def stop(self, now: float) -> None:
        """Say goodbye. The journal keeps what was not acknowledged."""
        del now
        self._link.goodbye(self._offline())
        self.connected, self._news_due = False, None

    # --- the connection

    def _say_birth(self) -> None:
        self._birth_due = inf
        seq, hash_ = self._journal.head
        base, base_hash = self._journal.base
        birth = Birth(
            session=self.session,
            boot=self._boot,
            software=self._software,
            epoch=self._journal.epoch.hex(),
            seq=seq,
            hash=hash_.hex(),
            state_lost=self.state_lost(),
            acked=self._journal.acked,
            base=base,
            base_hash=base_hash.hex() if base else None,
        )
        signed = self._sign(DocumentType.BIRTH, birth, self.session).decode()
        state = UnitState(online=True, session=self.session, birth=signed)
        self._link.publish(Up.STATE, state.to_bytes(), retain=True)

    def _connect(self, now: float) -> None:
        if self._session_used:
            self.session, self._session_used = self._next_session(), False
        self._news_due = now + NEWS_WITHIN
        self._link.connect(self.session, self._offline())

    def _next_session(self) -> int:
        try:
            return self._store.next_session(self._unix_seconds())
        except DatabaseFailed as error:
            # Over the link is how somebody hears that the medium is broken.
            log.warning("uplink: %s", error)
            return self.session + 1

    def _offline(self) -> bytes:
        return UnitState(online=False, session=self.session).to_bytes()

    def _is_believable(self, now: float) -> bool:
        """Tell whether the line is as we were told (its events can be lost in a flood)."""
        if self.connected and not self._link.connected:
            self._news_due = self._news_due or now + NEWS_WITHIN
        return self._news_due is None or now < self._news_due

    # --- the journal

    def _meet_request(self, first: int, now: float) -> None:
        if first <= self._journal.base_seq and first != self._delivery.asked_from:
            # It is gone; a birth says so, and from where on there is something.
            self._birth_due = min(self._birth_due, now + SPREAD_FEW * self._random())
        self._journal.kept_from = first
        self._delivery = self._delivery.after_request(first)

    def _still_asked_for(self, upto: int) -> int | None:
        """Return from where on entries must stay, once central took what it asked for up to one."""
        kept_from = self._journal.kept_from
        if kept_from is None or upto >= self._journal.acked:
            return None
        return max(kept_from, upto + 1)

    def _deliver(self, now: float) -> None:
        if self._delivery.is_overdue(now):
            self._delivery = self._delivery.after_silence()
        try:
            while self._delivery.may_send(now) and self._delivery.sent < self._journal.head[0]:
                if not self._send(now):
                    return
        except (DatabaseFailed, ValueError) as error:
            # An entry that cannot travel must be seen, and must not stop the door.
            log.warning("uplink: %s", error)
            self._delivery = replace(self._delivery, wait_until=now + _AFTER_A_BAD_READ)

    def _send(self, now: float) -> bool:
        entries = self._journal.after(self._delivery.sent)
        if not entries or not self._link.publish(Up.EVENTS, self._batch(entries)):
            return False
        self._delivery = self._delivery.after_sending(entries[-1].seq, now, self._random())
        return True

    def _batch(self, entries: Sequence[Entry]) -> bytes:
        first, last, epoch = entries[0].seq, entries[-1], self._journal.epoch.hex()
        with failing_loudly("reading the journal"):
            previous = self._journal.hash_at(first - 1)
        if previous is None:
            msg = f"the journal has no hash before its entry {first}"
            raise DatabaseFailed(msg)
        head = Head(epoch=epoch, seq=last.seq, hash=last.hash.hex())
        return Batch(
            unit=self._unit,
            epoch=epoch,
            first=first,
            previous=previous.hex(),
            events=tuple(entry.raw.decode() for entry in entries),
            head=self._sign(DocumentType.HEAD, head, last.seq).decode(),
        ).to_bytes()

    def _sign(self, kind: DocumentType, body: Body, number: int) -> bytes:
        issued = min(max(0, self._unix_seconds()), U32)
        return sign_statement(kind, self._unit, number, issued, body, self._signer)
