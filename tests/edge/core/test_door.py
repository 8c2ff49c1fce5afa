"""The door's table and timers, scene by scene."""

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.door_config import Timings
from contracts.journal import EventKind
from contracts.modes import DoorMode
from contracts.reasons import Fault
from edge.core import door as rules
from edge.core.door import (
    IGNORED,
    TABLE,
    Action,
    Clear,
    Door,
    Happening,
    NoCause,
    Phase,
    Raise,
    Record,
    Release,
    Secure,
    Warn,
)
from tests.edge.core.a_door import ADoor

ROOT = Path(__file__).parents[3]
HELD, FORCED = Fault.HELD_OPEN, Fault.FORCED_OPEN


def record(kind: EventKind, **data: object) -> Record:
    return Record(kind, data)


# --- the table


def test_every_pair_of_phase_and_happening_is_decided_exactly_once() -> None:
    pairs = set(itertools.product(Phase, Happening))
    assert set(TABLE) | IGNORED == pairs
    assert set(TABLE) & IGNORED == set()


def test_every_phase_can_be_reached_and_left() -> None:
    assert {following for following, _ in TABLE.values()} == set(Phase)
    assert {phase for phase, _ in TABLE} == set(Phase)


@pytest.mark.parametrize("pair", sorted(IGNORED))
def test_what_is_ignored_changes_neither_strike_nor_phase_nor_alarm(
    pair: tuple[Phase, Happening],
) -> None:
    phase, happening = pair
    mode = DoorMode.UNLOCKED if phase in {Phase.FREE, Phase.FREE_OPEN} else DoorMode.LOCKED
    door = ADoor(Door(phase, mode, cause=3))
    happens: dict[Happening, Callable[[], tuple[Action, ...]]] = {
        Happening.GRANT: lambda: door.grant(9, accessible=True),
        Happening.FREE_BEGINS: lambda: door.mode(DoorMode.HOLD_OPEN, 9),
        Happening.FREE_ENDS: lambda: door.mode(DoorMode.LOCKED),
        Happening.LOCK_DOWN: lambda: door.mode(DoorMode.LOCKED_DOWN),
        Happening.LEAF_OPENED: door.opens,
        Happening.LEAF_CLOSED: door.closes,
        Happening.RELEASE_OVER: door.tick,
    }
    assert happens[happening]() == ()
    assert door.door.phase is phase
    assert door.door.due is None


def test_the_document_shows_the_table_as_it_is() -> None:
    shown = re.search(r"```mermaid\n(.*?)\n```", (ROOT / "docs/door.md").read_text(), re.DOTALL)
    assert shown
    assert shown[1] == rules.diagram()


# --- one passage


def test_a_grant_releases_the_strike_for_the_release_time() -> None:
    door = ADoor()
    assert door.grant(7) == (Release(5.0, 7), record(EventKind.RELEASED, cause=7))
    assert door.at(1004.9).strike
    assert not door.at(1005.0).strike


def test_an_accessible_grant_releases_it_for_the_extended_time() -> None:
    door = ADoor()
    assert door.grant(7, accessible=True)[0] == Release(15.0, 7)


def test_a_passage_is_released_opened_and_closed_and_each_names_its_cause() -> None:
    door = ADoor()
    door.grant(7)
    door.at(1002).opens()
    door.at(1009).closes()
    assert door.records == [
        ("released", {"cause": 7}),
        ("opened", {"cause": 7}),
        ("closed", {"cause": 7}),
    ]
    assert door.door.phase is Phase.SECURED
    assert door.door.alarms == frozenset()


def test_the_strike_is_secured_as_soon_as_the_leaf_opens() -> None:
    door = ADoor()
    door.grant(7)
    assert door.at(1002).opens()[0] == Secure()
    assert not door.strike


def test_a_site_may_leave_the_strike_released_while_the_leaf_is_open() -> None:
    door = ADoor(timings=Timings(secure_on_open=False))
    door.grant(7)
    assert Secure() not in door.at(1002).opens()
    assert door.strike
    assert Secure() in door.at(1003).closes()


def test_a_strike_left_released_still_ends_with_its_pulse() -> None:
    door = ADoor(timings=Timings(secure_on_open=False))
    door.grant(7)
    door.at(1002).opens()
    door.at(1006)
    assert not door.strike
    assert door.when(Secure()) == [1005.0]
    assert ("not_taken", {"cause": 7}) not in door.records


