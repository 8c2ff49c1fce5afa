"""A door unit as a whole: what opens it, what does not, what it writes down, what survives a restart."""

import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.commands import Command, CommandName
from contracts.credential import Claims, Kind, Language
from contracts.documents import DocumentType, unit_audience
from contracts.door_config import Policy, Timings
from contracts.freshness import Ack
from contracts.journal import EventKind, first_broken, genesis
from contracts.keys import KeyPurpose
from contracts.modes import DoorMode
from contracts.moments import minute_of, moment_of
from contracts.reasons import DenyReason, Fault
from contracts.topics import Down
from edge.core.mistakes import MOST, WITHIN
from edge.core.presentation import UNSEEN_AFTER
from edge.drivers.database import DatabaseFailed
from edge.drivers.indicator import Scene
from edge.drivers.summary import FORGET_AFTER_MS
from edge.events import ControlRequest, Input, InputChanged
from edge.faults import STOPS_THE_DOOR
from tests.edge.a_unit import PINS, UnitUnderTest, a_unit_config, running
from tests.simulators.city import NOW, City, some_claims

SHORT = Timings(
    release=150,
    extended_release=400,
    longest_release=800,
    open=300,
    extended_open=600,
    pre_alarm=100,
)
SOON = int((NOW + timedelta(hours=1)).timestamp())
K = EventKind


@pytest.fixture
def city() -> City:
    return City()


@pytest.fixture
def unit(tmp_path: Path, city: City) -> Iterator[UnitUnderTest]:
    with running(tmp_path, city) as started:
        yield started


@pytest.fixture
def door(unit: UnitUnderTest) -> UnitUnderTest:
    unit.bring_into_service(timings=SHORT)
    return unit


def a_pass(city: City, **changes: object) -> str:
    return city.sign_pass(some_claims(**changes))


def reasons(unit: UnitUnderTest) -> list[str]:
    return [one.data.get("reason", one.data["outcome"]) for one in unit.events(K.DECIDED)]


# --- a pass opens


def test_good_pass_is_written_down_and_then_releases_the_strike(
    door: UnitUnderTest, city: City
) -> None:
    door.show(a_pass(city))
    assert door.released
    decided, released = door.events(K.DECIDED, K.RELEASED)
    assert decided.data == {
        "outcome": "granted",
        "credential": b"passpass".hex(),
        "grant": 77,
        "issue": 0,
        "use": False,
    }
    assert released.data == {"cause": decided.seq}


def test_pulse_ends_and_a_passage_that_was_not_taken_is_noted(
    door: UnitUnderTest, city: City
) -> None:
    door.show(a_pass(city))
    door.until(lambda: not door.released, "the pulse ends")
    (decided,) = door.events(K.DECIDED)
    (missed,) = door.events(K.NOT_TAKEN)
    assert missed.data == {"cause": decided.seq}


def test_entry_is_decided_released_opened_closed(door: UnitUnderTest, city: City) -> None:
    door.show(a_pass(city))
    door.set_input(Input.DOOR_CONTACT, active=True)
    assert not door.released  # secured as soon as the leaf opened
    door.set_input(Input.DOOR_CONTACT, active=False)
    kinds = [one.kind for one in door.events(K.DECIDED, K.RELEASED, K.OPENED, K.CLOSED)]
    assert kinds == [K.DECIDED, K.RELEASED, K.OPENED, K.CLOSED]
    causes = {one.data["cause"] for one in door.events(K.RELEASED, K.OPENED, K.CLOSED)}
    assert causes == {door.events(K.DECIDED)[0].seq}
    assert Fault.FORCED_OPEN not in {one.data["fault"] for one in door.events(K.FAULT_RAISED)}


def test_code_held_up_for_long_is_answered_once(door: UnitUnderTest, city: City) -> None:
    text = a_pass(city)
    begin = time.monotonic()
    for step in range(20):
        door.show(text, begin + step * 0.1)
    assert len(door.events(K.DECIDED)) == 1


