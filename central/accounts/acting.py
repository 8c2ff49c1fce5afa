"""In which capacities a person may rent today, with the facts that rules ask for. Never commits."""

from datetime import date

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, contains_eager

from central.accounts.capacities import ActingAs, Capacity, weakest
from central.accounts.models import Mandate, Organisation, Person
from central.errors import NotFound


def as_oneself(person: Person) -> ActingAs:
    """Return a person as citizen."""
    return ActingAs(
        Capacity.CITIZEN,
        person=person.id,
        name=person.name,
        postcode=person.postcode,
        source=person.residence_source,
    )


def as_organisation(person_id: int, organisation: Organisation, mandate: Mandate) -> ActingAs:
    """Return a person as an organisation of which there is a mandate."""
    return ActingAs(
        organisation.kind.capacity,
        person=person_id,
        organisation=organisation.id,
        name=organisation.name,
        kind=organisation.kind_code,
        recognised_until=organisation.recognised_until,
        postcode=organisation.postcode,
        source=weakest(organisation.source, mandate.source),
    )


def capacities(session: Session, person_id: int, today: date) -> list[ActingAs]:
    """Return everything as which a person may rent today: oneself, then organisations by name.

    Raises:
        NotFound: there is no such person.

    """
    return [as_oneself(_person(session, person_id)), *_mandated(session, person_id, today)]


def acting(session: Session, person_id: int, organisation_id: int | None, today: date) -> ActingAs:
    """Return a person in the chosen capacity; as oneself when the mandate counts no more.

    Raises:
        NotFound: there is no such person.

    """
    person = _person(session, person_id)
    if organisation_id is not None:
        for one in _mandated(session, person_id, today, organisation_id):
            return one
    return as_oneself(person)


def counts_on(day: date) -> ColumnElement[bool]:
    """Return the condition that a mandate counts on a day."""
    return (
        Mandate.ended_at.is_(None)
        & (Mandate.valid_from <= day)
        & (Mandate.valid_until.is_(None) | (Mandate.valid_until >= day))
    )


def _mandated(
    session: Session, person_id: int, today: date, organisation_id: int | None = None
) -> list[ActingAs]:
    wanted: Select[Mandate] = (
        select(Mandate)
        .join(Mandate.organisation)
        .options(contains_eager(Mandate.organisation))
        .where(Mandate.person_id == person_id, counts_on(today))
        .order_by(Organisation.name, Organisation.id, Mandate.id)
    )
    if organisation_id is not None:
        wanted = wanted.where(Mandate.organisation_id == organisation_id)
    best: dict[int, ActingAs] = {}
    for one in session.scalars(wanted):
        found = as_organisation(person_id, one.organisation, one)
        known = best.setdefault(one.organisation_id, found)
        if not known.source.is_proof:
            best[one.organisation_id] = found
    return list(best.values())


def _person(session: Session, person_id: int) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("person")
    return person
