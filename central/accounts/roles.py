"""What members of staff may do, in words."""

from enum import StrEnum


class Role(StrEnum):
    """What a member of staff may do; an admin may do everything."""

    ADMIN = "admin"
    HALL_MANAGER = "hall_manager"
    """Halls, prices, opening hours, closures."""
    FACILITY_STAFF = "facility_staff"
    """Sites, doors and their units."""
    CONTACT_CENTRE = "contact_centre"
    """Reservations for callers."""
    AUDITOR = "auditor"
    """Reads who entered when, and what went wrong."""
