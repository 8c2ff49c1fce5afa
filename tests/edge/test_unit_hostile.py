"""A door unit whose documents vanish, whose broker forges, whose program makes mistakes at bad moments."""

import base64
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from contracts.commands import Command, CommandName
from contracts.documents import DocumentType, unit_audience
from contracts.freshness import DeniedKey, DenyList
from contracts.journal import EventKind
from contracts.keys import KeyPurpose
from contracts.keyset import KeySetBody, sign_keyset
from contracts.modes import DoorMode
from contracts.reasons import DenyReason, Fault
from contracts.topics import Down
from edge.commanding import NOTED_EVERY
from edge.events import CodeSeen, Input, InputChanged
from tests.edge.a_unit import UnitUnderTest, running
from tests.simulators.city import KEY_IDS, NOW, City, some_claims

SOON = int((NOW + timedelta(hours=1)).timestamp())
LISTS_KEY = KEY_IDS[KeyPurpose.AMENDMENTS]
K = EventKind


@pytest.fixture
def city() -> City:
    return City()


@pytest.fixture
def door(tmp_path: Path, city: City) -> Iterator[UnitUnderTest]:
    with running(tmp_path, city) as unit:
        unit.bring_into_service()
        yield unit


def a_pass(city: City, **changes: object) -> str:
    return city.sign_pass(some_claims(**changes))


def last_word(unit: UnitUnderTest) -> str:
    data = unit.events(K.DECIDED)[-1].data
    return str(data.get("reason", data["outcome"]))


# --- a list that was in force and is not here any more


def without_the_lists_key(city: City) -> tuple[Down, bytes]:
    kept = tuple(entry for entry in city.entries if entry.purpose is not KeyPurpose.AMENDMENTS)
    return Down.KEYS, city.keyset(2, kept)


def with_the_lists_key_removed(city: City) -> tuple[Down, bytes]:
    return Down.DENY, city.deny(DenyList(removed=(DeniedKey(key=LISTS_KEY),)))


@pytest.mark.parametrize("remove", [without_the_lists_key, with_the_lists_key_removed])
def test_what_was_revoked_stays_shut_when_the_key_of_the_list_is_removed(
    tmp_path: Path, city: City, remove: Callable[[City], tuple[Down, bytes]]
) -> None:
    revoked = some_claims().credential_id.hex()
    with running(tmp_path, city) as unit:
        unit.bring_into_service()
        unit.send(Down.AMENDMENTS, city.amendments(2, revoked=[revoked]))
        unit.send(*remove(city))
        unit.show(a_pass(city))
        assert last_word(unit) == DenyReason.REVOKED
    with running(tmp_path, city) as unit:
        unit.show(a_pass(city))
        assert not unit.released
        assert last_word(unit) == DenyReason.LISTS_TOO_OLD
        assert Fault.STATE_LOST in unit.controller._parts.faults.active


def test_unit_that_finds_a_list_gone_opens_again_when_it_is_back(
    tmp_path: Path, city: City
) -> None:
    with running(tmp_path, city) as unit:
        unit.bring_into_service()
    with sqlite3.connect(tmp_path / "data" / "journal.db") as database:
        database.execute("DELETE FROM document WHERE kind = ?", (DocumentType.AMENDMENTS.value,))
    database.close()
    with running(tmp_path, city) as unit:
        unit.answer_freshness()
        unit.show(a_pass(city))
        assert not unit.released
        unit.send(Down.AMENDMENTS, city.amendments())
        assert Fault.STATE_LOST not in unit.controller._parts.faults.active
        unit.show(a_pass(city, credential_id=b"another1"))
        assert unit.released


