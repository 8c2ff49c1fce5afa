"""Halls that are entered in another way than with a pass: what the same page says, and what is not there."""

from dataclasses import replace
from datetime import date, timedelta

import httpx
import pytest
from fastapi import FastAPI

from central.accounts.links import LinkPurpose, Links
from central.booking.models import Order, Reservation
from central.credentials.way_in import instructions, way_in
from central.database import Database
from central.halls import service as halls
from central.halls.access_type import AccessType
from central.halls.hall_data import data_of
from central.halls.models import Hall, HallAccess, RouteStep
from contracts.decision import Denied, Granted
from tests.central.a_city import City, use
from tests.central.a_town import Town

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
SATURDAY = use(14, 2, day=5)
DAY = date(2026, 12, 5)
SAYS = "De sleutel ligt in het kastje naast de deur.\nBel 09 123 45 67."
A = AccessType


def a_hall(*since: tuple[date, AccessType, str], doors: bool = True) -> Hall:
    return Hall(
        route=[RouteStep(position=0, bit=0)] if doors else [],
        access=[HallAccess(first=day, access=way, instructions=says) for day, way, says in since],
    )


@pytest.mark.parametrize(
    ("hall", "way", "says"),
    [
        (a_hall(), A.DOOR_UNIT, ""),
        (a_hall(doors=False), A.OPENED_BY_STAFF, ""),
        (a_hall((DAY, A.KEY_PICKUP, "vandaag")), A.KEY_PICKUP, "vandaag"),
        (a_hall((DAY + timedelta(days=1), A.KEY_PICKUP, "morgen")), A.DOOR_UNIT, ""),
        (
            a_hall((date(2026, 1, 1), A.KEY_PICKUP, "oud"), (DAY, A.DOOR_UNIT, "zijdeur")),
            A.DOOR_UNIT,
            "zijdeur",
        ),
        (a_hall((DAY, A.ALWAYS_OPEN, ""), doors=False), A.ALWAYS_OPEN, ""),
    ],
)
def test_newest_way_in_that_has_begun_counts_with_what_is_written_beside_it(
    hall: Hall, way: AccessType, says: str
) -> None:
    assert (way_in(hall, DAY), instructions(hall, DAY)) == (way, says)


def page_of(application: FastAPI, booked: Reservation) -> str:
    links: Links = application.state.links
    until = booked.ends_at + timedelta(days=1)
    return f"/pass/{links.make(LinkPurpose.PASS, booked.reference, until)}"


@SQLITE
@pytest.mark.parametrize("way", [A.KEY_PICKUP, A.OPENED_BY_STAFF, A.ALWAYS_OPEN])
def test_page_says_how_to_get_in_and_shows_no_code(
    client: httpx.Client,
    application: FastAPI,
    town: Town,
    city: City,
    database: Database,
    way: AccessType,
) -> None:
    with database.write() as session:
        session.get_one(Hall, city.a).may_hold_open = True
        session.add(HallAccess(hall_id=city.a, first=DAY, access=way, instructions=SAYS))
    page = page_of(application, town.book(city.a, SATURDAY))
    shown = client.get(page).text
    assert "van 15.00 tot 17.00 uur" in shown
    for line in SAYS.splitlines():
        assert f"<p>{line}</p>" in shown
    for no_pass in ("<svg", "pass.png", "HP1:", "/guests", "QR"):
        assert no_pass not in shown.partition("<main")[2]
    for path in ("pass.png", "pass.svg", "pass.txt", "pass.pdf", "guests"):
        assert client.get(f"{page}/{path}").status_code == 404


@SQLITE
def test_passes_follow_a_hall_that_gets_a_key_and_then_doors_of_ours_again(
    client: httpx.Client,
    application: FastAPI,
    town: Town,
    city: City,
    database: Database,
) -> None:
    unit = town.add_unit("Zaal A")
    booked, over = town.book(city.a, SATURDAY), town.book(city.a, use(18, 1, day=4))
    page, text = page_of(application, booked), town.text(booked)

    def change(*access: tuple[date, AccessType, str], route: tuple[int, ...] = (0, 1, 2)) -> None:
        with database.write() as session:
            there = data_of(halls.hall_of(session, city.a))
            halls.change_hall(
                session, city.a, replace(there, access=access, route=route), town.time()
            )
        town.settle()
        town.bring(unit)

    town.time.now = over.closes_at
    change((DAY, A.KEY_PICKUP, SAYS))
    assert client.get(f"{page}/pass.png").status_code == 404
    assert isinstance(unit.shown(text, SATURDAY.start), Denied)
    change()
    assert client.get(f"{page}/pass.txt").text == text
    assert isinstance(unit.shown(text, SATURDAY.start), Granted)
    change(route=(0, 1))
    assert isinstance(unit.shown(text, SATURDAY.start), Denied)
    followed = town.list_in_force().number
    change((date(2027, 1, 1), A.ALWAYS_OPEN, ""), route=(0, 1))
    assert town.list_in_force().number == followed


@SQLITE
def test_nobody_else_is_given_a_pass_where_none_opens(
    client: httpx.Client, application: FastAPI, town: Town, city: City, database: Database
) -> None:
    with database.write() as session:
        session.add(HallAccess(hall_id=city.a, first=DAY, access=A.KEY_PICKUP))
    booked = town.book(city.a, SATURDAY)
    links: Links = application.state.links
    order = links.make(LinkPurpose.ORDER, order_reference(database, booked), booked.ends_at)
    assert "geen passen aan anderen geven" in client.get(f"/orders/{order}/passes").text


def order_reference(database: Database, booked: Reservation) -> str:
    with database.read() as session:
        order = session.get_one(Order, booked.order_id)
        return order.reference
