"""Journals arrive once, whole and in order, and are acknowledged only when they are kept."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from central.audit.models import AuditEntry
from central.fleet import units
from central.fleet.errors import BadMessage, Forked, UnknownUnit
from central.fleet.faults import current_faults
from central.fleet.ingest import prove
from central.fleet.models import DoorUnit, Entry, FaultSource, JournalHead
from contracts import strict_json
from contracts.documents import DocumentType, payload_of
from contracts.errors import ContractError
from contracts.freshness import Ack
from contracts.journal import EventKind, Head, first_broken, genesis
from contracts.keys import SoftwareSigner
from contracts.reasons import Fault
from contracts.topics import Up
from tests.central.a_city import NOW
from tests.central.a_town import Town
from tests.simulators.city import City as Keys
from tests.simulators.unit import SimulatedUnit

KEYS = Keys()
GRANTED = {"outcome": "granted", "credential": "0123456789abcdef", "grant": 77}


@pytest.fixture
def unit(town: Town) -> SimulatedUnit:
    return town.add_unit("Zaal A")


def live(unit: SimulatedUnit, count: int) -> None:
    for _ in range(count):
        unit.note(EventKind.DECIDED, GRANTED, NOW)


def bring(town: Town, unit: SimulatedUnit, batch: bytes) -> Ack:
    """Hand in a batch and let the unit take the acknowledgement that comes back."""
    before = town.broker.count(unit.id, "ack")
    town.say(unit, Up.EVENTS, batch)
    assert town.broker.count(unit.id, "ack") == before + 1, "not acknowledged"
    return unit.takes_ack(town.broker.last(unit.id, "ack"))


def refused(town: Town, unit: SimulatedUnit, batch: bytes) -> None:
    before, held = town.broker.count(unit.id, "ack"), stored(town)
    town.say(unit, Up.EVENTS, batch)
    assert town.broker.count(unit.id, "ack") == before
    assert stored(town) == held


def stored(town: Town) -> list[tuple[str, int, bytes]]:
    with town.database.read() as session:
        rows = session.execute(select(Entry.unit_id, Entry.seq, Entry.raw).order_by(Entry.id))
        return [(unit, seq, raw) for unit, seq, raw in rows]


def faults(town: Town, unit: SimulatedUnit) -> dict[Fault, int]:
    town.loop.report()
    with town.database.read() as session:
        return {one.code: one.times for one in current_faults(session, unit.id)}


def test_entries_are_kept_verbatim_and_acknowledged(town: Town, unit: SimulatedUnit) -> None:
    live(unit, 3)
    ack = bring(town, unit, unit.batch())
    assert (ack.upto, ack.resend_from, unit.acked) == (3, None, 3)
    assert [raw for _, _, raw in stored(town)] == unit.events
    with town.database.read() as session:
        rows = session.execute(select(Entry.seq, Entry.raw, Entry.hash).order_by(Entry.seq))
        chain = [(seq, raw, hash_) for seq, raw, hash_ in rows]
    assert first_broken(genesis(unit.epoch), chain) is None


def test_what_people_search_for_stands_beside_the_bytes(town: Town, unit: SimulatedUnit) -> None:
    unit.note(EventKind.DECIDED, {**GRANTED, "use": True, "more": [1]}, NOW)
    unit.note(EventKind.DECIDED, {"outcome": "denied", "reason": "expired"}, None)
    bring(town, unit, unit.batch())
    with town.database.read() as session:
        granted, denied = session.scalars(select(Entry).order_by(Entry.seq)).all()
    assert (granted.credential, granted.grant_id, granted.outcome) == (
        "0123456789abcdef",
        77,
        "granted",
    )
    assert (granted.is_use, granted.wall, granted.door_id) == (True, NOW, town.door("Zaal A"))
    assert (denied.reason, denied.wall, denied.is_use) == ("expired", None, False)


def test_a_batch_delivered_twice_counts_once(town: Town, unit: SimulatedUnit) -> None:
    live(unit, 4)
    batch = unit.batch()
    assert [bring(town, unit, batch).upto for _ in range(3)] == [4, 4, 4]
    assert len(stored(town)) == 4


def test_a_batch_that_overlaps_adds_only_what_is_new(town: Town, unit: SimulatedUnit) -> None:
    live(unit, 6)
    bring(town, unit, unit.batch(1, 4))
    assert bring(town, unit, unit.batch(3, 6)).upto == 6
    assert [seq for _, seq, _ in stored(town)] == [1, 2, 3, 4, 5, 6]


def test_a_gap_is_answered_with_where_to_send_again(town: Town, unit: SimulatedUnit) -> None:
    live(unit, 9)
    bring(town, unit, unit.batch(1, 2))
    ack = bring(town, unit, unit.batch(6, 9))
    assert (ack.upto, ack.resend_from) == (2, 3)
    assert ack.head == unit.hashes[2].hex()
    assert len(stored(town)) == 2


def test_a_gap_at_the_very_start_is_acknowledged_at_nothing(
    town: Town, unit: SimulatedUnit
) -> None:
    live(unit, 3)
    ack = bring(town, unit, unit.batch(2, 3))
    assert (ack.upto, ack.resend_from, ack.head) == (0, 1, genesis(unit.epoch).hex())


def test_batches_in_any_order_and_number_end_in_every_entry_once(
    town: Town, unit: SimulatedUnit
) -> None:
    live(unit, 30)
    random.seed(7)
    batches = [unit.batch(first, min(first + 6, 30)) for first in range(1, 31, 3)] * 2
    random.shuffle(batches)
    while unit.acked < 30:
        for batch in batches:
            bring(town, unit, batch)
    assert [raw for _, _, raw in stored(town)] == unit.events


def test_a_new_epoch_begins_at_one_and_the_old_one_stays(town: Town, unit: SimulatedUnit) -> None:
    live(unit, 2)
    bring(town, unit, unit.batch())
    replaced = SimulatedUnit(unit.root, unit.id, unit.signer, beliefs=unit.believes)
    live(replaced, 2)
    bring(town, replaced, replaced.batch())
    assert len(stored(town)) == 4


def test_numbers_of_acknowledgements_rise(town: Town, unit: SimulatedUnit) -> None:
    live(unit, 2)
    for _ in range(3):
        bring(town, unit, unit.batch())
    acks = [raw for topic, raw in town.broker.sent if topic.endswith("down/ack")]
    numbers = [strict_json.loads(payload_of(raw))["num"] for raw in acks]
    assert numbers == [1, 2, 3]


def test_nothing_is_acknowledged_before_it_is_kept(
    town: Town, unit: SimulatedUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit fails: no acknowledgement may leave, and the next attempt brings all."""
    live(unit, 2)

    def broken() -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("sqlalchemy.engine.RootTransaction.commit", lambda _self: broken())
        refused(town, unit, unit.batch())
    assert bring(town, unit, unit.batch()).upto == 2


