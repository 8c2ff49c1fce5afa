"""What a unit remembers of its documents over a restart: numbers, removed keys, and what is gone."""

from dataclasses import replace
from pathlib import Path

import pytest

from contracts.documents import DocumentType
from contracts.freshness import DeniedKey, DenyList
from contracts.journal import EventKind
from contracts.keys import KeyPurpose
from contracts.reasons import Fault
from contracts.topics import Down
from edge.core.beliefs import Beliefs
from tests.edge.a_unit import UnitUnderTest, a_unit_config, running
from tests.simulators.city import KEY_IDS, NOW, City

MODES, COMMAND = KEY_IDS[KeyPurpose.MODES], KEY_IDS[KeyPurpose.COMMAND]


@pytest.fixture
def city() -> City:
    return City()


def beliefs_of(unit: UnitUnderTest) -> Beliefs:
    return unit.controller._parts.believing.beliefs


def denying(*keys: int) -> DenyList:
    return DenyList(removed=tuple(DeniedKey(key=one) for one in keys))


def test_removed_key_stays_removed_over_a_restart_though_the_newest_list_does_not_name_it(
    tmp_path: Path, city: City
) -> None:
    with running(tmp_path, city) as unit:
        unit.bring_into_service()
        unit.send(Down.DENY, city.deny(denying(MODES, COMMAND), 1))
        unit.send(Down.DENY, city.deny(denying(COMMAND), 2))
    with running(tmp_path, city) as unit:
        assert set(beliefs_of(unit).denied) == {MODES, COMMAND}
        unit.send(Down.KEYS, city.keyset(2))
        assert set(beliefs_of(unit).denied) == {COMMAND}
    with running(tmp_path, city) as unit:
        assert set(beliefs_of(unit).denied) == {COMMAND}


def test_unit_goes_on_after_a_restart_when_a_list_removed_the_key_that_signed_it(
    tmp_path: Path, city: City
) -> None:
    deny = KEY_IDS[KeyPurpose.DENY]
    with running(tmp_path, city) as unit:
        unit.bring_into_service()
        unit.send(Down.DENY, city.deny(denying(deny), 1))
    with running(tmp_path, city) as unit:
        assert beliefs_of(unit).fresh
        unit.send(Down.DENY, city.deny(denying(deny, COMMAND), 2))
        assert (set(beliefs_of(unit).denied), beliefs_of(unit).number(DocumentType.DENY)) == (
            {deny},
            1,
        )


def test_what_a_key_said_of_the_time_confirms_nothing_once_the_key_is_removed(
    tmp_path: Path, city: City
) -> None:
    far, fresh = int(NOW.timestamp() * 1000) + 30 * 86_400_000, KEY_IDS[KeyPurpose.FRESHNESS]
    with running(tmp_path, city) as unit:
        unit.bring_into_service()
        clock = unit.controller._parts.clock
        assert clock.hear_signed(far, 0, str(COMMAND)) == "far_ahead"
        unit.send(Down.DENY, city.deny(denying(MODES), 1))
        assert clock.doubted == str(COMMAND)
        unit.send(Down.DENY, city.deny(denying(COMMAND), 2))
        assert clock.doubted == ""
        assert clock.hear_signed(far, 0, str(fresh)) == "far_ahead"


def test_another_unit_s_memory_keeps_no_configuration_out_and_opens_nothing_by_itself(
    tmp_path: Path, city: City
) -> None:
    with running(tmp_path, city) as unit:
        unit.bring_into_service()
        unit.send(Down.CONFIG, city.config(40))
    renamed = replace(a_unit_config(tmp_path), unit="u-another2")
    other = replace(city, unit="u-another2")
    with running(tmp_path, other, renamed) as unit:
        assert not beliefs_of(unit).fresh
        unit.send(Down.CONFIG, other.config(1))
        assert beliefs_of(unit).config is not None
        assert not beliefs_of(unit).fresh
        unit.answer_freshness()
        assert beliefs_of(unit).fresh
    with running(tmp_path, other, renamed) as unit:
        assert beliefs_of(unit).fresh


def test_unit_that_lost_a_document_says_so_at_its_birth_and_in_its_journal(
    tmp_path: Path, city: City
) -> None:
    with running(tmp_path, city) as unit:
        unit.bring_into_service()
        assert not unit.controller._parts.uplink.state_lost()
        store = unit.controller._parts.access._store
        store._database.execute("DELETE FROM document WHERE kind LIKE '%amendments%'")
    with running(tmp_path, city) as unit:
        assert not unit.controller._parts.access._store.state_lost
        assert unit.controller._parts.uplink.state_lost()
        raised = [one.data for one in unit.events(EventKind.FAULT_RAISED)]
        assert {"fault": Fault.STATE_LOST, "detail": "hallpass-amendments+jws"} in raised
