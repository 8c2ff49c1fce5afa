"""The uplink over a line that a test holds in its hand, with a real journal and a real store."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
import sqlite_utils

from contracts.documents import Document, DocumentType
from contracts.freshness import Ack, Held
from contracts.journal import Batch, EventKind, Head, read_links
from contracts.keys import SoftwareSigner
from contracts.messages import Birth, UnitState
from contracts.statements import verify_statement
from contracts.topics import Up
from edge.core.delivery import ROUND_TRIP, SPREAD, SPREAD_FEW, WINDOW
from edge.drivers.database import DatabaseFailed, open_database
from edge.drivers.journal import Journal
from edge.drivers.store import Store
from edge.events import CentralSeen, LinkDown, LinkUp
from edge.uplink import NEWS_WITHIN, Uplink
from tests.edge.an_online_unit import BOOT, UNKNOWN_TIME
from tests.simulators.city import UNIT

SIGNER = SoftwareSigner.generate()


@dataclass
class HeldLine:
    """A line that keeps what it is told, and is up when the test says so."""

    connected: bool = False
    calls: list[tuple[int, bytes]] = field(default_factory=list)
    said: list[tuple[Up, bytes, bool]] = field(default_factory=list)
    goodbyes: list[bytes] = field(default_factory=list)

    def connect(self, session: int, will: bytes) -> None:
        self.calls.append((session, will))

    def publish(self, kind: Up, payload: bytes, *, retain: bool = False) -> bool:
        if self.connected:
            self.said.append((kind, payload, retain))
        return self.connected

    def goodbye(self, state: bytes) -> None:
        self.goodbyes.append(state)
        self.connected = False

    def take(self, kind: Up) -> list[bytes]:
        """Return what was said of a kind since the last time."""
        taken = [payload for one, payload, _ in self.said if one is kind]
        self.said = [one for one in self.said if one[0] is not kind]
        return taken


class Bench:
    """An uplink with everything around it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.line, self.draw = folder, HeldLine(), 0.5
        self.start()

    def start(self) -> None:
        """Start the program (again)."""
        self.database, _ = open_database(self.folder / "journal.db")
        self.journal = Journal(self.database, BOOT)
        second = self.folder / "summary"
        self.store = Store(self.database, second, self.journal.epoch, self.journal.head[0])
        self.uplink = Uplink(
            unit=UNIT,
            signer=SIGNER,
            journal=self.journal,
            store=self.store,
            link=self.line,
            boot=BOOT,
            software="0.1.0",
            unix_seconds=lambda: 0,
            random=lambda: self.draw,
        )

    def note(self, count: int) -> None:
        for number in range(count):
            self.journal.append(EventKind.DECIDED, {"number": number}, UNKNOWN_TIME, 1.0)

    def comes_up(self, now: float = 0.0) -> None:
        self.uplink.tick(now)
        self.line.connected = True
        self.uplink.link_up(LinkUp(self.uplink.session, now), now)
        self.uplink.tick(now)

    def goes_down(self, now: float = 0.0, *, refused: bool = False) -> None:
        self.line.connected = False
        self.uplink.link_down(LinkDown("gone", refused=refused, at=now), now)

    def batches(self) -> list[tuple[int, int]]:
        """Return first and last number of each batch said since the last time, each checked."""
        return [checked(raw) for raw in self.line.take(Up.EVENTS)]

    def ack(self, upto: int, resend_from: int | None = None, head: str = "") -> Ack:
        hash_ = self.journal.hash_at(upto)
        epoch = self.journal.epoch.hex()
        known = hash_.hex() if hash_ else "00" * 32
        return Ack(epoch=epoch, upto=upto, head=head or known, resend_from=resend_from)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    one = Bench(tmp_path)
    yield one
    one.database.close()


def proven(kind: DocumentType, raw: bytes) -> Document:
    return verify_statement(raw, kind, UNIT, SIGNER.verify_key)


def checked(raw: bytes) -> tuple[int, int]:
    """Return first and last number of a batch that is in order, as central would find."""
    batch = Batch.parse(raw)
    links = read_links(batch)
    document = proven(DocumentType.HEAD, batch.head.encode())
    head = document.read(Head)
    last = links[-1]
    assert (head.epoch, head.seq, head.hash) == (batch.epoch, last.event.seq, last.hash.hex())
    assert document.number == head.seq
    return batch.first, last.event.seq


