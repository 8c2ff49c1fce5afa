"""The mode of a door: every one but locked has an end."""

from typing import Any

import pytest

from contracts.bodies import U32
from contracts.errors import Malformed
from contracts.modes import DoorMode, Modes


@pytest.mark.parametrize("mode", DoorMode)
def test_every_mode_but_locked_has_an_end(mode: DoorMode) -> None:
    with_end, without = ({"mode": mode, "until": until, "cause": "staff-1"} for until in (5, None))
    good, bad = (without, with_end) if mode is DoorMode.LOCKED else (with_end, without)
    assert Modes.read(good).mode is mode
    with pytest.raises(Malformed):
        Modes.read(bad)


@pytest.mark.parametrize(
    "change",
    [{"mode": "open"}, {"until": -1}, {"until": U32 + 1}, {"cause": ""}, {"cause": "Anna P"}],
)
def test_a_mode_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        Modes.read({"mode": "unlocked", "until": 5, "cause": "staff-1", **change})
