"""The long tests use the same whole city as the short ones."""

from tests.journey.conftest import a_pass, at_door, city

__all__ = ["a_pass", "at_door", "city"]