def test_new_root_that_could_not_be_written_down_is_written_with_the_next_document(
    tmp_path: Path, city: City
) -> None:
    heir = City(keys=city.keys)
    body = KeySetBody(keys=heir.entries, root=heir.root_keys)
    bridge = sign_keyset(2, int(NOW.timestamp()), body, [*city.root[:2], *heir.root[:2]])
    root = tmp_path / "identity" / "root.json"
    with running(tmp_path, city) as unit:
        unit.bring_into_service()
        root.unlink()
        root.mkdir()  # the medium does not take it
        unit.send(Down.KEYS, bridge)
        root.rmdir()
        unit.send(Down.KEYS, heir.keyset(3))
    with running(tmp_path, city) as unit:
        unit.show(a_pass(city))
        assert unit.released


# --- another site

THERE = 4


def a_pass_there(city: City) -> str:
    return a_pass(city, site=THERE)


def test_unit_at_another_site_waits_for_its_list_after_a_restart_too(
    tmp_path: Path, city: City
) -> None:
    with running(tmp_path, city) as unit:
        unit.send(Down.KEYS, city.keyset())
        unit.send(Down.CONFIG, city.config())
        unit.answer_freshness(amendments=0)  # nothing was ever amended at the first site
        unit.send(Down.CONFIG, city.config(2, site=THERE))
    with running(tmp_path, city) as unit:
        unit.show(a_pass_there(city))
        assert last_word(unit) == DenyReason.LISTS_TOO_OLD


def test_list_that_came_before_the_unit_heard_of_its_new_site_is_kept(
    tmp_path: Path, city: City
) -> None:
    with running(tmp_path, city) as unit:
        unit.bring_into_service()
        unit.send(Down.AMENDMENTS, city.amendments(7))
        lists_key_there = tuple(
            entry.model_copy(update={"sites": (THERE,)}) if entry.id == LISTS_KEY else entry
            for entry in city.entries
        )
        unit.send(Down.KEYS, city.keyset(2, lists_key_there))
        revoked = some_claims().credential_id.hex()
        unit.send(Down.AMENDMENTS, city.amendments(1, site=THERE, revoked=[revoked]))
        unit.send(Down.CONFIG, city.config(2, site=THERE))
        unit.answer_freshness()
    with running(tmp_path, city) as unit:
        unit.show(a_pass_there(city))
        assert last_word(unit) == DenyReason.REVOKED


# --- starting


def test_pass_that_waits_for_the_start_does_not_slip_into_a_lock_down(
    tmp_path: Path, city: City
) -> None:
    with running(tmp_path, city) as unit:
        unit.bring_into_service()
        unit.send(Down.MODES, city.modes(DoorMode.LOCKED_DOWN, SOON))
    with running(tmp_path, city) as unit:
        controller = unit.controller
        controller._begin()
        controller._take(CodeSeen(a_pass(city), time.monotonic(), time.monotonic()))
        assert not unit.released
        assert last_word(unit) == DenyReason.LOCKED_DOWN


# --- a mode whose key was removed


@pytest.mark.parametrize("mode", [DoorMode.UNLOCKED, DoorMode.LOCKED_DOWN])
def test_mode_by_a_key_that_was_removed_holds_nothing_open_and_lets_nobody_in(
    door: UnitUnderTest, city: City, mode: DoorMode
) -> None:
    door.send(Down.MODES, city.modes(mode, SOON))
    assert door.released is (mode is DoorMode.UNLOCKED)
    key = DeniedKey(key=KEY_IDS[KeyPurpose.MODES])
    door.send(Down.DENY, city.deny(DenyList(removed=(key,))))
    assert not door.released
    door.show(a_pass(city))
    assert door.released is (mode is DoorMode.UNLOCKED)  # with a pass again, but in a lock-down


# --- at the leaf


@pytest.mark.parametrize("name", [Input.REX, Input.KEY_CYLINDER, Input.PANIC_BAR])
def test_exit_that_somebody_taped_down_does_not_silence_a_forced_door(
    door: UnitUnderTest, name: Input
) -> None:
    long_ago = time.monotonic() - 3600
    door.controller.emit(InputChanged(name, active=True, at=long_ago))
    door.set_input(Input.DOOR_CONTACT, active=True)
    assert Fault.FORCED_OPEN in door.controller._parts.faults.active


# --- while everybody may enter


