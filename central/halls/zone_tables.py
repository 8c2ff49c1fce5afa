"""The transitions of an IANA zone as the short table that doors and `decide()` calculate with. Pure.

Doors have no zone database: central signs three years of transitions into their configuration.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from contracts.door_config import Zone
from contracts.moments import EPOCH, minute_of

YEARS = 3
_STEP = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


def zone_from(name: str, now: datetime) -> Zone:
    """Return the zone from the start of last year on, so that it changes once a year.

    Last year stands in it because a series that began then must still be judged in its own days.
    """
    return _zone(name, max(now.year - 1, EPOCH.year))


@lru_cache(maxsize=256)
def _zone(name: str, first_year: int) -> Zone:
    zone = ZoneInfo(name)
    start = datetime(first_year, 1, 1, tzinfo=UTC)
    end = datetime(first_year + 1 + YEARS, 1, 1, tzinfo=UTC)
    return Zone(
        name=name,
        first_offset=_offset(zone, start),
        transitions=tuple(_transitions(zone, start, end)),
    )


def _transitions(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[tuple[int, int]]:
    day = start
    while day < end:
        following = day + _STEP
        if _offset(zone, day) != _offset(zone, following):
            at = _change(zone, day, following)
            yield minute_of(at), _offset(zone, at)
        day = following


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the first minute with the later offset, by halving."""
    while after - before > _MINUTE:
        middle = before + (after - before) // 2 // _MINUTE * _MINUTE
        if _offset(zone, middle) == _offset(zone, before):
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, at: datetime) -> int:
    offset = at.astimezone(zone).utcoffset()
    return 0 if offset is None else offset // _MINUTE