def test_holder_is_answered_in_his_language(door: UnitUnderTest, city: City) -> None:
    shown: list[str] = []
    door.controller._parts.signs._announcer = type(
        "Heard", (), {"show": lambda _, what: shown.append(f"{what.language} {what.tone}")}
    )()
    door.show(a_pass(city, language=Language.FR))
    assert shown[-1] == "fr open"
    door.show(a_pass(city, language=Language.DE, areas=0b10, credential_id=b"elsewher"))
    assert shown[-1] == "de refused"


# --- a pass does not open


def test_each_refusal_leaves_the_strike_alone_and_says_why(door: UnitUnderTest, city: City) -> None:
    stranger = City(root=city.root)
    minute = minute_of(NOW)
    for text, reason in (
        (a_pass(city, areas=0b10), DenyReason.WRONG_ACCESS_POINT),
        (a_pass(city, valid_from=minute + 60), DenyReason.NOT_YET_VALID),
        (a_pass(city, valid_from=minute - 300), DenyReason.EXPIRED),
        (a_pass(stranger), DenyReason.BAD_SIGNATURE),
        (a_pass(city, key_id=99), DenyReason.UNKNOWN_KEY),
        (a_pass(city, dynamic_required=True), DenyReason.PROOF_MISSING),
    ):
        door.show(text)
        assert not door.released
        assert reasons(door)[-1] == reason
        assert door.controller._parts.signs._indicator.scene is Scene.REFUSED


def test_revoked_pass_is_refused_as_soon_as_the_list_came(door: UnitUnderTest, city: City) -> None:
    door.send(Down.AMENDMENTS, city.amendments(2, revoked=[b"passpass".hex()]))
    door.show(a_pass(city))
    assert reasons(door) == [DenyReason.REVOKED]


def test_unit_that_was_not_commissioned_opens_for_nobody(unit: UnitUnderTest, city: City) -> None:
    unit.bring_into_service(commissioned=False)
    unit.show(a_pass(city))
    assert reasons(unit) == [DenyReason.NOT_COMMISSIONED]


def test_new_unit_waits_for_the_answer_that_its_lists_are_current(
    unit: UnitUnderTest, city: City
) -> None:
    for kind, raw in (
        (Down.KEYS, city.keyset()),
        (Down.CONFIG, city.config()),
        (Down.AMENDMENTS, city.amendments()),
    ):
        unit.send(kind, raw)
    unit.show(a_pass(city))
    assert reasons(unit) == [DenyReason.LISTS_TOO_OLD]
    unit.answer_freshness(amendments=2)  # something newer is still to come
    unit.show(a_pass(city, credential_id=b"another1"))
    assert not unit.released
    unit.send(Down.AMENDMENTS, city.amendments(2))
    unit.show(a_pass(city, credential_id=b"another2"))
    assert unit.released


def test_repeated_refusals_are_folded_into_one_line(door: UnitUnderTest, city: City) -> None:
    expired = a_pass(city, valid_from=minute_of(NOW) - 300)
    begin = time.monotonic()
    for step in range(8):
        door.show(expired, begin + step * 5.1)
    assert len(door.events(K.DECIDED)) == 1
    door.show(a_pass(city, areas=0b10, credential_id=b"elsewher"), begin + 61)
    (folded,) = door.events(K.REFUSALS_FOLDED)
    assert (folded.data["reason"], folded.data["count"]) == ("expired", 7)


def test_nothing_opens_that_cannot_be_written_down(door: UnitUnderTest, city: City) -> None:
    database = door.controller._parts.recorder._journal._database
    database.execute("PRAGMA query_only = ON")
    door.show(a_pass(city))
    assert not door.released
    assert Fault.JOURNAL_FAILED in door.controller._parts.faults.active
    database.execute("PRAGMA query_only = OFF")
    door.show(a_pass(city, credential_id=b"another1"))
    assert door.released
    door.turn()
    assert Fault.JOURNAL_FAILED not in door.controller._parts.faults.active


# --- counted uses


def counted(uses: int = 1) -> Claims:
    return some_claims(uses=uses, credential_id=b"counted1")


