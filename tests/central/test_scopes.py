"""Over whose halls a role counts: each route about one hall, door or pass, by staff of other scopes."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import select

from central.accounts import service
from central.accounts.principals import StaffWith
from central.accounts.refusals import NotInScope
from central.accounts.roles import Right, Role, Scope, scope_of
from central.accounts.sessions import StaffMember, new_token
from central.booking import closures, rules
from central.booking.models import Closure
from central.booking.rules import Policy
from central.booking.times import Period
from central.database import Database
from central.halls.models import Hall, RouteStep
from central.halls.scope import check_areas, check_door, check_halls, check_site, check_spaces
from tests.central.a_city import NOW, SITE, City, use
from tests.central.a_town import Town
from tests.central.some_people import People
from tests.central.test_authorization import requirements, routes


@dataclass(frozen=True)
class Place:
    """Hall A, of the city service Culture, with all that staff may do something with."""

    hall: int
    space: int
    door: int
    """Leads to this hall only."""
    areas: list[int]
    reservation: str
    pass_id: str
    grant: int
    closure: int
    unit: str
    culture: int


Ask = Callable[[Place], tuple[str, str, dict[str, Any] | None]]


def hall_in(place: Place) -> dict[str, Any]:
    spaces = [place.space]
    return {
        "site": SITE,
        "service": place.culture,
        "name": "Zaal A",
        "capacity": 30,
        "spaces": spaces,
    }


def a_pass(place: Place) -> dict[str, Any]:
    return {
        "kind": "crew",
        "label": "schoonmaak",
        "site": SITE,
        "areas": place.areas,
        "starts_at": "2026-12-20T10:00:00Z",
        "ends_at": "2026-12-20T12:00:00Z",
    }


def a_closure(place: Place) -> dict[str, Any]:
    return {
        "halls": [place.hall],
        "starts_at": "2026-12-27T10:00:00Z",
        "ends_at": "2026-12-27T12:00:00Z",
        "reason": "werken",
    }


def moved(place: Place) -> dict[str, Any]:
    return {
        "hall": place.hall,
        "starts_at": "2026-12-10T10:00:00Z",
        "ends_at": "2026-12-10T12:00:00Z",
    }


UNTIL = {"mode": "unlocked", "until": "2026-11-24T12:00:00Z"}
# What each route about a place is asked, by the role that may ask it.
SCOPED: dict[str, tuple[Role, Ask]] = {
    "PUT /api/v1/halls/{hall_id}": (
        Role.HALL_MANAGER,
        lambda at: ("PUT", f"/api/v1/halls/{at.hall}", hall_in(at)),
    ),
    "PUT /api/v1/hall-photos/{hall_id}": (
        Role.HALL_MANAGER,
        lambda at: ("PUT", f"/api/v1/hall-photos/{at.hall}", {"photos": []}),
    ),
    "POST /api/v1/closures": (
        Role.HALL_MANAGER,
        lambda at: ("POST", "/api/v1/closures", a_closure(at)),
    ),
    "DELETE /api/v1/closures/{closure_id}": (
        Role.HALL_MANAGER,
        lambda at: ("DELETE", f"/api/v1/closures/{at.closure}", None),
    ),
    "POST /api/v1/reservations/{reference}/move": (
        Role.CONTACT_CENTRE,
        lambda at: ("POST", f"/api/v1/reservations/{at.reservation}/move", moved(at)),
    ),
    "POST /api/v1/reservations/{reference}/cancel": (
        Role.CONTACT_CENTRE,
        lambda at: ("POST", f"/api/v1/reservations/{at.reservation}/cancel", {"reason": ""}),
    ),
    "POST /api/v1/passes": (
        Role.HALL_MANAGER,
        lambda at: ("POST", "/api/v1/passes", a_pass(at)),
    ),
    "GET /api/v1/passes/{pass_id}/pass.png": (
        Role.HALL_MANAGER,
        lambda at: ("GET", f"/api/v1/passes/{at.pass_id}/pass.png", None),
    ),
    "POST /api/v1/passes/{pass_id}/revoke": (
        Role.CONTACT_CENTRE,
        lambda at: ("POST", f"/api/v1/passes/{at.pass_id}/revoke", {"reason": "verloren"}),
    ),
    "POST /api/v1/grants/{grant_id}/passes": (
        Role.CONTACT_CENTRE,
        lambda at: ("POST", f"/api/v1/grants/{at.grant}/passes", None),
    ),
    "POST /api/v1/doors/{door_id}/commands": (
        Role.FACILITY_STAFF,
        lambda at: (
            "POST",
            f"/api/v1/doors/{at.door}/commands",
            {"command": "identify", "reason": "proef"},
        ),
    ),
    "PUT /api/v1/doors/{door_id}/mode": (
        Role.FACILITY_STAFF,
        lambda at: ("PUT", f"/api/v1/doors/{at.door}/mode", UNTIL),
    ),
    "POST /api/v1/units/{unit_id}/retire": (
        Role.FACILITY_STAFF,
        lambda at: ("POST", f"/api/v1/units/{at.unit}/retire", None),
    ),
}
# About one of several, and open to staff of whatever scope; with the reason.
EXEMPT = {
    "POST /api/v1/passes/emergency": "only admins of the whole city",
    "POST /api/v1/units": "the door stands in the body; tested below",
    **{
        f"POST {path}/{act}": "only requests are answered; tested in web/test_approvals_page.py"
        for path in ("/api/v1/reservations/{reference}", "/desk/approvals/{reference}")
        for act in ("take-up", "approve", "deny")
    },
    "POST /api/v1/reservations/{reference}/confirm-unpaid": "the same",
    "POST /desk/halls/{hall_id}/{part}": "a form; tested in web/test_hall_admin.py",
    **{
        f"POST /desk/payments/{act}": "money of a whole order; tested in payments/test_pages.py"
        for act in (
            "orders/{reference}",
            "refunds/{reference}/paid-back",
            "{reference}/receive",
            "{reference}/accept-short",
            "{reference}/confirm-unpaid",
            "{reference}/deposits/{deposit_id}/return",
            "{reference}/deposits/{deposit_id}/retain",
        )
    },
    **dict.fromkeys(
        (
            "POST /api/v1/hall-photos/{hall_id}",
            "PUT /api/v1/hall-photos/{hall_id}/{photo_id}",
            "DELETE /api/v1/hall-photos/{hall_id}/{photo_id}",
            "POST /desk/hall-photos/{hall_id}",
            "POST /desk/hall-photos/{hall_id}/{photo_id}",
            "POST /desk/hall-photos/{hall_id}/{photo_id}/remove",
        ),
        "about a photo, or with one as body; tested in halls/test_hall_photos.py",
    ),
}


@pytest.fixture
def place(application: FastAPI, town: Town, people: People) -> Place:
    application.state.authority = town.authority
    with town.database.write() as session:
        a, b = (session.get_one(Hall, one) for one in (town.halls.a, town.halls.b))
        a.service_id, b.service_id = people.culture, people.sport
        bills_afterwards = Policy(pays_first=False)
        rules.put_policy(session, people.culture, bills_afterwards, "system", NOW)
        steps = (0, 1, 3)
        session.add_all(
            RouteStep(hall_id=b.id, position=at, bit=bit) for at, bit in enumerate(steps)
        )
        period = Period(use(10, day=26).start, use(12, day=26).end)
        closures.close(session, {town.halls.spaces[0]}, period, "werken", NOW)
    unit = town.add_unit("Zaal A")
    reservation = town.book(town.halls.a)
    (made,) = town.passes(reservation)
    with town.database.read() as session:
        closure = session.scalars(select(Closure.id)).one()
    return Place(
        hall=town.halls.a,
        space=town.halls.spaces[0],
        door=town.door("Zaal A"),
        areas=[0, 1, 2],
        reservation=reservation.reference,
        pass_id=made.id,
        grant=made.grant_id,
        closure=closure,
        unit=unit.id,
        culture=people.culture,
    )


def headers_of(database: Database, right: Right) -> dict[str, str]:
    with database.write() as session:
        one = service.add_staff(session, f"{uuid4().hex}@stad.be", "Mia", "x", [right], NOW)
        return {"Authorization": f"Bearer {new_token(session, one.id, 't', DAY, NOW)}"}


DAY = timedelta(days=1)


@pytest.mark.parametrize("route", SCOPED)
def test_staff_of_another_service_or_hall_is_refused(
    client: httpx.Client, town: Town, people: People, place: Place, route: str
) -> None:
    role, ask = SCOPED[route]
    method, path, body = ask(place)
    others = (Right(role, service=people.sport), Right(role, hall=town.halls.b))
    for right in others:
        answer = client.request(method, path, json=body, headers=headers_of(town.database, right))
        assert (answer.status_code, answer.json()["code"]) == (403, "not_in_scope"), right
    mine = headers_of(town.database, Right(role, service=people.culture))
    answer = client.request(method, path, json=body, headers=mine)
    assert answer.is_success, answer.text


def test_no_route_about_one_hall_door_or_pass_was_forgotten(application: FastAPI) -> None:
    named = re.compile(r"{(hall_id|door_id|pass_id|grant_id|reference|closure_id|unit_id)}")
    found = set()
    for route in routes(application):
        if not isinstance(route.original_route, APIRoute) or not named.search(str(route.path)):
            continue
        (requirement,) = requirements(route.dependant)
        if isinstance(requirement, StaffWith) and not requirement.everywhere:
            found |= {f"{one} {route.path}" for one in route.methods or () if one != "GET"}
    assert found - set(SCOPED) - set(EXEMPT) == set()


def test_a_door_unit_is_registered_only_by_who_reaches_the_door(
    client: httpx.Client, town: Town, people: People, place: Place
) -> None:
    new = {"unit": "u-" + "a" * 16, "door": place.door}
    new |= {"statement_key": "11" * 32, "certificate_sha256": "22" * 32}
    other = headers_of(town.database, Right(Role.FACILITY_STAFF, service=people.sport))
    refused = client.post("/api/v1/units", json=new, headers=other)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_in_scope")


def test_lists_hold_only_what_one_reaches(
    client: httpx.Client, town: Town, people: People, place: Place
) -> None:
    when = {"since": "2026-12-01T00:00:00Z", "until": "2026-12-31T00:00:00Z"}
    for right, count in (
        (Right(Role.CONTACT_CENTRE), 1),
        (Right(Role.CONTACT_CENTRE, service=people.culture), 1),
        (Right(Role.CONTACT_CENTRE, hall=place.hall), 1),
        (Right(Role.CONTACT_CENTRE, service=people.sport), 0),
        (Right(Role.CONTACT_CENTRE, hall=town.halls.b), 0),
    ):
        headers = headers_of(town.database, right)
        found = client.get("/api/v1/reservations", params=when, headers=headers).json()
        assert len(found) == count, right
        page = client.get("/desk?since=2026-12-01", headers=headers).text
        assert (place.reservation in page) == bool(count)


def test_a_hall_is_given_to_another_service_only_by_who_keeps_both(
    client: httpx.Client, town: Town, people: People, place: Place
) -> None:
    away = hall_in(place) | {"service": people.sport}
    path = f"/api/v1/halls/{place.hall}"
    for right in (
        Right(Role.HALL_MANAGER, service=people.culture),
        Right(Role.HALL_MANAGER, hall=place.hall),
    ):
        answer = client.put(path, json=away, headers=headers_of(town.database, right))
        assert answer.status_code == 403
    whole_city = headers_of(town.database, Right(Role.HALL_MANAGER))
    assert client.put(path, json=away, headers=whole_city).is_success
    nowhere = hall_in(place) | {"service": 999}
    assert client.put(path, json=nowhere, headers=whole_city).status_code == 404


def test_a_new_hall_belongs_to_a_service_that_one_keeps(
    client: httpx.Client, town: Town, people: People, place: Place
) -> None:
    mine = headers_of(town.database, Right(Role.HALL_MANAGER, service=people.culture))
    new = hall_in(place) | {"name": "Zaal C"}
    for owner in (None, people.sport):
        refused = client.post("/api/v1/halls", json=new | {"service": owner}, headers=mine)
        assert refused.status_code == 403
    assert client.post("/api/v1/halls", json=new, headers=mine).is_success


def test_an_admin_of_one_service_manages_no_accounts(
    client: httpx.Client, town: Town, people: People
) -> None:
    headers = headers_of(town.database, Right(Role.ADMIN, service=people.culture))
    for path in ("/api/v1/staff", "/desk/staff", "/desk/services"):
        assert client.get(path, headers=headers).status_code == 403, path


ROLES = (Role.HALL_MANAGER,)


def test_what_a_member_of_staff_reaches() -> None:
    rights = [
        Right(Role.HALL_MANAGER, service=1),
        Right(Role.HALL_MANAGER, hall=7),
        Right(Role.AUDITOR),
    ]
    assert scope_of(rights, ROLES) == Scope(
        everything=False, services=frozenset({1}), halls=frozenset({7})
    )
    mia = StaffMember(1, "Mia", frozenset(rights))
    assert mia.may(Role.HALL_MANAGER, service=1, hall=3)
    assert mia.may(Role.HALL_MANAGER, service=2, hall=7)
    assert not mia.may(Role.HALL_MANAGER, service=2, hall=3)
    assert not mia.may(Role.HALL_MANAGER, service=None, hall=None)
    assert not mia.may(Role.FACILITY_STAFF, service=1)
    assert mia.may(Role.AUDITOR)
    assert mia.may(Role.AUDITOR, service=99, hall=99)
    assert mia.roles == {Role.HALL_MANAGER, Role.AUDITOR}
    assert scope_of(rights, [Role.LOGISTICS]).is_empty


def test_an_admin_of_a_service_has_every_role_there() -> None:
    mia = StaffMember(1, "Mia", frozenset({Right(Role.ADMIN, service=1)}))
    assert mia.may(Role.FACILITY_STAFF, service=1)
    assert not mia.may(Role.FACILITY_STAFF, service=2)
    assert not mia.may(Role.ADMIN)


def test_doors_areas_and_spaces_are_reached_through_halls(
    database: Database, city: City, town: Town, people: People, place: Place
) -> None:
    def reaches(check: Callable[..., None], of: int, *what: object, hall: bool = False) -> bool:
        right = Right(Role.HALL_MANAGER, hall=of) if hall else Right(Role.HALL_MANAGER, service=of)
        mia = StaffMember(1, "Mia", frozenset({right}))
        with database.read() as session:
            try:
                check(session, mia, *what, Role.HALL_MANAGER)
            except NotInScope:
                return False
        return True

    street, hall_b = town.door("Straatdeur"), town.door("Zaal B")
    assert reaches(check_door, people.culture, street), "it leads to hall A too"
    assert reaches(check_door, people.sport, street)
    assert not reaches(check_door, people.culture, hall_b)
    assert not reaches(check_areas, people.culture, SITE, [0, 3])
    assert reaches(check_areas, people.sport, SITE, [0, 3])
    assert reaches(check_areas, city.a, SITE, [2], hall=True)
    assert reaches(check_spaces, people.culture, [city.spaces[0]])
    assert not reaches(check_spaces, people.culture, city.spaces[:2])
    assert reaches(check_site, people.culture, SITE)
    assert not reaches(check_site, people.culture, SITE + 1)
    assert not reaches(check_halls, people.culture, [city.a, city.whole])
    assert place.hall == city.a
