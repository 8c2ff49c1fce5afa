"""From what was heard of a unit to what may be said about its door. Pure; unknown stays unknown."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

BELIEVED_FOR = timedelta(minutes=5)
"""How long a unit's word about leaf and lock holds; it speaks every minute."""


class Presence(StrEnum):
    """Whether a unit can be reached."""

    NO_UNIT = "no_unit"
    NEVER_SEEN = "never_seen"
    ONLINE = "online"
    OFFLINE = "offline"
    UNKNOWN = "unknown"
    """Central itself is cut off from the broker: nobody knows."""


class Part(StrEnum):
    """How leaf or lock is."""

    OPEN = "open"
    CLOSED = "closed"
    SECURED = "secured"
    RELEASED = "released"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of a unit."""

    is_online: bool | None
    state_at: datetime | None
    online_since: datetime | None
    offline_since: datetime | None
    health_at: datetime | None
    mode: str | None
    leaf: str
    strike: str


@dataclass(frozen=True, slots=True)
class DoorNow:
    """What may be said about a door."""

    presence: Presence
    since: datetime | None
    """Since when it is so; for the parts, when they were last heard."""
    mode: str | None
    leaf: Part
    strike: Part


def door_now(heard: Heard | None, now: datetime) -> DoorNow:
    """Return what may be said about a door; None when it has no unit."""
    if heard is None:
        return DoorNow(Presence.NO_UNIT, None, None, Part.UNKNOWN, Part.UNKNOWN)
    presence, since = _presence(heard)
    is_fresh = heard.health_at is not None and now - heard.health_at <= BELIEVED_FOR
    if presence is not Presence.ONLINE or not is_fresh:
        return DoorNow(presence, since, None, Part.UNKNOWN, Part.UNKNOWN)
    return DoorNow(presence, since, heard.mode, _part(heard.leaf), _part(heard.strike))


def _presence(heard: Heard) -> tuple[Presence, datetime | None]:
    if heard.state_at is None:
        return Presence.NEVER_SEEN, None
    if heard.is_online is None:
        return Presence.UNKNOWN, heard.state_at
    if heard.is_online:
        return Presence.ONLINE, heard.online_since
    return Presence.OFFLINE, heard.offline_since


def _part(word: str) -> Part:
    return Part(word) if word in set(Part) else Part.UNKNOWN
