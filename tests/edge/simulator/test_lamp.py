"""The lamp is read as a person reads it: every scene that the unit's own driver plays is recognised."""

import pytest
from gpiozero.pins.mock import MockFactory

from edge.drivers.indicator import Indicator, Scene
from edge.pins import read_pins
from edge.simulator import lamp
from edge.simulator.lamp import Colour, Watched

PINS = read_pins()


class Stage:
    """The real lamp on mock pins, and somebody who watches it."""

    def __init__(self) -> None:
        self.factory = MockFactory()
        self.indicator = Indicator(self.factory, PINS)
        self.watched, self.now = Watched(), 100.0

    def play(self, seconds: float, scene: Scene) -> set[Scene | None]:
        """Show a scene, and return what was understood during its last half."""
        self.indicator.show(scene, self.now)
        understood, end = set(), self.now + seconds
        while self.now < end:
            self.indicator.play(self.now)
            colours = (PINS.lamp_red, PINS.lamp_green, PINS.lamp_blue)
            lit = tuple(bool(self.factory.pin(pin).state) for pin in colours)
            self.watched = lamp.seen(self.watched, lit, self.now)  # type: ignore[arg-type]
            if self.now > end - seconds / 2:
                understood.add(lamp.scene_of(self.watched, self.now))
            self.now += 0.02
        return understood


@pytest.mark.parametrize("scene", Scene)
def test_every_scene_is_recognised_from_its_light_alone(scene: Scene) -> None:
    stage = Stage()
    stage.play(10.0, Scene.CODE_SEEN if scene is not Scene.CODE_SEEN else Scene.OPEN)
    assert stage.play(10.0, scene) == {scene}


def test_a_refusal_is_not_taken_for_a_fault_nor_the_other_way_round() -> None:
    stage = Stage()
    assert Scene.FAULT not in stage.play(5.0, Scene.REFUSED)
    stage.play(4.0, Scene.READY)
    assert Scene.REFUSED not in stage.play(5.0, Scene.FAULT)


def test_a_dark_lamp_says_nothing() -> None:
    watched = lamp.seen(Watched(), (True, True, True), 10.0)
    dark = lamp.seen(watched, (False, False, False), 12.0)
    assert lamp.scene_of(dark, 13.9) is Scene.READY
    assert lamp.scene_of(dark, 14.5) is None
    assert dark.colour is Colour.OFF


def test_it_is_known_when_to_look_again() -> None:
    watched = lamp.seen(Watched(), (True, False, False), 10.0)
    assert lamp.scene_of(watched, 10.0) is None
    again = lamp.due(watched, 10.0)
    assert again is not None
    assert lamp.scene_of(watched, again + 0.001) is Scene.REFUSED
