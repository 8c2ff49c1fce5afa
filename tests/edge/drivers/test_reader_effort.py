"""The reader tries hard while somebody holds something up, and costs next to nothing in between."""

import itertools

import numpy as np
import pytest

from contracts.credential import looks_like_credential
from edge.drivers.decode import STEPS, Gray
from edge.drivers.reader_effort import (
    AWAKE_FOR,
    SAY_AGAIN_AFTER,
    SILENT_AFTER_PASS,
    STILL_EVERY,
    Found,
    Puzzled,
    Seeker,
)
from edge.drivers.reader_look import Meter
from edge.drivers.reader_push import empty_hall
from tests.edge.drivers.a_reader import (
    a_pass,
    dimmed,
    drawn,
    grainy,
    held_far,
    limited,
    opened,
    photo,
    torn,
)

PASS = a_pass()
HALL = empty_hall(1280, 720)
INTERVAL = 0.1


def seeker() -> Seeker:
    return Seeker(looks_like_credential)


def watch(eye: Seeker, picture: Gray, moved: list[bool], start: float = 0.0) -> list[Found]:
    return [
        eye.seek(grainy(picture, 4, number), start + number * INTERVAL, moved=one)
        for number, one in enumerate(moved)
    ]


# --- how much is tried ----------------------------------------------------------------------------


def test_a_hall_where_nothing_moves_costs_one_attempt_a_frame() -> None:
    tried = [found.tried for found in watch(seeker(), HALL, [False] * 50)]
    assert sum(names == ("quick",) for names in tried) == 50 - 50 // STILL_EVERY
    assert all(len(names) <= 3 for names in tried)


def test_every_attempt_gets_its_turn_in_a_still_picture() -> None:
    tried = {name for found in watch(seeker(), HALL, [False] * 40) for name in found.tried}
    assert tried == set(STEPS)


def test_a_hall_where_people_walk_costs_three_attempts_a_frame_and_uses_all() -> None:
    seen = watch(seeker(), HALL, [True] * 12)
    assert {len(found.tried) for found in seen} == {3}
    assert {name for found in seen for name in found.tried} == set(STEPS)


def test_a_code_that_is_found_and_cannot_be_read_is_worth_everything() -> None:
    seen = watch(seeker(), torn(PASS), [True] * 10)
    assert any(found.damaged for found in seen)
    assert set(seen[-1].tried) == set(STEPS)


def test_a_poster_in_view_costs_little_once_it_hangs_still() -> None:
    poster = opened(drawn("https://example.org/", scale=10))
    eye = seeker()
    watch(eye, poster, [True] * 5)
    later = watch(eye, poster, [False] * 20, start=5 * INTERVAL + AWAKE_FOR)
    assert any(found.foreign for found in later)
    assert all(len(found.tried) <= 3 for found in later)


def test_a_pass_is_read_in_the_first_frame_that_shows_it() -> None:
    eye = seeker()
    watch(eye, HALL, [False] * 13)
    assert eye.seek(photo(PASS), 2.0, moved=True).text == PASS


def test_a_pass_that_hangs_still_goes_on_being_read() -> None:
    seen = watch(seeker(), photo(PASS), [True] + [False] * 40)
    assert [found.text for found in seen] == [PASS] * 41
    assert all(len(found.tried) == 1 for found in seen)


def test_what_read_the_last_frame_is_tried_first_in_the_next() -> None:
    pale = limited(photo(PASS) * 0.15 + 205)
    eye = seeker()
    first, second = (eye.seek(pale, at, moved=True) for at in (0.0, 0.1))
    assert first.text == second.text == PASS
    if len(first.tried) > 1:
        assert second.tried == first.tried[-1:]


# --- what moves -----------------------------------------------------------------------------------


def moves(before: Gray, after: Gray) -> bool:
    meter = Meter()
    meter.measure(grainy(before, 4, 1))
    return meter.measure(grainy(after, 4, 2)).moved


def test_noise_is_no_movement() -> None:
    meter = Meter()
    assert meter.measure(grainy(HALL, 12, 0)).moved  # the first frame
    assert not any(meter.measure(grainy(HALL, 12, seed)).moved for seed in range(1, 20))


def test_light_that_changes_is_no_movement() -> None:
    glow = np.linspace(0, 25, 1280)[None, :]
    assert not moves(HALL, limited(HALL + glow))
    assert not moves(HALL, dimmed(HALL, 0.9))


@pytest.mark.parametrize("side", [100, 170, 420])
def test_a_pass_that_comes_into_view_is_movement(side: int) -> None:
    with_pass = HALL.copy()
    code = held_far(PASS, side)
    top, left = (720 - side) // 2, (1280 - side) // 2
    box = slice(top, top + side), slice(left, left + side)
    with_pass[box] = code[box]
    assert moves(HALL, with_pass)
    assert moves(with_pass, HALL)


# --- when to say "come closer" --------------------------------------------------------------------

DAMAGED, FOREIGN = Found(damaged=True), Found(foreign=True)


def test_one_frame_with_a_code_is_not_yet_somebody_in_trouble() -> None:
    assert Puzzled().note(DAMAGED, 10.0) is None


def test_a_code_in_several_frames_that_nobody_can_read_is() -> None:
    puzzled = Puzzled()
    puzzled.note(DAMAGED, 10.0)
    unclear = puzzled.note(DAMAGED, 10.3)
    assert unclear is not None
    assert not unclear.foreign
    assert unclear.at == 10.3


def test_two_sights_long_apart_are_not() -> None:
    puzzled = Puzzled()
    puzzled.note(DAMAGED, 10.0)
    assert puzzled.note(DAMAGED, 12.0) is None


def test_it_is_said_once_a_second() -> None:
    puzzled = Puzzled()
    said = [puzzled.note(DAMAGED, 10 + number * INTERVAL) for number in range(40)]
    times = [one.at for one in said if one]
    assert len(times) == 4
    assert all(b - a >= SAY_AGAIN_AFTER - 1e-9 for a, b in itertools.pairwise(times))


def test_another_code_is_called_so() -> None:
    puzzled = Puzzled()
    puzzled.note(FOREIGN, 10.0)
    unclear = puzzled.note(FOREIGN, 10.1)
    assert unclear is not None
    assert unclear.foreign


def test_a_pass_beside_another_code_is_what_counts() -> None:
    puzzled = Puzzled()
    puzzled.note(FOREIGN, 10.0)
    unclear = puzzled.note(Found(damaged=True, foreign=True), 10.1)
    assert unclear is not None
    assert not unclear.foreign


def test_a_pass_that_is_taken_away_needs_no_help() -> None:
    puzzled = Puzzled()
    puzzled.note(Found(text=PASS), 10.0)
    leaving = [puzzled.note(DAMAGED, 10.0 + number * INTERVAL) for number in range(1, 29)]
    assert leaving == [None] * 28
    assert puzzled.note(DAMAGED, 10.0 + SILENT_AFTER_PASS + 0.1) is not None


def test_a_hall_without_a_code_says_nothing() -> None:
    puzzled = Puzzled()
    assert all(puzzled.note(Found(), 10 + n * INTERVAL) is None for n in range(50))
