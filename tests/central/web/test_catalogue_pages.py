"""The search and the hall's page, as a browser without JavaScript gets them."""

import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from httpx import Client

from central.booking import service
from central.booking.times import Period
from central.database import Database
from central.halls.models import Hall, HallFeature
from central.web.search_form import SearchForm, read_search
from central.web.week import free_day
from tests.central.a_city import ANNA, NOW, City, a_wish, use

BRUSSELS = ZoneInfo("Europe/Brussels")
WHEN = {"day": "2026-12-05", "start": "15:00", "end": "17:00", "attendees": "30"}


@pytest.fixture
def taken(database: Database, city: City) -> City:
    """Hall A is let on Saturday from 15 to 17 (Brussels); it has a kitchen."""
    with database.write() as session:
        order = service.hold(session, ANNA, [a_wish(city.a)], timedelta(minutes=15), NOW)
        service.confirm(session, order.id, NOW)
        session.add(HallFeature(hall_id=city.a, code="kitchen"))
        session.get_one(Hall, city.a).house_rules = "Geen <b>vuurwerk</b>."
    return city


def test_the_address_holds_the_whole_search_and_goes_on_to_booking(
    client: Client, taken: City
) -> None:
    page = client.get("/", params=WHEN).text
    assert "3 zalen gevonden, waarvan 0 vrij op zaterdag 5 december 2026" in page
    assert "Bezet op dat uur" in page
    assert "Niet open op dat uur" in page
    assert "Wel vrij van 17.15 tot 19.15 uur" in page
    instead = f"/book?hall={taken.a}&amp;day=2026-12-05&amp;start=17%3A15&amp;end=19%3A15"
    assert f'href="{instead}&amp;attendees=30"' in page
    later = client.get("/", params=WHEN | {"start": "18:00", "end": "20:00"}).text
    assert "waarvan 2 vrij" in later
    assert "€\u00a051,00 in totaal" in later
    way = f"/book?hall={taken.a}&amp;day=2026-12-05&amp;start=18%3A00&amp;end=20%3A00"
    assert f'href="{way}&amp;attendees=30"' in later
    form = client.get(f"/book?hall={taken.a}&day=2026-12-05&start=18:00&end=20:00&attendees=30")
    for value in ("2026-12-05", "18:00", "20:00", "30"):
        assert f'value="{value}"' in form.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_wishes_filter_and_stay_chosen(client: Client, taken: City) -> None:
    page = client.get("/?having=kitchen&having=nothing-like-it").text
    assert "1 zaal gevonden" in page
    assert re.search(r'value="kitchen" checked', page)
    assert f'href="/halls/{taken.a}?having=kitchen' in page
    none = client.get("/?attendees=90000").text
    assert "Geen enkele zaal" in none
    assert "Zoek met minder personen" in none


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ({"day": "32-12-2026"}, ["day"]),
        ({"start": "14:00"}, ["day", "end"]),
        ({"day": "2026-12-05", "end": "25:00"}, ["start", "end"]),
        ({"day": "nooit", "start": "14:00", "end": "15:00"}, ["day"]),
        ({"attendees": "veel"}, ["attendees"]),
        ({"day": "2027-03-28", "start": "02:30", "end": "05:00"}, ["start"]),
    ],
)
def test_a_mistake_stands_beside_its_field_and_the_rest_counts(
    client: Client, asked: dict[str, str], fields: list[str]
) -> None:
    page = client.get("/", params=asked)
    assert page.status_code == 200
    assert re.findall(r'<li><a href="#(\w+)">', page.text) == fields
    for name in fields:
        assert f'id="{name}-problem"' in page.text
    for value in asked.values():
        assert f'value="{value}"' in page.text


HOSTILE = [
    "<script>alert(1)</script>", "' OR 1=1 --", "\u202e", "9" * 40, "-1", "9999-12-31",
    "0001-01-01", "{{7*7}}", "\u0000",
]  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE)
@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_nothing_that_is_typed_breaks_a_page_or_gets_into_it(
    client: Client, city: City, typed: str
) -> None:
    for path in ("/", f"/halls/{city.a}"):
        for name in SearchForm.model_fields:
            page = client.get(path, params=WHEN | {name: typed})
            assert page.status_code == 200, (path, name)
            assert "<script>" not in page.text
            assert "49" not in re.findall(r'value="([^"]*)"', page.text)
        everywhere = client.get(path, params=dict.fromkeys(SearchForm.model_fields, typed))
        assert everywhere.status_code == 200, path


def test_a_hall_has_a_page_with_its_rules_and_a_week_that_goes_on_to_booking(
    client: Client, taken: City
) -> None:
    page = client.get(f"/halls/{taken.a}?day=2026-12-05&attendees=30").text
    assert "Geen &lt;b&gt;vuurwerk&lt;/b&gt;." in page
    assert "keuken" in page
    assert "Met uw toegangspas aan de deur." in page
    assert "Week van zaterdag 5 december 2026" in page
    evening = f"/book?hall={taken.a}&amp;day=2026-12-05&amp;start=18%3A00&amp;end=22%3A00"
    assert f'href="{evening}&amp;attendees=30"' in page
    afternoon = f"/book?hall={taken.a}&amp;day=2026-12-05&amp;start=13%3A00"
    assert afternoon not in page, "it is taken from 15 on"
    assert f'href="/halls/{taken.a}?attendees=30&amp;day=2026-12-12#calendar"' in page


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_hall_that_is_not_offered_has_no_page(
    client: Client, database: Database, city: City
) -> None:
    with database.write() as session:
        session.get_one(Hall, city.a).is_offered = False
    assert client.get(f"/halls/{city.a}").status_code == 404
    assert "Zaal A" not in client.get("/").text
    assert client.get("/halls/999999").status_code == 404


def test_a_week_starts_today_at_the_earliest_and_ends_with_the_calendar() -> None:
    form = SearchForm(day="2026-12-05", start="23:00", end="01:00")
    read = read_search(form, BRUSSELS)
    assert read.wanted.use == use(22, 2)
    assert form.address("/", page=2).startswith("/?day=2026-12-05&start=23%3A00&end=01%3A00&page=2")


@pytest.mark.parametrize(("day", "hours"), [("2027-03-28", 3), ("2026-10-25", 5)])
def test_the_nights_that_change_the_clock_have_their_real_hours(day: str, hours: float) -> None:
    that = date.fromisoformat(day)
    night = read_search(SearchForm(day=day, start="00:00", end="04:00"), BRUSSELS).wanted.use
    assert night
    assert night.length == timedelta(hours=hours)
    shown = free_day(that, [night], BRUSSELS)
    assert shown.hours == hours
    assert shown.free[0].fields() == {"day": day, "start": "00:00", "end": "04:00"}
    assert [slot for _, slot in shown.parts] == [None, None, None]


def test_a_part_of_the_day_is_shown_when_all_of_it_is_free() -> None:
    free = [Period(use(7).start, use(15).end)]  # 8:00 to 18:00 in Brussels
    parts = dict(free_day(date(2026, 12, 5), free, BRUSSELS).parts)
    assert {name for name, slot in parts.items() if slot} == {"morning", "afternoon"}