def test_an_entry_that_nobody_used_is_noted_as_not_taken() -> None:
    door = ADoor()
    door.grant(7)
    door.at(1006)
    assert door.when(record(EventKind.NOT_TAKEN, cause=7)) == [1005.0]
    assert door.door.phase is Phase.SECURED


# --- more than one pass


def test_a_second_grant_lengthens_the_pulse() -> None:
    door = ADoor()
    door.grant(7)
    assert door.at(1003).grant(8)[0] == Release(5.0, 8)
    assert door.at(1007.9).strike
    assert not door.at(1008).strike


def test_a_second_grant_never_shortens_the_pulse_of_an_accessible_one() -> None:
    door = ADoor()
    door.grant(7, accessible=True)
    door.at(1001).grant(8)
    assert door.at(1014.9).strike
    assert door.door.accessible


def test_pulses_one_after_the_other_end_at_the_longest_release() -> None:
    door = ADoor()
    door.grant(1)
    for second in range(1, 40):
        door.at(1000.0 + second)
        if second < 30:
            door.grant(second + 1)
    assert door.when(Secure()) == [1030.0]


def test_after_the_longest_release_another_pass_begins_anew() -> None:
    door = ADoor()
    for second in range(30):
        door.at(1000.0 + second).grant(second + 1)
    assert door.at(1030).grant(99)[0] == Release(5.0, 99)


def test_a_grant_after_a_pulse_that_nobody_ended_yet_ends_it_first() -> None:
    door = ADoor()
    door.grant(7)
    assert door.late(1045).grant(8) == (
        Secure(),
        record(EventKind.NOT_TAKEN, cause=7),
        Release(5.0, 8),
        record(EventKind.RELEASED, cause=8),
    )


def test_a_pass_at_a_door_whose_contact_says_open_still_gets_a_pulse() -> None:
    door = ADoor(rules.at_start(leaf_open=True))
    assert door.grant(7)[0] == Release(5.0, 7)
    assert not door.at(1005).strike
    assert door.door.phase is Phase.OPEN


def test_a_leaf_that_falls_shut_ends_the_pulse_of_a_pass_shown_while_it_was_open() -> None:
    door = ADoor()
    door.grant(7)
    door.at(1002).opens()
    door.at(1003).grant(8)
    assert Secure() in door.at(1004).closes()
    assert not door.strike


# --- left open


def test_a_leaf_left_open_is_warned_of_and_then_an_alarm() -> None:
    door = ADoor()
    door.grant(7)
    door.at(1002).opens()
    door.at(1100)
    assert door.when(Warn()) == [1022.0]
    assert door.when(Raise(HELD)) == [1032.0]
    assert door.door.alarms == {HELD}


def test_an_accessible_passage_may_take_longer() -> None:
    door = ADoor()
    door.grant(7, accessible=True)
    door.at(1002).opens()
    door.at(1200)
    assert door.when(Warn()) == [1082.0]
    assert door.when(Raise(HELD)) == [1092.0]


def test_closing_ends_the_held_open_alarm() -> None:
    door = ADoor()
    door.grant(7)
    door.at(1002).opens()
    assert Clear(HELD) in door.at(1040).closes()
    assert door.door.due is None


def test_closing_in_time_leaves_no_timer_behind() -> None:
    door = ADoor()
    door.grant(7)
    door.at(1002).opens()
    door.at(1010).closes()
    door.at(2000)
    assert door.when(Warn()) == []
    assert door.when(Raise(HELD)) == []


def test_a_pass_at_an_open_leaf_starts_its_time_anew() -> None:
    door = ADoor()
    door.grant(7)
    door.at(1002).opens()
    assert Clear(HELD) in door.at(1040).grant(8)
    door.at(1200)
    assert door.when(Raise(HELD)) == [1032.0, 1070.0]


def test_a_leaf_that_stands_open_when_the_program_starts_is_timed_from_there() -> None:
    door = ADoor(rules.at_start(leaf_open=True, now=1000))
    door.at(1100)
    assert door.when(Raise(HELD)) == [1030.0]
    assert door.when(Raise(FORCED)) == []


def test_a_start_releases_nothing() -> None:
    for is_open in (False, True):
        door = rules.at_start(leaf_open=is_open, now=1000)
        assert not door.strike_released
        assert door.alarms == frozenset()


