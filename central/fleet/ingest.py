"""Take in journals: each entry once, in an unbroken chain that the unit signed. Never commits.

`prove` is pure and slow (signatures, hashes); `take_in` holds the unit's row while it writes. The
acknowledgement that it returns may be sent only after the commit: a unit forgets by it.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from central.audit.service import SYSTEM, record
from central.database import insert_into
from central.fleet.errors import BadMessage, Forked
from central.fleet.facts import facts, fault_change
from central.fleet.faults import clear_fault, raise_fault
from central.fleet.models import Entry, FaultSource, JournalHead
from central.fleet.units import KnownUnit
from contracts.documents import DocumentType
from contracts.errors import ContractError, Malformed
from contracts.freshness import Ack
from contracts.journal import Batch, Head, Link, genesis, read_links
from contracts.messages import Birth
from contracts.statements import verify_statement

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Proven:
    """Consecutive entries that the unit signed, with their hashes."""

    unit: KnownUnit
    epoch: str
    previous: bytes
    """The chain's hash before the first of them."""
    links: tuple[Link, ...]

    @property
    def first(self) -> int:
        """The number of the first entry."""
        return self.links[0].event.seq

    @property
    def last(self) -> int:
        """The number of the last entry."""
        return self.links[-1].event.seq

    def hash_at(self, seq: int) -> bytes:
        """Return the chain's hash after an entry, from the one before the first on."""
        return self.previous if seq < self.first else self.links[seq - self.first].hash


def prove(raw: bytes, find: Callable[[str], KnownUnit]) -> Proven:
    """Return the entries in a batch once its head is found signed by its unit.

    Raises:
        BadMessage: malformed, or not what the unit signed.
        UnknownUnit: from `find`.

    """
    try:
        batch = Batch.parse(raw)
        unit = find(batch.unit)
        links = read_links(batch)
        document = verify_statement(batch.head.encode(), DocumentType.HEAD, unit.id, unit.key)
        _require_head(document.read(Head), batch, links[-1])
    except ContractError as error:
        raise BadMessage(str(error)) from error
    return Proven(unit, batch.epoch, bytes.fromhex(batch.previous), links)


def take_in(session: Session, proven: Proven, now: datetime) -> Ack:
    """Store what is new; return what central holds now, to be acknowledged.

    Hold the unit's row (`units.in_service(lock=True)`) before calling.

    Raises:
        Forked: the entries contradict what central holds.

    """
    seq, hash_ = held_until(session, proven.unit.id, proven.epoch)
    if proven.first > seq + 1:
        return Ack(epoch=proven.epoch, upto=seq, head=hash_.hex(), resend_from=seq + 1)
    _require_same_history(session, proven, seq, hash_)
    new = [link for link in proven.links if link.event.seq > seq]
    if new:
        _store(session, proven, new, now)
        seq, hash_ = new[-1].event.seq, new[-1].hash
    return Ack(epoch=proven.epoch, upto=seq, head=hash_.hex())


def hold_against(session: Session, known: KnownUnit, birth: Birth, now: datetime) -> Ack | None:
    """Compare what a unit said of its journal at its birth with what central holds.

    What central once acknowledged, lost since and the unit retired is lost for good: that is noted
    in the audit trail, and the journal goes on behind it. Hold the unit's row before calling.

    Returns:
        What to send when central misses entries that it acknowledged once: it was restored from a
        backup. Entries that were never acknowledged come by themselves.

    Raises:
        Forked: the unit's journal is another one than central holds.

    """
    unit = known.id
    seq, hash_ = held_until(session, unit, birth.epoch)
    if birth.base > seq and birth.base_hash is not None:
        _note_gap(session, known, birth, seq + 1, now)
        seq, hash_ = birth.base, bytes.fromhex(birth.base_hash)
        _set_head(session, unit, birth.epoch, seq, hash_, now)
    if birth.seq <= seq:
        ours = hash_ if birth.seq == seq else _stored_hash(session, unit, birth.epoch, birth.seq)
        if ours is not None and ours.hex() != birth.hash:
            raise Forked(birth.epoch, birth.seq)
    if birth.acked <= seq:
        return None
    log.warning(
        "%s: %d entries that were acknowledged are not here; was central restored from a backup?"
        " They are asked for again",
        unit,
        birth.acked - seq,
    )
    return Ack(epoch=birth.epoch, upto=seq, head=hash_.hex(), resend_from=seq + 1)


