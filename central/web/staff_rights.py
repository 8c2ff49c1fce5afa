"""Read and show rights of staff: a role, and the city, a service or a hall over which it counts."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.accounts.models import CityService
from central.accounts.roles import Right, Role
from central.halls.models import Hall
from central.web.language import Words

CITY = "city"


@dataclass(frozen=True, slots=True)
class Places:
    """Names of what a role may count for."""

    services: Mapping[int, str]
    halls: Mapping[int, str]


def places(session: Session) -> Places:
    """Return every city service and hall."""
    return Places(
        dict(session.execute(select(CityService.id, CityService.name)).all()),
        dict(session.execute(select(Hall.id, Hall.name)).all()),
    )


def scope_options(there: Places, words: Words) -> list[tuple[str, str]]:
    """Return all that a role may count for, to choose from."""
    services = sorted(there.services.items(), key=lambda one: one[1])
    halls = sorted(there.halls.items(), key=lambda one: one[1])
    return [
        (CITY, words("staff.whole_city")),
        *((f"service:{number}", words("staff.of_service", name=name)) for number, name in services),
        *((f"hall:{number}", words("staff.of_hall", name=name)) for number, name in halls),
    ]


def role_options(words: Words) -> list[tuple[str, str]]:
    """Return the roles to choose from, each with what it lets somebody do."""
    return [(one.value, words(f"role.{one}")) for one in Role]


def read_right(role: str, scope: str, there: Places) -> Right | None:
    """Return the right that was chosen; None when it is no choice of ours."""
    if role not in set(Role):
        return None
    kind, _, number = scope.partition(":")
    if scope == CITY:
        return Right(Role(role))
    if not (number.isascii() and number.isdigit()):
        return None
    if kind == "service" and int(number) in there.services:
        return Right(Role(role), service=int(number))
    if kind == "hall" and int(number) in there.halls:
        return Right(Role(role), hall=int(number))
    return None


def value_of(right: Right) -> str:
    """Return how a form names over what a right counts."""
    if right.hall is not None:
        return f"hall:{right.hall}"
    return CITY if right.service is None else f"service:{right.service}"


def said(right: Right, there: Places, words: Words) -> str:
    """Return over what a right counts, in words."""
    if right.hall is not None:
        return words("staff.of_hall", name=there.halls.get(right.hall, "?"))
    if right.service is not None:
        return words("staff.of_service", name=there.services.get(right.service, "?"))
    return words("staff.whole_city")
