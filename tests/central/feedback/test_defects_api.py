from datetime import timedelta
from itertools import product
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from central.accounts.principals import StaffWith
from central.accounts.roles import Right, Role
from central.events import DefectChanged, DefectReported
from central.feedback import defects
from central.feedback.defect import MAY, Transition
from central.feedback.models import Defect
from central.halls.models import Hall
from tests.central.a_city import NOW, use
from tests.central.feedback.a_report import Reporting
from tests.central.pictures import a_bomb, a_photo
from tests.central.some_people import People
from tests.central.test_authorization import requirements, routes

LAMP = {"kind": "light", "description": "De lamp achteraan flikkert."}
MANAGER = Right(Role.HALL_MANAGER)
CARETAKER = Right(Role.FACILITY_STAFF)


def reported(client: httpx.Client, link: str, **more: object) -> dict[str, Any]:
    answer = client.post(f"/api/v1/hall-sheets/{link}/defects", json={**LAMP, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_defect_is_reported_from_the_sheet_repaired_and_its_reporter_sees_it(
    client: httpx.Client, reporting: Reporting
) -> None:
    made = reported(client, reporting.sheet(), email="Gast@Example.org", is_urgent=True)
    mine = f"/api/v1/reports/{made['link']}"
    assert client.post(f"{mine}/photos", content=a_photo()).json()["photos"] == 1
    staff = reporting.headers(CARETAKER)
    at = f"/api/v1/defects/{made['reference']}"
    for transition, note in (("see", ""), ("repair", "De elektricien komt."), ("solve", "")):
        body = {"transition": transition, "note": note}
        assert client.post(f"{at}/changes", json=body, headers=staff).status_code == 200
    seen = client.get(mine).json()
    assert (seen["state"], seen["public_note"]) == ("solved", "De elektricien komt.")
    assert [one["transition"] for one in seen["changes"]] == ["report", "see", "repair", "solve"]
    assert "staff:" not in client.get(mine).text, "who of staff did it is nobody's business"
    assert "gast@" not in client.get(at, headers=staff).text, "nor who reported it"
    (first,) = reporting.events(DefectReported)
    assert len(reporting.events(DefectChanged)) == 3
    with reporting.database.read() as session:
        defect = session.get_one(Defect, first.defect)  # type: ignore[attr-defined]
        address = defects.reporter_of(session, defect)
    assert address
    assert (address.email, address.language) == ("gast@example.org", "nl")


def test_a_renter_reports_with_the_link_of_the_reservation_and_is_told_by_its_address(
    client: httpx.Client, reporting: Reporting
) -> None:
    link = reporting.use()
    made = client.post(f"/api/v1/uses/{link}/defects", json=LAMP).json()
    with reporting.database.read() as session:
        defect = defects.defect_of(session, made["reference"])
        address = defects.reporter_of(session, defect)
    assert address
    assert address.email == "anna@example.org"
    seen = client.get(f"/api/v1/defects/{made['reference']}", headers=reporting.headers(MANAGER))
    assert seen.json()["reservation"]
    assert seen.json()["source"] == "reservation"


def test_before_its_time_or_when_cancelled_nothing_is_told_about_a_use(
    client: httpx.Client, reporting: Reporting
) -> None:
    link = reporting.use()
    reporting.time.now = NOW
    early = client.post(f"/api/v1/uses/{link}/defects", json=LAMP)
    assert (early.status_code, early.json()["code"]) == (409, "use_not_begun")
    reporting.time.now = NOW + timedelta(days=60)
    assert client.post(f"/api/v1/uses/{link}/defects", json=LAMP).status_code == 403


def test_links_of_one_purpose_or_hall_are_worth_nothing_elsewhere(
    client: httpx.Client, reporting: Reporting
) -> None:
    made = reported(client, reporting.sheet())
    for path in (f"/api/v1/reports/{reporting.sheet()}", f"/reports/{reporting.use()}"):
        assert client.get(path).status_code == 403
    for path in (f"/hall-sheets/{made['link']}", f"/uses/{made['link']}/defect"):
        assert client.get(path).status_code == 403
    assert client.get(f"/hall-sheets/{reporting.sheet(999)}").status_code == 404


def test_the_same_report_again_is_the_same_one_and_another_is_another(
    client: httpx.Client, reporting: Reporting
) -> None:
    first, again = (reported(client, reporting.sheet()) for _ in range(2))
    assert first["reference"] == again["reference"]
    assert client.post(f"/api/v1/reports/{first['link']}/photos", content=a_photo()).is_success
    other = reported(client, reporting.sheet())
    assert other["reference"] != first["reference"], "it has no photo: another person's words"
    reporting.time.now = NOW + timedelta(minutes=11)
    assert reported(client, reporting.sheet())["reference"] != other["reference"]


def test_who_reports_too_often_is_told_to_wait(client: httpx.Client, reporting: Reporting) -> None:
    for number in range(20):
        reported(client, reporting.sheet(), description=f"lamp {number}")
    answer = client.post(f"/api/v1/hall-sheets/{reporting.sheet()}/defects", json=LAMP)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_often")
    assert answer.headers["retry-after"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_hostile_uploads_are_refused_and_leave_nothing(
    client: httpx.Client, reporting: Reporting
) -> None:
    made = reported(client, reporting.sheet())
    path = f"/api/v1/reports/{made['link']}/photos"
    refused = {
        "photo_unreadable": (b"MZ\x90", b"<svg onload=alert(1)>", a_photo()[:400]),
        "photo_too_large": (a_bomb(), a_photo() + bytes(12_000_000)),
        "too_large": (bytes(41_000_000),),
    }
    for code, contents in refused.items():
        for content in contents:
            answer = client.post(path, content=content)
            assert (answer.is_success, answer.json()["code"]) == (False, code)
    assert client.get(f"/api/v1/reports/{made['link']}").json()["photos"] == 0
    for shade in range(5):
        assert client.post(path, content=a_photo(colour=f"#0000{shade:02}")).is_success
    assert client.post(path, content=a_photo()).json()["code"] == "too_many_photos"
    elsewhere = client.post("/api/v1/orders", content=bytes(1_100_000))
    assert elsewhere.status_code == 413, "only paths that take photos take more"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_photos_are_shown_to_the_reporter_and_staff_in_scope_only(
    client: httpx.Client, reporting: Reporting, people: People
) -> None:
    made = reported(client, reporting.sheet())
    client.post(f"/api/v1/reports/{made['link']}/photos", content=a_photo())
    with reporting.database.write() as session:
        session.get_one(Hall, reporting.city.a).service_id = people.culture
    mine = client.get(f"/api/v1/reports/{made['link']}/photos/1")
    assert mine.headers["content-type"] == "image/jpeg"
    assert mine.headers["x-content-type-options"] == "nosniff"
    assert mine.headers["cache-control"] == "no-store"
    path = f"/api/v1/defects/{made['reference']}/photos/1"
    asked = {
        401: {},
        403: reporting.headers(Right(Role.FACILITY_STAFF, service=people.sport)),
        200: reporting.headers(Right(Role.CONTACT_CENTRE, hall=reporting.city.a)),
    }
    for status, headers in asked.items():
        assert client.get(path, headers=headers).status_code == status
        assert client.get(f"/desk{path.removeprefix('/api/v1')}", headers=headers).status_code in (
            {status} if status != 401 else {303}
        )
    other = reported(client, reporting.sheet(), description="iets anders")
    assert client.get(f"/api/v1/reports/{other['link']}/photos/1").status_code == 404


def ask(client: httpx.Client, at: str, transition: Transition, headers: dict[str, str]) -> int:
    if transition is Transition.CLOSE_HALL:
        until = {"until": (NOW + timedelta(days=1)).isoformat()}
        return client.put(f"{at}/closure", json=until, headers=headers).status_code
    if transition is Transition.OPEN_HALL:
        return client.delete(f"{at}/closure", headers=headers).status_code
    body = {"transition": transition, "note": "bericht"}
    return client.post(f"{at}/changes", json=body, headers=headers).status_code


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_role_may_make_exactly_its_transitions_and_only_in_its_scope(
    client: httpx.Client, reporting: Reporting, people: People
) -> None:
    with reporting.database.write() as session:
        session.get_one(Hall, reporting.city.a).service_id = people.culture
    at = f"/api/v1/defects/{reported(client, reporting.sheet())['reference']}"
    mine = {one: reporting.headers(Right(one, service=people.culture)) for one in Role}
    others = {one: reporting.headers(Right(one, service=people.sport)) for one in Role}
    for role, transition in product(Role, MAY):
        is_let_in = ask(client, at, transition, mine[role]) != 403
        assert is_let_in == (role in MAY[transition] | {Role.ADMIN}), (role, transition)
        assert ask(client, at, transition, others[role]) == 403, (role, transition)


def test_no_staff_route_about_one_defect_forgets_the_scope(
    client: httpx.Client, reporting: Reporting, people: People, application: FastAPI
) -> None:
    with reporting.database.write() as session:
        session.get_one(Hall, reporting.city.a).service_id = people.culture
    reference = reported(client, reporting.sheet())["reference"]
    headers = reporting.headers(*(Right(one, service=people.sport) for one in Role))
    asked = 0
    for route in routes(application):
        if not isinstance(route.original_route, APIRoute) or "{defect}" not in str(route.path):
            continue
        (requirement,) = requirements(route.dependant)
        assert isinstance(requirement, StaffWith)
        path = str(route.path).format(defect=reference, position=1)
        body = {"transition": "see", "until": (NOW + timedelta(days=1)).isoformat()}
        for method in route.methods or ():
            sent: dict[str, Any] = {"json": body} if "/api/" in path else {"data": body}
            sent = {} if method in {"GET", "DELETE"} else sent
            answer = client.request(method, path, headers=headers, **sent)
            assert answer.status_code == 403, (method, path)
            asked += 1
    assert asked >= 9
    assert client.get("/api/v1/defects", headers=headers).json() == []


def test_the_hall_is_closed_by_one_click_and_opened_by_another(
    client: httpx.Client, reporting: Reporting
) -> None:
    city, staff = reporting.city, reporting.headers(MANAGER)
    at = f"/api/v1/defects/{reported(client, reporting.sheet(), is_urgent=True)['reference']}"
    until = {"until": use(0, day=8).start.isoformat()}
    meets = reporting.book(city.whole)
    answer = client.put(f"{at}/closure", json=until, headers=staff)
    assert (answer.status_code, answer.json()["code"]) == (409, "taken"), "the whole holds A"
    path = f"/api/v1/reservations/{meets.reference}/cancel"
    assert client.post(path, json={"reason": "defect"}, headers=staff).is_success
    done = client.put(f"{at}/closure", json=until, headers=staff)
    assert done.json()["closed_until"] == "2026-12-08T00:00:00Z"
    assert client.put(f"{at}/closure", json=until, headers=staff).json()["code"] == "already_closed"

    def free() -> list[Any]:
        found: list[Any] = client.get(f"/api/v1/halls/{city.a}/free?day=2026-12-05").json()
        return found

    assert free() == []
    assert client.delete(f"{at}/closure", headers=staff).json()["closed_until"] is None
    assert len(free()) == 1
    assert client.delete(f"{at}/closure", headers=staff).json()["code"] == "not_closed"
    sly = client.post(f"{at}/changes", json={"transition": "close_hall"}, headers=staff)
    assert sly.json()["code"] == "defect_not_possible", "that would close nothing"
    past = {"until": NOW.isoformat()}
    assert (
        client.put(f"{at}/closure", json=past, headers=staff).json()["code"] == "closure_too_long"
    )


def test_a_closure_that_ended_or_was_dropped_elsewhere_closes_no_more(
    client: httpx.Client, reporting: Reporting
) -> None:
    staff = reporting.headers(MANAGER)
    at = f"/api/v1/defects/{reported(client, reporting.sheet())['reference']}"
    until = {"until": (NOW + timedelta(days=1)).isoformat()}
    assert client.put(f"{at}/closure", json=until, headers=staff).is_success
    with reporting.database.read() as session:
        closure = session.query(Defect).one().closure_id
    assert client.delete(f"/api/v1/closures/{closure}", headers=staff).status_code == 204
    assert client.get(at, headers=staff).json()["closed_until"] is None
    assert client.put(f"{at}/closure", json=until, headers=staff).is_success
    reporting.time.now = NOW + timedelta(days=2)
    assert client.get(at, headers=staff).json()["closed_until"] is None
    later = {"until": (NOW + timedelta(days=3)).isoformat()}
    assert client.put(f"{at}/closure", json=later, headers=staff).is_success


def test_declining_says_why(client: httpx.Client, reporting: Reporting) -> None:
    staff = reporting.headers(MANAGER)
    at = f"/api/v1/defects/{reported(client, reporting.sheet())['reference']}"
    mute = client.post(f"{at}/changes", json={"transition": "decline"}, headers=staff)
    assert (mute.status_code, mute.json()["code"]) == (422, "note_needed")
    assert mute.json()["field"] == "note"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_list_shows_the_urgent_ones_first_and_filters(
    client: httpx.Client, reporting: Reporting
) -> None:
    staff = reporting.headers(CARETAKER)
    calm = reported(client, reporting.sheet(), description="krukje")["reference"]
    urgent = reported(client, reporting.sheet(), description="gas", is_urgent=True)["reference"]
    elsewhere = reported(client, reporting.sheet(reporting.city.b))["reference"]
    done = {"hall": reporting.city.a, "description": "deur", "kind": "door"}
    solved = client.post("/api/v1/defects", json=done, headers=staff).json()["reference"]
    path = f"/api/v1/defects/{solved}/changes"
    assert client.post(path, json={"transition": "solve"}, headers=staff).is_success

    def listed(query: str) -> list[str]:
        found = client.get(f"/api/v1/defects?{query}", headers=staff).json()
        return [one["reference"] for one in found]

    assert listed("open=true") == [urgent, elsewhere, calm]
    assert listed(f"hall={reporting.city.a}") == [urgent, solved, calm]
    assert listed("state=solved") == [solved]
