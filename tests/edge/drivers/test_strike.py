"""The strike on mock pins: high only between a release and its end, whatever happens around it."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from gpiozero.pins.mock import MockFactory, MockPin

from edge.drivers.strike import Strike
from edge.pins import read_pins

PINS = read_pins()
NOW = 1000.0


@pytest.fixture
def factory() -> Iterator[MockFactory]:
    it = MockFactory()
    yield it
    it.close()


@pytest.fixture
def strike(factory: MockFactory) -> Iterator[Strike]:
    it = Strike(factory, PINS)
    yield it
    it.close()


def levels(pin: MockPin) -> list[bool]:
    """Every level that the pin had, oldest first."""
    return [bool(state.state) for state in pin.states]


def changes(pin: MockPin) -> int:
    return sum(one != other for one, other in pairwise(levels(pin)))


def test_taking_the_pins_releases_nothing(factory: MockFactory, strike: Strike) -> None:
    for number in (PINS.strike, PINS.keep_alive):
        assert factory.pin(number).function == "output"
        assert True not in levels(factory.pin(number))
    assert not strike.released


def test_taking_the_pins_again_after_a_crash_releases_nothing(factory: MockFactory) -> None:
    Strike(factory, PINS).close()
    strike = Strike(factory, PINS)
    assert True not in levels(factory.pin(PINS.strike))
    strike.close()


def test_looking_after_a_secured_strike_moves_nothing(factory: MockFactory, strike: Strike) -> None:
    for turn in range(100):
        strike.keep_alive(NOW + turn / 50)
    assert True not in levels(factory.pin(PINS.strike))
    assert True not in levels(factory.pin(PINS.keep_alive))


def test_released_means_high(factory: MockFactory, strike: Strike) -> None:
    strike.release(NOW, 5.0)
    assert factory.pin(PINS.strike).state
    assert strike.released
    strike.secure()
    assert not factory.pin(PINS.strike).state
    assert not strike.released


def test_the_keep_alive_toggles_with_every_look_while_released(
    factory: MockFactory, strike: Strike
) -> None:
    strike.release(NOW, 5.0)
    before = changes(factory.pin(PINS.keep_alive))
    for turn in range(1, 101):
        strike.keep_alive(NOW + turn / 50)
    assert changes(factory.pin(PINS.keep_alive)) - before == 100


def test_the_keep_alive_moves_before_the_strike_does(factory: MockFactory, strike: Strike) -> None:
    strike.release(NOW, 5.0)
    assert changes(factory.pin(PINS.keep_alive)) == 1


def test_the_keep_alive_rests_low_once_the_strike_is_secured(
    factory: MockFactory, strike: Strike
) -> None:
    strike.release(NOW, 5.0)
    strike.secure()
    before = changes(factory.pin(PINS.keep_alive))
    for turn in range(10):
        strike.keep_alive(NOW + turn)
    assert not factory.pin(PINS.keep_alive).state
    assert changes(factory.pin(PINS.keep_alive)) == before


def test_a_pulse_ends_by_itself_even_when_nobody_secures_it(strike: Strike) -> None:
    strike.release(NOW, 5.0)
    strike.keep_alive(NOW + 4.99)
    assert strike.released
    strike.keep_alive(NOW + 5.0)
    assert not strike.released


def test_a_pulse_that_was_looked_after_too_late_ends_at_once(strike: Strike) -> None:
    strike.release(NOW, 5.0)
    strike.keep_alive(NOW + 500)
    assert not strike.released


def test_another_release_counts_from_its_own_beginning(strike: Strike) -> None:
    strike.release(NOW, 5.0)
    strike.release(NOW + 3, 5.0)
    strike.keep_alive(NOW + 7.9)
    assert strike.released
    strike.keep_alive(NOW + 8)
    assert not strike.released


def test_a_mode_holds_it_until_it_is_secured(strike: Strike) -> None:
    strike.release(NOW, None)
    strike.keep_alive(NOW + 1_000_000)
    assert strike.released
    strike.secure()
    strike.keep_alive(NOW + 1_000_001)
    assert not strike.released


def test_a_pulse_after_a_mode_ends_again(strike: Strike) -> None:
    strike.release(NOW, None)
    strike.release(NOW + 10, 5.0)
    strike.keep_alive(NOW + 15)
    assert not strike.released


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_a_release_for_no_time_releases_nothing(
    factory: MockFactory, strike: Strike, seconds: float
) -> None:
    strike.release(NOW, seconds)
    assert True not in levels(factory.pin(PINS.strike))


def test_closing_while_released_locks_and_gives_the_pins_back(factory: MockFactory) -> None:
    strike = Strike(factory, PINS)
    strike.release(NOW, None)
    strike.close()
    for number in (PINS.strike, PINS.keep_alive):
        assert factory.pin(number).function == "input"
        assert not factory.pin(number).state
    # Low before it floats: the pull-down finds it there.
    assert levels(factory.pin(PINS.strike))[-1] is False


def test_closing_twice_does_no_harm(factory: MockFactory) -> None:
    strike = Strike(factory, PINS)
    strike.close()
    strike.close()
    assert factory.pin(PINS.strike).function == "input"