# --- without a pass


def test_a_leaf_that_opens_by_itself_is_forced() -> None:
    door = ADoor()
    assert door.opens() == (record(EventKind.OPENED, by="force"), Raise(FORCED))


def test_the_forced_alarm_lasts_until_the_leaf_is_closed() -> None:
    door = ADoor()
    door.opens()
    assert Clear(FORCED) not in door.at(1005).grant(7)
    assert door.door.alarms == {FORCED}
    assert Clear(FORCED) in door.at(1006).closes()


def test_a_forced_leaf_that_stays_open_is_held_open_too_and_both_end_with_closing() -> None:
    door = ADoor()
    door.opens()
    door.at(1031)
    assert door.door.alarms == {FORCED, HELD}
    cleared = [one for one in door.closes() if isinstance(one, Clear)]
    assert cleared == [Clear(FORCED), Clear(HELD)]


@pytest.mark.parametrize("by", ["rex", "key_cylinder", "panic_bar", "fire_panel"])
def test_an_opening_that_something_explains_is_no_alarm(by: str) -> None:
    door = ADoor()
    door.explained(by)
    assert door.at(1010).opens() == (record(EventKind.OPENED, by=by),)
    assert door.at(1012).closes()[-1] == record(EventKind.CLOSED, cause=0)


def test_an_explanation_does_not_last() -> None:
    door = ADoor()
    door.explained("rex")
    assert Raise(FORCED) in door.at(1010.1).opens()


def test_a_fire_alarm_explains_every_opening_while_it_lasts() -> None:
    door = ADoor()
    door.explained("fire_panel", lasts=True)
    door.at(1003).explained("rex")
    for second in (1002, 1500, 3000):
        assert Raise(FORCED) not in door.at(second).opens()
        door.at(second + 60).closes()
    door.at(4000).explained("fire_panel")
    assert Raise(FORCED) in door.at(4010.1).opens()


def test_an_explained_opening_does_not_name_the_pass_before_it() -> None:
    door = ADoor()
    door.grant(7, accessible=True)
    door.at(1002).opens()
    door.at(1003).closes()
    door.at(1100).explained("rex")
    assert door.at(1101).opens() == (record(EventKind.OPENED, by="rex"),)
    assert door.door.held_at == 1131.0


# --- the strike's last moments


def test_a_leaf_pulled_just_before_the_pulse_ends_is_late_and_not_forced() -> None:
    door = ADoor()
    door.grant(7)
    door.at(1005.05)
    assert door.opens() == (record(EventKind.OPENED, cause=7, by="late"),)


def test_a_leaf_that_comes_back_from_the_frame_is_not_forced() -> None:
    door = ADoor()
    door.grant(7)
    door.at(1002).opens()
    door.at(1004).closes()
    assert Raise(FORCED) not in door.at(1004.4).opens()


def test_a_second_after_the_strike_locked_an_opening_is_forced_again() -> None:
    door = ADoor()
    door.grant(7)
    assert Raise(FORCED) in door.at(1006.1).opens()


def test_the_timer_that_lost_against_the_leaf_notes_nothing() -> None:
    door = ADoor()
    door.grant(7)
    door.late(1005.01).opens()
    door.at(1006)
    assert [kind for kind, _ in door.records] == ["released", "opened"]


# --- modes


def test_an_alarm_that_is_on_is_not_raised_again_when_free_passage_ends() -> None:
    door = ADoor()
    door.mode(DoorMode.UNLOCKED, 5)
    door.at(1002).opens()
    door.at(1100).mode(DoorMode.LOCKED)
    door.at(1200)
    assert door.when(Raise(HELD)) == [1032.0]
    assert Clear(HELD) in door.closes()


def test_a_free_door_stays_released_until_its_mode_ends() -> None:
    door = ADoor()
    assert door.mode(DoorMode.UNLOCKED, 5) == (
        Release(None, 5),
        record(EventKind.RELEASED, cause=5),
    )
    assert door.at(9000).strike
    assert door.mode(DoorMode.LOCKED) == (Secure(),)
    assert door.door.phase is Phase.SECURED


def test_people_pass_a_free_door_and_a_pass_changes_nothing_there() -> None:
    door = ADoor()
    door.mode(DoorMode.UNLOCKED, 5)
    assert door.at(1001).grant(9, accessible=True) == ()
    assert door.at(1002).opens() == (record(EventKind.OPENED, cause=5),)
    assert door.at(1003).closes() == (record(EventKind.CLOSED, cause=5),)
    assert door.strike


