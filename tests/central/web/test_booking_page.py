import re
from collections.abc import Callable

import pytest
from httpx import Client, Response
from sqlalchemy import select

from central.accounts.roles import Role
from central.booking.models import Order, Reservation
from central.database import Database
from tests.central.a_city import NOW, City, Time
from tests.central.web.a_booking import book, chosen, problems, typed

Staff = Callable[..., dict[str, str]]


NUMBER = re.compile(r"Uw nummer: (\w+)")
ORDER_NUMBER = re.compile(r"Bestelnummer: (\w+)")


def test_one_s_number_is_the_same_on_the_order_s_page_and_on_the_pass(
    client: Client, city: City, database: Database
) -> None:
    order = client.get(book(client, typed(city)).headers["location"]).text
    (number,) = NUMBER.findall(order)
    (order_number,) = ORDER_NUMBER.findall(order)
    way = re.search(r'href="(/pass/[\w.-]+)"', order)
    assert way
    shown = client.get(way[1]).text
    assert NUMBER.findall(shown) == [number]
    assert ORDER_NUMBER.findall(shown) == []
    with database.read() as session:
        kept = session.scalars(select(Reservation)).one()
        known = (kept.reference, session.scalars(select(Order)).one().reference)
    assert known == (number, order_number)


def value(page: Response, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page.text)
    assert found, name
    return found[1]


def test_home_shows_each_hall_with_its_price_and_the_way_on(client: Client, city: City) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "€\u00a025,50 per uur" in page.text
    assert "gratis" in page.text
    assert f'href="/book?hall={city.a}"' in page.text


def test_booking_leads_to_a_confirmation_with_the_way_to_the_pass(
    client: Client, city: City
) -> None:
    answer = book(client, typed(city))
    assert answer.status_code == 303
    page = client.get(answer.headers["location"])
    assert "Uw reservatie is bevestigd" in page.text
    assert "zaterdag 5 december 2026" in page.text
    assert "van 14.00 tot 18.00 uur" in page.text
    assert "van 14.00 tot 18.15 uur" in page.text, "the doors open a little longer"
    assert "€\u00a0102,00" in page.text
    assert re.search(r'href="/pass/[\w.-]+"', page.text)


def test_what_is_missing_stands_beside_its_field_and_nothing_is_lost(
    client: Client, city: City
) -> None:
    when = book(client, typed(city, day="", start="drie"))
    assert list(problems(when)) == ["day", "start"]
    assert value(when, "end") == "18:00"
    assert value(when, "start") == "drie"
    assert re.search(rf'<option value="{city.a}" selected', when.text)
    what = book(client, typed(city, attendees="veel"))
    assert list(problems(what)) == ["attendees"]
    assert value(what, "purpose") == "Babyborrel"
    assert value(what, "attendees") == "veel"
    who = book(client, typed(city, day="2026-12-06", email="anna"))
    assert list(problems(who)) == ["email"]
    assert value(who, "name") == "Anna Peeters"
    for page in (when, what, who):
        assert page.status_code == 422
        for field in problems(page):
            assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', page.text)
            assert f'id="{field}-problem"' in page.text


def test_an_empty_form_says_everything_that_is_missing(client: Client) -> None:
    page = client.post("/book", data={})
    assert list(problems(page)) == ["hall", "day", "start", "end"]


def test_a_taken_hour_is_said_with_the_hours_that_are_free(client: Client, city: City) -> None:
    book(client, typed(city))
    page = book(client, typed(city, start="15:00", end="16:00"))
    assert page.status_code == 409
    assert list(problems(page)) == ["start"]
    assert "00.00 tot 13.45" in page.text
    assert "18.15 tot middernacht" in page.text


def test_the_free_hours_can_be_looked_at_first(client: Client, city: City) -> None:
    fields = {"hall": str(city.b), "day": "7-12-2026", "show_free": "1", "attendees": "12"}
    page = client.post("/book", data=fields)
    assert page.status_code == 200
    assert problems(page) == {}
    assert "Vrij op maandag 7 december 2026" in page.text
    assert "08.00 tot 22.00" in page.text
    assert value(page, "attendees") == "12", "what the search said goes along"


