"""What prices are made of: rules, extras, and lines that say how an amount came about; pure.

Amounts are integer cents and include VAT; renting out a hall is mostly exempt, so VAT is 0 there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from central.booking.when import ALWAYS, Hours


class LineKind(StrEnum):
    """What a line is for; also what a rule sets."""

    RENT = "rent"
    EXTRA = "extra"
    DISCOUNT = "discount"
    DEPOSIT = "deposit"
    """Given back afterwards: no part of the price."""


class PriceUnit(StrEnum):
    """What an amount is for."""

    HOUR = "hour"
    """Real hours, to the minute."""
    HALF_HOUR = "half_hour"
    """Each half hour that was begun."""
    PART = "part"
    """A part of the day, whole, however little of it is used."""
    DAY = "day"
    """Each local day on which there is some use."""
    USE = "use"
    """The reservation, however long."""
    PERSON = "person"
    PIECE = "piece"
    PERCENT = "percent"
    """Of a discount: percent in `cents`."""


@dataclass(frozen=True, slots=True)
class PriceRule:
    """An amount, and for what it counts. What is empty asks nothing; the first that fits decides."""

    id: int
    unit: PriceUnit
    cents: int
    """Of one unit; for `PERCENT` the percentage."""
    kind: LineKind = LineKind.RENT
    halls: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()
    activities: frozenset[str] = frozenset()
    hours: Hours = ALWAYS
    attendees_from: int = 0
    attendees_until: int | None = None
    with_extras: frozenset[str] = frozenset()
    """One of these extras is chosen: the tariff with kitchen."""
    from_day: int = 1
    """Of a discount: from the n-th consecutive day."""
    used_from: date | None = None
    used_until: date | None = None
    """Days of use for which the price counts."""
    vat_percent: int = 0
    names: Mapping[str, str] = field(default_factory=dict, compare=False, hash=False)
    """By language: the evening, the reduction from the second day."""
    position: int = 0
    version: int = 1
    """Goes up with each change; lines name it."""


@dataclass(frozen=True, slots=True)
class Extra:
    """Something that can be had with a hall."""

    id: int
    code: str
    unit: PriceUnit
    """`PIECE`, `HOUR`, `PERSON` or `USE`."""
    cents: int
    vat_percent: int = 0
    names: Mapping[str, str] = field(default_factory=dict, compare=False, hash=False)
    version: int = 1


@dataclass(frozen=True, slots=True)
class ChosenExtra:
    """How many of an extra somebody wants."""

    extra: Extra
    count: int = 1


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One amount with all that it came from; frozen on the order."""

    kind: LineKind
    unit: PriceUnit
    quantity: int
    """Minutes for `HOUR`; else how many units. Of a discount: the cents it is taken from."""
    unit_cents: int
    cents: int
    """Negative for a discount."""
    vat_percent: int = 0
    rule_id: int | None = None
    """Of the price rule; None: the hall's own price per hour, or an extra."""
    rule_version: int = 0
    extra: str = ""
    """Code of the extra."""
    names: Mapping[str, str] = field(default_factory=dict, compare=False, hash=False)
    day: date | None = None
    """Local day of a part or day."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What a use costs, line by line."""

    lines: tuple[PriceLine, ...]

    @property
    def cents(self) -> int:
        """The price, without the deposit."""
        return max(0, sum(one.cents for one in self.lines if one.kind is not LineKind.DEPOSIT))

    @property
    def deposit_cents(self) -> int:
        """What is given back afterwards."""
        return sum(one.cents for one in self.lines if one.kind is LineKind.DEPOSIT)
