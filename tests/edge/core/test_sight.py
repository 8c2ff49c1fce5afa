"""A camera is called frozen, covered, dark or blurred when it is so for long, and not when it flickers."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from edge.core.sight import IN_ORDER, Sight, see
from edge.drivers.reader_look import Gray, Meter
from edge.drivers.reader_push import empty_hall
from edge.events import CameraState
from tests.edge.drivers.a_reader import (
    a_pass,
    blurred,
    dimmed,
    grainy,
    needs_photos,
    photo,
    photo_with_nothing,
)

S = CameraState
RATE = 10


@dataclass(frozen=True, slots=True)
class Seen:
    """The numbers of a frame of a bright hall with sharp edges."""

    light: float = 180.0
    shape: float = 60.0
    sharpness: float = 1.2
    repeated: bool = False


GOOD = Seen()
BAD = {
    S.FROZEN: replace(GOOD, repeated=True),
    S.COVERED: replace(GOOD, shape=1.0),
    S.DARK: replace(GOOD, light=12.0, shape=9.0),
    S.BLURRED: replace(GOOD, sharpness=0.4),
}


def after(frames: Iterable[Seen], sight: Sight | None = None, at: float = 0.0) -> Sight:
    sight = sight or Sight()
    start = sight.frame_at if sight.frame_at is not None else at
    for number, frame in enumerate(frames, 1):
        sight = see(sight, frame, start + number / RATE)
    return sight


def state(sight: Sight) -> CameraState:
    assert sight.frame_at is not None
    return sight.state(sight.frame_at)


def frames(seconds: float) -> int:
    return round(seconds * RATE)


# --- time -----------------------------------------------------------------------------------------


def test_a_camera_works_until_proven_otherwise() -> None:
    assert Sight().state(1e9) is S.WORKING
    assert state(after([GOOD])) is S.WORKING


@pytest.mark.parametrize("wrong", IN_ORDER)
def test_it_is_believed_after_it_lasted_and_not_before(wrong: CameraState) -> None:
    begins = IN_ORDER[wrong].begins
    assert state(after([BAD[wrong]] * frames(begins - 0.5))) is S.WORKING
    assert state(after([BAD[wrong]] * frames(begins + 0.5))) is wrong


@pytest.mark.parametrize("wrong", IN_ORDER)
def test_it_ends_after_it_was_over_for_a_while(wrong: CameraState) -> None:
    sight = after([BAD[wrong]] * frames(IN_ORDER[wrong].begins + 1))
    ends = IN_ORDER[wrong].ends
    if ends:
        assert state(after([GOOD] * frames(ends - 0.3), sight)) is wrong
    assert state(after([GOOD] * frames(ends + 0.3), sight)) is S.WORKING


@pytest.mark.parametrize("wrong", [S.FROZEN, S.COVERED, S.DARK])
def test_a_flickering_picture_does_not_make_the_state_flap(wrong: CameraState) -> None:
    seconds = frames(60)
    sight, states = Sight(), []
    for number in range(seconds):
        frame = GOOD if number % 4 == 3 else BAD[wrong]
        sight = after([frame], sight)
        states.append(state(sight))
    changes = sum(a is not b for a, b in itertools.pairwise(states))
    assert changes == 1
    assert states[-1] is wrong


def test_a_hand_that_passes_by_is_nothing() -> None:
    passing = [GOOD] * 30 + [BAD[S.COVERED]] * 15
    assert state(after(passing * 20)) is S.WORKING


def test_one_sharp_frame_a_minute_shows_that_the_lens_is_clean() -> None:
    evening = ([BAD[S.BLURRED]] * frames(60) + [GOOD]) * 10
    assert state(after(evening)) is S.WORKING


def test_a_picture_between_dark_and_covered_is_called_something() -> None:
    between = [BAD[S.COVERED], BAD[S.DARK]] * frames(10)
    assert state(after(between)) is not S.WORKING


def test_what_is_both_frozen_and_covered_is_frozen() -> None:
    both = replace(BAD[S.COVERED], repeated=True)
    assert state(after([both] * frames(30))) is S.FROZEN


def test_no_frames_at_all_is_frozen_too_and_the_next_frame_ends_it() -> None:
    sight = after([GOOD] * 5)
    assert sight.frame_at is not None
    assert sight.state(sight.frame_at + 2.9) is S.WORKING
    assert sight.state(sight.frame_at + 3.0) is S.FROZEN
    later = see(sight, GOOD, sight.frame_at + 100)
    assert state(later) is S.WORKING


def test_a_second_fault_takes_over_when_the_first_ends() -> None:
    sight = after([BAD[S.COVERED]] * frames(10))
    sight = after([BAD[S.DARK]] * frames(11), sight)
    assert state(sight) is S.DARK


# --- real pictures --------------------------------------------------------------------------------


def judged(pictures: Iterable[Gray], seconds: float = 150) -> CameraState:
    """Return the state after looking at these pictures in turn, for so long."""
    meter = Meter()
    looks = [meter.measure(picture) for picture in pictures]
    # Only the first has no frame before it; measuring each once is enough.
    looks = looks[1:] or looks
    sight = Sight()
    for number in range(frames(seconds)):
        sight = see(sight, looks[number % len(looks)], number / RATE)
    return state(sight)


def noisy(picture: Gray, sigma: float = 4) -> list[Gray]:
    return [grainy(picture, sigma, seed) for seed in range(4)]


def uniform(level: int) -> Gray:
    return np.full((720, 1280), level, np.uint8)


PHOTOS = range(1, 26)


@needs_photos
@pytest.mark.parametrize("number", PHOTOS)
def test_a_photo_of_any_place_is_a_working_camera_s(number: int) -> None:
    assert judged(noisy(photo_with_nothing(number))) is S.WORKING


@needs_photos
def test_a_hall_behind_a_lens_that_is_focused_close_is_no_blurred_one() -> None:
    soft = [judged(noisy(blurred(photo_with_nothing(n), 3))) for n in PHOTOS]
    assert soft.count(S.WORKING) >= 24  # of 25


@needs_photos
def test_a_lens_out_of_focus_or_covered_with_dirt_is_blurred() -> None:
    soft = [judged(noisy(blurred(photo_with_nothing(n), 16))) for n in PHOTOS]
    assert soft.count(S.BLURRED) >= 20
    assert S.DARK not in soft
    assert S.FROZEN not in soft


@needs_photos
def test_a_hall_without_light_is_dark() -> None:
    night = [judged(noisy(dimmed(photo_with_nothing(n), 0.1), 1.5)) for n in PHOTOS]
    assert night.count(S.DARK) >= 20
    assert set(night) <= {S.DARK, S.COVERED}


@needs_photos
def test_the_same_frame_again_and_again_is_frozen() -> None:
    assert judged([photo_with_nothing()] * 3) is S.FROZEN


@pytest.mark.parametrize("level", [0, 9, 40, 128, 255])
@pytest.mark.parametrize("noise", [1.0, 4.0, 10.0])
def test_tape_a_sheet_or_a_glove_before_the_lens_is_a_cover(level: int, noise: float) -> None:
    assert judged(noisy(uniform(level), noise)) is S.COVERED


def test_a_finger_through_which_light_shines_is_a_cover() -> None:
    across, down = np.linspace(25, 95, 1280)[None, :], np.linspace(1, 0.6, 720)[:, None]
    assert judged(noisy((across * down).astype(np.uint8), 6)) is S.COVERED


def test_black_frames_from_a_dead_sensor_are_frozen() -> None:
    assert judged([uniform(0)] * 3) is S.FROZEN


@pytest.mark.parametrize("seed", range(4))
def test_a_pass_before_the_camera_is_a_sharp_picture(seed: int) -> None:
    assert judged(noisy(photo(a_pass(), seed))) is S.WORKING


def test_the_simulator_s_empty_hall_is_a_working_camera_s() -> None:
    assert judged(noisy(empty_hall(1280, 720), 2.5)) is S.WORKING
