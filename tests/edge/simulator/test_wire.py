"""The wire between two real processes: the unit's drivers on one side, the hardware on the other."""

import logging
import socket
import threading
import time
from pathlib import Path

import pytest
from gpiozero import DigitalOutputDevice

from edge.drivers.indicator import Scene
from edge.drivers.pins import pin_factory
from edge.drivers.strike import Strike
from edge.pins import read_pins
from edge.simulator import places, record
from edge.simulator.bench import VirtualDoor
from edge.simulator.lamp import Colour
from edge.simulator.lines import line
from edge.simulator.wire import NoVirtualDoor, Wire
from tests.edge.simulator.helpers import PATIENCE, UnitProcess, wait_for

PINS = read_pins()


def test_a_unit_moves_the_door_and_the_door_moves_the_unit(door: VirtualDoor) -> None:
    with UnitProcess(door.run) as unit:
        assert not door.push_open()
        unit.tell("release 30")
        door.wait_until(lambda seen: seen.strike_released, PATIENCE)
        assert door.push_open()
        unit.hears("door_contact active")
        unit.tell("secure")
        door.wait_until(lambda seen: not seen.strike_released, PATIENCE)
        door.pull_shut()
        unit.hears("door_contact idle")
        assert not door.push_open()
        unit.quit()
    assert not door.wait_until(lambda seen: not seen.connected, PATIENCE).strike_released


def test_killing_the_unit_right_after_a_pin_change_does_not_hide_the_change(
    door: VirtualDoor,
) -> None:
    with UnitProcess(door.run) as unit:
        unit.order("release-and-die")
        assert unit.process.wait(PATIENCE) == -9
    seen = door.wait_until(lambda seen: not seen.connected, PATIENCE)
    assert not seen.strike_released
    strike = [change.high for change in door.pin_changes() if change.pin == PINS.strike]
    assert strike == [True, False]
    story = [
        next(iter({"unit", "pin", "strike"} & one.keys()))
        for one in record.read_record(door.run / places.RECORD)
        if one.get("pin", PINS.strike) == PINS.strike and "leaf" not in one
    ]
    assert story == ["strike", "unit", "pin", "strike", "unit", "pin", "strike"]


def test_a_pin_that_is_given_back_while_high_is_pulled_down(door: VirtualDoor) -> None:
    factory = pin_factory("mock", str(door.run / places.WIRE))
    keep_alive = DigitalOutputDevice(PINS.keep_alive, pin_factory=factory)
    strike = DigitalOutputDevice(PINS.strike, pin_factory=factory)
    keep_alive.on()
    strike.on()
    door.wait_until(lambda seen: seen.strike_released, PATIENCE)
    strike.close()
    # Well before the keep-alive runs out, and while the unit is still there.
    seen = door.wait_until(lambda seen: not seen.strike_released, 2.0)
    assert seen.connected
    keep_alive.close()
    factory.close()


def test_a_hanging_unit_leaves_the_door_locked_within_three_seconds(door: VirtualDoor) -> None:
    with UnitProcess(door.run) as unit:
        unit.tell("release 60")
        door.wait_until(lambda seen: seen.strike_released, PATIENCE)
        unit.order("hang")
        unit.hears("hanging")
        door.wait_until(lambda seen: not seen.strike_released, PATIENCE)
        assert door.state().connected
    lines = list(record.read_record(door.run / places.RECORD))
    last_sign = max(one["at"] for one in lines if one.get("pin") == PINS.keep_alive)
    locked = next(one["at"] for one in reversed(lines) if one.get("strike") == "secured")
    # The record's times are those of the hardware's own thread, which may be late on a busy machine.
    assert 2.9 < locked - last_sign < 8.0


def test_a_new_unit_finds_the_door_as_the_old_one_left_it_but_locked(door: VirtualDoor) -> None:
    door.open_lid()
    with UnitProcess(door.run) as first:
        first.tell("release 60")
        door.wait_until(lambda seen: seen.can_be_opened, PATIENCE)
        door.push_open()
        first.process.kill()
        first.process.wait(PATIENCE)
    with UnitProcess(door.run) as second:
        assert {"door_contact active", "tamper active", "rex idle"} <= set(second.said)
        assert not door.state().strike_released


