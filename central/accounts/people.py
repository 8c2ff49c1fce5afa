"""Those who rent. Never commits."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.accounts.capacities import Source
from central.accounts.models import Person
from central.audit.service import record
from central.database import insert_into
from central.errors import CentralError, NotFound


class AddressTaken(CentralError):
    """Another person logs in with this address."""

    status = HTTPStatus.CONFLICT
    code = "address_taken"
    sentence = "There is another account with this address. Log in with it instead."


@dataclass(frozen=True, slots=True)
class Renter:
    """Who wants to rent, as typed."""

    email: str
    name: str = ""
    language: str = "nl"


NOBODY = Renter("nobody@invalid")
"""Of an order whose renter said nothing yet. No form takes this address: it has no dot."""


@dataclass(frozen=True, slots=True)
class PersonData:
    """What people tell of themselves; the fields mean what they mean in `models.Person`."""

    name: str
    language: str
    phone: str = ""
    address: str = ""
    postcode: str = ""


def person_of(session: Session, renter: Renter, now: datetime) -> int:
    """Return the number of the person with this e-mail address, known or new.

    What is known of somebody is not changed by whoever types the same address.
    """
    email = renter.email.strip().lower()
    known = select(Person.id).where(Person.email == email)
    found = session.scalar(known)
    if found is not None:
        return found
    session.execute(
        insert_into(session, Person)
        .values(email=email, name=renter.name.strip(), language=renter.language, created_at=now)
        .on_conflict_do_nothing(index_elements=[Person.email])
    )
    return session.execute(known).scalar_one()


def by_number(session: Session, person_id: int) -> Person:
    """Return a person.

    Raises:
        NotFound: there is none.

    """
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("person")
    return person


def change(session: Session, person_id: int, data: PersonData, actor: str, now: datetime) -> Person:
    """Write what somebody tells of themselves; a new residence is declared, whatever it was.

    Raises:
        NotFound: there is none.

    """
    person = by_number(session, person_id)
    residence = (data.address.strip(), data.postcode.strip())
    told = {
        "name": data.name.strip(),
        "language": data.language,
        "phone": _dialled(data.phone),
        "address": residence[0],
        "postcode": residence[1],
    }
    changed = [name for name, value in told.items() if getattr(person, name) != value]
    for name in changed:
        setattr(person, name, told[name])
    if {"address", "postcode"} & set(changed):
        person.residence_source, person.residence_checked_at = Source.DECLARED, None
    if changed:
        # Which, not what: the audit outlives the person's data.
        after = {"fields": changed}
        record(session, actor, "person.changed", f"person:{person_id}", now, after=after)
    return person


def _dialled(phone: str) -> str:
    """Return a phone number as it is dialled, so that it is found however it was written."""
    return "".join(one for one in phone if one.isdigit() or one == "+")


def change_email(session: Session, person_id: int, email: str, now: datetime) -> str:
    """Take the address that a person has just proven to read; return the one before.

    Raises:
        NotFound: there is no such person.
        AddressTaken: another person has it.

    """
    person = by_number(session, person_id)
    other = session.scalar(select(Person.id).where(Person.email == email, Person.id != person_id))
    if other is not None:
        raise AddressTaken(field="email")
    before, person.email, person.email_proven_at = person.email, email, now
    actor = f"person:{person_id}"
    record(session, actor, "person.email_changed", actor, now)
    return before


def search(session: Session, words: str, limit: int = 20) -> list[Person]:
    """Return the people whose name, address of mail or phone has these words, by name."""
    wanted = words.strip()
    if not wanted:
        return []
    digits = _dialled(wanted).lstrip("+")
    found = Person.name.icontains(wanted, autoescape=True) | Person.email.icontains(
        wanted, autoescape=True
    )
    if len(digits) >= _LEAST_DIGITS:
        found |= Person.phone.contains(digits[-_LEAST_DIGITS:], autoescape=True)
    return list(session.scalars(select(Person).where(found).order_by(Person.name).limit(limit)))


_LEAST_DIGITS = 6
"""Of a phone number, from its end: prefixes are written in many ways."""
