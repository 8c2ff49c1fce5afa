"""Which mode holds: every one but locked ends, and none that opens does so without a known time."""

import pytest

from contracts.modes import DoorMode, Modes
from edge.core.modes import mode_now

UNTIL = 1_795_000_000
BEFORE, AFTER = (UNTIL - 1) * 1000, UNTIL * 1000
OPENING = [DoorMode.UNLOCKED, DoorMode.HOLD_OPEN]


def told(mode: DoorMode) -> Modes:
    return Modes(mode=mode, until=None if mode is DoorMode.LOCKED else UNTIL, cause="desk")


def test_without_a_document_the_door_is_locked() -> None:
    assert mode_now(None, BEFORE, may_open=True) is DoorMode.LOCKED


@pytest.mark.parametrize("mode", DoorMode)
def test_a_mode_holds_until_its_end(mode: DoorMode) -> None:
    assert mode_now(told(mode), BEFORE, may_open=True) is mode
    assert mode_now(told(mode), AFTER - 1, may_open=True) is mode
    assert mode_now(told(mode), AFTER, may_open=True) is DoorMode.LOCKED


@pytest.mark.parametrize("mode", OPENING)
def test_no_mode_opens_without_a_known_time(mode: DoorMode) -> None:
    assert mode_now(told(mode), None, may_open=True) is DoorMode.LOCKED


@pytest.mark.parametrize("mode", OPENING)
def test_no_mode_opens_where_nothing_may_open(mode: DoorMode) -> None:
    assert mode_now(told(mode), BEFORE, may_open=False) is DoorMode.LOCKED


def test_a_lock_down_lasts_until_a_known_time_ends_it() -> None:
    modes = told(DoorMode.LOCKED_DOWN)
    assert mode_now(modes, None, may_open=False) is DoorMode.LOCKED_DOWN
    assert mode_now(modes, AFTER, may_open=False) is DoorMode.LOCKED
