"""Lamp and buzzer follow one grammar, and only the scene decides where they are."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory

from edge.drivers.indicator import GRAMMAR, Indicator, Scene
from edge.pins import read_pins

PINS = read_pins()
LAMP = (PINS.lamp_red, PINS.lamp_green, PINS.lamp_blue)
OFF, WHITE, BLUE, GREEN = (0, 0, 0), (1, 1, 1), (0, 0, 1), (0, 1, 0)
RED, AMBER = (1, 0, 0), (1, 1, 0)
NOW = 1000.0
GLOSSARY = (Path(__file__).parents[3] / "docs/glossary.md").read_text()


@pytest.fixture
def factory() -> Iterator[MockFactory]:
    it = MockFactory()
    yield it
    it.close()


@pytest.fixture
def indicator(factory: MockFactory) -> Iterator[Indicator]:
    it = Indicator(factory, PINS)
    yield it
    it.close()


def lamp(factory: MockFactory) -> tuple[int, ...]:
    return tuple(int(factory.pin(number).state) for number in LAMP)


def sounds(factory: MockFactory) -> bool:
    return bool(factory.pin(PINS.buzzer).state)


def test_before_anything_is_shown_it_is_dark_and_silent(
    factory: MockFactory, indicator: Indicator
) -> None:
    assert indicator.scene is Scene.READY
    assert lamp(factory) == OFF
    assert not sounds(factory)


@pytest.mark.parametrize(
    ("scene", "colour"),
    [
        (Scene.CODE_SEEN, BLUE),
        (Scene.OPEN, GREEN),
        (Scene.COME_CLOSER, AMBER),
        (Scene.REFUSED, RED),
        (Scene.WARN, AMBER),
        (Scene.FAULT, RED),
        (Scene.IDENTIFY, WHITE),
    ],
)
def test_each_scene_has_its_colour_from_its_first_moment(
    factory: MockFactory, indicator: Indicator, scene: Scene, colour: tuple[int, ...]
) -> None:
    indicator.show(scene, NOW)
    assert lamp(factory) == colour


@pytest.mark.parametrize("scene", Scene)
def test_a_scene_blinks_as_the_grammar_says_and_goes_on_doing_so(
    factory: MockFactory, indicator: Indicator, scene: Scene
) -> None:
    pattern = GRAMMAR[scene]
    indicator.show(Scene.CODE_SEEN if scene is not Scene.CODE_SEEN else Scene.OPEN, NOW - 1)
    indicator.show(scene, NOW)
    for cycle in (0, 1, 100):
        start = NOW + cycle * (pattern.on + pattern.off)
        indicator.play(start + pattern.on / 2)
        assert lamp(factory) != OFF
        indicator.play(start + pattern.on + pattern.off / 2)
        assert (lamp(factory) == OFF) == (pattern.off > 0)


def test_no_two_scenes_look_and_sound_alike() -> None:
    patterns = [(one.colour, one.on, one.off, one.beeps) for one in GRAMMAR.values()]
    assert set(GRAMMAR) == set(Scene)
    assert len(set(patterns)) == len(patterns)


def test_open_and_refused_differ_for_somebody_who_sees_no_colour(
    factory: MockFactory, indicator: Indicator
) -> None:
    assert GRAMMAR[Scene.OPEN].beeps != GRAMMAR[Scene.REFUSED].beeps
    indicator.show(Scene.REFUSED, NOW)
    heard = []
    for turn in range(100):
        indicator.play(NOW + turn / 100)
        heard.append(sounds(factory))
    assert heard == [turn < 60 for turn in range(100)]


def test_beeps_sound_at_the_beginning_and_only_there(
    factory: MockFactory, indicator: Indicator
) -> None:
    indicator.show(Scene.OPEN, NOW)
    heard = {}
    for at in (0.0, 0.07, 0.09, 0.12, 0.14, 0.32, 0.34, 5.0, 500.0):
        indicator.play(NOW + at)
        heard[at] = sounds(factory)
    assert heard == {
        0.0: True,
        0.07: True,
        0.09: False,
        0.12: False,
        0.14: True,
        0.32: True,
        0.34: False,
        5.0: False,
        500.0: False,
    }


def test_showing_the_scene_that_is_on_does_not_begin_it_again(
    factory: MockFactory, indicator: Indicator
) -> None:
    indicator.show(Scene.REFUSED, NOW)
    indicator.play(NOW + 1)
    indicator.show(Scene.REFUSED, NOW + 1)
    indicator.play(NOW + 1.1)
    assert not sounds(factory)


def test_another_scene_ends_the_sound_of_the_one_before(
    factory: MockFactory, indicator: Indicator
) -> None:
    indicator.show(Scene.REFUSED, NOW)
    assert sounds(factory)
    indicator.show(Scene.READY, NOW + 0.1)
    assert not sounds(factory)


def test_a_pin_is_only_written_when_it_changes(factory: MockFactory, indicator: Indicator) -> None:
    indicator.show(Scene.CODE_SEEN, NOW)
    before = [len(factory.pin(number).states) for number in (*LAMP, PINS.buzzer)]
    for turn in range(50):
        indicator.play(NOW + turn / 50)
    assert [len(factory.pin(number).states) for number in (*LAMP, PINS.buzzer)] == before


def test_closing_leaves_it_dark_and_silent(factory: MockFactory) -> None:
    indicator = Indicator(factory, PINS)
    indicator.show(Scene.IDENTIFY, NOW)
    indicator.close()
    indicator.close()
    for number in (*LAMP, PINS.buzzer):
        assert factory.pin(number).function == "input"
        assert not factory.pin(number).state


def test_the_glossary_explains_every_colour_that_people_at_the_door_see() -> None:
    table = re.search(r"## Light and sound at the door\n(.*?)\n## ", GLOSSARY, re.DOTALL)
    assert table
    for word in ("white", "blue", "green", "amber", "red, one long beep", "fast red"):
        assert word in table[1]


def test_the_glossary_tells_the_beeps_that_the_buzzer_makes() -> None:
    short, _, long = GRAMMAR[Scene.OPEN].beeps
    assert "green, a short and a long beep" in GLOSSARY
    assert long > 2 * short
    assert "red, one long beep" in GLOSSARY
    assert len(GRAMMAR[Scene.REFUSED].beeps) == 1
    assert GRAMMAR[Scene.REFUSED].beeps[0] > long
    assert GRAMMAR[Scene.FAULT].beeps == ()


def test_an_alarm_beeps_until_it_is_over_whatever_the_lamp_says(
    factory: MockFactory, indicator: Indicator
) -> None:
    indicator.show(Scene.FAULT, NOW)
    indicator.sound_alarm(NOW, on=True)
    for second in (0, 1, 3600):
        indicator.sound_alarm(NOW + second, on=True)
        indicator.play(NOW + second + 0.25)
        assert sounds(factory)
        indicator.play(NOW + second + 0.75)
        assert not sounds(factory)
    indicator.sound_alarm(NOW + 3601, on=False)
    indicator.play(NOW + 3601.25)
    assert not sounds(factory)
