"""Fill the demo's small town up to a city: services, halls with pictures, tariffs, two years of use.

Written straight into the database, in bulk: the small town beside it shows how staff do it.
"""

import os
import tomllib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.accounts.roles import Right, Role
from central.accounts.service import add_staff, checked_hash
from central.accounts.services import ServiceData, all_services, put_service
from central.booking.rules import Policy, put_activity, put_policy
from central.database import Database
from central.halls import photos, service
from central.halls.access_type import AccessType
from central.halls.hall_data import HallData
from central.halls.models import Hall, HallFeature
from central.halls.photos import store_in
from central.photos import PhotoStore
from demo import tariffs
from demo.drawn.pictures import picture
from demo.past import Habit, Let
from demo.past_rows import write_past
from demo.tariffs import ACTOR

CITY = Path(__file__).with_name("city.toml")
MANAGER = "cultuur@teststad.example"
"""Keeps the halls of one service; each service has somebody like this."""
_ZONE = "Europe/Brussels"
_LONG_AGO = date(2025, 1, 1)
_VIEWS = 2
"""Pictures of each hall."""
_MINUTES = 60
Toml = Mapping[str, Any]


@dataclass
class City:
    """What was made so far."""

    toml: Toml
    services: dict[str, int] = field(default_factory=dict)
    halls: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    """By service, then by the way they are let."""
    numbers: dict[str, int] = field(default_factory=dict)
    """Of the halls, by name."""


def fill(database: Database, data: Path, now: datetime, password: str) -> int:
    """Make the city; return how many reservations it has.

    Args:
        database: of central, with the small town in it.
        data: central's data folder, for the pictures.
        now: the middle of its two years.
        password: of each service's hall manager, such as `MANAGER`.

    """
    toml = tomllib.loads(CITY.read_text(encoding="utf-8"))
    store = store_in(data)
    drawn, kept = _pictures(toml, store), checked_hash(password)
    city = City(toml)
    # All of it or nothing: a city that was made half is made again at the next start.
    with database.write() as session:
        _services(session, city, now, kept)
        for site in toml["sites"]:
            _site(session, city, site)
        _town(session, city)
        for code, number in city.services.items():
            tariffs.write(session, code, number, city.halls.get(code, {}), now)
        owner = city.services["neighbourhood"]
        tariffs.extras(session, owner, _kitchens(session, owner), now)
        for name, picture_hash, words in drawn:
            photos.add(session, city.numbers[name], picture_hash, store.size(picture_hash), words)
        return write_past(session, toml, _lets(session, city), now)


def _services(session: Session, city: City, now: datetime, password_hash: str) -> None:
    for code, names in city.toml["activities"].items():
        put_activity(session, code, names, ACTOR, now)
    there = {one.name: one.id for one in all_services(session)}  # of the small town
    for one in city.toml["services"]:
        email = f"{one['name'].lower()}@teststad.example"
        data = ServiceData(one["name"], email, "015 00 00 00")
        known = there.get(one["name"])
        made = put_service(session, data, ACTOR, now, service_id=known)
        city.services[one["code"]] = made.id
        refunds = tuple((days, percent) for days, percent in one["refunds"])
        put_policy(session, made.id, Policy(one["pays_first"], 5, refunds), ACTOR, now)
        rights = [Right(Role.HALL_MANAGER, service=made.id)]
        add_staff(session, email, f"Zaalbeheer {one['name']}", password_hash, rights, now)


def _site(session: Session, city: City, site: Toml) -> None:
    north, east = site["place"]
    service.add_site(session, site["id"], site["name"], site["address"], _ZONE, north, east)
    owner = next(one for one in city.toml["services"] if one["code"] == site["service"])
    spaces: dict[str, int] = {}
    for hall in site["halls"]:
        for name in hall.get("spaces", [hall["name"]]):
            if name not in spaces:
                spaces[name] = service.add_space(session, site["id"], name).id
        data = _data(city, site, owner, hall)
        taken = [spaces[name] for name in hall.get("spaces", [hall["name"]])]
        made = service.add_hall(session, _with_spaces(data, taken))
        city.halls.setdefault(site["service"], {}).setdefault(hall["use"], []).append(made.id)
        city.numbers[hall["name"]] = made.id


