"""The journal on the wire: events as JSON bytes kept verbatim, a hash chain over those bytes, batches.

A unit's journal is numbered without gaps within an epoch (one journal file). Each event's hash
covers the hash before it, and the unit signs heads, so nobody in between can change, drop or
reorder entries unnoticed.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from contracts.bodies import Body, Digest, HexId, Number, UnitId, Version
from contracts.clock import ClockTrust
from contracts.errors import Malformed

_DOMAIN = b"hallpass/journal/v1\x00"
LARGEST_EVENT = 8_192  # bytes
LARGEST_BATCH = 50  # events


class EventKind(StrEnum):
    """What happened. An entry through the door is decided, released, opened (or not_taken), closed."""

    STARTED = "started"
    STOPPED = "stopped"
    DECIDED = "decided"
    RELEASED = "released"
    OPENED = "opened"
    NOT_TAKEN = "not_taken"
    CLOSED = "closed"
    SECURED = "secured"
    INPUT_CHANGED = "input_changed"
    FAULT_RAISED = "fault_raised"
    FAULT_CLEARED = "fault_cleared"
    MODE_CHANGED = "mode_changed"
    COMMAND = "command"
    DOCUMENT_ACCEPTED = "document_accepted"
    DOCUMENT_REFUSED = "document_refused"
    REFUSALS_FOLDED = "refusals_folded"
    CLOCK_SET = "clock_set"
    SELF_TEST = "self_test"
    FLOOR_RESET = "floor_reset"


class Event(Body):
    """One line of a journal. Only pseudonymous ids, never a person's data."""

    v: Version = 1
    epoch: HexId
    seq: Annotated[int, Field(ge=1, le=2**53)]
    boot: HexId
    mono: Number
    """Milliseconds on the unit's monotonic clock since that boot."""
    wall: Number | None
    """Unix milliseconds, as well as the unit knew."""
    trust: ClockTrust
    kind: EventKind
    data: dict[str, Any] = Field(default={})


class Batch(Body):
    """Consecutive events as they travel, with a head signed by the unit."""

    v: Version = 1
    unit: UnitId
    epoch: HexId
    first: Annotated[int, Field(ge=1, le=2**53)]
    previous: Digest
    """The chain's hash before the first event."""
    events: tuple[Annotated[str, Field(max_length=LARGEST_EVENT)], ...] = Field(
        min_length=1, max_length=LARGEST_BATCH
    )
    """Each event's JSON, verbatim."""
    head: str
    """Statement of type HEAD: the hash after the last event."""


class Head(Body):
    """Body of the unit's signed statement about its chain."""

    epoch: HexId
    seq: Number
    hash: Digest


@dataclass(frozen=True, slots=True)
class Link:
    """An event with its bytes and the chain's hash after it."""

    event: Event
    raw: bytes
    hash: bytes


def genesis(epoch: bytes) -> bytes:
    """Return the hash before the first event of an epoch, which is named by eight bytes."""
    return hashlib.sha256(_DOMAIN + epoch).digest()


def chain(previous: bytes, raw: bytes) -> bytes:
    """Return the hash after an event: SHA-256 over domain, hash before it and the event's bytes."""
    return hashlib.sha256(_DOMAIN + previous + raw).digest()


def read_event(raw: bytes) -> Event:
    """Return the event in its bytes.

    Raises:
        Malformed: it is none.

    """
    if len(raw) > LARGEST_EVENT:
        msg = f"an event has at most {LARGEST_EVENT} bytes"
        raise Malformed(msg)
    return Event.parse(raw)


def read_links(batch: Batch) -> tuple[Link, ...]:
    """Return a batch's events with their hashes.

    Raises:
        Malformed: an event is of another epoch, out of its place or no event at all.

    """
    links, value = [], bytes.fromhex(batch.previous)
    for seq, text in enumerate(batch.events, batch.first):
        raw = text.encode()
        event, value = read_event(raw), chain(value, raw)
        if event.seq != seq or event.epoch != batch.epoch:
            msg = f"entry {event.seq} of {event.epoch} stands where {seq} of {batch.epoch} belongs"
            raise Malformed(msg)
        links.append(Link(event, raw, value))
    return tuple(links)


def first_broken(previous: bytes, rows: Iterable[tuple[int, bytes, bytes]]) -> int | None:
    """Return the number of the first (number, event bytes, hash) that does not follow, or None."""
    for number, raw, stored in rows:
        previous = chain(previous, raw)
        if previous != stored or not _is_number(raw, number):
            return number
    return None


def _is_number(raw: bytes, number: int) -> bool:
    try:
        return read_event(raw).seq == number
    except Malformed:
        return False
