"""The hardware's side of the wire, spoken to by hand, also with bad manners."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.events import Input
from edge.pins import read_pins
from edge.simulator import places
from edge.simulator.bench import NeverCame, VirtualDoor
from edge.simulator.lines import Lines, line
from edge.simulator.places import NoPlace
from tests.edge.simulator.helpers import PATIENCE

PINS = read_pins()
HOSTILE = [
    b"{}\n",
    b'{"pin": 23, "high": true}\n',  # an input
    b'{"pin": 4, "high": true}\n',
    b'{"pin": true, "high": true}\n',
    b'{"pin": "17", "high": true}\n',
    b'{"pin": 17, "high": 1}\n',
    b'{"pin": [17], "high": true}\n',
    b'{"announce": "Welkom"}\n',
    b'{"announce": {"title": "x", "text": "y", "language": "nl"}}\n',
    b'{"announce": {"title": 1, "text": "y", "language": "nl", "tone": "open"}}\n',
    b'{"announce": {"title": "x", "text": "y", "language": "xx", "tone": "open"}}\n',
    b'{"announce": {"title": "x", "text": "y", "language": "nl", "tone": "song"}}\n',
    b'{"announce": {"title": "'
    + b"x" * 500
    + b'", "text": "", "language": "nl", "tone": "open"}}\n',
    b"\xff\xfe\x00" * 5000 + b"\n",
]


class ByHand:
    """A unit that is only a socket."""

    def __init__(self, run: Path) -> None:
        self.stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.stream.settimeout(PATIENCE)
        self.stream.connect(str(run / places.WIRE))
        self._lines = Lines()

    def levels(self) -> dict[str, bool]:
        """The next levels that the hardware tells."""
        while True:
            for message in self._lines.feed(self.stream.recv(65_536)):
                return dict(message["levels"])

    def pin(self, pin: int, *, high: bool) -> None:
        self.stream.sendall(line({"pin": pin, "high": high}))


@pytest.fixture
def unit(door: VirtualDoor) -> Iterator[ByHand]:
    by_hand = ByHand(door.run)
    with by_hand.stream:
        yield by_hand


def test_the_hardware_tells_every_level_at_once_and_again_when_one_changes(
    door: VirtualDoor, unit: ByHand
) -> None:
    first = unit.levels()
    assert first.keys() == {str(one.pin) for one in PINS.inputs.values()}
    door.force()
    contact = str(PINS.inputs[Input.DOOR_CONTACT].pin)
    assert (first[contact], unit.levels()[contact]) == (False, True)


def test_a_hand_lets_go_by_itself(door: VirtualDoor, unit: ByHand) -> None:
    unit.levels()
    rex = str(PINS.inputs[Input.REX].pin)
    door.press(Input.REX, 0.2)
    assert unit.levels()[rex] is False
    assert door.state().held == {Input.REX}
    assert unit.levels()[rex] is True
    assert door.state().held == frozenset()


def test_only_what_a_hand_can_hold_can_be_pressed(door: VirtualDoor) -> None:
    with pytest.raises(ValueError, match="nobody can press tamper"):
        door.press(Input.TAMPER)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_line_moves_nothing_and_does_not_end_the_hardware(
    door: VirtualDoor, unit: ByHand, hostile: bytes
) -> None:
    unit.stream.sendall(hostile)
    unit.pin(PINS.lamp_blue, high=True)
    seen = door.wait_until(lambda seen: seen.lamp == "blue", PATIENCE)
    assert not seen.strike_released
    assert seen.display is None
    assert [change.pin for change in door.pin_changes()] == [PINS.lamp_blue]


def test_a_flood_does_not_keep_people_from_the_door(door: VirtualDoor, unit: ByHand) -> None:
    flood = b'{"nonsense": true}\n' * 20_000
    unit.stream.settimeout(PATIENCE)
    unit.stream.sendall(flood)
    door.force()
    assert door.state().leaf_open
    unit.pin(PINS.lamp_green, high=True)
    door.wait_until(lambda seen: seen.lamp == "green", PATIENCE)


def test_times_in_the_record_are_monotonic_and_go_on_in_a_second_run(run: Path) -> None:
    for _ in range(2):
        with VirtualDoor("feestzaal", run) as door:
            unit = ByHand(run)
            with unit.stream:
                unit.levels()
                unit.pin(PINS.buzzer, high=True)
                door.wait_until(lambda seen: seen.sounding, PATIENCE)
            door.wait_until(lambda seen: not seen.connected, PATIENCE)
    changes = door.pin_changes()
    assert [change.high for change in changes] == [True, False, True, False]
    assert sorted(change.at for change in changes) == [change.at for change in changes]


def test_only_this_user_can_open_the_sockets_and_the_record(door: VirtualDoor) -> None:
    for name in (places.WIRE, places.RECORD):
        assert stat.S_IMODE((door.run / name).stat().st_mode) == 0o600


def test_a_second_virtual_door_in_the_same_folder_is_refused(door: VirtualDoor) -> None:
    with pytest.raises(NoPlace, match="already listens"):
        VirtualDoor("feestzaal", door.run).start()


def test_what_a_killed_virtual_door_left_behind_is_no_obstacle(run: Path) -> None:
    left_over = places.listen(run / places.WIRE)
    left_over.close()
    with VirtualDoor("feestzaal", run) as door:
        assert not door.state().connected


def test_a_file_in_the_socket_s_place_is_not_removed(run: Path) -> None:
    (run / places.WIRE).write_text("mine")
    with pytest.raises(NoPlace, match="no socket"):
        VirtualDoor("feestzaal", run).start()
    assert (run / places.WIRE).read_text() == "mine"


def test_a_path_too_long_for_a_socket_is_said_so(run: Path) -> None:
    with pytest.raises(NoPlace, match="too long"):
        VirtualDoor("feestzaal", run / ("x" * 120)).start()


def test_waiting_in_vain_says_what_was_seen(door: VirtualDoor) -> None:
    with pytest.raises(NeverCame, match="leaf_open=False"):
        door.wait_until(lambda seen: seen.leaf_open, within=0.05)