def test_mode_releases_again_after_a_mistake_of_ours_and_says_so(
    door: UnitUnderTest, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.send(Down.MODES, city.modes(DoorMode.UNLOCKED, SOON))

    def breaks(_now: float) -> None:
        monkeypatch.undo()
        raise RuntimeError

    monkeypatch.setattr(door.controller._parts.access, "tick", breaks)
    door.turn(1)
    assert not door.released
    door.turn(1)
    assert door.released
    first, second = door.events(K.MODE_CHANGED)
    causes = [event.data["cause"] for event in door.events(K.RELEASED)]
    assert causes == [first.seq, second.seq]


def test_pass_shown_at_a_door_open_for_all_costs_no_use(door: UnitUnderTest, city: City) -> None:
    once = a_pass(city, uses=1)
    door.send(Down.MODES, city.modes(DoorMode.UNLOCKED, SOON))
    door.show(once, at=time.monotonic())
    door.send(Down.MODES, city.modes(number=2))
    assert not door.released
    # Within seconds of the free passage, which is no free reopening: it was not paid for.
    for seconds, said in ((4, "granted"), (8, "granted"), (20, DenyReason.USES_EXHAUSTED)):
        door.show(once, at=time.monotonic() + seconds)
        assert last_word(door) == said
    assert [event.data["use"] for event in door.events(K.DECIDED)[:3]] == [False, True, False]


# --- a broker that forges and replays


def a_command(city: City, unit: UnitUnderTest) -> bytes:
    commanding, nonce = unit.controller._parts.commanding, secrets.token_hex(16)
    commanding._nonces = commanding._nonces.give(nonce, time.monotonic())
    body = Command(id="11" * 8, command=CommandName.UNLOCK_ONCE, nonce=nonce, actor="staff-7")
    return city.document(DocumentType.COMMAND, unit_audience(city.unit), 1, body)


def test_command_opens_nothing_while_the_state_is_lost(tmp_path: Path, city: City) -> None:
    with running(tmp_path, city) as unit:
        unit.send(Down.KEYS, city.keyset())
        unit.send(Down.CONFIG, city.config())
        unit.send(Down.COMMAND, a_command(city, unit))
        assert not unit.released
        assert unit.events(K.COMMAND)[-1].data["outcome"] == DenyReason.LISTS_TOO_OLD


def test_one_command_said_without_end_does_not_fill_the_journal(
    door: UnitUnderTest, city: City
) -> None:
    command = a_command(city, door)
    for _ in range(10):
        door.send(Down.COMMAND, command)
    assert [event.data["outcome"] for event in door.events(K.COMMAND)] == ["done", "nonce_unknown"]
    commanding = door.controller._parts.commanding
    commanding.take(command, time.monotonic() + NOTED_EVERY)
    assert len(door.events(K.COMMAND)) == 3


def test_names_in_a_forged_document_add_no_line_to_the_log(
    door: UnitUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    header = (
        b'{"alg":"Ed25519","kid":"1","typ":"x","a\\nERROR forged\\u0000\\u001b[31m\\u202e":"1"}'
    )
    parts = (header, b"{}", bytes(64))
    raw = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    door.send(Down.AMENDMENTS, raw)
    said = [record.getMessage() for record in caplog.records if "forged" in record.getMessage()]
    assert said
    assert all(line.isascii() and line.isprintable() for line in said)
    assert door.events(K.DOCUMENT_REFUSED)[-1].data["detail"].isprintable()


def test_list_that_a_broker_withholds_grows_old(
    door: UnitUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.answer_freshness(amendments=2)
    parts = door.controller._parts
    assert parts.believing.beliefs.lists_age(parts.clock.unix_ms()) is None
    now = time.monotonic()
    for days, is_old in ((1, False), (8, True)):
        monkeypatch.setattr(parts.clock, "monotonic", lambda days=days: now + 86_400 * days)
        parts.watching.tick(now + 86_400 * days)
        assert (Fault.LISTS_OLD in parts.faults.active) is is_old
