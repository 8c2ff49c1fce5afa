"""What central configures at a door: defaults that refuse, and values that make sense."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.credential import Language
from contracts.door_config import DoorConfig, Policy, Timings, Zone
from contracts.errors import Malformed
from contracts.zone import LEAST_APART, ZoneTable
from tests.contracts.brussels import BRUSSELS

LEAST = {
    "door": 1,
    "name": "",
    "site": 1,
    "areas": 1,
    "zone": {"name": "", "first_offset": 0, "transitions": []},
}


def test_a_door_opens_for_nobody_unless_it_is_said() -> None:
    config = DoorConfig.read(LEAST)
    assert not config.commissioned
    assert config.policy == Policy()
    assert not (config.policy.staff_without_clock)
    assert not (config.policy.grace_minutes)
    assert config.language is Language.NL


@pytest.mark.parametrize(
    "change",
    [
        {"door": -1},
        {"door": 1 << 16},
        {"site": 1 << 16},
        {"areas": 0},
        {"areas": 1 << 32},
        {"name": "x" * 81},
        {"language": 5},
        {"duty_phone": None},
        {"commissioned": 1},
        {"commissioned": "true"},
        {"refusals_before_pause": 256},
        {"zone": None},
        {"opens_always": True},
    ],
    ids=repr,
)
def test_a_configuration_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        DoorConfig.read({**LEAST, **change})


@pytest.mark.parametrize(
    "change",
    [
        {"release": 0},
        {"release": -1},
        {"release": 15_001},
        {"extended_release": 4_999},
        {"extended_release": 30_001},
        {"longest_release": 14_999},
        {"longest_release": 3_600_001},
        {"open": 9_999},
        {"open": 90_001},
        {"extended_open": 29_999},
        {"pre_alarm": 30_001},
        {"secure_on_open": 0},
    ],
    ids=repr,
)
def test_timings_that_contradict_each_other_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        Timings.read(change)


@given(st.lists(st.integers(0, 3_600_000), min_size=3, max_size=3).map(sorted), st.data())
def test_timings_in_order_are_taken(releases: list[int], data: st.DataObject) -> None:
    opens = sorted(data.draw(st.lists(st.integers(0, 3_600_000), min_size=3, max_size=3)))
    names = ["release", "extended_release", "longest_release", "pre_alarm", "open", "extended_open"]
    values = dict(zip(names, releases + opens, strict=True))
    if releases[0] == 0:
        with pytest.raises(Malformed):
            Timings.read(values)
    else:
        assert Timings.read(values).to_json() == {**values, "secure_on_open": True}


@pytest.mark.parametrize(
    "change",
    [
        {"grace_minutes": -1},
        {"grace_minutes": 1441},
        {"lists_old_after_hours": 0},
        {"lists_old_after_hours": 8761},
        {"staff_without_clock": 1},
        {"everybody": True},
    ],
    ids=repr,
)
def test_a_policy_without_bounds_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        Policy.read(change)


@pytest.mark.parametrize(
    "transitions",
    [
        [[5, 60], [5 + LEAST_APART - 1, 0]],
        [[5000, 60], [5, 0]],
        [[5, 60], [5, 0]],
        [[5, 1440]],
        [[5, -1440]],
        [[-1, 60]],
        [[5]],
        [[5, 60, 1]],
        [[at * LEAST_APART, 0] for at in range(65)],
    ],
    ids=["near", "falling", "twice", "far east", "far west", "early", "one", "three", "many"],
)
def test_a_zone_that_cannot_be_read_in_one_way_is_refused(transitions: list[list[int]]) -> None:
    with pytest.raises(Malformed):
        Zone.read({"name": "x", "first_offset": 0, "transitions": transitions})


def test_a_zone_travels_and_calculates_the_same() -> None:
    assert Zone.parse(BRUSSELS.to_bytes()).table() == BRUSSELS.table()
    rule = [[5, 60], [5 + LEAST_APART, 0]]
    zone = Zone.read({"name": "x", "first_offset": 0, "transitions": rule})
    assert zone.table() == ZoneTable(0, ((5, 60), (5 + LEAST_APART, 0)))
