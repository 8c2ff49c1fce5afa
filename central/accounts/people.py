"""Those who rent. Never commits."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.accounts.models import Person
from central.database import insert_into


@dataclass(frozen=True, slots=True)
class Renter:
    """Who wants to rent, as typed."""

    email: str
    name: str = ""
    language: str = "nl"


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