# --- connecting


def test_it_connects_at_once_with_a_will_that_says_which_session_ended(bench: Bench) -> None:
    bench.uplink.tick(0.0)
    ((session, will),) = bench.line.calls
    said = UnitState.parse(will)
    assert (session, said.online, said.session, said.birth) == (1, False, 1, None)
    bench.uplink.tick(1.0)
    assert len(bench.line.calls) == 1


def test_a_number_is_used_up_only_by_a_connection_that_came_up(bench: Bench) -> None:
    for now in range(0, 4000, 1000):
        bench.uplink.tick(float(now))
        bench.goes_down(float(now))
    assert [session for session, _ in bench.line.calls] == [1, 1, 1, 1]
    assert bench.store.summary.session == 1
    bench.comes_up(5000.0)
    bench.goes_down(5001.0)
    bench.uplink.tick(9000.0)
    assert bench.line.calls[-1][0] == 2


def test_numbers_rise_over_restarts(bench: Bench) -> None:
    bench.comes_up()
    bench.database.close()
    bench.start()
    bench.comes_up()
    assert bench.uplink.session == 2


def test_a_medium_that_takes_no_number_does_not_keep_the_unit_silent(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.comes_up()
    bench.goes_down()

    def broken(_at_least: int) -> int:
        raise DatabaseFailed("no space")

    monkeypatch.setattr(bench.store, "next_session", broken)
    bench.comes_up(1000.0)
    assert bench.uplink.session == 2


def test_the_birth_is_signed_retained_and_says_where_the_journal_is(bench: Bench) -> None:
    bench.note(3)
    bench.uplink._unix_seconds = lambda: 1_800_000_000
    bench.comes_up()
    kind, payload, retained = bench.line.said[0]
    assert (kind, retained) == (Up.STATE, True)
    state = UnitState.parse(payload)
    assert state.birth is not None
    document = proven(DocumentType.BIRTH, state.birth.encode())
    birth = document.read(Birth)
    assert (state.online, state.session, document.number, birth.session) == (
        True,
        *[document.issued] * 3,
    )
    assert (birth.boot, birth.software) == (BOOT.hex(), "0.1.0")
    assert (birth.epoch, birth.seq) == (bench.journal.epoch.hex(), 3)
    assert birth.hash == bench.journal.head[1].hex()
    assert birth.state_lost  # a new unit has no state yet
    assert birth.acked == 0
    assert document.issued == 1_800_000_000


def test_the_birth_says_what_central_proved_to_hold(bench: Bench) -> None:
    bench.note(5)
    bench.uplink.acked(bench.ack(3), 0.5)
    bench.comes_up()
    state = UnitState.parse(bench.line.take(Up.STATE)[0])
    birth = proven(DocumentType.BIRTH, (state.birth or "").encode()).read(Birth)
    assert (birth.seq, birth.acked) == (5, 3)


def test_the_birth_says_when_the_state_is_whole(bench: Bench) -> None:
    bench.store.found()
    bench.comes_up()
    state = UnitState.parse(bench.line.take(Up.STATE)[0])
    birth = proven(DocumentType.BIRTH, (state.birth or "").encode()).read(Birth)
    assert not birth.state_lost


def test_it_waits_between_attempts_and_longer_after_refusals(bench: Bench) -> None:
    bench.draw = 1 - 2**-53
    now, times = 0.0, []
    while len(bench.line.calls) < 7:
        before = len(bench.line.calls)
        bench.uplink.tick(now)
        if len(bench.line.calls) > before:
            times.append(now)
            bench.goes_down(now, refused=True)
        now += 0.5
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses == [1, 2, 60, 120, 240, 480]


def test_a_connection_that_lasted_begins_the_waits_anew(bench: Bench) -> None:
    bench.draw = 1 - 2**-53
    for now in range(0, 8000, 1000):
        bench.uplink.tick(float(now))
        bench.goes_down(float(now))
    bench.comes_up(9000.0)
    bench.goes_down(9100.0)
    calls = len(bench.line.calls)
    bench.uplink.tick(9101.0)
    assert len(bench.line.calls) == calls + 1


def test_a_line_that_never_tells_what_became_of_it_is_tried_again(bench: Bench) -> None:
    bench.uplink.tick(0.0)
    bench.uplink.tick(NEWS_WITHIN - 1)
    assert len(bench.line.calls) == 1
    bench.uplink.tick(NEWS_WITHIN)
    bench.uplink.tick(NEWS_WITHIN + 1)
    assert len(bench.line.calls) == 2


def test_a_loss_that_nobody_told_of_is_noticed(bench: Bench) -> None:
    bench.comes_up()
    bench.line.connected = False
    for now in (10.0, 10.0 + NEWS_WITHIN, 200.0):
        bench.uplink.tick(now)
    assert len(bench.line.calls) == 2


def test_a_connection_that_was_given_up_does_not_count(bench: Bench) -> None:
    bench.uplink.tick(0.0)
    bench.uplink.link_up(LinkUp(77, 0.0), 0.0)
    assert not bench.uplink.connected
    assert bench.line.said == []


def test_a_goodbye_says_the_session_and_keeps_the_journal(bench: Bench) -> None:
    bench.note(2)
    bench.comes_up()
    bench.uplink.stop(1.0)
    said = UnitState.parse(bench.line.goodbyes[0])
    assert (said.online, said.session) == (False, 1)
    assert (bench.uplink.connected, bench.uplink.unacked) == (False, 2)


# --- saying


def test_a_statement_is_signed_and_published(bench: Bench) -> None:
    held = Held(documents=())
    assert not bench.uplink.say(Up.HELD, DocumentType.HELD, held, 5, retain=True)
    bench.comes_up()
    assert bench.uplink.say(Up.HELD, DocumentType.HELD, held, 5, retain=True)
    kind, payload, retained = bench.line.said[-1]
    assert (kind, retained, proven(DocumentType.HELD, payload).number) == (Up.HELD, True, 5)
    assert bench.uplink.publish(Up.HEALTH, b"{}")
    bench.goes_down()
    assert not bench.uplink.publish(Up.HEALTH, b"{}")


# --- the journal


def test_entries_leave_in_order_in_batches_and_not_more_than_a_window(bench: Bench) -> None:
    bench.note(1000)
    bench.comes_up()
    assert bench.batches() == [(1, 50), (51, 100), (101, 150), (151, 200)]
    assert WINDOW == 4
    assert bench.uplink.acked(bench.ack(50), 0.1)
    bench.uplink.tick(0.1)
    assert bench.batches() == [(201, 250)]


def test_a_new_entry_leaves_at_once(bench: Bench) -> None:
    bench.comes_up()
    bench.note(1)
    bench.uplink.tick(0.1)
    assert bench.batches() == [(1, 1)]
    bench.uplink.tick(0.2)
    assert bench.batches() == []


def test_a_batch_is_not_larger_than_64_kilobytes(bench: Bench) -> None:
    for _ in range(40):
        bench.journal.append(EventKind.SELF_TEST, {"log": '"' * 3500}, UNKNOWN_TIME, 1.0)
    bench.comes_up()
    raw = bench.line.take(Up.EVENTS)
    assert [checked(one) for one in raw] == [(1, 9), (10, 18), (19, 27), (28, 36)]
    assert max(len(one) for one in raw) < 200_000


def test_nothing_is_forgotten_without_an_acknowledgement(bench: Bench) -> None:
    bench.note(10)
    bench.comes_up()
    for now in range(1, 2000):
        bench.uplink.tick(float(now))
    assert bench.uplink.unacked == 10
    assert bench.journal.retire(None, keep_rows=1) == 0
    assert len(bench.batches()) > 3  # it was said again and again


def test_what_is_acknowledged_is_noted_over_a_restart(bench: Bench) -> None:
    bench.note(10)
    bench.comes_up()
    assert bench.uplink.acked(bench.ack(10), 0.5)
    assert bench.uplink.unacked == 0
    bench.database.close()
    bench.start()
    assert bench.uplink.unacked == 0
    bench.batches()
    bench.comes_up()
    assert bench.batches() == []


@pytest.mark.parametrize("upto", [1, 5, 10, 11, 2**52])
def test_an_acknowledgement_with_another_hash_forgets_nothing(bench: Bench, upto: int) -> None:
    bench.note(10)
    bench.comes_up()
    bench.batches()
    assert not bench.uplink.acked(bench.ack(upto, head="ab" * 32), 0.5)
    assert not bench.uplink.acked(bench.ack(upto, upto + 1, head="ab" * 32), 0.5)
    assert bench.uplink.unacked == 10
    bench.uplink.tick(1.0)
    assert bench.batches() == []  # nor does it make us say everything again


def test_an_acknowledgement_of_another_journal_says_nothing(bench: Bench) -> None:
    bench.note(10)
    bench.comes_up()
    other = Ack(epoch="00" * 8, upto=10, head=bench.journal.head[1].hex())
    assert bench.uplink.acked(other, 0.5)
    assert bench.uplink.unacked == 10


def test_an_old_acknowledgement_of_entries_that_are_gone_is_no_alarm(bench: Bench) -> None:
    bench.note(10)
    bench.comes_up()
    old = bench.ack(3)
    assert bench.uplink.acked(bench.ack(10), 0.5)
    assert bench.journal.retire(None, keep_rows=2) == 8
    assert bench.uplink.acked(old, 1.0)
    assert bench.uplink.unacked == 0


def test_silence_is_answered_by_saying_everything_again(bench: Bench) -> None:
    bench.note(300)
    bench.draw = 0.0
    bench.comes_up()
    first = bench.batches()
    bench.uplink.tick(ROUND_TRIP - 0.1)
    assert bench.batches() == []
    bench.uplink.tick(ROUND_TRIP)
    assert bench.batches() == first


def test_central_may_ask_again_also_for_what_it_acknowledged(bench: Bench) -> None:
    """It was restored from a backup."""
    bench.note(120)
    bench.comes_up()
    bench.uplink.acked(bench.ack(120), 0.5)
    bench.note(1)
    bench.uplink.tick(1.0)
    bench.batches()
    assert bench.uplink.acked(bench.ack(40, resend_from=41), 1.5)
    bench.uplink.tick(1.5)
    assert bench.batches() == [(41, 90), (91, 121)]
    assert bench.uplink.acked(bench.ack(40, resend_from=41), 1.6)
    bench.uplink.tick(1.6)
    assert bench.batches() == []
    assert bench.uplink.unacked == 1


def test_what_is_asked_for_and_gone_is_answered_with_what_there_is(bench: Bench) -> None:
    bench.note(120)
    bench.comes_up()
    bench.uplink.acked(bench.ack(120), 0.5)
    bench.journal.retire(None, keep_rows=60)
    bench.note(1)
    bench.uplink.acked(bench.ack(60, resend_from=61), 1.5)
    bench.batches()
    bench.uplink.tick(1.5)
    assert bench.batches() == [(61, 110), (111, 121)]


def test_it_says_at_its_birth_what_is_not_here_any_more(bench: Bench) -> None:
    bench.note(120)
    bench.comes_up()
    bench.uplink.acked(bench.ack(120), 0.5)
    bench.journal.retire(None, keep_rows=60)
    bench.goes_down(1.0)
    bench.comes_up(200.0)
    said = births(bench)
    assert [(one.base, one.base_hash) for one in said] == [
        (0, None), (60, bench.ack(60).head),
    ]  # fmt: skip


def test_what_is_asked_for_and_gone_is_said_in_a_new_birth_once(bench: Bench) -> None:
    bench.note(120)
    bench.comes_up()
    bench.uplink.acked(bench.ack(120), 0.5)
    bench.journal.retire(None, keep_rows=60)
    bench.note(1)
    assert births(bench)
    for at in (10.0, 20.0, 30.0):
        assert bench.uplink.acked(bench.ack(50, resend_from=51), at)
        bench.uplink.tick(at + 6.0)
        assert [one.base for one in births(bench)] == ([60] if at == 10.0 else [])
    assert bench.uplink.acked(bench.ack(60), 40.0)
    bench.batches()
    bench.uplink.tick(400.0)
    assert bench.batches() == [(61, 110), (111, 121)]


def test_what_central_asks_for_again_stays_until_it_has_it(bench: Bench) -> None:
    bench.note(120)
    bench.comes_up()
    bench.uplink.acked(bench.ack(120), 0.5)
    for ack, base in (
        (bench.ack(40, resend_from=41), 40),
        (bench.ack(90), 90),
        (bench.ack(120), 120),
    ):
        assert bench.uplink.acked(ack, 1.0)
        while bench.journal.retire(None, keep_rows=0):
            pass
        assert bench.journal.base_seq == base


def births(bench: Bench) -> list[Birth]:
    said = [UnitState.parse(raw).birth for raw in bench.line.take(Up.STATE)]
    return [proven(DocumentType.BIRTH, one.encode()).read(Birth) for one in said if one]


def test_a_request_beyond_the_journal_is_not_met(bench: Bench) -> None:
    bench.note(10)
    bench.comes_up()
    bench.batches()
    assert bench.uplink.acked(bench.ack(10, resend_from=11), 0.5)
    bench.uplink.tick(0.6)
    assert bench.batches() == []


def test_a_line_that_takes_nothing_costs_nothing(bench: Bench) -> None:
    bench.note(100)
    bench.comes_up()
    bench.batches()
    bench.line.connected = False  # and the LinkDown is still on its way to us
    bench.uplink.acked(bench.ack(50), 0.5)
    bench.note(100)
    bench.uplink.tick(0.6)
    bench.goes_down(0.7)
    bench.comes_up(100.0)
    assert bench.batches() == [(51, 100), (101, 150), (151, 200)]


def test_a_new_connection_says_what_was_on_its_way_again(bench: Bench) -> None:
    bench.note(300)
    bench.comes_up()
    bench.uplink.acked(bench.ack(50), 0.5)
    bench.batches()
    bench.goes_down(1.0)
    bench.comes_up(100.0)
    assert bench.batches()[0] == (51, 100)


# --- central


def seen(bench: Bench, session: int, now: float, *, online: bool = True) -> None:
    bench.uplink.central_seen(CentralSeen(online=online, session=session, at=now), now)


def test_another_central_hears_everything_again_after_a_spread(bench: Bench) -> None:
    bench.note(300)
    bench.comes_up()
    seen(bench, 1, 0.0)
    first = bench.batches()
    bench.draw = 0.9
    seen(bench, 2, 1.0)
    bench.uplink.tick(0.9 * SPREAD)
    assert bench.batches() == []
    bench.uplink.tick(1.0 + 0.9 * SPREAD)
    assert bench.batches() == first


def test_another_central_hears_the_birth_again(bench: Bench) -> None:
    bench.comes_up()
    (birth,) = bench.line.take(Up.STATE)
    seen(bench, 1, 0.0)
    bench.uplink.tick(10.0)
    assert bench.line.take(Up.STATE) == []
    seen(bench, 2, 20.0)
    bench.uplink.tick(20.0 + SPREAD_FEW)
    assert bench.line.take(Up.STATE) == [birth]


@pytest.mark.parametrize(("session", "online"), [(1, True), (1, False), (0, False), (2, False)])
def test_the_same_central_or_none_changes_nothing(
    bench: Bench,
    session: int,
    online: bool,  # noqa: FBT001
) -> None:
    bench.note(300)
    bench.draw = 1 - 2**-53
    bench.comes_up()
    seen(bench, 1, 0.0)
    bench.batches()
    seen(bench, session, 1.0, online=online)
    bench.uplink.acked(bench.ack(50), 1.1)
    bench.uplink.tick(1.1)
    assert bench.batches() == [(201, 250)]


# --- a medium that fails


def test_a_journal_that_cannot_be_read_stops_nothing_and_is_tried_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.note(10)
    with monkeypatch.context() as patched:
        patched.setattr(sqlite_utils.Database, "execute", failing)
        bench.comes_up()
        bench.uplink.tick(1.0)
        assert bench.batches() == []
    bench.uplink.tick(5.0)
    assert bench.batches() == []
    bench.uplink.tick(11.0)
    assert bench.batches() == [(1, 10)]


def test_an_acknowledgement_that_cannot_be_noted_is_none(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.note(10)
    bench.comes_up()
    ack = bench.ack(10)
    with monkeypatch.context() as patched:
        patched.setattr(sqlite_utils.Database, "execute", failing)
        with pytest.raises(DatabaseFailed):
            bench.uplink.acked(ack, 1.0)
    assert bench.uplink.unacked == 10
    assert bench.uplink.acked(ack, 2.0)
    assert bench.uplink.unacked == 0


def failing(*_: object, **__: object) -> None:
    raise sqlite3.OperationalError("disk I/O error")


def test_a_unit_that_lost_its_memory_is_no_older_self(bench: Bench) -> None:
    bench.uplink._unix_seconds = lambda: 1_800_000_000
    bench.uplink.tick(0)
    ((session, _),) = bench.line.calls
    assert session == 1_800_000_000
