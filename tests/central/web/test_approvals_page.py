"""Requests on the pages of renter and hall manager, and what a cancellation gives back."""

import re
from collections.abc import Callable

import pytest
from httpx import Client, Response

from central.accounts.roles import Role
from central.booking import rules
from central.booking.priority import Effect, PriorityRule
from central.booking.rules import Policy
from central.booking.when import Ahead
from central.database import Database
from tests.central.a_city import NOW, City
from tests.central.booking.test_rules_api import service_with
from tests.central.web.a_booking import book, order_of, problems, typed

Staff = Callable[..., dict[str, str]]


@pytest.fixture
def by_approval(database: Database) -> None:
    with database.write() as session:
        rules.put_priority(session, None, PriorityRule(0, Effect.APPROVE), "system", NOW)


def booked(client: Client, city: City, **changes: str) -> tuple[str, Response]:
    answer = book(client, typed(city, **changes))
    assert answer.status_code == 303, answer.text
    where = order_of(answer)
    return where, client.get(where)


def first_reference(page: Response) -> str:
    found = re.search(r"/desk/approvals/(\w+)/approve", page.text)
    assert found
    return found[1]


@pytest.mark.usefixtures("by_approval")
def test_a_request_says_when_the_answer_comes_and_is_approved_at_the_desk(
    client: Client, city: City, staff: Staff
) -> None:
    where, page = booked(client, city)
    assert "Uw aanvraag is verstuurd" in page.text
    assert "ten laatste op dinsdag 1 december 2026" in page.text
    assert "/pass/" not in page.text
    manager = staff(Role.HALL_MANAGER)
    listed = client.get("/desk/approvals", headers=manager)
    assert "Babyborrel" in listed.text
    path = f"/desk/approvals/{first_reference(listed)}"
    assert client.post(f"{path}/take-up", headers=manager).status_code == 303
    assert "in behandeling" in client.get(where).text
    assert client.post(f"{path}/approve", headers=manager).status_code == 303
    assert "Uw reservatie is bevestigd" in client.get(where).text
    assert "Er wacht geen aanvraag" in client.get("/desk/approvals", headers=manager).text


@pytest.mark.usefixtures("by_approval")
def test_a_refusal_needs_a_reason_which_the_renter_reads(
    client: Client, city: City, staff: Staff
) -> None:
    where, _ = booked(client, city)
    manager = staff(Role.HALL_MANAGER)
    reference = first_reference(client.get("/desk/approvals", headers=manager))
    path = f"/desk/approvals/{reference}/deny"
    empty = client.post(path, data={"reason": "  "}, headers=manager)
    assert empty.status_code == 422
    assert f'href="#reason-{reference}"' in empty.text
    assert f'id="reason-{reference}-problem"' in empty.text
    client.post(path, data={"reason": "Er is <b>kermis</b>."}, headers=manager)
    page = client.get(where)
    assert "Uw aanvraag is niet goedgekeurd" in page.text
    assert "Er is &lt;b&gt;kermis&lt;/b&gt;." in page.text


@pytest.mark.usefixtures("by_approval")
def test_a_hall_manager_of_another_service_neither_sees_nor_answers_a_request(
    client: Client, city: City, database: Database, staff: Staff
) -> None:
    booked(client, city)
    _, jef = service_with(database, city.b)
    reference = first_reference(client.get("/desk/approvals", headers=staff(Role.HALL_MANAGER)))
    assert reference not in client.get("/desk/approvals", headers=jef).text
    why = {"reason": "Zomaar"}
    for act in ("take-up", "approve", "deny"):
        answer = client.post(f"/desk/approvals/{reference}/{act}", data=why, headers=jef)
        assert answer.status_code == 403, act
    for act in ("take-up", "approve", "deny", "confirm-unpaid"):
        rest = client.post(f"/api/v1/reservations/{reference}/{act}", json=why, headers=jef)
        assert (rest.status_code, rest.json()["code"]) == (403, "not_in_scope"), act


def test_who_may_only_later_reads_from_when(client: Client, city: City, database: Database) -> None:
    with database.write() as session:
        soon = PriorityRule(0, Effect.ALLOW, opens=Ahead(days=3))
        rules.put_priority(session, None, soon, "system", NOW)
        rules.put_priority(session, None, PriorityRule(0, Effect.DENY, position=1), "system", NOW)
    page = book(client, typed(city))
    assert page.status_code == 403
    assert problems(page) == {"start": "Vanaf woensdag 2 december 2026 kunt u deze dag reserveren."}


def test_a_cancellation_says_first_what_comes_back(
    client: Client, city: City, database: Database
) -> None:
    service, _ = service_with(database, city.a)
    with database.write() as session:
        policy = Policy(pays_first=False, refunds=((10, 100), (5, 50)))
        rules.put_policy(session, service, policy, "system", NOW)
    where, page = booked(client, city)
    assert "Hoe komen we aan deze prijs?" in page.text
    assert "4 uur aan €\u00a025,50 = €\u00a0102,00" in page.text
    found = re.search(r"/orders/[^\"]+/cancel/\w+", page.text)
    assert found
    asked = client.get(found[0])
    assert "U krijgt 50 % terug: €\u00a051,00." in asked.text
    assert "tot en met maandag 30 november 2026" in asked.text
    link, reference = where.removeprefix("/orders/"), found[0].rsplit("/", 1)[1]
    rest = client.get(f"/api/v1/orders/{link}/reservations/{reference}/cancellation")
    assert rest.json() == {"percent": 50, "cents": 5100, "until": "2026-11-30"}
