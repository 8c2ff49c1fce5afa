"""As what somebody looks for a hall: who is logged in, or what a visitor picks; the address keeps it."""

from collections.abc import Sequence
from typing import Protocol

from central.accounts.capacities import ActingAs, Capacity, in_language, picked
from central.accounts.models import OrganisationKind
from central.accounts.visitors import Visitor
from central.web.language import Words


class Picked(Protocol):
    """A form with what a visitor picked."""

    who: str
    recognised: str
    postcode: str


def looking_as(
    visitor: Visitor | None, form: Picked, kinds: Sequence[OrganisationKind]
) -> ActingAs:
    """Return as what somebody looks; what is picked counts only for who is not logged in."""
    if visitor is not None:
        return visitor.acting
    kind = next((one for one in kinds if one.code == form.who), None)
    postcode = form.postcode.strip()
    if kind is None:
        return picked(Capacity.CITIZEN, postcode=postcode)
    is_recognised = bool(form.recognised) and kind.capacity is Capacity.ASSOCIATION
    return picked(kind.capacity, kind=kind.code, is_recognised=is_recognised, postcode=postcode)


def choices(kinds: Sequence[OrganisationKind], words: Words) -> list[tuple[str, str]]:
    """Return the kinds of client to pick from, beside a private person."""
    return [
        (one.code, words(f"who.{one.capacity}", kind=in_language(one.names, words.code)))
        for one in kinds
        if one.capacity is not Capacity.CITIZEN
    ]
