from collections.abc import Callable
from typing import Any

import httpx
import pytest

from central.accounts.roles import Role
from tests.central.a_city import SITE, City

Staff = Callable[..., dict[str, str]]


def a_hall(city: City, **changes: object) -> dict[str, Any]:
    return {
        "site": SITE,
        "name": "Foyer",
        "capacity": 25,
        "cents_per_hour": 1200,
        "spaces": [city.spaces[2]],
        "route": [0, 1],
        "openings": [{"weekday": 4, "opens": 18 * 60, "closes": 26 * 60}],
        **changes,
    }


def test_a_hall_is_put_on_offer_and_seen_by_everybody(
    client: httpx.Client, city: City, staff: Staff
) -> None:
    added = client.post("/api/v1/halls", json=a_hall(city), headers=staff(Role.HALL_MANAGER))
    assert added.status_code == 201, added.text
    seen = client.get(f"/api/v1/halls/{added.json()['id']}").json()
    assert seen == added.json()
    assert seen["route"] == [{"bit": 0, "name": "Straatdeur"}, {"bit": 1, "name": "Gang"}]
    assert [one["name"] for one in seen["spaces"]] == ["Keuken"]
    assert seen["openings"] == [{"weekday": 4, "opens": 1080, "closes": 1560}]
    assert seen["zone"] == "Europe/Brussels"


def test_a_hall_is_changed_and_taken_off_the_market(
    client: httpx.Client, city: City, staff: Staff
) -> None:
    manager = staff(Role.HALL_MANAGER)
    hall = client.post("/api/v1/halls", json=a_hall(city), headers=manager).json()["id"]
    changed = a_hall(city, name="Foyer en gang", route=[1], openings=[], is_offered=False)
    for _ in range(2):
        answer = client.put(f"/api/v1/halls/{hall}", json=changed, headers=manager)
        assert answer.status_code == 200, answer.text
    assert (answer.json()["name"], answer.json()["openings"]) == ("Foyer en gang", [])
    assert [one["bit"] for one in answer.json()["route"]] == [1]
    assert hall not in [one["id"] for one in client.get("/api/v1/halls").json()]


