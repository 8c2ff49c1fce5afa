"""How renters get into a hall on a day, by what is written of the hall; pure."""

from datetime import date

from central.halls.access_type import AccessType, access_on
from central.halls.models import Hall


def way_in(hall: Hall, day: date) -> AccessType:
    """Return the way in, given the hall with its route and access.

    A hall that nobody gave a way in, and that has no doors of ours, is opened by staff.
    """
    since = {one.first: one.access for one in hall.access}
    found = access_on(day, since)
    if found is AccessType.DOOR_UNIT and not hall.route:
        return AccessType.OPENED_BY_STAFF
    return found


def instructions(hall: Hall, day: date) -> str:
    """Return what renters read beside the way in on a day: where the key is, whom to call."""
    begun = [one for one in hall.access if one.first <= day]
    return max(begun, key=lambda one: one.first).instructions if begun else ""
