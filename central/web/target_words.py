"""Say in words who belongs to a target group, and why somebody does or does not."""

from collections.abc import Iterable, Mapping

from central.accounts.capacities import ActingAs, in_language
from central.accounts.target_groups import (
    Conditions,
    Explanation,
    Fact,
    Finding,
    Missed,
    TargetGroup,
)
from central.web.language import Words

Kinds = Mapping[str, Mapping[str, str]]
"""Names of the kinds of organisation, by code."""


def group_said(group: TargetGroup, words: Words) -> str:
    """Return the name of a group."""
    return in_language(group.names, words.code) or group.code


def conditions_said(conditions: Conditions, kinds: Kinds, words: Words) -> str:
    """Return what a rule asks, as one line."""
    parts = []
    if conditions.capacities:
        parts.append(_listed(words(f"capacity.{one}") for one in sorted(conditions.capacities)))
    if conditions.kinds:
        names = sorted(_kind(one, kinds, words) for one in conditions.kinds)
        parts.append(words("target.asks_kind", kinds=_listed(names)))
    if conditions.postcodes:
        codes = _listed(sorted(conditions.postcodes))
        parts.append(words("target.asks_postcode", postcodes=codes))
    if conditions.recognised is not None:
        asks = "target.asks_recognised" if conditions.recognised else "target.asks_not_recognised"
        parts.append(words(asks))
    if conditions.proven:
        parts.append(words("target.asks_proven"))
    return ", ".join(parts) if parts else words("target.asks_nothing")


def because_said(
    explanation: Explanation, acting: ActingAs, kinds: Kinds, words: Words
) -> list[str]:
    """Return why somebody belongs to the group, one line for each reason."""
    met = [_met(one, acting, kinds, words) for one in explanation.because]
    return met or [words("target.for_all")]


def missed_said(missed: Missed, acting: ActingAs, kinds: Kinds, words: Words) -> str:
    """Return what was in the way of an earlier group."""
    reasons = _listed([_unmet(one, acting, kinds, words) for one in missed.unmet])
    return words("target.not_group", group=group_said(missed.group, words), reasons=reasons)


def _met(finding: Finding, acting: ActingAs, kinds: Kinds, words: Words) -> str:
    if finding.fact is Fact.CAPACITY:
        return words("target.is_capacity", capacity=words(f"capacity.{acting.capacity}"))
    if finding.fact is Fact.KIND:
        return words("target.is_kind", kind=_kind(acting.kind, kinds, words))
    if finding.fact is Fact.POSTCODE:
        return words("target.is_postcode", postcode=acting.postcode)
    if finding.fact is Fact.PROVEN:
        return words(f"target.is_proven_{acting.source}")
    return words(f"target.is_{finding.fact}")


def _unmet(finding: Finding, acting: ActingAs, kinds: Kinds, words: Words) -> str:
    if finding.fact is Fact.CAPACITY:
        return words("target.other_capacity", capacity=words(f"capacity.{acting.capacity}"))
    if finding.fact is Fact.KIND:
        name = _kind(acting.kind, kinds, words) or words("target.no_kind")
        return words("target.other_kind", kind=name)
    if finding.fact is Fact.POSTCODE:
        return words("target.other_postcode", postcode=acting.postcode or "?")
    if finding.fact is Fact.RECOGNISED and finding.ends is not None:
        return words("target.recognition_ends", day=words.day(finding.ends))
    return words(f"target.lacks_{finding.fact}")


def _kind(code: str, kinds: Kinds, words: Words) -> str:
    return in_language(kinds[code], words.code) if code in kinds else code


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts)