def test_last_use_is_spent_once_and_reopens_for_free_within_seconds(
    door: UnitUnderTest, city: City
) -> None:
    text, begin = city.sign_pass(counted()), time.monotonic()
    door.show(text, begin)
    door.until(lambda: not door.released, "the pulse ends")
    door.show(text, begin + 4)
    assert door.released
    assert [one.data["use"] for one in door.events(K.DECIDED)] == [True, False]
    door.until(lambda: not door.released, "the pulse ends")
    door.show(text, begin + 30)
    assert reasons(door)[-1] == DenyReason.USES_EXHAUSTED


def test_spent_uses_survive_a_restart_and_the_loss_of_the_database(
    tmp_path: Path, city: City
) -> None:
    with running(tmp_path, city) as unit:
        unit.bring_into_service(timings=SHORT)
        unit.show(city.sign_pass(counted()))
        assert unit.released
    for path in (tmp_path / "data").glob("journal.db*"):
        path.unlink()
    with running(tmp_path, city) as unit:
        unit.bring_into_service(timings=SHORT)
        unit.show(city.sign_pass(counted()))
        assert reasons(unit) == [DenyReason.USES_EXHAUSTED]


SEASON = {"repeats": 9, "pattern": 1 << NOW.weekday()}  # ten weeks on the same weekday
LATER = minute_of(NOW) + 60 * 24 * 120


@pytest.mark.parametrize(
    ("changes", "amended", "ends"),
    [
        ({}, None, minute_of(NOW) + 120),
        (SEASON, None, minute_of(NOW) + 120 + 9 * 7 * 24 * 60),
        (SEASON, (minute_of(NOW), minute_of(NOW) + 60), minute_of(NOW) + 120 + 9 * 7 * 24 * 60),
        ({}, (LATER, LATER + 60), LATER + 60),
    ],
    ids=["once", "season", "season, cut short", "moved to later too"],
)
def test_spent_use_is_kept_until_the_pass_is_over_for_good(
    door: UnitUnderTest,
    city: City,
    changes: dict[str, object],
    amended: tuple[int, int] | None,
    ends: int,
) -> None:
    if amended is not None:
        spans = sorted({(minute_of(NOW) - 5, minute_of(NOW) + 60), amended})
        amendment = {"grant": 77, "added": [list(span) for span in spans]}
        door.send(Down.AMENDMENTS, city.amendments(2, grants=[amendment]))
        door.answer_freshness(amendments=2)
    claims = replace(counted(2), **changes)  # type: ignore[arg-type]
    door.show(city.sign_pass(claims))
    assert door.released, reasons(door)
    summary = door.controller._parts.access._store.summary
    assert summary.ends == {claims.credential_id.hex(): int(moment_of(ends).timestamp() * 1000)}
    later = replace(
        summary, floor_ms=summary.ends[claims.credential_id.hex()] + FORGET_AFTER_MS + 1
    )
    assert later.tidied().spent == {}


def test_spent_use_of_a_pass_that_is_moved_later_is_kept_until_its_new_end_is_long_over(
    door: UnitUnderTest, city: City
) -> None:
    name, new = b"counted1".hex(), minute_of(NOW) + 100 * 1440
    door.show(city.sign_pass(counted(1)))
    store = door.controller._parts.access._store
    old_ms, new_ms = store.summary.ends[name], int(moment_of(new + 60).timestamp() * 1000)
    moved = {"grant": 77, "windows": [[new, new + 60]]}
    door.send(Down.AMENDMENTS, city.amendments(2, grants=[moved]))
    store.raise_floor(old_ms + FORGET_AFTER_MS + 1, 0)
    assert (store.summary.spent, store.summary.ends) == ({name: 1}, {name: new_ms})
    door.send(Down.AMENDMENTS, city.amendments(3))  # moved back: what was said once stays possible
    store.raise_floor(new_ms + FORGET_AFTER_MS, 0)
    assert store.summary.spent == {name: 1}
    store.raise_floor(new_ms + FORGET_AFTER_MS + 1, 0)
    assert (store.summary.spent, store.summary.ends, store.summary.grants) == ({}, {}, {})


# --- the disk


