"""What members of staff may do, and over what."""

from collections.abc import Iterable
from dataclasses import dataclass
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
    LOGISTICS = "logistics"
    """Tasks of catering, set-up and cleaning."""
    AUDITOR = "auditor"
    """Reads who entered when, and what went wrong."""


@dataclass(frozen=True, slots=True)
class Right:
    """A role and its scope: the whole city, one city service, or one hall."""

    role: Role
    service: int | None = None
    hall: int | None = None

    @property
    def is_for_the_city(self) -> bool:
        """Whether it counts everywhere."""
        return self.service is None and self.hall is None

    def covers(self, service: int | None, hall: int | None) -> bool:
        """Tell whether it counts for something of this service and hall."""
        if self.is_for_the_city:
            return True
        if self.hall is not None:
            return self.hall == hall
        return self.service == service


@dataclass(frozen=True, slots=True)
class Scope:
    """What somebody reaches with some roles; for lists: `everything`, or these services and halls."""

    everything: bool
    services: frozenset[int] = frozenset()
    halls: frozenset[int] = frozenset()

    def reaches(self, *, service: int | None, hall: int | None) -> bool:
        """Tell whether something of this service and hall is in it."""
        return self.everything or service in self.services or hall in self.halls

    @property
    def is_empty(self) -> bool:
        """Whether it reaches nothing at all."""
        return not (self.everything or self.services or self.halls)


WHOLE_CITY = Scope(everything=True)


def scope_of(rights: Iterable[Right], roles: Iterable[Role]) -> Scope:
    """Return what these rights reach for whoever needs one of these roles; admin counts for all."""
    wanted = {*roles, Role.ADMIN}
    those = [one for one in rights if one.role in wanted]
    if any(one.is_for_the_city for one in those):
        return WHOLE_CITY
    return Scope(
        everything=False,
        services=frozenset(one.service for one in those if one.service is not None),
        halls=frozenset(one.hall for one in those if one.hall is not None),
    )
