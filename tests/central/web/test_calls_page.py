"""The contact centre's call list: who is on it, what can be noted, and for whose halls."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI
from httpx import Client

from central.accounts.links import LinkPurpose, Links
from central.accounts.roles import Right, Role
from central.accounts.service import add_staff
from central.accounts.sessions import new_token
from central.audit.models import AuditEntry
from central.booking.models import Reservation
from central.database import Database
from central.halls.models import Hall
from central.notifications.models import Notification
from central.notifications.notification import MessageKind, State
from tests.central.a_city import NOW, City
from tests.central.a_town import Town
from tests.central.some_people import People

Staff = Callable[..., dict[str, str]]
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def to_call(town: Town, city: City) -> int:
    """Anna's pass, which nobody read; its number."""
    reservation = town.book(city.a)
    with town.database.write() as session:
        row = session.query(Notification).filter_by(kind=MessageKind.PASS).one()
        row.state, row.why, row.attempts = State.TO_CALL, "not_read", 2
        assert row.reservation_id == reservation.id
        return row.id


def state(database: Database, number: int) -> State:
    with database.read() as session:
        return session.get_one(Notification, number).state


def test_a_call_is_listed_with_what_to_say_until_somebody_was_told(
    client: Client, database: Database, staff: Staff, to_call: int
) -> None:
    agent = staff(Role.CONTACT_CENTRE)
    page = client.get("/desk/calls", headers=agent).text
    for says in ("Anna", "anna@example.org", "Zaal A", "Niemand opende de link op tijd."):
        assert says in page
    client.post(f"/desk/calls/{to_call}/not-answered", headers=agent)
    assert "Pogingen: 3" in client.get("/desk/calls", headers=agent).text
    assert client.post(f"/desk/calls/{to_call}/reached", headers=agent).status_code == 303
    assert "Er is niemand te bellen." in client.get("/desk/calls", headers=agent).text
    again = client.post(f"/desk/calls/{to_call}/reached", headers=agent)
    assert again.status_code == 409
    with database.read() as session:
        actions = [one.action for one in session.query(AuditEntry).order_by(AuditEntry.id)]
    assert actions[-2:] == ["message.not_answered", "message.told"]


def test_it_can_be_sent_again_once_the_address_is_right(
    client: Client, database: Database, staff: Staff, town: Town, to_call: int
) -> None:
    agent = staff(Role.CONTACT_CENTRE)
    assert client.post(f"/desk/calls/{to_call}/send-again", headers=agent).status_code == 303
    town.settle()
    assert state(database, to_call) is State.SENT


def test_who_opens_the_pass_or_the_order_need_not_be_called(
    application: FastAPI, client: Client, database: Database, town: Town, to_call: int
) -> None:
    links: Links = application.state.links
    with town.database.read() as session:
        reference = session.query(Reservation).one().reference
    link = links.make(LinkPurpose.PASS, reference, NOW + timedelta(days=30))
    assert client.get(f"/pass/{link}").status_code == 200
    assert state(database, to_call) is State.READ


def test_a_manager_sees_and_notes_only_calls_about_halls_of_the_own_service(
    client: Client, database: Database, people: People, city: City, to_call: int
) -> None:
    with database.write() as session:
        session.get_one(Hall, city.a).service_id = people.culture
        tokens = {}
        for service in (people.culture, people.sport):
            right = Right(Role.HALL_MANAGER, service=service)
            one = add_staff(session, f"m{service}@stad.be", "Mia", "x", [right], NOW)
            tokens[service] = new_token(session, one.id, "t", timedelta(days=1), NOW)
    own, other = (
        {"Authorization": f"Bearer {tokens[one]}"} for one in (people.culture, people.sport)
    )
    assert "Anna" in client.get("/desk/calls", headers=own).text
    assert "Anna" not in client.get("/desk/calls", headers=other).text
    assert client.post(f"/desk/calls/{to_call}/reached", headers=other).status_code == 403
    assert client.post(f"/desk/calls/{to_call}/reached", headers=own).status_code == 303
    assert client.post("/desk/calls/999999/reached", headers=own).status_code == 404
