"""The mode of a door: one signed, numbered, retained document per unit, always with an end."""

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from contracts.bodies import Body, Code, UnixSeconds


class DoorMode(StrEnum):
    """ONVIF's DoorMode, as far as it is used here."""

    LOCKED = "locked"
    """The normal state: passes open it."""
    UNLOCKED = "unlocked"
    """Free passage until the end."""
    LOCKED_DOWN = "locked_down"
    """No pass opens it until the end, but an emergency pass."""
    HOLD_OPEN = "hold_open"
    """As unlocked, and the leaf may stand open without an alarm (guests arriving)."""


class Modes(Body):
    """The body of a modes document; audience: the unit."""

    mode: DoorMode
    until: UnixSeconds | None = None
    """When the door is `locked` again."""
    cause: Code
    """Identifies who or what asked for it, in central's audit trail."""

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if (self.mode is DoorMode.LOCKED) != (self.until is None):
            msg = "every mode but locked has an end"
            raise ValueError(msg)
        return self