def test_lamp_buzzer_and_display_follow_the_unit(door: VirtualDoor) -> None:
    with UnitProcess(door.run) as unit:
        unit.tell("say refused")
        unit.tell("show refused")
        seen = door.wait_until(lambda seen: seen.scene is Scene.REFUSED, PATIENCE)
        assert seen.lamp is Colour.RED
        assert seen.display is not None
        assert (seen.display.title, seen.display.language) == (
            "Ce passe n'ouvre pas cette porte.",
            "fr",
        )
        beeps = [change.high for change in door.pin_changes() if change.pin == PINS.buzzer]
        assert beeps[0] is True
        door.cut_mains()
        door.drain_reserve()
        assert door.state().display is None
        assert door.state().lamp is Colour.OFF


def test_a_unit_goes_on_when_the_virtual_door_is_gone_and_comes_back_to_it(run: Path) -> None:
    with VirtualDoor("feestzaal", run) as door:
        unit = UnitProcess(run)
        unit.hears("ready")
        unit.tell("say ready")
    with unit:
        # Every input has a pull-up: a cut cable reads as an open door and an open case.
        unit.hears("tamper active")
        unit.tell("release 300")
        with VirtualDoor("feestzaal", run) as door:
            unit.hears("tamper idle")
            seen = door.wait_until(lambda seen: seen.strike_released, PATIENCE)
            assert seen.display is not None
            unit.quit()


def test_a_second_unit_is_turned_away_while_the_first_one_lives(door: VirtualDoor) -> None:
    with UnitProcess(door.run) as unit:
        with pytest.raises(NoVirtualDoor, match="another unit"):
            Wire.connect(door.run / places.WIRE, within=1.0)
        unit.tell("release 30")
        door.wait_until(lambda seen: seen.strike_released, PATIENCE)


def test_a_unit_without_a_virtual_door_says_what_to_start(run: Path) -> None:
    with pytest.raises(NoVirtualDoor, match=r"python -m edge\.simulator"):
        Wire.connect(run / places.WIRE, within=0.1)


def test_a_wire_that_nobody_reads_breaks_instead_of_holding_the_unit_up(
    run: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with places.listen(run / places.WIRE) as server:
        peers: list[socket.socket] = []

        def welcome() -> None:
            peer, _ = server.accept()
            peers.append(peer)
            peer.sendall(line({"levels": {"23": False}}))

        greeter = threading.Thread(target=welcome)
        greeter.start()
        with caplog.at_level(logging.ERROR):
            wire = Wire.connect(run / places.WIRE)
            greeter.join(PATIENCE)
            factory = wire.factory(PINS)
            strike = Strike(factory, PINS)
            began = time.monotonic()
            while wire.connected:
                strike.release(began, 60.0)
                strike.secure()
                assert time.monotonic() - began < PATIENCE
            wait_for(lambda: "wire to the virtual door is broken" in caplog.text, "the log line")
        strike.release(began, 60.0)
        assert strike.released
        strike.close()
        factory.close()
        peers[0].close()


def test_hostile_levels_change_nothing(run: Path) -> None:
    hostile = [
        b'{"levels": {"23": 1}}\n',
        b'{"levels": {"-1": true, "999": true, "x": true, "17": true}}\n',
        b'{"levels": [23]}\n',
        b'{"pin": 17, "high": true}\n',
        b"\x00" * 10_000 + b"\n",
    ]
    with places.listen(run / places.WIRE) as server:
        peers: list[socket.socket] = []

        def welcome() -> None:
            peer, _ = server.accept()
            peers.append(peer)
            peer.sendall(b"".join(hostile) + line({"levels": {"25": True, "23": False}}))

        greeter = threading.Thread(target=welcome)
        greeter.start()
        wire = Wire.connect(run / places.WIRE)
        greeter.join(PATIENCE)
        factory = wire.factory(PINS)
        strike = Strike(factory, PINS)
        wait_for(lambda: bool(factory.pin(25).state), "the honest line")
        assert not factory.pin(23).state
        assert not strike.released
        strike.close()
        factory.close()
        peers[0].close()
