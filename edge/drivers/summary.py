"""What a unit may never forget, in few bytes with a checksum: numbers, the clock's floor, spent uses."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from contracts import strict_json
from contracts.errors import Malformed

_DOMAIN = b"hallpass/summary/v1\x00"
LARGEST = 8_388_608
"""Bytes that may be written: a ledger of far more passes than one door sees in its life."""
MOST_LEARNED = 32_768
"""Passes in the ledger from which on central's word adds none: eight of its longest answers. Somebody
with its key must not fill the ledger until the unit's own uses find no place in it."""
FORGET_AFTER_MS = 90 * 86_400_000
"""How long a spent use is remembered after its pass ended, should the reservation have been moved."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What never goes down."""

    epoch: str = ""
    """The journal's epoch it belongs to: another one means the database was lost."""
    seq: int = 0
    """An entry that was certainly written: fewer in the journal means an older copy came back."""
    floor_ms: int = 0
    own_ms: int = 0
    """What the unit's own clock said when the floor was noted, 0 when it never was. Two keys or the RTC
    move it back as well as on."""
    session: int = 0
    generation: int = 0
    """Rises when numbers are dropped or the root resets them, the only ways for them to go down."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    """By type and audience: another unit's, or another site's, say nothing about ours."""
    spent: Mapping[str, int] = field(default_factory=dict)
    ends: Mapping[str, int] = field(default_factory=dict)
    """For spent passes whose end is known: Unix milliseconds after which they open nothing."""
    grants: Mapping[str, int] = field(default_factory=dict)
    """For spent passes whose end is known: their grant, whose amendment may move that end on."""
    lost: bool = False
    """Written while the state was lost, and nobody said yet that it is whole again."""
    reset_nonce: str = ""
    """Good for one floor reset by the root; empty when nobody began one."""
    reset_age: int = 0
    """Seconds that the program ran since that nonce was given."""

    def merged(self, other: "Summary") -> "Summary":
        """Return the higher of every value; what belongs to the database stays this one's."""
        newer = max(self, other, key=lambda one: one.generation)
        later = max(self, other, key=lambda one: (one.generation, one.floor_ms))
        numbers = _highest(self.numbers, other.numbers)
        floor_ms = max(self.floor_ms, other.floor_ms)
        if self.generation != other.generation:
            # What dropped something knew everything before it; the root may have lowered the floor.
            numbers, floor_ms = dict(newer.numbers), newer.floor_ms
        return replace(
            self,
            floor_ms=floor_ms,
            own_ms=later.own_ms,
            session=max(self.session, other.session),
            generation=newer.generation,
            numbers=numbers,
            spent=_highest(self.spent, other.spent),
            ends=_highest(self.ends, other.ends),
            grants=_highest(self.grants, other.grants),
        )

    def without(self, name: str) -> "Summary":
        """Return it without the number of one kind of document."""
        kept = {other: number for other, number in self.numbers.items() if other != name}
        return replace(self, numbers=kept, generation=self.generation + 1)

    def reset(self, floor_ms: int, kept: str) -> "Summary":
        """Return it with the floor and the numbers that the root allows: those of `kept`, a type."""
        numbers = {
            name: number for name, number in self.numbers.items() if name.split(" ", 1)[0] == kept
        }
        return replace(
            self,
            floor_ms=floor_ms,
            own_ms=floor_ms,
            numbers=numbers,
            generation=self.generation + 1,
            lost=True,
            reset_nonce="",
            reset_age=0,
        )

    def tidied(self) -> "Summary":
        """Return it without the uses of passes that have certainly been over for long."""
        over = {one for one, end in self.ends.items() if end + FORGET_AFTER_MS < self.floor_ms}
        if not over:
            return self
        spent = {one: count for one, count in self.spent.items() if one not in over}
        ends = {one: end for one, end in self.ends.items() if one not in over}
        grants = {one: grant for one, grant in self.grants.items() if one not in over}
        return replace(self, spent=spent, ends=ends, grants=grants)

    def moved_on(self, ends: Mapping[int, int]) -> dict[str, int]:
        """Return the ends of spent passes that amendments of their grants move on.

        Args:
            ends: by grant, the latest end that its amendment names, Unix milliseconds.

        """
        return {
            one: ends[grant]
            for one, grant in self.grants.items()
            if grant in ends and one in self.ends and ends[grant] > self.ends[one]
        }

    def learned(self, spent: Mapping[str, int]) -> dict[str, int]:
        """Return what of the uses that central counted is news and finds a place."""
        news = {one: count for one, count in spent.items() if self.spent.get(one, 0) < count}
        known = {one: count for one, count in news.items() if one in self.spent}
        others = [item for item in news.items() if item[0] not in known]
        return known | dict(others[: max(0, MOST_LEARNED - len(self.spent))])

    def sealed(self) -> bytes:
        """Return its bytes with their checksum."""
        body = strict_json.dumps({one.name: getattr(self, one.name) for one in fields(self)})
        return _checksum(body) + b"\n" + body


def opened(raw: bytes) -> Summary | None:
    """Return the summary in sealed bytes, None when a byte of them is not as it was written.

    Names that this release does not know are left aside: a newer one may have been here. However
    long they are: what was written once may not be forgotten.
    """
    digest, _, body = raw.partition(b"\n")
    if _checksum(body) != digest:
        return None
    try:
        values = strict_json.loads(body, len(body))
        known = {one.name: values[one.name] for one in fields(Summary) if one.name in values}
        summary = Summary(**known)
    except (Malformed, TypeError, AttributeError):
        return None
    return summary if _is_sensible(summary) else None


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(_DOMAIN + body).hexdigest().encode()


def _is_sensible(summary: Summary) -> bool:
    """Tell whether every value has its type: the checksum is against accidents, not against people."""
    default = Summary()
    values: list[tuple[Any, Any]] = [
        (getattr(summary, one.name), getattr(default, one.name)) for one in fields(Summary)
    ]
    return all(type(value) is type(usual) for value, usual in values) and all(
        type(number) is int
        for counted in (summary.numbers, summary.spent, summary.ends, summary.grants)
        for number in counted.values()
    )


def _highest(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: max(one.get(name, 0), other.get(name, 0)) for name in {*one, *other}}