def held_until(session: Session, unit: str, epoch: str) -> tuple[int, bytes]:
    """Return the number of the last entry that central holds of a journal, and the hash there."""
    head = session.execute(
        select(JournalHead.seq, JournalHead.hash).where(
            JournalHead.unit_id == unit, JournalHead.epoch == epoch
        )
    ).first()
    return (head[0], head[1]) if head else (0, genesis(bytes.fromhex(epoch)))


def _note_gap(session: Session, unit: KnownUnit, birth: Birth, first: int, now: datetime) -> None:
    log.error(
        "%s: entries %d to %d of journal %s are neither here nor on the unit any more",
        unit.id,
        first,
        birth.base,
        birth.epoch,
    )
    lost = {"unit": unit.id, "epoch": birth.epoch, "first": first, "last": birth.base}
    record(session, SYSTEM, "door.entries_lost", f"door:{unit.door}", now, after=lost)


def _require_head(head: Head, batch: Batch, last: Link) -> None:
    if (head.epoch, head.seq, head.hash) != (batch.epoch, last.event.seq, last.hash.hex()):
        msg = "the signed head is not the head of these entries"
        raise Malformed(msg)


def _require_same_history(session: Session, proven: Proven, seq: int, hash_: bytes) -> None:
    """Compare one hash: it covers every entry before it."""
    common = min(seq, proven.last)
    unit = proven.unit.id
    ours = hash_ if common == seq else _stored_hash(session, unit, proven.epoch, common)
    if ours is not None and ours != proven.hash_at(common):
        raise Forked(proven.epoch, common)


def _stored_hash(session: Session, unit: str, epoch: str, seq: int) -> bytes | None:
    """Return the hash of an entry; None when it was removed after its time."""
    return session.scalar(
        select(Entry.hash).where(Entry.unit_id == unit, Entry.epoch == epoch, Entry.seq == seq)
    )


def _store(session: Session, proven: Proven, new: list[Link], now: datetime) -> None:
    session.execute(insert(Entry.__table__), list(_rows(proven, new, now)))  # type: ignore[arg-type] # Core: ORM rows cost several times as much
    last = new[-1]
    _set_head(session, proven.unit.id, proven.epoch, last.event.seq, last.hash, now)
    _follow_faults(session, proven.unit.id, new, now)


def _set_head(
    session: Session, unit: str, epoch: str, seq: int, hash_: bytes, now: datetime
) -> None:
    head = insert_into(session, JournalHead).values(
        unit_id=unit, epoch=epoch, seq=seq, hash=hash_, first_at=now, last_at=now
    )
    session.execute(
        head.on_conflict_do_update(
            index_elements=["unit_id", "epoch"],
            set_={"seq": seq, "hash": hash_, "last_at": now},
        )
    )


def _rows(proven: Proven, new: list[Link], now: datetime) -> Iterator[dict[str, Any]]:
    for link in new:
        yield {
            "unit_id": proven.unit.id,
            "epoch": proven.epoch,
            "seq": link.event.seq,
            "door_id": proven.unit.door,
            "raw": link.raw,
            "hash": link.hash,
            "received_at": now,
            "kind": link.event.kind,
            "trust": link.event.trust,
            **asdict(facts(link.event)),
        }


def _follow_faults(session: Session, unit: str, new: list[Link], now: datetime) -> None:
    for link in new:
        change = fault_change(link.event)
        if change is None:
            continue
        at = facts(link.event).wall or now
        if change.is_raised:
            raise_fault(session, unit, change.code, FaultSource.UNIT, at, change.detail)
        else:
            clear_fault(session, unit, change.code, FaultSource.UNIT, at)
