"""What central configures at a door: which area it is, its times, its zone, its policy."""

from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from contracts.bodies import NUMBER_ONLY, Body, Byte, Long, Minute, Short
from contracts.credential import Language
from contracts.zone import LEAST_APART, ZoneTable

Milliseconds = Annotated[int, Field(ge=0, le=3_600_000)]
Offset = Annotated[int, Field(ge=-1439, le=1439)]
"""Minutes that a wall clock is ahead of UTC."""
Label = Annotated[str, StringConstraints(max_length=80)]


class Timings(Body):
    """Times of the door in milliseconds; `extended_` ones are for accessible opening."""

    release: Milliseconds = 5_000
    extended_release: Milliseconds = 15_000
    longest_release: Milliseconds = 30_000
    """No pulse is ever longer, whatever asks for it."""
    open: Milliseconds = 30_000
    extended_open: Milliseconds = 90_000
    pre_alarm: Milliseconds = 10_000
    """How long before the held-open alarm the door warns."""
    secure_on_open: bool = True
    """Drop the strike as soon as the leaf opens, so that it locks when it falls shut."""

    @model_validator(mode="after")
    def _pulses_fit(self) -> Self:
        if not 0 < self.release <= self.extended_release <= self.longest_release:
            msg = "release must be above 0 and no longer than extended_release, and that than longest_release"
            raise ValueError(msg)
        if not self.pre_alarm <= self.open <= self.extended_open:
            msg = "pre_alarm must be within open, and open within extended_open"
            raise ValueError(msg)
        return self


class Policy(Body):
    """What the site allows when something is missing. The defaults refuse."""

    staff_without_clock: bool = False
    """Staff and emergency passes open although the time is unknown; journalled as grace."""
    grace_minutes: Annotated[int, Field(ge=0, le=1440)] = 0
    """Any pass opens this long after the time was last trusted; journalled as grace."""
    lists_old_after_hours: Annotated[int, Field(ge=1, le=8760)] = 168
    """Older lists raise a fault."""
    refuse_when_lists_old: bool = False
    """A critical door refuses (lists_too_old) instead of only raising the fault."""
    dynamic_only: bool = False
    """Only passes with a dynamic proof open here."""


class Zone(Body):
    """`zone.ZoneTable` on the wire."""

    name: Label
    """IANA name, for people."""
    first_offset: Offset
    transitions: tuple[tuple[Minute, Offset], ...] = Field(max_length=64)

    def table(self) -> ZoneTable:
        """Return the table to calculate with."""
        return ZoneTable(self.first_offset, self.transitions)

    @model_validator(mode="after")
    def _far_apart(self) -> Self:
        instants = (at for at, _ in self.transitions)
        if any(later - earlier < LEAST_APART for earlier, later in pairwise(instants)):
            msg = "transitions must rise, by two days at least"
            raise ValueError(msg)
        return self


class DoorConfig(Body):
    """The body of a config document; audience: the unit."""

    door: Short
    """The door's number in central."""
    name: Label
    """What stands on the door, for its display."""
    site: Short
    areas: Annotated[Long, Field(gt=0)]
    """The area bits that this door leads to."""
    zone: Zone
    language: Annotated[Language, NUMBER_ONLY] = Language.NL
    duty_phone: Label = ""
    commissioned: bool = False
    """A unit that was not accepted opens for nobody."""
    timings: Timings = Timings()
    policy: Policy = Policy()
    refusals_before_pause: Byte = 10
    """Bad scans in a minute after which the reader pauses."""
