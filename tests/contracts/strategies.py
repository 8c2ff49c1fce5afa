"""Values that Hypothesis makes up: valid ones by the rules of the format, and hostile ones."""

from typing import Any

from hypothesis import strategies as st

from contracts.bodies import U8, U16, U24, U32
from contracts.credential import EVERY_SECOND_WEEK, Claims, Kind, Language
from contracts.strict_json import DEEPEST

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)
"""Values that have a form in strict JSON."""


@st.composite
def repeating(draw: st.DrawFn) -> tuple[int, int]:
    """Return (repeats, pattern) that the format allows."""
    if draw(st.booleans()):
        return 0, 0
    days = draw(st.integers(1, 0x7F))
    if draw(st.booleans()):
        return 2 * draw(st.integers(1, U8 // 2)), days | EVERY_SECOND_WEEK
    return draw(st.integers(1, U8)), days


@st.composite
def some_claims_of_any_kind(draw: st.DrawFn, /, **fixed: Any) -> Claims:  # noqa: ANN401 - of each field
    """Return claims by every rule of format 4, anywhere in their range."""
    uses = draw(st.integers(0, U8))
    bits = st.integers(0, 31).map(lambda bit: 1 << bit)
    repeats, pattern = draw(repeating())
    values = {
        "kind": draw(st.sampled_from(Kind)),
        "key_id": draw(st.integers(0, U16)),
        "site": draw(st.integers(0, U16)),
        "areas": draw(bits if uses else st.integers(1, U32)),
        "valid_from": draw(st.integers(0, U24)),
        "duration": draw(st.integers(1, U24)),
        "credential_id": draw(st.binary(min_size=8, max_size=8)),
        "grant_id": draw(st.integers(0, U32)),
        "issue": draw(st.integers(0, U8)),
        "repeats": repeats,
        "pattern": pattern,
        "uses": uses,
        "language": draw(st.sampled_from(Language)),
        "accessible": draw(st.booleans()),
        "may_hold_open": draw(st.booleans()),
        "dynamic_required": draw(st.booleans()),
        **fixed,
    }
    return Claims(**values)


def nested(depth: int) -> Any:  # noqa: ANN401 - any JSON value
    """Return lists and objects in turn, `depth` of them inside each other."""
    value: Any = 0
    for level in range(depth):
        value = {"in": value} if level % 2 else [value]
    return value


TOO_DEEP = nested(DEEPEST + 1)
