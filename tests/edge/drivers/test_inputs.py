"""Inputs are believed after they stayed the same, and no level they led to is missed."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from gpiozero.pins.mock import MockFactory
from hypothesis import given
from hypothesis import strategies as st

from edge.drivers.inputs import SETTLE, Inputs
from edge.events import Event, Input, InputChanged
from edge.pins import read_pins

PINS = read_pins()
NOW = 1000.0
STAYED = SETTLE + 0.001
EACH = pytest.mark.parametrize("name", Input)


@dataclass
class ABoard:
    """Mock pins at rest, the inputs on them, and what these emitted."""

    factory: MockFactory = field(default_factory=MockFactory)
    emitted: list[Event] = field(default_factory=list)
    inputs: Inputs = field(init=False)

    def __post_init__(self) -> None:
        for name in Input:
            self.put(name, active=False)
        self.inputs = Inputs(self.factory, PINS, self.emitted.append)

    def put(self, name: Input, *, active: bool) -> None:
        line = PINS.inputs[name]
        pin = self.factory.pin(line.pin)
        (pin.drive_high if active == line.active_high else pin.drive_low)()

    def close(self) -> None:
        self.inputs.close()
        self.factory.close()


@pytest.fixture
def board() -> Iterator[ABoard]:
    it = ABoard()
    yield it
    it.close()


def test_every_input_of_the_table_is_watched(board: ABoard) -> None:
    assert set(board.inputs.settled) == set(Input)
    assert not any(board.inputs.settled.values())


def test_what_is_active_at_the_start_is_known_and_not_told_as_news(board: ABoard) -> None:
    board.inputs.close()
    board.put(Input.DOOR_CONTACT, active=True)
    board.inputs = Inputs(board.factory, PINS, board.emitted.append)
    assert board.inputs.settled[Input.DOOR_CONTACT]
    board.inputs.poll(NOW)
    board.inputs.poll(NOW + 1)
    assert board.emitted == []


@EACH
def test_a_level_that_stays_is_told_once(board: ABoard, name: Input) -> None:
    board.put(name, active=True)
    for turn in range(20):
        board.inputs.poll(NOW + turn * STAYED)
    assert board.emitted == [InputChanged(name, active=True, at=NOW + STAYED)]
    assert board.inputs.settled[name]


@EACH
def test_it_is_told_when_it_goes_back_too(board: ABoard, name: Input) -> None:
    for start, active in ((NOW, True), (NOW + 1, False)):
        board.put(name, active=active)
        board.inputs.poll(start)
        board.inputs.poll(start + STAYED)
    assert [one.active for one in board.emitted if isinstance(one, InputChanged)] == [True, False]


def test_a_level_that_did_not_stay_is_not_told(board: ABoard) -> None:
    board.put(Input.REX, active=True)
    board.inputs.poll(NOW)
    board.inputs.poll(NOW + SETTLE - 0.001)
    board.put(Input.REX, active=False)
    board.inputs.poll(NOW + SETTLE)
    assert board.emitted == []


def test_bouncing_counts_from_the_last_bounce(board: ABoard) -> None:
    for turn in range(10):
        board.put(Input.DOOR_CONTACT, active=turn % 2 == 0)
        board.inputs.poll(NOW + turn / 100)
    board.put(Input.DOOR_CONTACT, active=True)
    board.inputs.poll(NOW + 0.1)
    assert board.emitted == []
    board.inputs.poll(NOW + 0.1 + STAYED)
    assert board.emitted == [InputChanged(Input.DOOR_CONTACT, active=True, at=NOW + 0.1 + STAYED)]


def test_inputs_do_not_disturb_each_other(board: ABoard) -> None:
    board.put(Input.REX, active=True)
    board.inputs.poll(NOW)
    board.put(Input.TAMPER, active=True)
    board.inputs.poll(NOW + STAYED)
    board.inputs.poll(NOW + 2 * STAYED)
    assert [one.input for one in board.emitted if isinstance(one, InputChanged)] == [
        Input.REX,
        Input.TAMPER,
    ]


@pytest.mark.parametrize("name", [Input.REX, Input.KEY_CYLINDER, Input.PANIC_BAR, Input.FIRE_PANEL])
def test_what_explains_an_opening_is_told_before_the_opening(board: ABoard, name: Input) -> None:
    board.put(Input.DOOR_CONTACT, active=True)
    board.put(name, active=True)
    board.inputs.poll(NOW)
    board.inputs.poll(NOW + STAYED)
    assert [one.input for one in board.emitted if isinstance(one, InputChanged)] == [
        name,
        Input.DOOR_CONTACT,
    ]


def test_a_cut_wire_reads_as_open_tampered_and_alarmed() -> None:
    # Pull-ups on the board: nothing connected is high. These three must not be silenced by a cut.
    for name in (Input.DOOR_CONTACT, Input.TAMPER, Input.FIRE_PANEL):
        assert PINS.inputs[name].active_high


def test_no_edge_wakes_anybody(board: ABoard) -> None:
    for line in PINS.inputs.values():
        assert board.factory.pin(line.pin).when_changed is None


def test_closing_gives_the_pins_back(board: ABoard) -> None:
    board.inputs.close()
    Inputs(board.factory, PINS, board.emitted.append).close()


@given(st.lists(st.tuples(st.integers(1, 60), st.booleans()), min_size=1, max_size=30))
def test_after_it_stayed_the_level_that_is_known_is_the_level_that_is(
    story: list[tuple[int, bool]],
) -> None:
    board, now = ABoard(), NOW
    try:
        for milliseconds, active in story:
            board.put(Input.REX, active=active)
            board.inputs.poll(now)
            now += milliseconds / 1000
        board.inputs.poll(now)
        board.inputs.poll(now + STAYED)
        assert board.inputs.settled[Input.REX] == story[-1][1]
        told = [one.active for one in board.emitted if isinstance(one, InputChanged)]
        assert told == [number % 2 == 0 for number in range(len(told))]
    finally:
        board.close()
