"""Which pins a unit gets: never other ones than its configuration names."""

import tempfile
import threading
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory

from edge.config import BadConfig, read_config
from edge.drivers.pins import NoPins, pin_factory, speech_of
from edge.drivers.strike import Strike
from edge.pins import read_pins
from edge.simulator import places
from edge.simulator.lines import Lines, line
from edge.simulator.wire import WireFactory


def test_mock_pins_are_wired_only_when_the_configuration_names_a_wire() -> None:
    factory = pin_factory("mock")
    assert type(factory) is MockFactory
    assert speech_of(factory) is None


def test_wired_pins_speak_to_the_other_side() -> None:
    with tempfile.TemporaryDirectory(prefix="door-") as folder:
        path = Path(folder) / places.WIRE
        heard: list[dict[str, object]] = []

        def other_side() -> None:
            with places.listen(path) as server:
                listening.set()
                peer, _ = server.accept()
            with peer:
                peer.sendall(line({"levels": {"23": False}}))
                lines = Lines()
                while raw := peer.recv(65_536):
                    heard.extend(lines.feed(raw))

        listening = threading.Event()
        thread = threading.Thread(target=other_side)
        thread.start()
        listening.wait(30)
        factory = pin_factory("mock", str(path))
        assert isinstance(factory, WireFactory)
        speech = speech_of(factory)
        assert speech is not None
        speech({"announce": {"title": "Welkom"}})
        pins = read_pins()
        strike = Strike(factory, pins)
        strike.release(0.0, 5.0)
        strike.close()
        factory.close()
        thread.join(30)
    assert heard == [
        {"announce": {"title": "Welkom"}},
        {"pin": pins.keep_alive, "high": True},
        {"pin": pins.strike, "high": True},
        {"pin": pins.strike, "high": False},
        {"pin": pins.keep_alive, "high": False},
    ]


def test_unknown_pins_are_refused_with_the_known_ones() -> None:
    with pytest.raises(NoPins, match="'lgpio' or 'mock', not 'pigpio'"):
        pin_factory("pigpio")


def test_a_machine_without_gpio_is_told_what_to_install() -> None:
    with pytest.raises(NoPins, match="python3-lgpio"):
        pin_factory("lgpio")


def test_a_wire_is_refused_beside_real_pins_and_counts_from_the_file_s_folder(
    tmp_path: Path,
) -> None:
    path = tmp_path / "door.toml"
    path.write_text(
        'unit = "u-abcdefgh"\n[hardware]\npins = "lgpio"\n[simulator]\nwire = "run/wire.sock"\n'
    )
    with pytest.raises(BadConfig, match="never moves a real lock"):
        read_config(path)
    path.write_text(
        'unit = "u-abcdefgh"\n[hardware]\npins = "mock"\n[simulator]\nwire = "run/wire.sock"\n'
    )
    assert read_config(path).simulator.wire == str(tmp_path / "run/wire.sock")
    path.write_text('unit = "u-abcdefgh"\n[hardware]\npins = "mock"\n')
    assert read_config(path).simulator.wire == ""
