"""Vectors of windows: first window and repeats in a zone, and what comes of them in UTC."""

from typing import Any

from contracts.credential import EVERY_SECOND_WEEK
from contracts.errors import Malformed
from contracts.windows import occurrences
from tests.contracts.brussels import BRUSSELS, TABLE, utc
from tests.simulators.city import some_claims

MON, TUE, WED, THU, FRI, SAT, SUN = (1 << day for day in range(7))
CASES = {
    "once": ("2026-11-24 17:00", 150, 0, 0),
    "once, over the hour that comes twice": ("2026-10-24 20:00", 600, 0, 0),
    "weekly, into winter": ("2026-10-14 17:00", 90, 3, WED),
    "weekly, into summer": ("2026-03-23 18:00", 90, 2, MON),
    "three days a week from the middle of it": ("2026-11-25 17:00", 60, 1, MON | WED | FRI),
    "every second week": ("2026-11-25 17:00", 60, 4, WED | EVERY_SECOND_WEEK),
    "the day on the wall is the day after": ("2026-11-27 23:30", 60, 1, SAT),
    "a night through the missing hour": ("2026-03-21 21:00", 540, 1, SAT),
    "the end falls into the missing hour": ("2026-03-22 00:30", 60, 1, SUN),
    "the start falls into the missing hour": ("2026-03-22 01:15", 120, 1, SUN),
    "both fall into the missing hour": ("2026-03-22 01:15", 30, 1, SUN),
    "the missing hour swallows a window": ("2026-03-22 01:30", 45, 2, SUN),
    "the missing hour is all of a window": ("2026-03-22 01:30", 60, 2, SUN),
    "a night through the hour that comes twice": ("2026-10-17 20:00", 540, 1, SAT),
    "the start comes twice": ("2026-10-18 00:30", 60, 1, SUN),
    "the end comes twice": ("2026-10-17 23:30", 60, 1, SUN),
    "both come twice": ("2026-10-18 00:10", 40, 1, SUN),
    "the first is as signed": ("2026-10-25 01:10", 40, 1, SUN),
    "windows that touch": ("2026-11-25 17:00", 1440, 1, WED | THU),
    "windows that overlap": ("2026-11-25 17:00", 1441, 1, WED | THU),
    "windows that overlap only in the hour that comes twice": ("2026-10-23 00:30", 1440, 2, 0x7F),
    "the first day is not in the pattern": ("2026-11-25 17:00", 60, 1, TUE),
}


def windows() -> dict[str, Any]:
    """Return what stands in the file."""
    return {
        "about": "docs/credential-format.md, section 5. Minutes since 2025-01-01T00:00Z.",
        "zone": BRUSSELS.to_json(),
        "cases": [_case(name, *values) for name, values in CASES.items()],
    }


def _case(name: str, start: str, duration: int, repeats: int, pattern: int) -> dict[str, Any]:
    claims = some_claims(valid_from=utc(start), duration=duration, repeats=repeats, pattern=pattern)
    case = {
        "name": name,
        "valid_from": claims.valid_from,
        "duration": duration,
        "repeats": repeats,
        "pattern": pattern,
    }
    try:
        found = [[window.start, window.end] for window in occurrences(claims, TABLE)]
    except Malformed:
        return {**case, "error": "malformed"}
    return {**case, "windows": found}
