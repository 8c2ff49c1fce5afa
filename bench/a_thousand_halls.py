"""A city with a thousand halls and two years of reservations, for what is measured over all of them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from central.accounts.models import CityService
from central.accounts.people import Renter, person_of
from central.booking.models import Occupancy, Order, Reservation
from central.booking.price_rules import LineKind, PriceRule, PriceUnit
from central.booking.priority import Effect, PriorityRule
from central.booking.reservation import State
from central.booking.rules import put_price, put_priority
from central.booking.when import Ahead, Hours
from central.database import Database
from central.halls.models import Hall, HallFeature, HallSpace, Opening, Site, Space
from central.migrations import upgrade

HALLS = 1000
SERVICES = 4
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
_DAY = timedelta(days=1)
_DAYS = range(-365, 365, 3)
"""On which days from now each hall is let: every third evening of two years."""
_AT_ONCE = 20_000
_FEATURES = ("kitchen", "bar", "stage", "projection", "wheelchair")
_KINDS = ("polyvalent", "meeting", "sports", "concert")


def build(url: str, say: Callable[[str], None] = lambda _: None) -> Database:
    """Make the city at a database's address; `say` hears how far it is."""
    database = Database(url)
    say("Making the tables")
    upgrade(database)
    with database.write() as session:
        _services(session)
        say(f"Making {HALLS} halls")
        _halls(session)
        rules(session)
        order = Order(reference="BENCH", created_at=NOW, person_id=person_of(session, _ANNA, NOW))
        session.add(order)
        session.flush()
        _reservations(session, order.id, say)
    return database


def on_disk(folder: Path) -> Database:
    """Make the city in a SQLite file of a folder; whoever asks next finds it there."""
    file = folder / "thousand.db"
    url = f"sqlite:///{file}"
    return Database(url) if file.exists() else build(url)


_ANNA = Renter("anna@example.org", "Anna", "nl")


def _services(session: Session) -> None:
    names = ("Cultuur", "Sport", "Jeugd", "Wijken")
    rows = [{"id": one, "name": name, "is_active": True} for one, name in enumerate(names, 1)]
    session.execute(insert(CityService), rows)


def rules(session: Session) -> None:
    """Write who may book what, and for how much, as four services would; each hall has some of its own."""
    for service in range(1, SERVICES + 1):
        mine = frozenset(range(service, HALLS + 1, 16 * SERVICES))
        order: list[PriorityRule] = [
            PriorityRule(0, Effect.ALLOW, groups=frozenset({2}), opens=Ahead(months=12)),
            PriorityRule(0, Effect.ALLOW, groups=frozenset({3}), opens=Ahead(months=6)),
            PriorityRule(0, Effect.APPROVE, mine, hours=Hours(frozenset({4}), 1080, 1440)),
            PriorityRule(0, Effect.ALLOW, opens=Ahead(months=2 + service)),
            PriorityRule(0, Effect.DENY),
        ]
        for place, one in enumerate(order):
            put_priority(session, service, replace(one, position=place), "system", NOW)
        prices = [
            PriceRule(0, PriceUnit.PART, 100 * group + hours.begins, groups=frozenset({group}),
                      hours=hours)
            for group in range(1, 7)
            for hours in (Hours(begins=480, ends=780), Hours(begins=780, ends=1080),
                          Hours(begins=1080, ends=1440))
        ]  # fmt: skip
        prices += [PriceRule(0, PriceUnit.USE, 5000, LineKind.DEPOSIT)]
        for place, price in enumerate(prices):
            put_price(session, service, replace(price, position=place), "system", NOW)


def _halls(session: Session) -> None:
    numbers = range(1, HALLS + 1)
    session.add(Site(id=1, name="De Kring", address="Markt 1", zone="Europe/Brussels"))
    session.flush()
    session.execute(
        insert(Space), [{"id": one, "site_id": 1, "name": f"Ruimte {one}"} for one in numbers]
    )
    session.execute(insert(Hall), [_hall(one) for one in numbers])
    session.execute(insert(HallSpace), [{"hall_id": one, "space_id": one} for one in numbers])
    session.execute(
        insert(HallFeature),
        [{"hall_id": one, "code": code} for one in numbers for code in _FEATURES[: one % 6]],
    )
    hours = ((day, 480 + 30 * (one % 3), 1380) for one in numbers for day in range(7))
    rows = [
        {"hall_id": 1 + place // 7, "weekday": day, "opens": opens, "closes": closes}
        for place, (day, opens, closes) in enumerate(hours)
    ]
    session.execute(insert(Opening), rows)


def _hall(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "site_id": 1,
        "name": f"Zaal {number:04}",
        "capacity": 10 + number % 200,
        "cents_per_hour": 500 + number,
        "kind": _KINDS[number % len(_KINDS)],
        "turnaround_minutes": 30,
        "service_id": 1 + (number - 1) % SERVICES,
    }


def _reservations(session: Session, order: int, say: Callable[[str], None]) -> None:
    rows = list(_evenings(order))
    for first in range(0, len(rows), _AT_ONCE):
        batch = rows[first : first + _AT_ONCE]
        say(f"Making reservations: {first + len(batch)} of {len(rows)}")
        session.execute(insert(Reservation), batch)
        session.execute(
            insert(Occupancy),
            [
                {
                    "space_id": one["hall_id"],
                    "busy_from": one["busy_from"],
                    "busy_to": one["busy_to"],
                    "reservation_id": one["id"],
                }
                for one in batch
            ],
        )


def _evenings(order: int) -> Iterator[dict[str, Any]]:
    midnight = NOW.replace(hour=0)
    number = 0
    for hall in range(1, HALLS + 1):
        for day in _DAYS:
            number += 1
            start = midnight + (day + hall % 3) * _DAY + timedelta(hours=18)
            end = start + timedelta(hours=3)
            yield {
                "id": number,
                "reference": f"B{number}",
                "order_id": order,
                "hall_id": hall,
                "state": State.CONFIRMED,
                "starts_at": start,
                "ends_at": end,
                "zone": "Europe/Brussels",
                "local_start": (start + timedelta(hours=1)).replace(tzinfo=None),
                "local_end": (end + timedelta(hours=1)).replace(tzinfo=None),
                "busy_from": start,
                "busy_to": end + timedelta(minutes=30),
                "opens_at": start,
                "closes_at": end,
                "attendees": 10,
                "cents": 1000,
                "created_at": NOW,
            }
