"""Pages to give others a pass: limits in words, nothing lost, nobody else's order."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from central.accounts.links import LinkPurpose, Links
from central.booking.models import Order, Reservation
from central.credentials.models import NamedPass
from central.database import Database
from central.halls.models import Hall
from tests.central.a_city import City, Time
from tests.central.a_town import Town
from tests.central.booking.test_booking_api import a_reservation, booked

Staff = Callable[..., dict[str, str]]


@pytest.fixture
def order(client: httpx.Client, city: City, application: FastAPI, database: Database) -> str:
    """The page of an order with a reservation of hall A."""
    booked(client, a_reservation(city.a))
    return page_of(application, database)


def page_of(application: FastAPI, database: Database) -> str:
    links: Links = application.state.links
    with database.read() as session:
        one = session.scalars(select(Order).order_by(Order.id.desc())).first()
        assert one
        link = links.make(LinkPurpose.ORDER, one.reference, one.created_at + timedelta(days=99))
    return f"/orders/{link}"


def reference_in(page: str) -> str:
    found = re.search(r'name="reservation" value="(\w+)"', page)
    assert found
    return found[1]


def give(client: httpx.Client, order: str, name: str) -> httpx.Response:
    reservation = reference_in(client.get(f"{order}/passes").text)
    return client.post(f"{order}/passes", data={"reservation": reservation, "name": name})


def links_in(page: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'readonly value="http://testserver([^"]+)"', page)]


def test_order_leads_to_its_passes_and_each_has_a_link_of_its_own(
    client: httpx.Client, order: str, town: Town
) -> None:
    assert f'href="{order}/passes"' in client.get(order).text
    for name in ("Lies <b>", "Traiteur"):
        answer = give(client, order, name)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{order}/passes")
    page = client.get(f"{order}/passes").text
    assert "Lies &lt;b&gt;" in page
    assert "De pas wordt nu gemaakt" in page
    town.settle()
    page = client.get(f"{order}/passes").text
    assert "De pas wordt nu gemaakt" not in page
    lies, caterer = links_in(page)
    assert "Pas van Traiteur" in client.get(caterer).text
    texts = {client.get(f"{one}/pass.txt").text for one in (lies, caterer)}
    assert len(texts) == 2
    assert all(one.startswith("HP1:") for one in texts)


def test_withdrawing_asks_first_and_says_since_when(
    client: httpx.Client, order: str, town: Town, application: FastAPI, time: Time
) -> None:
    application.state.authority = town.authority
    give(client, order, "Lies")
    town.settle()
    (its_pass,) = links_in(client.get(f"{order}/passes").text)
    found = re.search(r'href="([^"]+/withdraw)"', client.get(f"{order}/passes").text)
    assert found
    assert "Wilt u deze pas intrekken" in client.get(found[1]).text
    assert "QR-code" in client.get(its_pass).text
    time.now += timedelta(minutes=5)
    assert client.post(found[1]).headers["location"] == f"{order}/passes"
    page = client.get(f"{order}/passes").text
    assert "Opent geen deur meer sinds dinsdag 24 november 2026, 11.05 uur." in page
    assert links_in(page) == []
    assert "Deze pas is ingetrokken" in client.get(its_pass).text
    assert client.get(f"{its_pass}/pass.png").status_code == 404


@pytest.mark.parametrize(
    ("name", "status", "says"),
    [
        ("", 422, "Vul in voor wie de pas is"),
        ("x" * 5000, 422, "hoogstens 60 tekens"),
        ("Lies\u202e", 422, "Vul in voor wie de pas is"),
        ("LIES", 409, "gaf al een pas aan deze naam"),
    ],
)
def test_what_is_wrong_stands_beside_the_name_and_nothing_is_lost(
    client: httpx.Client, order: str, name: str, status: int, says: str
) -> None:
    give(client, order, "Lies")
    answer = give(client, order, name)
    reference = reference_in(answer.text)
    assert answer.status_code == status
    assert says in answer.text
    assert f'href="#name-{reference}"' in answer.text
    assert f'id="name-{reference}-problem"' in answer.text
    assert re.search(rf'id="name-{reference}" name="name" value="{name}"', answer.text)


def test_at_the_limit_the_page_says_so_and_keeps_what_was_typed(
    client: httpx.Client, order: str, city: City, database: Database
) -> None:
    with database.write() as session:
        session.get_one(Hall, city.a).named_passes = 1
    reservation = reference_in(client.get(f"{order}/passes").text)
    give(client, order, "Lies")
    assert "mogen 1 extra passen tegelijk" in client.get(f"{order}/passes").text
    answer = client.post(f"{order}/passes", data={"reservation": reservation, "name": "Bram"})
    assert answer.status_code == 409
    assert "Trek er eerst een in" in answer.text
    assert 'value="Bram"' in answer.text


def test_order_of_somebody_else_is_no_way_in(
    client: httpx.Client,
    city: City,
    application: FastAPI,
    database: Database,
    order: str,
) -> None:
    give(client, order, "Lies")
    booked(client, a_reservation(city.b, 8, day=7))
    other = page_of(application, database)
    with database.read() as session:
        reservation = session.scalars(
            select(Reservation.reference).order_by(Reservation.id)
        ).first()
        reference = session.scalars(select(NamedPass.reference)).one()
    stolen = client.post(f"{other}/passes", data={"reservation": reservation, "name": "Dief"})
    assert stolen.status_code == 404
    for method in ("GET", "POST"):
        answer = client.request(method, f"{other}/passes/{reference}/withdraw")
        assert answer.status_code == 404
    assert client.post(f"{order}/passes", data={}).status_code == 404
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(NamedPass)) == 1
        assert session.scalars(select(NamedPass.withdrawn_at)).all() == [None]


def test_hall_without_passes_for_others_says_so(
    client: httpx.Client, city: City, application: FastAPI, database: Database
) -> None:
    booked(client, a_reservation(city.b, 8, day=7))
    order = page_of(application, database)
    assert "geen passen aan anderen geven" in client.get(f"{order}/passes").text
    assert "give others" not in client.get(f"{order}/passes?lang=en").text
    assert "No passes for others can be given" in client.get(f"{order}/passes?lang=en").text