def test_at_the_moment_of_the_acknowledgement_another_process_sees_the_entries(
    town: Town, unit: SimulatedUnit
) -> None:
    live(unit, 2)
    seen: list[int] = []
    publish = town.broker.publish

    def watching(topic: str, payload: bytes, **how: object) -> bool:
        if topic.endswith("down/ack"):
            seen.append(len(stored(town)))  # a transaction of its own
        return publish(topic, payload, **how)  # type: ignore[arg-type]

    town.broker.publish = watching  # type: ignore[method-assign]
    bring(town, unit, unit.batch())
    assert seen == [2]


def forged_by_another_key(unit: SimulatedUnit) -> bytes:
    other = SimulatedUnit(unit.root, unit.id, SoftwareSigner.generate(), unit.epoch)
    other.events, other.hashes = unit.events, unit.hashes
    return other.batch()


def with_an_entry_changed(unit: SimulatedUnit) -> bytes:
    events = [raw.decode() for raw in unit.events]
    return unit.batch(events=(*events[:-1], events[-1].replace("granted", "refused")))


def with_an_entry_left_out(unit: SimulatedUnit) -> bytes:
    events = [raw.decode() for raw in unit.events]
    return unit.batch(events=(events[0], *events[2:]))


def with_entries_swapped(unit: SimulatedUnit) -> bytes:
    events = [raw.decode() for raw in unit.events]
    return unit.batch(events=(events[1], events[0], *events[2:]))


