"""The steps from plenty of room to none: what is given up, in which order, and what never is."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.journal import EventKind
from edge.core.room import (
    MEASURES,
    MINIMUM,
    WRITTEN,
    Measures,
    Room,
    Space,
    assess,
    may_grant,
    may_write,
)

MB = 1024 * 1024
K = EventKind
STEPS = list(Room)


def space(free: float, **changes: float) -> Space:
    """A card of 8 GB with a ballast of 16 MB and a journal that may use 256 MB; numbers in MB."""
    values = {
        "free": free,
        "total": 8000,
        "journal": 10,
        "reusable": 0,
        "budget": 256,
        "ballast": 16,
        "ballast_wanted": 16,
        **changes,
    }
    return Space(**{name: int(value * MB) for name, value in values.items()})


@pytest.mark.parametrize(
    ("free", "room"),
    [
        (4000, Room.ENOUGH),
        (52, Room.ENOUGH),
        (51, Room.PRUNE),
        (26, Room.PRUNE),
        (25, Room.LOW),
        (4, Room.LOW),
        (3.9, Room.LAST_RESORT),
        (0, Room.LAST_RESORT),
    ],
)
def test_steps_follow_what_the_journal_may_still_use(free: float, room: Room) -> None:
    assert assess(space(free)) is room


def test_a_large_disk_that_is_nearly_full_still_has_room_for_a_journal() -> None:
    assert assess(space(20_000, total=500_000)) is Room.ENOUGH


def test_a_small_disk_counts_by_its_own_size() -> None:
    assert assess(space(30, total=100)) is Room.ENOUGH
    assert assess(space(19, total=100)) is Room.PRUNE
    assert assess(space(10, total=100)) is Room.PRUNE
    assert assess(space(9, total=100)) is Room.LOW


def test_a_journal_that_uses_up_its_budget_is_low_but_never_the_last_resort() -> None:
    assert assess(space(4000, journal=210)) is Room.PRUNE
    assert assess(space(4000, journal=240)) is Room.LOW
    assert assess(space(4000, journal=900)) is Room.LOW


def test_what_was_deleted_inside_the_database_is_room_again() -> None:
    assert assess(space(10)) is Room.LOW
    assert assess(space(10, reusable=100)) is Room.ENOUGH


def test_but_without_room_for_its_log_the_database_cannot_use_it() -> None:
    assert assess(space(1, reusable=100)) is Room.LAST_RESORT


def test_the_room_of_a_ballast_that_was_given_up_is_for_grants_alone() -> None:
    assert assess(space(3)) is Room.LAST_RESORT
    assert assess(space(19, ballast=0)) is Room.LAST_RESORT
    assert assess(space(2, ballast=0)) is Room.LAST_RESORT
    assert assess(space(1.9, ballast=0)) is Room.FULL


def test_with_room_again_the_ballast_comes_back_and_does_not_swing_back_and_forth() -> None:
    rooms = {assess(space(100 - grown, ballast=grown)) for grown in range(17)}
    assert rooms == {Room.ENOUGH}
    assert MEASURES[Room.ENOUGH].grow_ballast


def test_without_a_ballast_in_the_configuration_the_steps_are_the_same() -> None:
    assert assess(space(100, ballast=0, ballast_wanted=0)) is Room.ENOUGH
    assert assess(space(5, ballast=0, ballast_wanted=0)) is Room.LOW
    assert assess(space(3, ballast=0, ballast_wanted=0)) is Room.LAST_RESORT
    assert assess(space(1, ballast=0, ballast_wanted=0)) is Room.FULL


@pytest.mark.parametrize(
    ("room", "retires", "tells", "gives_up", "takes_back"),
    [
        (Room.ENOUGH, False, False, False, True),
        (Room.PRUNE, True, False, False, True),
        (Room.LOW, True, True, False, False),
        (Room.LAST_RESORT, True, True, True, False),
        (Room.FULL, True, True, True, False),
    ],
)
def test_what_is_done_at_each_step(
    room: Room,
    retires: bool,  # noqa: FBT001 - a case
    tells: bool,  # noqa: FBT001 - a case
    gives_up: bool,  # noqa: FBT001 - a case
    takes_back: bool,  # noqa: FBT001 - a case
) -> None:
    assert MEASURES[room] == Measures(
        retire_all=retires, fault=tells, release_ballast=gives_up, grow_ballast=takes_back
    )


def test_a_very_small_disk_still_tells_and_prunes_before_the_last_resort() -> None:
    steps = [assess(space(free, total=20)) for free in (8, 7.9, 6, 5.9, 4, 3.9)]
    assert steps == [
        Room.ENOUGH,
        Room.PRUNE,
        Room.PRUNE,
        Room.LOW,
        Room.LOW,
        Room.LAST_RESORT,
    ]


def test_the_room_of_a_ballast_that_is_still_growing_is_not_free() -> None:
    assert assess(space(60, ballast=16)) is Room.ENOUGH
    assert assess(space(60, ballast=0)) is Room.PRUNE
    assert assess(space(40, ballast=0)) is Room.LOW


def test_somebody_is_told_before_anything_that_matters_is_given_up() -> None:
    for room in Room:
        gives_up = set(EventKind) - WRITTEN[room]
        assert not gives_up or MEASURES[room].fault
    assert may_write(Room.LOW, K.FAULT_RAISED)


def test_each_step_writes_less_than_the_one_before() -> None:
    for above, below in pairwise(STEPS):
        assert WRITTEN[below] <= WRITTEN[above]


def test_what_a_passage_needs_is_written_as_long_as_somebody_is_let_in() -> None:
    for kind in (K.RELEASED, K.OPENED, K.NOT_TAKEN, K.CLOSED, K.COMMAND, K.MODE_CHANGED):
        assert [room for room in Room if may_write(room, kind)] == [
            room for room in Room if may_grant(room)
        ]


def test_on_a_full_disk_nobody_is_let_in_and_nothing_is_written() -> None:
    assert not may_grant(Room.FULL)
    assert WRITTEN[Room.FULL] == frozenset()
    assert all(may_grant(room) for room in Room if room is not Room.FULL)


def test_what_is_only_good_to_know_goes_before_refusals_and_refusals_before_faults() -> None:
    def last_step(kind: EventKind) -> int:
        return max(STEPS.index(room) for room in Room if may_write(room, kind))

    assert last_step(K.INPUT_CHANGED) < last_step(K.DECIDED) < last_step(K.FAULT_RAISED)


def test_every_kind_is_written_while_there_is_room() -> None:
    for kind in EventKind:
        assert may_write(Room.ENOUGH, kind)
        assert may_write(Room.PRUNE, kind)


SIZES = st.integers(0, 400 * MB)


@given(SIZES, SIZES, SIZES, st.integers(0, 16 * MB))
def test_less_free_room_is_never_a_better_step(
    free: int, less: int, journal: int, ballast: int
) -> None:
    def step(free_bytes: int) -> int:
        there = Space(free_bytes, 8000 * MB, journal, 0, 256 * MB, ballast, 16 * MB)
        return STEPS.index(assess(there))

    assert step(max(0, free - less)) >= step(free)
    assert (step(free) == STEPS.index(Room.FULL)) == (free < MINIMUM and ballast == 0)
