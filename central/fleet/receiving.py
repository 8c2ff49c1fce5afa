"""Answer one message of a unit: read it, prove it, write it down, and only then say so.

Each handler opens its own transaction; what it returns is sent after the commit. A handler that
raises has changed nothing, and the unit hears nothing: it will say it again.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from central.database import Database
from central.documents.authority import Authority
from central.fleet import commands, freshness, presence, publishing, units
from central.fleet.errors import BadMessage, Forked
from central.fleet.faults import clear_fault, raise_fault
from central.fleet.ingest import Proven, hold_against, prove, take_in
from central.fleet.models import FaultSource
from central.fleet.publishing import Reply, reply_with
from central.fleet.units import KnownUnit
from contracts.documents import Document, DocumentType, unit_audience
from contracts.freshness import Ack
from contracts.messages import Birth
from contracts.reasons import Fault
from contracts.statements import verify_statement
from contracts.topics import Down, Up, down

log = logging.getLogger(__name__)
_PATIENCE = timedelta(seconds=3)
"""How long a unit gets to say that it took what it was brought."""


Replies = Sequence[Reply]


class Receiver:
    """Knows what to do with each kind of message."""

    def __init__(self, database: Database, authority: Authority) -> None:
        """Write to a database and answer with the city's signature."""
        self._database = database
        self._authority = authority
        self._brought: dict[str, datetime] = {}
        self._handlers: Mapping[Up, Callable[[KnownUnit, bytes, datetime], Replies]] = {
            Up.STATE: self._state,
            Up.EVENTS: self._events,
            Up.HELD: self._held,
            Up.HEALTH: self._health,
            Up.RESULT: self._result,
            Up.NONCE: self._nonce,
            Up.FRESHNESS: self._freshness,
        }

    def receive(self, unit_id: str, kind: Up, payload: bytes, now: datetime) -> Replies:
        """Take in one message; return what to answer.

        Raises:
            UnknownUnit: the unit is not in service.
            ContractError: the message is malformed or not signed by it.
            CentralError: it cannot be taken in.

        """
        with self._database.read() as session:
            unit = units.in_service(session, unit_id)
        return self._handlers[kind](unit, payload, now)

    def take_batch(self, unit: KnownUnit, payload: bytes, now: datetime) -> bytes:
        """Store a batch of journal entries; return the signed acknowledgement.

        Raises:
            BadMessage: malformed, or not what the unit signed.
            Forked: it contradicts what central holds; the fault is noted, nothing acknowledged.

        """
        proven = prove(payload, lambda said: _same(unit, said))
        try:
            return self._commit(proven, now)
        except Forked as error:
            self._note_fork(unit, error, now)
            raise

    def _note_fork(self, unit: KnownUnit, error: Forked, now: datetime) -> None:
        with self._database.write() as session:
            raise_fault(session, unit.id, Fault.CLONE, FaultSource.CENTRAL, now, detail=str(error))

    def _commit(self, proven: Proven, now: datetime) -> bytes:
        with self._database.write() as session:
            unit = units.in_service(session, proven.unit.id, lock=True)
            ack = take_in(session, proven, now)
            presence.heard(session, unit.id, now)
            clear_fault(session, unit.id, Fault.DOCUMENT_REFUSED, FaultSource.CENTRAL, now)
            return self._sign_ack(session, unit, ack, now)

    def _sign_ack(self, session: Session, unit: KnownUnit, ack: Ack, now: datetime) -> bytes:
        kind, audience = DocumentType.ACK, unit_audience(unit.id)
        return self._authority.sign(session, kind, audience, ack, now, site=unit.site).raw

    def _events(self, unit: KnownUnit, payload: bytes, now: datetime) -> Replies:
        return (Reply(down(unit.id, Down.ACK), self.take_batch(unit, payload, now)),)

    def _state(self, unit: KnownUnit, payload: bytes, now: datetime) -> Replies:
        with self._database.write() as session:
            came = presence.take_state(session, unit, payload, now)
            missing = self._missing(session, unit, now) if came and came.is_news else ()
        if came is None:
            return ()
        return (*missing, *self._hold_against(unit, came.birth, now))

    def _hold_against(self, unit: KnownUnit, birth: Birth, now: datetime) -> Replies:
        """Notice at once, not with the unit's next entry, that its journal and ours differ."""
        try:
            with self._database.write() as session:
                unit = units.in_service(session, unit.id, lock=True)
                ack = hold_against(session, unit, birth, now)
                if ack is None:
                    return ()
                signed = self._sign_ack(session, unit, ack, now)
        except Forked as error:
            log.warning("fleet: %s: %s", unit.id, error)
            self._note_fork(unit, error, now)
            return ()
        return (Reply(down(unit.id, Down.ACK), signed),)

    def _held(self, unit: KnownUnit, payload: bytes, now: datetime) -> Replies:
        with self._database.write() as session:
            presence.take_held(session, unit, payload, now)
            return self._missing(session, unit, now)

    def _health(self, unit: KnownUnit, payload: bytes, now: datetime) -> Replies:
        with self._database.write() as session:
            presence.take_health(session, unit, payload, now)
        return ()

    def _nonce(self, unit: KnownUnit, payload: bytes, now: datetime) -> Replies:
        said = self._proven(unit, DocumentType.NONCE, payload)
        with self._database.write() as session:
            signed = commands.sign(session, unit, said, self._authority, now)
        if signed is None:
            return ()
        return (Reply(down(unit.id, Down.COMMAND), signed, expiry=commands.EXPIRY),)

    def _result(self, unit: KnownUnit, payload: bytes, now: datetime) -> Replies:
        said = self._proven(unit, DocumentType.RESULT, payload)
        with self._database.write() as session:
            commands.take_result(session, unit, said, now)
        return ()

    def _freshness(self, unit: KnownUnit, payload: bytes, now: datetime) -> Replies:
        said = self._proven(unit, DocumentType.FRESHNESS_REQUEST, payload)
        with self._database.write() as session:
            signed = freshness.answer(session, unit, said, self._authority, now)
            presence.heard(session, unit.id, now)
        return (Reply(down(unit.id, Down.FRESHNESS), signed),)

    @staticmethod
    def _proven(unit: KnownUnit, kind: DocumentType, payload: bytes) -> Document:
        return verify_statement(payload, kind, unit.id, unit.key)

    def _missing(self, session: Session, unit: KnownUnit, now: datetime) -> Replies:
        """Return what the unit did not say it holds, unless it was brought a moment ago."""
        last = self._brought.get(unit.id)
        if last is not None and timedelta() <= now - last < _PATIENCE:
            return ()
        self._brought[unit.id] = now
        return tuple(reply_with(unit, one) for one in publishing.missing(session, unit))


def _same(unit: KnownUnit, said: str) -> KnownUnit:
    if said != unit.id:
        raise BadMessage(f"{unit.id} speaks for {said}")
    return unit