def test_low_disk_is_said_also_when_nothing_can_be_deleted(door: UnitUnderTest, city: City) -> None:
    door.show(a_pass(city))
    housekeeping = door.controller._parts.housekeeping
    housekeeping._journal.acknowledge(*housekeeping._journal.head)
    housekeeping._budget = 1  # whatever is there is too much
    housekeeping._database.execute("PRAGMA query_only = ON")
    door.until(
        lambda: Fault.DISK_LOW in door.controller._parts.faults.active, "the low disk is noticed"
    )
    assert housekeeping._journal.base_seq == 0
    housekeeping._database.execute("PRAGMA query_only = OFF")


# --- restart


def test_restarted_unit_works_at_once_and_continues_its_chain(tmp_path: Path, city: City) -> None:
    with running(tmp_path, city) as unit:
        unit.bring_into_service(timings=SHORT)
        unit.show(a_pass(city))
    with running(tmp_path, city) as unit:
        assert not unit.released  # nothing releases on start
        unit.show(a_pass(city))
        assert unit.released
        journal = unit.controller._parts.recorder._journal
        rows = [(row.seq, row.raw, row.hash) for row in journal.after(0, 50)]
        assert first_broken(genesis(journal.epoch), rows) is None
        assert [one.kind for one in unit.events(K.STARTED)] == [K.STARTED, K.STARTED]


def test_start_of_the_machine_without_a_clock_refuses_and_says_so(
    tmp_path: Path, city: City
) -> None:
    with running(tmp_path, city) as unit:
        unit.bring_into_service(timings=SHORT)
    (tmp_path / "run/clock.json").unlink()  # what a power cut leaves of the run folder
    with running(tmp_path, city) as unit:
        unit.show(a_pass(city))
        assert reasons(unit) == [DenyReason.CLOCK_UNTRUSTED]
        assert Fault.CLOCK_UNTRUSTED in unit.controller._parts.faults.active
        unit.answer_freshness()
        unit.show(a_pass(city, credential_id=b"another1"))
        assert unit.released


def test_signed_policy_lets_staff_in_without_a_clock_and_the_journal_says_so(
    tmp_path: Path, city: City
) -> None:
    with running(tmp_path, city) as unit:
        unit.bring_into_service(timings=SHORT, policy=Policy(staff_without_clock=True))
    (tmp_path / "run/clock.json").unlink()
    with running(tmp_path, city) as unit:
        unit.show(a_pass(city))
        assert not unit.released
        unit.show(a_pass(city, kind=Kind.STAFF, credential_id=b"caretake"))
        assert unit.released
        assert unit.events(K.DECIDED)[-1].data["grace"] == "staff_without_clock"


# --- modes and commands


def test_unlocked_mode_releases_until_its_end_and_is_written_first(
    door: UnitUnderTest, city: City
) -> None:
    door.send(Down.MODES, city.modes(DoorMode.UNLOCKED, SOON))
    assert door.released
    changed, released = door.events(K.MODE_CHANGED, K.RELEASED)
    assert changed.data["mode"] == "unlocked"
    assert released.data == {"cause": changed.seq}
    door.send(Down.MODES, city.modes(DoorMode.LOCKED, number=2))
    assert not door.released


def test_mode_whose_end_has_passed_opens_nothing(door: UnitUnderTest, city: City) -> None:
    door.send(Down.MODES, city.modes(DoorMode.UNLOCKED, int(NOW.timestamp()) - 60))
    assert not door.released
    assert not door.events(K.MODE_CHANGED)


def test_mode_that_opens_needs_a_known_time(tmp_path: Path, city: City) -> None:
    with running(tmp_path, city) as unit:
        unit.bring_into_service(timings=SHORT)
        unit.send(Down.MODES, city.modes(DoorMode.UNLOCKED, SOON))
        assert unit.released
    (tmp_path / "run/clock.json").unlink()
    with running(tmp_path, city) as unit:
        unit.turn()
        assert not unit.released