def _with_spaces(data: HallData, spaces: Sequence[int]) -> HallData:

    return replace(data, spaces=spaces)


def _data(city: City, site: Toml, owner: Toml, hall: Toml) -> HallData:
    standing, seated, surface = hall["room"]
    setup = hall.get("setup", 0)
    return HallData(
        site["id"],
        hall["name"],
        standing,
        city.services[site["service"]],
        hall["description"],
        hall["price"],
        setup_minutes=setup,
        turnaround_minutes=15,
        early_minutes=min(15, setup),
        late_minutes=15,
        seated=seated,
        kind=hall["kind"],
        surface=surface,
        house_rules=owner["house_rules"].strip(),
        arriving=owner["arriving"],
        leaving=owner["leaving"],
        closes_on_holidays=site["service"] in {"library", "school"},
        grid_minutes=30 if site["service"] != "sport" else 15,
        shortest_minutes=60,
        longest_minutes=18 * _MINUTES,
        notice_hours=24,
        horizon_days=730,
        features=hall["features"],
        openings=[
            (day, round(opens * _MINUTES), round(closes * _MINUTES))
            for days, opens, closes in city.toml["hours"][hall["hours"]]
            for day in days
        ],
        access=[(_LONG_AGO, AccessType(owner["access"]), owner["access_says"])],
    )


def _town(session: Session, city: City) -> None:
    """Tell more of the halls that staff registered; their doors and times stay."""
    owner = city.services["neighbourhood"]
    for one in city.toml["town"]:
        hall = session.scalars(select(Hall).where(Hall.name == one["name"])).one()
        hall.capacity, hall.seated, hall.surface = one["room"]
        hall.kind, hall.service_id = one["kind"], owner
        session.add_all(HallFeature(hall_id=hall.id, code=code) for code in one["features"])
        city.numbers[one["name"]] = hall.id


def _kitchens(session: Session, owner: int) -> list[int]:
    having = select(HallFeature.hall_id).where(HallFeature.code == "kitchen")
    return list(
        session.scalars(select(Hall.id).where(Hall.service_id == owner, Hall.id.in_(having)))
    )


Drawn = tuple[str, str, dict[str, str]]
"""Name of a hall, hash of a picture, and words for who cannot see it."""


def _pictures(toml: Toml, store: PhotoStore) -> list[Drawn]:
    """Draw every hall and keep the pictures."""
    halls = [*(one for site in toml["sites"] for one in site["halls"]), *toml["town"]]
    wanted = [(one["name"], one["scene"], view) for one in halls for view in range(_VIEWS)]

    def kept(one: tuple[str, str, int]) -> Drawn:
        name, scene, view = one
        return name, store.keep(picture(scene, name, view)), toml["scenes"][scene]

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(kept, wanted))


def _lets(session: Session, city: City) -> list[Let]:
    """Return how halls are let; the town's stay free, for who tries the doors."""
    found = []
    for one in (hall for site in city.toml["sites"] for hall in site["halls"]):
        number = city.numbers[one["name"]]
        hall = service.hall_of(session, number)
        found.append(
            Let(
                number,
                tuple(one.id for one in hall.spaces),
                timedelta(minutes=hall.setup_minutes),
                timedelta(minutes=hall.turnaround_minutes),
                hall.capacity,
                tuple(_habits(city.toml["use"][one["use"]])),
            )
        )
    return found


def _habits(rows: Sequence[Sequence[Any]]) -> list[Habit]:
    return [
        Habit(tuple(days), round(begins * 60), round(ends * 60), share, weekly, activity)
        for days, begins, ends, share, weekly, activity in rows
    ]
