"""A real unit that a pass tells to leave the door open: written first, ended by everything that should."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.credential import Kind, Language
from contracts.documents import DocumentType
from contracts.door_config import Policy
from contracts.freshness import DeniedKey, DenyList
from contracts.journal import Event, EventKind
from contracts.keys import KeyPurpose
from contracts.modes import DoorMode
from contracts.moments import minute_of
from contracts.reasons import Fault
from contracts.topics import Down
from edge.core.hold_open import Ended
from edge.drivers.database import DatabaseFailed
from edge.events import Input
from tests.edge.a_unit import UnitUnderTest, running
from tests.edge.test_unit import SHORT, a_pass
from tests.simulators.city import KEY_IDS, NOW, City

K = EventKind
CREDENTIAL = b"passpass".hex()
SOON = int((NOW + timedelta(hours=1)).timestamp())


@pytest.fixture
def city() -> City:
    return City()


@pytest.fixture
def door(tmp_path: Path, city: City) -> Iterator[UnitUnderTest]:
    with running(tmp_path, city) as unit:
        unit.bring_into_service(timings=SHORT)
        yield unit


@pytest.fixture
def text(city: City) -> str:
    return a_pass(city, may_hold_open=True)


def show(door: UnitUnderTest, text: str, times: int = 2) -> float:
    """Show a pass several times, taken away for four seconds in between; return when last."""
    at = time.monotonic()
    for index in range(times):
        door.show(text, at + 4 * index)
    return at + 4 * (times - 1)


def changes(door: UnitUnderTest) -> list[tuple[str, str | None]]:
    return [(one.data["mode"], one.data.get("why")) for one in door.events(K.MODE_CHANGED)]


def is_held(door: UnitUnderTest) -> bool:
    return door.controller._parts.doorway.mode is DoorMode.HOLD_OPEN


def test_shown_twice_it_holds_the_door_open_after_two_lines_said_so(
    door: UnitUnderTest, text: str
) -> None:
    show(door, text)
    door.turn(100)  # longer than any pulse
    assert is_held(door)
    assert door.released
    *_, second, changed, released = door.events(K.DECIDED, K.MODE_CHANGED, K.RELEASED)
    assert changed.data == {
        "mode": "hold_open",
        "before": "locked",
        "cause": "pass",
        "credential": CREDENTIAL,
        "grant": 77,
    }
    assert second.data["cause"] < changed.seq  # the pulse of the second showing, before the mode
    assert released.data == {"cause": changed.seq}


def test_leaf_may_stand_open_as_long_as_it_is_held(door: UnitUnderTest, text: str) -> None:
    show(door, text)
    door.set_input(Input.DOOR_CONTACT, active=True)
    for later in range(0, 600, 60):
        door.controller._parts.doorway.tick(time.monotonic() + later)
    assert Fault.HELD_OPEN not in door.controller._parts.faults.active


def test_shown_a_third_time_it_locks(door: UnitUnderTest, text: str) -> None:
    show(door, text, times=3)
    assert not is_held(door)
    assert not door.released
    assert changes(door) == [("hold_open", None), ("locked", Ended.SHOWN_AGAIN)]
    (_, ended) = door.events(K.MODE_CHANGED)
    assert (ended.data["credential"], ended.data["grant"]) == (CREDENTIAL, 77)


def test_it_ends_by_itself_with_the_window(door: UnitUnderTest, text: str) -> None:
    at = show(door, text)
    left = (minute_of(NOW) - 30 + 150 - minute_of(NOW)) * 60
    follow = door.controller._parts.commanding.follow_mode
    follow(at + left - 60)
    assert is_held(door)
    follow(at + left)
    assert changes(door)[-1] == ("locked", Ended.WINDOW_OVER)
    assert not door.released


def no_credential_key(city: City) -> bytes:
    kept = tuple(one for one in city.entries if one.purpose is not KeyPurpose.CREDENTIAL)
    return city.keyset(2, kept)


def credential_key_denied(city: City) -> bytes:
    removed = (DeniedKey(key=KEY_IDS[KeyPurpose.CREDENTIAL]),)
    return city.deny(DenyList(removed=removed))


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        (Down.AMENDMENTS, lambda city: city.amendments(2, revoked=[CREDENTIAL])),
        (Down.CONFIG, lambda city: city.config(2, areas=0b10)),
        (Down.KEYS, no_credential_key),
        (Down.DENY, credential_key_denied),
    ],
)
def test_it_ends_at_once_when_a_document_says_that_the_pass_opens_no_more(
    door: UnitUnderTest, text: str, city: City, kind: Down, document: Callable[[City], bytes]
) -> None:
    show(door, text)
    assert is_held(door)
    door.send(kind, document(city))
    assert changes(door)[-1] == ("locked", Ended.NOT_GRANTED)
    assert not door.released


@pytest.mark.parametrize("mode", [DoorMode.LOCKED, DoorMode.LOCKED_DOWN])
def test_mode_that_central_signs_since_counts(
    door: UnitUnderTest, text: str, city: City, mode: DoorMode
) -> None:
    show(door, text)
    until = None if mode is DoorMode.LOCKED else SOON
    door.send(Down.MODES, city.modes(mode, until))
    assert not door.released
    assert changes(door)[-1] == (mode.value, Ended.MODE_SAID)


def follow_later(door: UnitUnderTest, monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
    """Let the clock go on, and the door follow the mode that holds then."""
    clock = door.controller._parts.clock._clock
    before = clock.boot_ms
    monkeypatch.setattr(clock, "boot_ms", lambda: before() + minutes * 60_000)
    door.controller._parts.commanding.follow_mode(time.monotonic() + minutes * 60)


def test_mode_that_goes_on_with_it_is_written_down_and_takes_it_over(
    door: UnitUnderTest, text: str, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(door, text)
    door.send(Down.MODES, city.modes(DoorMode.HOLD_OPEN, SOON))
    assert changes(door) == [("hold_open", None), ("hold_open", Ended.MODE_SAID)]
    *_, taken_over = door.events(K.MODE_CHANGED)
    assert (taken_over.data["cause"], taken_over.data["credential"]) == ("test", CREDENTIAL)
    door.turn(20)
    assert door.released
    assert len(changes(door)) == 2
    follow_later(door, monkeypatch, 61)  # just after SOON
    assert changes(door)[2:] == [("locked", None)]
    assert not door.released


@pytest.mark.parametrize("mode", [DoorMode.HOLD_OPEN, DoorMode.UNLOCKED])
def test_mode_that_goes_on_with_it_and_cannot_be_written_down_locks_until_it_can(
    door: UnitUnderTest, text: str, city: City, mode: DoorMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(door, text)
    with monkeypatch.context() as full:
        full.setattr(door.controller._parts.recorder, "must_write", fails)
        door.send(Down.MODES, city.modes(mode, SOON))
        assert not door.released
    door.turn()
    assert door.released
    assert changes(door) == [("hold_open", None), (mode.value, None)]


def fails(_kind: EventKind, _data: dict[str, Any]) -> int:
    raise DatabaseFailed("full")


def test_pass_without_the_flag_holds_nothing_open(door: UnitUnderTest, city: City) -> None:
    show(door, a_pass(city), times=3)
    assert changes(door) == []


def test_code_that_stays_before_the_camera_is_shown_once(door: UnitUnderTest, text: str) -> None:
    begin = time.monotonic()
    for step in range(60):
        door.show(text, begin + step * 0.1)
    assert changes(door) == []


def test_pass_that_opens_once_costs_one_use_and_ends_what_it_began(
    door: UnitUnderTest, city: City
) -> None:
    once = a_pass(city, may_hold_open=True, uses=1)
    at = show(door, once)
    assert is_held(door)
    door.show(once, at + 300)
    assert not is_held(door)
    assert sum(one.data["use"] for one in door.events(K.DECIDED)) == 1


def test_pass_that_opens_once_opens_no_second_time_while_the_door_is_locked(
    door: UnitUnderTest, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = a_pass(city, may_hold_open=True, uses=1)
    monkeypatch.setattr(door.controller._parts.commanding, "follow_mode", lambda _now: None)
    at = show(door, once)
    door.show(once, at + 300)
    outcomes = [one.data["outcome"] for one in door.events(K.DECIDED)]
    assert outcomes == ["granted", "granted", "denied"]  # the second reopens within seconds


def test_nothing_is_held_open_when_it_cannot_be_written_down(
    door: UnitUnderTest, text: str
) -> None:
    recorder = door.controller._parts.recorder
    at = time.monotonic()
    door.show(text, at)
    recorder._journal._database.execute("PRAGMA query_only = ON")
    door.show(text, at + 4)
    assert not is_held(door)
    recorder._journal._database.execute("PRAGMA query_only = OFF")


def test_what_could_not_be_written_down_does_not_begin_when_it_can_be(
    door: UnitUnderTest, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = door.controller._parts.recorder
    write = recorder.must_write

    def no_room_for_a_mode(kind: EventKind, data: dict[str, Any]) -> int:
        if kind is K.MODE_CHANGED:
            raise DatabaseFailed("full")
        return write(kind, data)

    monkeypatch.setattr(recorder, "must_write", no_room_for_a_mode)
    at = show(door, text)
    monkeypatch.undo()
    door.controller._parts.commanding.follow_mode(at + 1800)
    assert not is_held(door)
    assert changes(door) == []


def test_it_does_not_outlive_the_program(tmp_path: Path, city: City, text: str) -> None:
    with running(tmp_path / "unit", city) as unit:
        unit.bring_into_service(timings=SHORT)
        show(unit, text)
        assert is_held(unit)
    with running(tmp_path / "unit", city) as unit:
        unit.turn(5)
        assert not unit.released
        assert not is_held(unit)


def test_time_that_is_not_trusted_begins_nothing(tmp_path: Path, city: City, text: str) -> None:
    with running(tmp_path, city) as unit:
        unit.bring_into_service(timings=SHORT, policy=Policy(grace_minutes=60))
        clock = unit.controller._parts.clock
        clock._keeper = type(clock._keeper)()  # as after a dead battery
        show(unit, text)
        assert not is_held(unit)


def test_holder_is_told_in_his_language_that_it_begins_and_ends(
    door: UnitUnderTest, city: City
) -> None:
    heard: list[str] = []
    door.controller._parts.signs._announcer = type(
        "Heard", (), {"show": lambda _, what: heard.append(what.title)}
    )()
    show(door, a_pass(city, may_hold_open=True, language=Language.FR), times=3)
    assert "La porte reste ouverte pour vos invités." in heard
    assert heard[-1] == "La porte se verrouille à nouveau."


def test_door_that_is_open_to_all_begins_nothing(
    door: UnitUnderTest, text: str, city: City
) -> None:
    door.send(Down.MODES, city.modes(DoorMode.UNLOCKED, SOON))
    show(door, text, times=3)
    assert changes(door) == [("unlocked", None)]
    assert not door.controller._parts.access._guests.holds(text)
    door.send(Down.MODES, city.modes(DoorMode.LOCKED, number=2))
    assert not door.released


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        (Kind.STAFF, DoorMode.LOCKED),
        (Kind.EMERGENCY, DoorMode.LOCKED),
        (Kind.EMERGENCY, DoorMode.LOCKED_DOWN),
    ],
)
def test_staff_and_emergency_pass_hold_nothing_open_also_after_a_lock_down(
    door: UnitUnderTest, city: City, kind: Kind, mode: DoorMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.send(Down.MODES, city.modes(mode, None if mode is DoorMode.LOCKED else SOON))
    show(door, a_pass(city, kind=kind, may_hold_open=True))
    follow_later(door, monkeypatch, 61)  # just after SOON
    assert "hold_open" not in {one for one, _ in changes(door)}
    assert door.controller._parts.doorway.mode is DoorMode.LOCKED


def test_mode_that_comes_to_hold_without_a_new_number_ends_it(
    door: UnitUnderTest, text: str
) -> None:
    guests, now = door.controller._parts.access._guests, show(door, text)
    assert guests.mode(DoorMode.LOCKED_DOWN, now) is DoorMode.LOCKED_DOWN
    assert guests.line["why"] == Ended.MODE_SAID
    assert guests.mode(DoorMode.LOCKED, now) is DoorMode.LOCKED


def test_lines_name_no_person(door: UnitUnderTest, text: str) -> None:
    show(door, text, times=3)
    lines: list[Event] = door.events(K.MODE_CHANGED)
    known = {"mode", "before", "cause", "credential", "grant", "why"}
    assert {name for one in lines for name in one.data} == known
    assert DocumentType.MODES not in door.controller._parts.believing.beliefs.held