def test_a_day_without_a_free_hour_says_what_to_do(client: Client, city: City) -> None:
    page = client.get("/book", params={"hall": city.b, "day": "2026-12-06"})
    assert "Kies een andere dag of een andere zaal" in page.text


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"attendees": "81"}, "attendees", "hoogstens 80 personen"),
        ({"day": "2026-11-23"}, "start", "al voorbij"),
        ({"day": "2027-03-28", "start": "02:30"}, "start", "de klok vooruit"),
        ({"purpose": "x" * 201}, "purpose", "hoogstens 200 tekens"),
    ],
)
def test_what_cannot_be_is_said_in_words(
    client: Client, city: City, changes: dict[str, str], field: str, says: str
) -> None:
    page = book(client, typed(city, **changes))
    assert list(problems(page)) == [field]
    assert says in problems(page)[field]


def test_hours_outside_the_opening_hours_are_refused(client: Client, city: City) -> None:
    page = book(client, typed(city, hall=str(city.b)))
    assert page.status_code == 409
    assert "niet open" in problems(page)["start"]


def test_a_party_may_end_the_day_after(client: Client, city: City) -> None:
    answer = book(client, typed(city, start="20:00", end="02:00"))
    page = client.get(answer.headers["location"])
    assert "van 20.00 tot 02.00 uur (zondag 6 december 2026)" in page.text
    assert "€\u00a0153,00" in page.text


def test_in_the_night_with_an_hour_twice_the_page_asks_which(client: Client, city: City) -> None:
    night = typed(city, day="2027-10-30", start="22:00", end="02:30")
    page = book(client, night)
    assert list(problems(page)) == ["end"]
    assert 'name="which_end" value="second"' in page.text
    first, second = (
        client.get(book(client, {**night, "which_end": which, "day": day}).headers["location"]).text
        for which, day in (("first", "2027-10-30"), ("second", "2032-10-30"))
    )
    assert "€\u00a0114,75" in first, "4.5 hours"
    assert "€\u00a0140,25" in second, "5.5 hours"


def test_the_page_speaks_the_browser_s_language_and_keeps_the_chosen_one(
    client: Client, city: City
) -> None:
    assert "Rent a hall" in client.get("/", headers={"Accept-Language": "en-GB,en"}).text
    assert "Een zaal huren" in client.get("/", headers={"Accept-Language": "zh"}).text
    assert "Rent a hall" in client.get("/?lang=en").text
    page = book(client, typed(city, attendees="81"))
    assert problems(page)["attendees"].startswith("This hall is for at most 80")


def test_a_reservation_is_cancelled_in_two_steps(client: Client, city: City) -> None:
    order = book(client, typed(city)).headers["location"]
    page = client.get(order)
    found = re.search(rf'href="({order}/cancel/\w+)"', page.text)
    assert found
    assert "Wilt u deze reservatie annuleren?" in client.get(found[1]).text
    assert "is bevestigd" in client.get(order).text
    assert client.post(found[1], data={"reason": "ziek"}).status_code == 303
    gone = client.get(order)
    assert "Uw reservatie is geannuleerd" in gone.text
    assert "/pass/" not in gone.text
    assert book(client, typed(city)).status_code == 303
    again = client.post(found[1])
    assert again.status_code == 409
    assert "kan niet meer" in again.text


def test_a_link_of_somebody_else_opens_nothing(client: Client, city: City) -> None:
    mine = book(client, typed(city)).headers["location"]
    theirs = book(client, typed(city, day="2026-12-06")).headers["location"]
    found = re.search(r"/cancel/(\w+)", client.get(theirs).text)
    assert found
    assert client.post(f"{mine}/cancel/{found[1]}").status_code == 404
    assert client.get(mine[:-3] + "AAA").status_code == 403
    assert "Deze link werkt niet" in client.get("/orders/x").text


def test_typed_text_is_shown_as_text(client: Client, city: City) -> None:
    page = book(client, typed(city, purpose='"><script>alert(1)</script>', attendees=""))
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


def test_who_tries_too_often_is_told_to_wait(client: Client, city: City, time: Time) -> None:
    answers = [chosen(client, typed(city)) for _ in range(31)]
    assert answers[-1].status_code == 429
    assert "Wacht 15 minuten" in problems(answers[-1])["start"]
    time.now = NOW.replace(hour=NOW.hour + 1)
    assert book(client, typed(city, day="2026-12-06")).status_code == 303


def test_staff_see_the_week_s_reservations(client: Client, city: City, staff: Staff) -> None:
    book(client, typed(city))
    page = client.get("/desk?since=2026-12-01", headers=staff(Role.CONTACT_CENTRE))
    assert "Anna Peeters" in page.text
    assert "14.00–18.00" in page.text
    assert "Geen reservaties" in client.get("/desk", headers=staff(Role.HALL_MANAGER)).text