def test_lock_down_refuses_all_but_emergency_passes_and_ends_a_pulse(
    door: UnitUnderTest, city: City
) -> None:
    door.show(a_pass(city))
    assert door.released
    door.send(Down.MODES, city.modes(DoorMode.LOCKED_DOWN, SOON))
    assert not door.released
    door.show(a_pass(city, credential_id=b"another1"))
    assert reasons(door)[-1] == DenyReason.LOCKED_DOWN
    door.show(a_pass(city, kind=Kind.EMERGENCY, credential_id=b"firemen1"))
    assert door.released


def a_command(
    city: City, unit: UnitUnderTest, name: CommandName = CommandName.UNLOCK_ONCE, number: int = 1
) -> bytes:
    commanding, nonce = unit.controller._parts.commanding, secrets.token_hex(16)
    commanding._nonces = commanding._nonces.give(nonce, time.monotonic())
    body = Command(id=secrets.token_hex(8), command=name, nonce=nonce, actor="staff-7")
    return city.document(DocumentType.COMMAND, unit_audience(city.unit), number, body)


def test_command_opens_once_and_a_replay_does_nothing(door: UnitUnderTest, city: City) -> None:
    command = a_command(city, door)
    door.send(Down.COMMAND, command)
    assert door.released
    line, released = door.events(K.COMMAND, K.RELEASED)
    assert line.data["actor"] == "staff-7"
    assert released.data == {"cause": line.seq}
    door.until(lambda: not door.released, "the pulse ends")
    door.send(Down.COMMAND, command)
    assert not door.released
    assert door.events(K.COMMAND)[-1].data["outcome"] == "nonce_unknown"


def test_command_signed_by_somebody_else_is_a_fault(door: UnitUnderTest, city: City) -> None:
    stranger = City(root=city.root)
    door.send(Down.COMMAND, a_command(stranger, door))
    assert not door.released
    assert Fault.DOCUMENT_REFUSED in door.controller._parts.faults.active


def test_command_does_not_open_a_door_in_lock_down(door: UnitUnderTest, city: City) -> None:
    door.send(Down.MODES, city.modes(DoorMode.LOCKED_DOWN, SOON))
    door.send(Down.COMMAND, a_command(city, door))
    assert not door.released
    assert door.events(K.COMMAND)[-1].data["outcome"] == "locked_down"


# --- a hostile broker


def test_older_list_and_two_lists_of_one_number_are_refused_and_reported(
    door: UnitUnderTest, city: City
) -> None:
    newest = city.amendments(3, revoked=[b"passpass".hex()])
    door.send(Down.AMENDMENTS, newest)
    door.send(Down.AMENDMENTS, city.amendments(2))
    door.send(Down.AMENDMENTS, city.amendments(3))
    door.show(a_pass(city))
    assert reasons(door) == [DenyReason.REVOKED]
    assert Fault.EQUIVOCATION in door.controller._parts.faults.active
    refused = [one.data["reason"] for one in door.events(K.DOCUMENT_REFUSED)]
    assert refused == ["rollback", "equivocation"]


def test_list_signed_by_a_key_whose_time_is_over_is_refused(
    door: UnitUnderTest, city: City
) -> None:
    minute = minute_of(NOW)
    entries = tuple(
        entry.model_copy(update={"sign_until": minute - 20, "verify_until": minute - 10})
        if entry.purpose is KeyPurpose.AMENDMENTS
        else entry
        for entry in city.entries
    )
    door.send(Down.KEYS, city.keyset(2, entries))
    past = City(city.unit, NOW - timedelta(hours=1), city.root, city.keys)
    door.send(Down.AMENDMENTS, past.amendments(2, revoked=[b"passpass".hex()]))
    assert door.controller._parts.believing.beliefs.number(DocumentType.AMENDMENTS) == 1
    door.show(a_pass(city))
    assert door.released


def test_old_freshness_answer_does_not_set_the_clock(door: UnitUnderTest, city: City) -> None:
    before = door.controller._parts.clock.unix_ms()
    assert before is not None
    late = City(city.unit, NOW + timedelta(days=30), city.root, city.keys)
    door.send(Down.FRESHNESS, late.freshness("ab" * 16, {}, 9))
    after = door.controller._parts.clock.unix_ms()
    assert after is not None
    assert after - before < 60_000


