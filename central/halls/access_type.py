"""In which way one enters a hall on a day; pure."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum


class AccessType(StrEnum):
    """How renters get in."""

    DOOR_UNIT = "door_unit"
    """With their pass."""
    KEY_PICKUP = "key_pickup"
    """With a key that they fetch."""
    OPENED_BY_STAFF = "opened_by_staff"
    """Somebody opens for them."""
    ALWAYS_OPEN = "always_open"


def access_on(day: date, since: Mapping[date, AccessType]) -> AccessType:
    """Return the way in on a day, given from which days on which way holds; else by pass."""
    begun = [first for first in since if first <= day]
    return since[max(begun)] if begun else AccessType.DOOR_UNIT
