"""A small city to book in: one site, three leaf spaces, halls over one and over several of them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from central.accounts.people import Renter
from central.booking.times import Period
from central.booking.wishes import Wish
from central.database import Database
from central.halls.models import Area, Door, Hall, Opening, RouteStep, Site, Space

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
ANNA = Renter("Anna@Example.org", "Anna", "nl")
BRAM = Renter("bram@example.org", "Bram", "fr")
SITE = 3


class Time:
    """A clock that a test moves."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class City:
    """Numbers of the halls and spaces."""

    whole: int
    """The hall over A, B and the kitchen; half an hour set-up and turn-around."""
    a: int
    """The hall over A only; no set-up, fifteen minutes turn-around."""
    b: int
    """The hall over B only; free of charge, open 8:00-22:00 on weekdays."""
    spaces: tuple[int, int, int]


def found(database: Database) -> City:
    """Build the city."""
    with database.write() as session:
        site = Site(id=SITE, name="De Kring", address="Markt 1", zone="Europe/Brussels")
        session.add(site)
        session.flush()
        names = ("Straatdeur", "Gang", "Zaal A", "Zaal B")
        session.add_all(Area(site_id=SITE, bit=bit, name=name) for bit, name in enumerate(names))
        session.add_all(
            Door(site_id=SITE, name=name, areas=1 << bit) for bit, name in enumerate(names)
        )
        spaces = [Space(site_id=SITE, name=name) for name in ("A", "B", "Keuken")]
        session.add_all(spaces)
        whole = Hall(
            site_id=SITE,
            name="Grote zaal",
            capacity=200,
            cents_per_hour=5000,
            setup_minutes=30,
            turnaround_minutes=30,
            early_minutes=30,
            late_minutes=15,
            spaces=spaces,
            route=[RouteStep(position=one, bit=one) for one in range(4)],
        )
        a = Hall(
            site_id=SITE,
            name="Zaal A",
            capacity=80,
            cents_per_hour=2550,
            turnaround_minutes=15,
            late_minutes=15,
            spaces=spaces[:1],
            route=[RouteStep(position=one, bit=one) for one in range(3)],
        )
        b = Hall(
            site_id=SITE,
            name="Zaal B",
            capacity=40,
            spaces=spaces[1:2],
            openings=[Opening(weekday=day, opens=480, closes=1320) for day in range(5)],
        )
        session.add_all([whole, a, b])
        session.flush()
        return City(whole.id, a.id, b.id, (spaces[0].id, spaces[1].id, spaces[2].id))


def use(start: float = 14, hours: float = 2, day: int = 5) -> Period:
    """Some hours (UTC) of a day from 1 December 2026; the fifth is a Saturday, the seventh a Monday."""
    begins = datetime(2026, 12, 1, tzinfo=UTC) + timedelta(days=day - 1, hours=start)
    return Period(begins, begins + timedelta(hours=hours))


def a_wish(hall: int, period: Period | None = None, attendees: int = 30) -> Wish:
    return Wish(hall, period or use(), attendees)
