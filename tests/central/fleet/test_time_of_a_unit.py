"""A door unit whose clock stopped, and central that answers it with its real keys."""

import shutil
import time as clocks
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from central.fleet import units
from central.fleet.units import NewUnit
from contracts.documents import DocumentType
from contracts.journal import EventKind
from contracts.keys import KeyPurpose, SoftwareSigner
from contracts.reasons import Fault
from contracts.statements import sign_statement
from contracts.topics import Down, Up
from edge.config import Hardware
from edge.drivers.identity import load_identity
from tests.central.a_city import NOW, City
from tests.central.a_town import TOPIC_KINDS, Town
from tests.central.keys.key_files import entry_of
from tests.edge.a_unit import UNIT, UnitUnderTest, a_unit_config, running, write_identity
from tests.simulators.unit import SimulatedUnit

WINTER = timedelta(days=120)
SECOND = 90


@pytest.fixture
def database_url(sqlite_city: tuple[Path, City], tmp_path: Path) -> str:
    """One kind of database is enough: what is tested here is time."""
    path = tmp_path / "central.db"
    shutil.copy(sqlite_city[0], path)
    return f"sqlite:///{path}"


@pytest.fixture
def folder(town: Town, tmp_path: Path) -> Path:
    """A unit's folder; central knows the unit."""
    signer = SoftwareSigner.generate()
    write_identity(tmp_path / "identity", town.keys, signer)
    (tmp_path / "rtc").mkdir()
    public = signer.public
    new = NewUnit(UNIT, town.door("Zaal A"), public, public.hex(), is_commissioned=True)
    with town.database.write() as session:
        units.register(session, new, town.time())
    town.settle()
    return tmp_path


@contextmanager
def started(town: Town, folder: Path, rtc: datetime | None) -> Iterator[UnitUnderTest]:
    """Start the unit after a power cut, with what its battery-backed clock says."""
    says = "" if rtc is None else str(int(rtc.timestamp()))
    (folder / "rtc" / "since_epoch").write_text(says, encoding="ascii")
    shutil.rmtree(folder / "run", ignore_errors=True)
    hardware = Hardware(pins="mock", rtc=str(folder / "rtc"))
    config = replace(a_unit_config(folder), hardware=hardware)
    with running(folder, town.keys, config) as unit:
        yield unit


def bring(town: Town, unit: UnitUnderTest) -> None:
    for kind in TOPIC_KINDS:
        raw = town.broker.retained.get(f"hallpass/v1/{UNIT}/down/{kind}")
        if raw is not None:
            unit.send(Down(kind), raw)


def ask(town: Town, unit: UnitUnderTest, folder: Path) -> bool:
    """Let central answer what the unit asks now; return whether it asked anything."""
    question = unit.controller._parts.believing.question(clocks.monotonic())
    if question is None:
        return False
    signer = load_identity(folder / "identity").signer
    kind = DocumentType.FRESHNESS_REQUEST
    asked = sign_statement(kind, UNIT, 0, 0, question, signer)
    town.say(SimulatedUnit(town.keys.root_keys, UNIT, signer), Up.FRESHNESS, asked)
    unit.send(Down.FRESHNESS, town.broker.last(UNIT, "freshness"))
    return True


def add_second_key(town: Town) -> None:
    signer = SoftwareSigner.generate()
    town.add_key(entry_of(town.keys, KeyPurpose.FRESHNESS, signer, id=SECOND), signer)
    town.settle()


def new_in_service(town: Town, folder: Path) -> None:
    with started(town, folder, town.time()) as unit:
        bring(town, unit)
        assert ask(town, unit, folder)
        assert unit.controller._parts.clock.trust == "signed"


def faults(unit: UnitUnderTest) -> list[str]:
    changes = unit.events(EventKind.FAULT_RAISED, EventKind.FAULT_CLEARED)
    return [one.kind for one in changes if one.data["fault"] == Fault.CLOCK_DOUBTED]


@pytest.mark.parametrize("rtc", [None, datetime.min.replace(year=2000, tzinfo=NOW.tzinfo), NOW])
def test_clock_that_stopped_gets_right_by_two_keys_without_a_person(
    town: Town, folder: Path, rtc: datetime | None
) -> None:
    add_second_key(town)
    new_in_service(town, folder)
    town.time.now = NOW + WINTER
    with started(town, folder, rtc) as unit:
        clock = unit.controller._parts.clock
        assert ask(town, unit, folder)
        assert clock.doubted
        assert Fault.CLOCK_DOUBTED in unit.controller._parts.faults.active
        assert ask(town, unit, folder)  # at once, and another key answers
        assert not ask(town, unit, folder)  # everything is said for an hour
        right = clock.unix_ms()
        assert right is not None
        assert abs(right - town.time().timestamp() * 1000) < 60_000
        said = [one.data for one in unit.events(EventKind.CLOCK_SET)][-2:]
        assert [one["outcome"] for one in said] == ["far_ahead", "set"]
        assert "waits for a second key" in said[0]["detail"]
        assert {one["key"] for one in said} == {"7", str(SECOND)}
        assert faults(unit) == ["fault_raised", "fault_cleared"]


def test_clock_that_stopped_stays_wrong_and_says_so_while_there_is_one_key(
    town: Town, folder: Path
) -> None:
    new_in_service(town, folder)
    town.time.now = NOW + WINTER
    with started(town, folder, NOW) as unit:
        believing, clock = unit.controller._parts.believing, unit.controller._parts.clock
        for _ in range(5):
            believing.ask_soon()
            assert ask(town, unit, folder)
            wrong = clock.unix_ms()
            assert wrong is not None
            assert wrong < (NOW + timedelta(days=1)).timestamp() * 1000
        assert Fault.CLOCK_DOUBTED in unit.controller._parts.faults.active
        outcomes = [one.data["outcome"] for one in unit.events(EventKind.CLOCK_SET)]
        assert outcomes.count("far_ahead") == 1  # the same again is no news
        assert faults(unit) == ["fault_raised"]


def test_whoever_stole_one_key_moves_a_good_clock_by_a_day_at_most(
    town: Town, folder: Path
) -> None:
    add_second_key(town)
    new_in_service(town, folder)
    with started(town, folder, NOW) as unit:
        believing, clock = unit.controller._parts.believing, unit.controller._parts.clock
        for hours in range(0, 100, 10):
            believing.ask_soon()
            question = believing.question(clocks.monotonic())
            assert question is not None
            town.keys.moment = NOW + timedelta(hours=hours)
            numbers = {DocumentType.KEY_SET: 2}
            unit.send(Down.FRESHNESS, town.keys.freshness(question.nonce, numbers, 100 + hours))
            believed = clock.unix_ms()
            assert believed is not None
            assert believed <= (NOW + timedelta(days=1)).timestamp() * 1000
        assert clock.doubted == "7"
