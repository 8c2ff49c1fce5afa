"""The page that leaves a door open for guests: who may, until when, and what it says of the door."""

import re
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from central.accounts.links import LinkPurpose, Links
from central.accounts.roles import Role
from central.booking.models import Reservation
from central.database import Database
from central.documents.service import body_of
from central.halls.models import Hall
from contracts.journal import EventKind
from contracts.modes import DoorMode, Modes
from contracts.topics import Up
from tests.central.a_city import NOW, City, Time, use
from tests.central.a_town import Town
from tests.simulators.unit import SimulatedUnit

SATURDAY = use(14, 2, day=5)
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def unit(town: Town, city: City, database: Database) -> SimulatedUnit:
    with database.write() as session:
        session.get_one(Hall, city.a).may_hold_open = True
    return town.add_unit("Straatdeur")


@pytest.fixture
def page(town: Town, unit: SimulatedUnit, application: FastAPI, time: Time) -> str:
    """The page of a pass whose time has come."""
    booked = town.book(town.halls.a, SATURDAY)
    assert unit.id
    time.now = SATURDAY.start
    return page_of(application, booked)


def page_of(application: FastAPI, booked: Reservation) -> str:
    links: Links = application.state.links
    until = booked.ends_at + timedelta(days=1)
    return f"/pass/{links.make(LinkPurpose.PASS, booked.reference, until)}/guests"


def leave_open(client: httpx.Client, page: str, until: str = "15.30") -> httpx.Response:
    found = re.search(r'name="door" value="(\d+)"', client.get(page).text)
    assert found
    return client.post(page, data={"door": found[1], "until": until})


def test_door_is_left_open_and_the_page_says_when_the_door_applied_it(
    client: httpx.Client, page: str, town: Town, unit: SimulatedUnit
) -> None:
    assert f'href="{page}"' in client.get(page.removesuffix("/guests")).text
    answer = leave_open(client, page)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{page}?sent=1")
    assert "De deur is nu niet te bereiken" in client.get(f"{page}?sent=1").text
    town.settle()
    town.bring(unit)
    shown = client.get(page).text
    assert "open tot 15.30 uur" in shown
    assert "Toegepast aan de deur" in shown
    end = re.search(r'action="([^"]+/end)"', shown)
    assert end
    assert client.post(end[1]).status_code == 303
    town.settle()
    town.bring(unit)
    assert "Wij weten nu niet of ze op slot is." in client.get(page).text
    town.say(unit, Up.STATE, unit.birth(1))
    town.say(unit, Up.HEALTH, unit.healthy())
    assert "Op slot. Passen openen ze." in client.get(page).text
    unit.mode = DoorMode.HOLD_OPEN
    town.say(unit, Up.HEALTH, unit.healthy())
    assert "aan de deur is een pas tweemaal getoond" in client.get(page).text


def test_entries_say_with_which_grant_a_door_was_left_open(
    client: httpx.Client,
    page: str,
    town: Town,
    unit: SimulatedUnit,
    staff: Callable[..., dict[str, str]],
    time: Time,
) -> None:
    leave_open(client, page)
    town.settle()
    said = body_of(town.broker.last(unit.id, "modes"), Modes)
    unit.note(EventKind.MODE_CHANGED, {"mode": said.mode, "cause": said.cause}, town.time())
    town.say(unit, Up.EVENTS, unit.batch())
    time.now = NOW  # staff's token is of that day
    entries = client.get("/desk/entries", headers=staff(Role.AUDITOR)).text
    assert "blijft open voor gasten" in entries
    assert re.search(r'href="/desk/entries\?grant=\d+"', entries)


def test_unit_that_can_be_reached_and_has_not_answered_is_said_to_be_waited_for(
    client: httpx.Client, page: str, town: Town, unit: SimulatedUnit
) -> None:
    town.say(unit, Up.STATE, unit.birth(1))
    leave_open(client, page)
    assert "Ze heeft nog niet geantwoord" in client.get(page).text


@pytest.mark.parametrize("until", ["", "straks", "14.59", "17.30", "25:00", "9" * 500, "15:30<b>"])
def test_time_that_cannot_be_stands_beside_the_field_with_what_was_typed(
    client: httpx.Client, page: str, until: str
) -> None:
    answer = leave_open(client, page, until)
    assert answer.status_code == 422
    assert "Kies een uur tussen nu en het einde" in answer.text
    assert re.search(r'href="#until-\d+"', answer.text)
    assert f'value="{until.replace("<", "&lt;").replace(">", "&gt;")}"' in answer.text


def test_time_after_midnight_is_of_the_next_day(
    client: httpx.Client, town: Town, unit: SimulatedUnit, application: FastAPI, time: Time
) -> None:
    assert unit.id
    party = town.book(town.halls.a, use(20, 5, day=5))  # 21.00 to 02.00 in Brussels
    time.now = party.starts_at
    assert leave_open(client, page_of(application, party), "0.30").status_code == 303
    assert leave_open(client, page_of(application, party), "3.00").status_code == 422


def test_nothing_of_it_is_there_before_the_time_or_where_the_hall_does_not_allow_it(
    client: httpx.Client, page: str, time: Time, database: Database, city: City
) -> None:
    time.now = SATURDAY.start - timedelta(hours=1)
    shown = client.get(page).text
    assert "Dit kan vanaf 15.00 uur op zaterdag 5 december 2026" in shown
    assert 'name="door"' not in shown
    assert client.post(page, data={"door": "1", "until": "15.30"}).status_code == 422
    with database.write() as session:
        session.get_one(Hall, city.a).may_hold_open = False
    for method in ("GET", "POST"):
        assert client.request(method, page, data={"door": "1"}).status_code == 404
    assert "/guests" not in client.get(page.removesuffix("/guests")).text


def test_door_that_is_not_on_the_way_cannot_be_held(
    client: httpx.Client, page: str, town: Town
) -> None:
    town.add_unit("Zaal B")
    for door in (str(town.door("Zaal B")), "", "x", "999999999999999999999"):
        answer = client.post(page, data={"door": door, "until": "15.30"})
        assert answer.status_code == 404
    assert client.post(f"{page}/999999999999999999999/end").status_code in {303, 422}


def test_pass_that_is_over_or_revoked_has_no_such_page(
    client: httpx.Client, page: str, time: Time
) -> None:
    time.now = SATURDAY.end + timedelta(minutes=15)
    assert client.get(page).status_code == 404