def with_another_start(unit: SimulatedUnit) -> bytes:
    return unit.batch(previous="00" * 32)


def with_the_head_of_less(unit: SimulatedUnit) -> bytes:
    last = len(unit.events) - 1
    head = Head(epoch=unit.epoch.hex(), seq=last, hash=unit.hashes[last].hex())
    return unit.batch(head=unit.state(DocumentType.HEAD, head, last).decode())


def with_a_birth_for_a_head(unit: SimulatedUnit) -> bytes:
    last = len(unit.events)
    head = Head(epoch=unit.epoch.hex(), seq=last, hash=unit.hashes[last].hex())
    return unit.batch(head=unit.state(DocumentType.BIRTH, head, last).decode())


def in_the_name_of_another(unit: SimulatedUnit) -> bytes:
    return unit.batch(unit="u-zzzzzzzz")


def of_another_epoch(unit: SimulatedUnit) -> bytes:
    return unit.batch(epoch="11" * 8)


FORGERIES = [
    forged_by_another_key,
    with_an_entry_changed,
    with_an_entry_left_out,
    with_entries_swapped,
    with_another_start,
    with_the_head_of_less,
    with_a_birth_for_a_head,
    in_the_name_of_another,
    of_another_epoch,
    lambda _unit: b"",
    lambda _unit: b"{}",
    lambda unit: unit.batch()[:-1],
]


@pytest.mark.parametrize("forge", FORGERIES)
def test_what_the_unit_did_not_sign_is_neither_kept_nor_acknowledged_but_reported(
    town: Town, unit: SimulatedUnit, forge: Callable[[SimulatedUnit], bytes]
) -> None:
    live(unit, 4)
    refused(town, unit, forge(unit))
    assert faults(town, unit) == {Fault.DOCUMENT_REFUSED: 1}
    bring(town, unit, unit.batch())
    assert faults(town, unit) == {}


def test_two_histories_of_one_unit_are_a_clone_and_never_acknowledged(
    town: Town, unit: SimulatedUnit
) -> None:
    clone = SimulatedUnit(unit.root, unit.id, unit.signer, unit.epoch, beliefs=unit.believes)
    live(unit, 5)
    live(clone, 3)
    clone.note(EventKind.DECIDED, {"outcome": "denied"}, NOW)
    clone.note(EventKind.OPENED)
    clone.note(EventKind.CLOSED)
    bring(town, unit, unit.batch())
    for batch in (clone.batch(), clone.batch(4), clone.batch(5), clone.batch(2, 4)):
        refused(town, clone, batch)
    with town.database.read() as session:
        (fault,) = current_faults(session, unit.id)
    assert (fault.code, fault.source, fault.times) == (Fault.CLONE, FaultSource.CENTRAL, 4)
    assert bring(town, unit, unit.batch()).upto == 5  # the first history goes on


def test_the_same_beginning_of_a_clone_is_no_fork(town: Town, unit: SimulatedUnit) -> None:
    live(unit, 5)
    bring(town, unit, unit.batch())
    assert bring(town, unit, unit.batch(1, 3)).upto == 5
    assert faults(town, unit) == {}


def test_a_retired_unit_says_nothing_that_counts(town: Town, unit: SimulatedUnit) -> None:
    live(unit, 2)
    bring(town, unit, unit.batch(1, 1))
    with town.database.write() as session:
        units.retire(session, unit.id, NOW)
    refused(town, unit, unit.batch())


