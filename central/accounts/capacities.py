"""In what capacity somebody rents, and where what is known of it comes from. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

FOREVER = date(9999, 12, 31)
"""A recognition without an end."""


class Capacity(StrEnum):
    """As what somebody rents."""

    CITIZEN = "citizen"
    ASSOCIATION = "association"
    COMPANY = "company"
    CITY_SERVICE = "city_service"


class Source(StrEnum):
    """Where a fact comes from."""

    DECLARED = "declared"
    """The person says so; nobody checked it."""
    HOLDER = "holder"
    """Somebody whose own mandate is proven says so."""
    CITY_LIST = "city_list"
    """Staff checked it."""
    REGISTER = "register"
    """An authentic source: the identity provider, or the register of associations."""

    @property
    def is_proof(self) -> bool:
        """Whether somebody else than the person vouches for it."""
        return self is not Source.DECLARED


@dataclass(frozen=True, slots=True)
class ActingAs:
    """Who rents, and as what, with every fact that rules and prices may ask for.

    One person acts for several: for oneself as citizen, and for each organisation of which one has
    a mandate. A visitor who is not logged in has no person, only what was picked (`picked`).
    """

    capacity: Capacity
    person: int | None = None
    organisation: int | None = None
    """Row numbers; None for a citizen, and for a visitor."""
    name: str = ""
    """Of the organisation, else of the person: what "you rent as" shows."""
    kind: str = ""
    """Code of the organisation's kind (a row of `organisation_kind`); empty for a citizen."""
    recognised_until: date | None = None
    """Last day on which the city recognises the organisation; None: it does not."""
    postcode: str = ""
    """Of the residence or seat."""
    source: Source = Source.DECLARED
    """The weakest source among the facts of organisation and mandate, or of the residence."""

    def is_recognised_on(self, day: date) -> bool:
        """Tell whether the city recognises the organisation on a day."""
        return self.recognised_until is not None and day <= self.recognised_until

    @property
    def key(self) -> str:
        """Name it in a form: `self`, or the number of the organisation."""
        return "self" if self.organisation is None else str(self.organisation)


def picked(
    capacity: Capacity, *, kind: str = "", is_recognised: bool = False, postcode: str = ""
) -> ActingAs:
    """Return what a visitor without account says to be, to see halls and prices.

    It counts as proven, so that people see what awaits them; booking looks at the real facts.
    """
    until = FOREVER if is_recognised else None
    return ActingAs(
        capacity,
        kind=kind,
        recognised_until=until,
        postcode=postcode,
        source=Source.CITY_LIST,
    )


def weakest(*sources: Source) -> Source:
    """Return the source that vouches least."""
    order = list(Source)
    return min(sources, key=order.index)


def as_declared(acting: ActingAs) -> ActingAs:
    """Return the same with every fact only declared: what remains when proof is asked for."""
    return replace(acting, source=Source.DECLARED)


def in_language(names: Mapping[str, str], language: str) -> str:
    """Return the name in a language, else in Dutch, else in any."""
    return names.get(language) or names.get("nl") or next(iter(names.values()), "")