def test_an_unlocked_door_that_is_left_open_is_an_alarm() -> None:
    door = ADoor()
    door.mode(DoorMode.UNLOCKED, 5)
    door.at(1002).opens()
    door.at(1100)
    assert door.when(Raise(HELD)) == [1032.0]
    assert Clear(HELD) in door.closes()


def test_a_door_held_open_for_guests_may_stand_open() -> None:
    door = ADoor()
    door.mode(DoorMode.HOLD_OPEN, 5)
    door.at(1002).opens()
    door.at(9000)
    assert door.when(Raise(HELD)) == []


def test_hold_open_ends_the_alarm_of_a_leaf_that_already_stands_open() -> None:
    door = ADoor()
    door.grant(4)
    door.at(1002).opens()
    assert Clear(HELD) in door.at(1040).mode(DoorMode.HOLD_OPEN, 5)
    door.at(9000)
    assert door.when(Raise(HELD)) == [1032.0]


def test_changing_from_held_open_to_unlocked_starts_the_time_of_an_open_leaf() -> None:
    door = ADoor()
    door.mode(DoorMode.HOLD_OPEN, 5)
    door.at(1002).opens()
    door.at(2000).mode(DoorMode.UNLOCKED, 6)
    door.at(2100)
    assert door.when(Raise(HELD)) == [2030.0]
    assert door.strike


def test_a_mode_that_is_only_kept_does_not_start_anything_anew() -> None:
    door = ADoor()
    door.mode(DoorMode.UNLOCKED, 5)
    door.at(1002).opens()
    for second in range(1003, 1032):
        assert door.at(second).mode(DoorMode.UNLOCKED, 6) == ()
    assert door.at(1040).when(Raise(HELD)) == [1032.0]


def test_a_leaf_that_is_open_when_free_passage_ends_locks_when_it_closes() -> None:
    door = ADoor()
    door.mode(DoorMode.HOLD_OPEN, 5)
    door.at(1002).opens()
    assert door.at(2000).mode(DoorMode.LOCKED) == (Secure(),)
    assert door.door.leaf_open
    door.at(2031)
    assert door.when(Raise(HELD)) == [2030.0]
    assert door.closes()[0] == Secure()
    assert door.door.phase is Phase.SECURED


def test_free_passage_does_not_end_with_an_earlier_pulse() -> None:
    door = ADoor()
    door.grant(4)
    door.at(1001).mode(DoorMode.UNLOCKED, 5)
    door.at(1100)
    assert door.strike
    assert door.when(record(EventKind.NOT_TAKEN, cause=4)) == []


def test_a_lock_down_ends_a_pulse_at_once() -> None:
    door = ADoor()
    door.grant(4)
    assert door.at(1001).mode(DoorMode.LOCKED_DOWN) == (
        Secure(),
        record(EventKind.NOT_TAKEN, cause=4),
    )
    assert not door.strike


def test_a_lock_down_ends_free_passage() -> None:
    door = ADoor()
    door.mode(DoorMode.UNLOCKED, 5)
    assert door.at(1001).mode(DoorMode.LOCKED_DOWN) == (Secure(),)
    door = ADoor()
    door.mode(DoorMode.UNLOCKED, 5)
    door.opens()
    door.at(1001).mode(DoorMode.LOCKED_DOWN)
    assert not door.strike
    assert door.door.held_at == 1031.0


def test_a_lock_down_that_goes_on_leaves_an_emergency_pass_its_pulse() -> None:
    door = ADoor()
    door.mode(DoorMode.LOCKED_DOWN, 5)
    door.at(1001).grant(6)
    assert door.at(1002).mode(DoorMode.LOCKED_DOWN, 5) == ()
    assert door.strike


def test_the_end_of_a_lock_down_releases_nothing() -> None:
    door = ADoor()
    door.mode(DoorMode.LOCKED_DOWN, 5)
    assert door.mode(DoorMode.LOCKED, 6) == ()
    assert not door.strike


# --- causes


def test_nothing_releases_without_a_written_cause() -> None:
    door = ADoor()
    with pytest.raises(NoCause):
        door.grant(0)
    with pytest.raises(NoCause):
        door.mode(DoorMode.UNLOCKED, 0)
    assert door.done == []
