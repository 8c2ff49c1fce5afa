"""Which target group a renter belongs to on the day of use, and why. Pure.

The city writes the rules as data (`target_group_rule`). They are read from the first to the last; the
first whose conditions are all met decides. Rules and prices name the group, never the conditions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from central.accounts.capacities import ActingAs, Capacity


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """A group that rules and prices name."""

    id: int
    code: str
    names: Mapping[str, str] = field(default_factory=dict, compare=False, hash=False)
    """By language."""


UNGROUPED = TargetGroup(0, "none", {"nl": "Geen groep", "en": "No group"})
"""Of whom no rule says anything; a city whose last rule asks nothing never sees it."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must all be true of a renter; what is empty asks nothing."""

    capacities: frozenset[Capacity] = frozenset()
    kinds: frozenset[str] = frozenset()
    """Codes of kinds of organisation."""
    postcodes: frozenset[str] = frozenset()
    """Of the residence or seat."""
    recognised: bool | None = None
    """By the city, on the day of use."""
    proven: bool = False
    """Whether somebody else than the renter vouches for the facts."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Who belongs to a group, and on which days of use the rule counts."""

    group: TargetGroup
    conditions: Conditions = Conditions()
    valid_from: date | None = None
    valid_until: date | None = None

    def counts_on(self, day: date) -> bool:
        """Tell whether the rule counts for a use on this day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


class Fact(StrEnum):
    """A condition that is met or not; pages have words for each of both."""

    CAPACITY = "capacity"
    KIND = "kind"
    POSTCODE = "postcode"
    RECOGNISED = "recognised"
    """The city recognises it on that day."""
    NOT_RECOGNISED = "not_recognised"
    """The city does not, as the rule asks."""
    PROVEN = "proven"


@dataclass(frozen=True, slots=True)
class Finding:
    """One condition of a rule, held against a renter."""

    fact: Fact
    is_met: bool
    ends: date | None = None
    """With RECOGNISED unmet: there is a recognition, but it ended on this day."""


@dataclass(frozen=True, slots=True)
class Missed:
    """A rule before the deciding one, and what was in its way."""

    group: TargetGroup
    unmet: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The group, what made the renter belong to it, and what came before it in vain."""

    group: TargetGroup
    because: tuple[Finding, ...]
    missed: tuple[Missed, ...]


def target_group(acting: ActingAs, rules: Sequence[Rule], day: date) -> TargetGroup:
    """Return the group of a renter for a use on a day, the rules in the city's order."""
    for rule in rules:
        if rule.counts_on(day) and all(one.is_met for one in findings(rule, acting, day)):
            return rule.group
    return UNGROUPED


def explain(acting: ActingAs, rules: Sequence[Rule], day: date) -> Explanation:
    """Return the group of a renter on a day, with the reasons."""
    missed: list[Missed] = []
    for rule in rules:
        if not rule.counts_on(day):
            continue
        found = tuple(findings(rule, acting, day))
        unmet = tuple(one for one in found if not one.is_met)
        if not unmet:
            return Explanation(rule.group, found, tuple(missed))
        missed.append(Missed(rule.group, unmet))
    return Explanation(UNGROUPED, (), tuple(missed))


def findings(rule: Rule, acting: ActingAs, day: date) -> Iterator[Finding]:
    """Hold each condition of a rule against a renter."""
    asks = rule.conditions
    if asks.capacities:
        yield Finding(Fact.CAPACITY, acting.capacity in asks.capacities)
    if asks.kinds:
        yield Finding(Fact.KIND, acting.kind in asks.kinds)
    if asks.postcodes:
        yield Finding(Fact.POSTCODE, acting.postcode in asks.postcodes)
    if asks.recognised is not None:
        yield _recognition(acting, day, wanted=asks.recognised)
    if asks.proven:
        yield Finding(Fact.PROVEN, acting.source.is_proof)


def _recognition(acting: ActingAs, day: date, *, wanted: bool) -> Finding:
    is_recognised = acting.is_recognised_on(day)
    if not wanted:
        return Finding(Fact.NOT_RECOGNISED, not is_recognised)
    ends = None if is_recognised else acting.recognised_until
    return Finding(Fact.RECOGNISED, is_recognised, ends)