def test_acknowledgement_of_another_history_forgets_nothing(
    door: UnitUnderTest, city: City
) -> None:
    journal = door.controller._parts.recorder._journal
    forged = Ack(epoch=journal.epoch.hex(), upto=3, head="00" * 32)
    door.send(Down.ACK, city.ack(forged))
    assert journal.acked == 0
    assert Fault.CLONE in door.controller._parts.faults.active
    true = Ack(epoch=journal.epoch.hex(), upto=3, head=(journal.hash_at(3) or b"").hex())
    door.send(Down.ACK, city.ack(true, 2))
    assert journal.acked == 3


@pytest.mark.parametrize("kind", Down)
@pytest.mark.parametrize("payload", [b"", b"{", b"\xff" * 50, b"a.b.c", b"{}" * 5000])
def test_nonsense_on_any_topic_changes_nothing(
    door: UnitUnderTest, city: City, kind: Down, payload: bytes
) -> None:
    door.send(kind, payload)
    assert not door.released
    assert Fault.INTERNAL_ERROR not in door.controller._parts.faults.active
    door.show(a_pass(city))
    assert door.released


# --- inputs and faults


def test_unit_says_whether_a_code_is_still_before_it(door: UnitUnderTest, city: City) -> None:
    def is_shown() -> bool:
        answers: list[Mapping[str, Any] | None] = []
        door.controller.emit(ControlRequest("status", {}, answers.append, time.monotonic()))
        door.turn()
        assert answers[0] is not None
        return bool(answers[0]["code_is_shown"])

    assert not is_shown()
    door.show(a_pass(city))
    assert is_shown()
    door.show(a_pass(city), time.monotonic() - UNSEEN_AFTER)
    assert not is_shown()


def test_leaf_that_opens_by_itself_is_forced(door: UnitUnderTest) -> None:
    def beeps() -> bool:
        return bool(door.factory.pin(PINS.buzzer).state)

    door.set_input(Input.DOOR_CONTACT, active=True)
    assert Fault.FORCED_OPEN in door.controller._parts.faults.active
    door.controller.turn(0.0)
    assert beeps()
    door.set_input(Input.DOOR_CONTACT, active=False)
    assert Fault.FORCED_OPEN not in door.controller._parts.faults.active
    assert not beeps()


@pytest.mark.parametrize("name", [Input.REX, Input.KEY_CYLINDER, Input.PANIC_BAR, Input.FIRE_PANEL])
def test_exit_and_key_explain_an_opening(door: UnitUnderTest, name: Input) -> None:
    door.set_input(name, active=True)
    door.set_input(Input.DOOR_CONTACT, active=True)
    assert Fault.FORCED_OPEN not in door.controller._parts.faults.active
    assert door.events(K.OPENED)[-1].data == {"by": name.value}
    assert not door.released  # watched only: leaving never depends on this program


def test_fire_alarm_explains_every_opening_while_it_lasts(door: UnitUnderTest) -> None:
    long_ago = time.monotonic() - 3600
    door.controller.emit(InputChanged(Input.FIRE_PANEL, active=True, at=long_ago))
    door.set_input(Input.DOOR_CONTACT, active=True)
    door.set_input(Input.DOOR_CONTACT, active=False)
    assert door.events(K.OPENED)[-1].data == {"by": "fire_panel"}
    door.controller.emit(InputChanged(Input.FIRE_PANEL, active=False, at=long_ago))
    door.turn()
    later = time.monotonic() + 60  # not in the moment in which a leaf may come back from the frame
    door.controller.emit(InputChanged(Input.DOOR_CONTACT, active=True, at=later))
    door.turn()
    assert Fault.FORCED_OPEN in door.controller._parts.faults.active


def test_leaf_that_stands_open_at_the_start_is_timed_and_not_forced(
    tmp_path: Path, city: City
) -> None:
    with running(tmp_path, city, leaf_open=True) as unit:
        assert unit.controller._parts.doorway.due is not None
        assert Fault.FORCED_OPEN not in unit.controller._parts.faults.active