def test_a_unit_retired_between_proof_and_commit_is_refused(
    town: Town, unit: SimulatedUnit
) -> None:
    live(unit, 1)
    with town.database.read() as session:
        known = units.in_service(session, unit.id)
    with town.database.write() as session:
        session.execute(update(DoorUnit).values(status="retired"))
    with pytest.raises(UnknownUnit):
        town.receiver.take_batch(known, unit.batch(), NOW)
    assert stored(town) == []


def test_eight_workers_with_the_same_entries_keep_each_once(
    town: Town, unit: SimulatedUnit
) -> None:
    live(unit, 40)
    together = threading.Barrier(8)
    batches = [unit.batch(first, min(first + 19, 40)) for first in (1, 1, 11, 11, 21, 21, 1, 21)]
    with town.database.read() as session:
        known = units.in_service(session, unit.id)

    def one(batch: bytes) -> bytes:
        together.wait(10)
        return town.receiver.take_batch(known, batch, NOW)

    with ThreadPoolExecutor(8) as pool:
        for ack in pool.map(one, batches):
            unit.takes_ack(ack)
    for first in (1, 21):
        bring(town, unit, unit.batch(first, first + 19))
    assert [raw for _, _, raw in stored(town)] == unit.events
    with town.database.read() as session:
        head = session.get_one(JournalHead, (unit.id, unit.epoch.hex()))
    assert (head.seq, head.hash) == (40, unit.hashes[40])


def test_faults_of_the_unit_begin_and_end_with_its_entries(town: Town, unit: SimulatedUnit) -> None:
    unit.note(EventKind.FAULT_RAISED, {"fault": "camera_covered", "detail": "zwart"}, NOW)
    unit.note(EventKind.FAULT_RAISED, {"fault": "forced_open"}, NOW)
    bring(town, unit, unit.batch())
    assert faults(town, unit) == {Fault.CAMERA_COVERED: 1, Fault.FORCED_OPEN: 1}
    bring(town, unit, unit.batch())  # the same again raises nothing
    assert faults(town, unit) == {Fault.CAMERA_COVERED: 1, Fault.FORCED_OPEN: 1}
    later = NOW + timedelta(minutes=5)
    unit.note(EventKind.FAULT_CLEARED, {"fault": "camera_covered"}, later)
    unit.note(EventKind.FAULT_CLEARED, {"fault": "tamper"}, later)
    unit.note(EventKind.FAULT_RAISED, {"fault": "a_fault_of_the_future"}, later)
    bring(town, unit, unit.batch())
    assert faults(town, unit) == {Fault.FORCED_OPEN: 1}


HOSTILE = [
    {"outcome": "x" * 5000, "credential": "'; DROP TABLE journal_entry; --", "grant": -1},
    {"outcome": "nul\x00", "reason": "\x00", "credential": "\x00" * 16, "grant": 2**40},
    {"outcome": ["granted"], "credential": {"a": 1}, "grant": True, "use": "yes"},
    {"grant": "77", "reason": None, "outcome": 5},
    {"outcome": "Granted", "credential": "0123456789ABCDEF"},
    {"fault": "\ud7ff\U0001f600", "detail": "é" * 2000},
]


@pytest.mark.parametrize("data", HOSTILE)
@pytest.mark.parametrize("kind", [EventKind.DECIDED, EventKind.FAULT_RAISED])
def test_a_unit_may_say_anything_in_its_events(
    town: Town, unit: SimulatedUnit, kind: EventKind, data: dict[str, object]
) -> None:
    unit.note(kind, data, NOW)
    bring(town, unit, unit.batch())
    with town.database.read() as session:
        entry = session.scalars(select(Entry)).one()
    assert entry.raw == unit.events[0]
    assert (entry.outcome, entry.reason, entry.credential, entry.grant_id) == (None,) * 4


