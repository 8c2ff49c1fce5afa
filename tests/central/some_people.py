"""People with mandates, an organisation, and staff of two city services."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from central.accounts import mandates, organisations, service, services
from central.accounts.capacities import Source
from central.accounts.organisations import OrganisationData
from central.accounts.people import person_of
from central.accounts.roles import Right, Role
from central.accounts.services import ServiceData
from central.database import Database
from tests.central.a_city import ANNA, BRAM, NOW

PASSWORD = "correct horse battery"
SCOUTS = OrganisationData(
    "Scouts Sint-Jan", "youth", "V0001001", "Kerkstraat 1", "9000", date(2027, 12, 31)
)


@dataclass(frozen=True)
class People:
    """Numbers of people, an organisation, services and staff."""

    anna: int
    """May rent for the scouts; the city knows it."""
    bram: int
    """May rent for nobody but himself."""
    scouts: int
    """Recognised until the end of 2027."""
    culture: int
    sport: int
    """City services."""
    kim: int
    """Of the contact centre, for the whole city."""


@cache
def the_hash() -> str:
    """The hash of the password; made once, because that is slow on purpose."""
    return service.checked_hash(PASSWORD)


def meet(database: Database) -> People:
    """Make them all."""
    with database.write() as session:
        anna, bram = person_of(session, ANNA, NOW), person_of(session, BRAM, NOW)
        scouts = organisations.add(session, SCOUTS, Source.CITY_LIST, "system", NOW).id
        mandates.give(session, anna, scouts, Source.CITY_LIST, "system", NOW)
        culture, sport = (
            services.put_service(session, ServiceData(name), "system", NOW).id
            for name in ("Cultuur", "Sport")
        )
        kim = service.add_staff(
            session, "kim@stad.be", "Kim", the_hash(), [Right(Role.CONTACT_CENTRE)], NOW
        )
        return People(anna, bram, scouts, culture, sport, kim.id)