def test_door_held_open_warns_and_then_is_a_fault(door: UnitUnderTest, city: City) -> None:
    door.show(a_pass(city))
    door.set_input(Input.DOOR_CONTACT, active=True)
    door.until(
        lambda: Fault.HELD_OPEN in door.controller._parts.faults.active, "held open is noticed"
    )
    door.set_input(Input.DOOR_CONTACT, active=False)
    assert Fault.HELD_OPEN not in door.controller._parts.faults.active


def test_tamper_and_lost_mains_are_faults_while_they_last(door: UnitUnderTest) -> None:
    for name, fault in ((Input.TAMPER, Fault.TAMPER), (Input.MAINS, Fault.MAINS_LOST)):
        door.set_input(name, active=True)
        assert fault in door.controller._parts.faults.active
        door.set_input(name, active=False)
        assert fault not in door.controller._parts.faults.active


def test_lock_that_says_it_did_not_move_is_a_fault_until_it_does(
    tmp_path: Path, city: City
) -> None:
    config = a_unit_config(tmp_path)
    config = replace(config, hardware=replace(config.hardware, lock_contact=True))
    with running(tmp_path, city, config) as unit:
        unit.bring_into_service()
        faults = unit.controller._parts.faults
        unit.show(a_pass(city))
        assert unit.released
        unit.until(lambda: Fault.LOCK_DID_NOT_MOVE in faults.active, "the lock is missed")
        assert unit.released  # the lock may move yet
        unit.set_input(Input.LOCK_CONTACT, active=True)
        assert Fault.LOCK_DID_NOT_MOVE not in faults.active
        assert unit.events(K.INPUT_CHANGED) == []  # it moves with every entry: no line of its own


def test_lock_without_a_contact_is_not_watched(door: UnitUnderTest, city: City) -> None:
    assert Input.LOCK_CONTACT not in door.controller._parts.inputs.settled
    door.factory.pin(PINS.inputs[Input.LOCK_CONTACT].pin).drive_high()
    doorway = door.controller._parts.doorway
    door.show(a_pass(city))
    for later in range(60):
        doorway.tick(time.monotonic() + later)
    assert Fault.CONTACT_DISAGREES not in door.controller._parts.faults.active


def test_mistake_of_ours_secures_the_strike_and_is_reported(
    door: UnitUnderTest, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.show(a_pass(city))
    assert door.released

    def breaks(_now: float) -> None:
        monkeypatch.undo()
        raise RuntimeError

    monkeypatch.setattr(door.controller._parts.commanding, "follow_mode", breaks)
    door.turn(1)
    assert not door.released
    assert Fault.INTERNAL_ERROR in door.controller._parts.faults.active
    door.turn()
    assert Fault.INTERNAL_ERROR in door.controller._parts.faults.active
    door.controller._tick(time.monotonic() + WITHIN)
    assert Fault.INTERNAL_ERROR not in door.controller._parts.faults.active


def test_turn_that_always_fails_ends_the_program_for_the_service_manager(
    door: UnitUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_now: float) -> None:
        raise RuntimeError

    monkeypatch.setattr(door.controller._parts.commanding, "follow_mode", breaks)
    door.turn(MOST)
    with pytest.raises(RuntimeError):
        door.turn(1)
    assert not door.released


def test_faults_that_stop_the_door_are_known_faults() -> None:
    assert set(Fault) >= STOPS_THE_DOOR


def test_refuses_a_release_without_a_written_cause(door: UnitUnderTest) -> None:
    with pytest.raises(ValueError, match="without a written cause"):
        door.controller._parts.doorway.let_in(0, time.monotonic())
    assert not door.released


def test_journal_that_fails_in_the_middle_leaves_the_chain_whole(
    door: UnitUnderTest, city: City
) -> None:
    recorder = door.controller._parts.recorder
    before = recorder.head

    def write_half() -> None:
        with recorder.together():
            recorder.must_write(K.DECIDED, {"outcome": "granted"})
            recorder._journal._database.execute("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(DatabaseFailed):
        write_half()
    assert recorder.head == before
    door.show(a_pass(city))
    assert door.released