def test_a_clock_far_beyond_any_date_is_no_time(town: Town, unit: SimulatedUnit) -> None:
    unit.append(
        strict_json.dumps(
            {
                "v": 1,
                "epoch": unit.epoch.hex(),
                "seq": 1,
                "boot": unit.boot,
                "mono": 0,
                "wall": 2**53,
                "trust": "none",
                "kind": "started",
            }
        )
    )
    bring(town, unit, unit.batch())
    with town.database.read() as session:
        assert session.scalars(select(Entry.wall)).one() is None


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_any_bytes_are_refused_in_words(payload: bytes) -> None:
    def nobody(unit: str) -> units.KnownUnit:
        raise UnknownUnit(unit)

    with pytest.raises((BadMessage, UnknownUnit)):
        prove(payload, nobody)


@given(st.data())
@settings(max_examples=100)
def test_a_batch_with_any_byte_changed_is_refused(data: st.DataObject) -> None:
    unit = SimulatedUnit(KEYS.root_keys)
    live(unit, 3)
    batch = bytearray(unit.batch())
    at = data.draw(st.integers(0, len(batch) - 1))
    batch[at] ^= data.draw(st.integers(1, 255))
    known = units.KnownUnit(unit.id, 1, 3, unit.signer.public)
    try:
        proven = prove(bytes(batch), lambda _unit: known)
    except (BadMessage, ContractError):
        return
    # Only what JSON reads as the same thing may pass.
    assert [link.raw for link in proven.links] == unit.events


def test_counting_is_not_confused_by_another_unit(town: Town, unit: SimulatedUnit) -> None:
    other = town.add_unit("Gang")
    live(unit, 3)
    live(other, 2)
    bring(town, unit, unit.batch())
    bring(town, other, other.batch())
    with town.database.read() as session:
        counted = session.execute(select(Entry.unit_id, func.count()).group_by(Entry.unit_id)).all()
    assert sorted((one, count) for one, count in counted) == sorted([(unit.id, 3), (other.id, 2)])


def test_a_fork_is_told_with_its_place(town: Town, unit: SimulatedUnit) -> None:
    clone = SimulatedUnit(unit.root, unit.id, unit.signer, unit.epoch, beliefs=unit.believes)
    live(unit, 2)
    clone.note(EventKind.OPENED)
    bring(town, unit, unit.batch())
    with town.database.read() as session:
        known = units.in_service(session, unit.id)
    with pytest.raises(Forked, match="Entry 1 of journal"):
        town.receiver.take_batch(known, clone.batch(), NOW)


# --- at its birth


def held_by_central(town: Town, unit: SimulatedUnit) -> int:
    with town.database.read() as session:
        heads = select(JournalHead.seq).where(JournalHead.unit_id == unit.id)
        return session.scalar(heads) or 0


def restored_to(town: Town, unit: SimulatedUnit, seq: int) -> None:
    """Bring central back to a backup that was made when it held so many entries."""
    with town.database.write() as session:
        session.execute(delete(Entry).where(Entry.unit_id == unit.id, Entry.seq > seq))
        head = update(JournalHead).where(JournalHead.unit_id == unit.id)
        session.execute(head.values(seq=seq, hash=unit.hashes[seq]))


