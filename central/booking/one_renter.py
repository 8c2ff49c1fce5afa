"""One order has one renter, in one capacity: right and price of all of it are those. Changes nothing."""

from collections.abc import Collection
from datetime import datetime
from http import HTTPStatus

from sqlalchemy.orm import Session

from central.accounts.acting import acting as acting_as
from central.accounts.capacities import ActingAs, Capacity
from central.accounts.models import Person
from central.booking.models import Order, Reservation
from central.booking.rights_and_prices import rule_book
from central.errors import CentralError


class RenterChanged(CentralError):
    """Something of the order was decided for somebody else than who rents."""

    status = HTTPStatus.CONFLICT
    code = "renter_changed"
    sentence = "This was chosen as somebody else. Say again who rents."


def check_groups(
    session: Session, order: Order, held: Collection[Reservation], now: datetime
) -> None:
    """Check that all of an order was decided for the one who rents.

    Raises:
        RenterChanged: something was decided for another target group.

    """
    proven = acting_as(session, order.person_id, order.organisation_id, now.date())
    # Whoever only typed an address is a citizen of whom nothing is known.
    ways = [proven] if order.organisation_id else [proven, ActingAs(Capacity.CITIZEN)]
    book = rule_book(session, {one.hall_id for one in held})
    for one in held:
        day = one.local_start.date()
        if one.group_code not in {book.group(way, day).code for way in ways}:
            raise RenterChanged


def is_another(order: Order, acting: ActingAs) -> bool:
    """Tell whether an order was somebody else's, or in another capacity, than who adds to it."""
    if acting.person is None:  # not logged in: the link alone speaks for no organisation
        return order.organisation_id is not None
    return (acting.person, acting.organisation) != (order.person_id, order.organisation_id)


def said_name(session: Session, acting: ActingAs | None, typed: str) -> str:
    """Return the name that whoever holds the link knows already: never one kept of a typed address.

    `acting`: who is logged in; None: nobody.
    """
    person = session.get(Person, acting.person) if acting and acting.person else None
    return person.name if person else typed.strip()
