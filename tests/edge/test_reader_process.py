"""What the reader process says of the frames it is given, without a process around it."""

import itertools

from edge.drivers.decode import Gray
from edge.drivers.reader import FORMS
from edge.drivers.reader_push import empty_hall
from edge.drivers.reader_source import Frame
from edge.drivers.reader_talk import Said, Settings
from edge.events import CameraState, CodeSeen, CodeUnclear, ReaderHealth
from edge.reader_process import ReaderProcess, warm_up
from tests.edge.drivers.a_reader import a_pass, drawn, grainy, opened, photo

SETTINGS = Settings("push:x", 1280, 720, 10, ".", 1, FORMS)
PASS = a_pass()
HALL = empty_hall(1280, 720)


class Listener:
    """Takes what is said, and gives the orders it was made with, a list a frame."""

    def __init__(self, *orders: list[float] | None) -> None:
        self.said: list[Said] = []
        self._orders = iter(orders)

    def say(self, said: Said) -> None:
        self.said.append(said)

    def orders(self) -> list[float] | None:
        return next(self._orders)


class Still:
    """A source that shows one picture, a tenth of a second apart."""

    needs_threads = False

    def __init__(self, picture: Gray) -> None:
        self._picture, self._numbers = picture, itertools.count()

    def read(self) -> Frame:
        number = next(self._numbers)
        return Frame(grainy(self._picture, 3, number), number / 10)

    def close(self) -> None:
        pass


def said_of(picture: Gray, *orders: list[float] | None) -> list[Said]:
    listener = Listener(*orders)
    ReaderProcess(SETTINGS, listener).run(Still(picture))
    return listener.said


def codes(said: list[Said]) -> list[CodeSeen]:
    return [one for one in said if isinstance(one, CodeSeen)]


def test_a_pass_is_said_with_the_moment_of_its_frame() -> None:
    said = said_of(photo(PASS), [], [], [], None)
    assert codes(said) == [CodeSeen(PASS, at, at) for at in (0.0, 0.1, 0.2)]


def test_a_pause_reads_nothing_and_still_says_how_the_camera_is() -> None:
    said = said_of(photo(PASS), [], [2.0], *[[]] * 23, None)
    assert [seen.frame_at for seen in codes(said)] == [0.0, 2.1, 2.2, 2.3, 2.4]
    health = [one for one in said if isinstance(one, ReaderHealth)]
    assert [round(one.at, 1) for one in health] == [0.0, 1.0, 2.0]
    assert {one.state for one in health} == {CameraState.WORKING}
    assert round(health[-1].frames_per_second) == 10


def test_a_poster_that_hangs_in_view_is_nobody_who_needs_help() -> None:
    poster = HALL.copy()
    code = opened(drawn("https://example.org/", scale=8))
    poster[100 : 100 + code.shape[0], 100 : 100 + code.shape[1]] = code
    said = said_of(poster, *[[]] * 80, None)
    unclear = [one for one in said if isinstance(one, CodeUnclear)]
    # It came into view in the first frame, which is like being held up; then it hangs.
    assert len(unclear) <= 2
    assert all(one.foreign and one.at < 3 for one in unclear)


def test_it_ends_when_the_unit_is_gone() -> None:
    assert said_of(HALL, None) == []


def test_warming_up_needs_no_camera() -> None:
    warm_up()