def test_only_halls_that_are_large_enough_are_listed(client: httpx.Client) -> None:
    names = [one["name"] for one in client.get("/api/v1/halls?people=81").json()]
    assert names == ["Grote zaal"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"name": "Zaal A"}, 409, "name_in_use"),
        ({"spaces": [999]}, 422, "not_of_this_site"),
        ({"route": [9]}, 422, "not_of_this_site"),
        ({"site": 9}, 404, "not_found"),
        ({"capacity": 0}, 422, "bad_request"),
        ({"late_minutes": 31}, 422, "bad_request"),
        ({"early_minutes": 5}, 422, "bad_request"),
        ({"spaces": []}, 422, "bad_request"),
        ({"openings": [{"weekday": 1, "opens": 600, "closes": 600}]}, 422, "bad_request"),
    ],
)
def test_a_hall_that_contradicts_itself_or_others_is_refused(
    client: httpx.Client,
    city: City,
    staff: Staff,
    changes: dict[str, object],
    status: int,
    code: str,
) -> None:
    answer = client.post(
        "/api/v1/halls", json=a_hall(city, **changes), headers=staff(Role.HALL_MANAGER)
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_site_grows_by_areas_doors_and_spaces(client: httpx.Client, staff: Staff) -> None:
    caretaker = staff(Role.FACILITY_STAFF)

    def add(what: str, **values: object) -> dict[str, Any]:
        answer = client.post(f"/api/v1/sites{what}", json=values, headers=caretaker)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    add("", id=65535, name="Sporthal", address="Dijk 3", zone="Europe/Brussels")
    assert [add("/65535/areas", name=one)["bit"] for one in ("Deur", "Zaal")] == [0, 1]
    door = add("/65535/doors", name="Voordeur", areas=[0, 1])
    assert door["areas"] == [0, 1]
    space = add("/65535/spaces", name="Zaal")
    assert client.get("/api/v1/sites/65535/spaces", headers=caretaker).json() == [space]
    (site,) = (
        one for one in client.get("/api/v1/sites", headers=caretaker).json() if one["id"] == 65535
    )
    assert site["doors"] == [door]


def test_a_site_has_no_thirty_third_area(client: httpx.Client, staff: Staff) -> None:
    caretaker = staff(Role.FACILITY_STAFF)
    path = f"/api/v1/sites/{SITE}/areas"
    answers = [client.post(path, json={"name": f"{n}"}, headers=caretaker) for n in range(29)]
    assert [one.status_code for one in answers] == [201] * 28 + [409]
    assert answers[-2].json()["bit"] == 31
    assert answers[-1].json()["code"] == "no_area_left"


@pytest.mark.parametrize("changes", [{"id": 0}, {"id": 65536}, {"zone": "Europe/Brussel"}])
def test_a_site_that_no_pass_could_name_is_refused(
    client: httpx.Client, staff: Staff, changes: dict[str, object]
) -> None:
    new = {"id": 9, "name": "X", **changes}
    answer = client.post("/api/v1/sites", json=new, headers=staff(Role.FACILITY_STAFF))
    assert answer.status_code == 422
    assert answer.json()["fields"][0]["field"] == f"body/{next(iter(changes))}"


def test_all_that_is_told_of_a_hall_comes_back_and_can_be_changed(
    client: httpx.Client, city: City, staff: Staff
) -> None:
    manager = staff(Role.HALL_MANAGER)
    told = {
        "kind": "meeting",
        "seated": 20,
        "surface": 60,
        "features": ["kitchen", "wheelchair"],
        "house_rules": "Geen vuurwerk.",
        "leaving": "Doe de lichten uit.",
        "live_from": "2026-12-01",
        "named_passes": 5,
        "may_hold_open": True,
        "closes_on_holidays": True,
        "grid_minutes": 30,
        "shortest_minutes": 60,
        "longest_minutes": 240,
        "notice_hours": 48,
        "horizon_days": 365,
        "special_days": [
            {"day": "2026-12-24", "opens": 480, "closes": 960},
            {"day": "2026-12-31", "opens": None, "closes": None},
        ],
        "access": [
            {"first": "2026-12-01", "access": "key_pickup", "instructions": "Bij het onthaal."}
        ],
        "parts": {"evening": [1080, 1380]},
    }
    added = client.post("/api/v1/halls", json=a_hall(city, **told), headers=manager)
    assert added.status_code == 201, added.text
    where = f"/api/v1/halls/{added.json()['id']}"
    for _ in range(2):  # rows with the same keys are written again
        seen = client.put(where, json=a_hall(city, **told), headers=manager)
        assert seen.status_code == 200, seen.text
        assert {name: seen.json()[name] for name in told} == told
    bare = client.put(where, json=a_hall(city), headers=manager).json()
    assert [bare[name] for name in ("features", "special_days", "access")] == [[], [], []]


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "castle"},
        {"features": ["kitchen", "jacuzzi"]},
        {"features": ["kitchen\u0000"]},
        {"seated": 26},
        {"shortest_minutes": 120, "longest_minutes": 60},
        {"grid_minutes": 0},
        {"special_days": [{"day": "2026-12-24", "opens": 480}]},
        {"special_days": [{"day": "2026-12-24"}, {"day": "2026-12-24", "opens": 1, "closes": 2}]},
        {"special_days": [{"day": "2026-12-24"}, {"day": "2026-12-24"}]},
        {"access": [{"first": "2026-12-01", "access": "ladder"}]},
        {"parts": {"night": [0, 60]}},
        {"parts": {"evening": [1380, 1080]}},
        {"access": [{"first": "2026-12-01", "access": "door_unit"}] * 2},
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # refused before it is asked
def test_what_contradicts_itself_is_refused(
    client: httpx.Client, city: City, staff: Staff, changes: dict[str, Any]
) -> None:
    answer = client.post(
        "/api/v1/halls", json=a_hall(city, **changes), headers=staff(Role.HALL_MANAGER)
    )
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_lists_are_there_for_programs(client: httpx.Client) -> None:
    listed = {one["code"]: one for one in client.get("/api/v1/hall-facts").json()}
    assert listed["kitchen"]["subject"] == "facility"
    assert listed["wheelchair"]["words"]["de"] == "rollstuhlgerecht"
