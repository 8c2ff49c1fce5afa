"""Parts of a day as people plan them, in minutes after local midnight; pure."""

from collections.abc import Mapping, Sequence

PARTS: Mapping[str, tuple[int, int]] = {
    "morning": (8 * 60, 12 * 60),
    "afternoon": (13 * 60, 17 * 60),
    "evening": (18 * 60, 22 * 60),
}
"""The usual hours; a hall may have its own."""


def parts_of(own: Mapping[str, Sequence[int]]) -> Mapping[str, tuple[int, int]]:
    """Return the hours of each part, given a hall's own ones."""
    return {
        name: (own[name][0], own[name][1]) if name in own else usual
        for name, usual in PARTS.items()
    }
