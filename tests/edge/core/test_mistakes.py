"""When a program that makes mistakes goes on, and when it starts anew."""

import pytest

from edge.core.mistakes import MOST, WITHIN, Mistakes


def made(count: int, apart: float) -> tuple[Mistakes, float]:
    mistakes, now = Mistakes(), 0.0
    for number in range(count):
        now = number * apart
        mistakes = mistakes.note(now)
    return mistakes, now


@pytest.mark.parametrize(("count", "too_many"), [(MOST, False), (MOST + 1, True)])
def test_many_at_once_are_too_many(count: int, *, too_many: bool) -> None:
    mistakes, now = made(count, 0.02)
    assert mistakes.are_too_many(now) is too_many


def test_mistakes_of_a_whole_life_do_not_add_up() -> None:
    mistakes, now = made(1_000, WITHIN / MOST)
    assert not mistakes.are_too_many(now)
    assert len(mistakes.times) <= MOST


def test_it_is_over_when_none_happened_for_long() -> None:
    assert Mistakes().are_over(0.0)
    mistakes = Mistakes().note(100.0)
    assert not mistakes.are_over(100.0 + WITHIN - 1)
    assert mistakes.are_over(100.0 + WITHIN)