def test_a_restored_central_asks_for_what_it_misses_as_soon_as_the_unit_is_there(
    town: Town, unit: SimulatedUnit
) -> None:
    live(unit, 5)
    bring(town, unit, unit.batch())
    restored_to(town, unit, 2)
    before = town.broker.count(unit.id, "ack")
    town.say(unit, Up.STATE, unit.born())
    assert town.broker.count(unit.id, "ack") == before + 1
    ack = unit.takes_ack(town.broker.last(unit.id, "ack"))
    assert (ack.upto, ack.resend_from, ack.head) == (2, 3, unit.hashes[2].hex())
    bring(town, unit, unit.batch(3))
    assert held_by_central(town, unit) == 5
    assert faults(town, unit) == {}
    town.say(unit, Up.STATE, unit.birth(unit.session))
    assert town.broker.count(unit.id, "ack") == before + 2  # nothing is missing any more


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
@pytest.mark.parametrize(
    ("held", "retired", "noted"),
    [(2, 4, [(3, 4)]), (0, 4, [(1, 4)]), (2, 5, [(3, 5)]), (2, 2, []), (3, 2, [])],
)
def test_what_a_restored_central_misses_and_the_unit_retired_is_noted_and_gone_on_behind(
    town: Town, unit: SimulatedUnit, held: int, retired: int, noted: list[tuple[int, int]]
) -> None:
    live(unit, 5)
    bring(town, unit, unit.batch())
    restored_to(town, unit, held)
    unit.base = retired
    for _ in range(2):
        town.say(unit, Up.STATE, unit.born())
    live(unit, 2)
    behind = max(held, retired)
    assert bring(town, unit, unit.batch(behind + 1)).resend_from is None
    assert (held_by_central(town, unit), faults(town, unit)) == (7, {})
    assert [seq for _, seq, _ in stored(town)] == [*range(1, held + 1), *range(behind + 1, 8)]
    with town.database.read() as session:
        lost = select(AuditEntry).where(AuditEntry.action == "door.entries_lost")
        entries = session.scalars(lost).all()
    assert [(one.after["first"], one.after["last"]) for one in entries if one.after] == noted


def test_a_birth_said_again_to_a_central_that_was_restored_meanwhile_is_compared_too(
    town: Town, unit: SimulatedUnit
) -> None:
    live(unit, 3)
    bring(town, unit, unit.batch())
    town.say(unit, Up.STATE, unit.born())
    restored_to(town, unit, 1)
    before = town.broker.count(unit.id, "ack")
    town.say(unit, Up.STATE, unit.birth(unit.session))
    assert town.broker.count(unit.id, "ack") == before + 1


def test_entries_that_are_only_on_their_way_are_not_asked_for(
    town: Town, unit: SimulatedUnit
) -> None:
    live(unit, 3)
    bring(town, unit, unit.batch())
    live(unit, 4)
    before = town.broker.count(unit.id, "ack")
    town.say(unit, Up.STATE, unit.born())
    assert town.broker.count(unit.id, "ack") == before


@pytest.mark.parametrize("count", [5, 3], ids=["the last entry", "one in the middle"])
def test_a_birth_with_another_history_is_a_clone_at_once(
    town: Town, unit: SimulatedUnit, count: int
) -> None:
    twin = SimulatedUnit(town.keys.root_keys, unit.id, unit.signer, unit.epoch)
    live(unit, 5)
    bring(town, unit, unit.batch())
    twin.note(EventKind.STARTED)
    live(twin, count - 1)
    before = town.broker.count(unit.id, "ack")
    town.say(unit, Up.STATE, twin.birth(7))
    assert faults(town, unit) == {Fault.CLONE: 1}
    assert town.broker.count(unit.id, "ack") == before
    assert held_by_central(town, unit) == 5


def test_an_older_birth_that_the_broker_kept_is_no_alarm(town: Town, unit: SimulatedUnit) -> None:
    live(unit, 2)
    kept = unit.born()
    town.say(unit, Up.STATE, kept)
    live(unit, 3)
    bring(town, unit, unit.batch())
    town.say(unit, Up.STATE, kept)
    assert faults(town, unit) == {}


def test_a_birth_at_an_entry_that_was_removed_after_its_time_is_no_alarm(
    town: Town, unit: SimulatedUnit
) -> None:
    live(unit, 5)
    bring(town, unit, unit.batch())
    with town.database.write() as session:
        session.execute(delete(Entry).where(Entry.unit_id == unit.id, Entry.seq <= 3))
    twin = SimulatedUnit(town.keys.root_keys, unit.id, unit.signer, unit.epoch)
    live(twin, 2)
    town.say(unit, Up.STATE, twin.birth(7))
    assert faults(town, unit) == {}
