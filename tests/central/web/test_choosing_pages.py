"""Booking screen by screen: nothing is lost through log-in, and what changes is shown first."""

import re
from datetime import timedelta

import pytest
from httpx import Client
from sqlalchemy import select

from central.accounts import renter_sessions
from central.accounts.capacities import ActingAs, Capacity
from central.accounts.cookies import RENTER, name_of
from central.accounts.grouping import groups
from central.accounts.people import NOBODY, Renter, person_of
from central.accounts.throttle import SAY_WHO
from central.audit.models import AuditEntry
from central.booking import choosing, service, terms
from central.booking.choosing import NoRenter
from central.booking.models import Occupancy, Order, Reservation
from central.booking.price_rules import PriceRule, PriceUnit
from central.booking.priority import Effect, PriorityRule
from central.booking.reservation import State
from central.booking.rules import ExtraData, put_activity, put_extra, put_price, put_priority
from central.database import Database
from central.outbox.models import StoredEvent
from central.settings import Settings
from tests.central.a_city import NOW, City, Time, a_wish, use
from tests.central.some_people import People
from tests.central.web.a_booking import book, chosen, order_of, problems, typed, until_check
from tests.central.web.readers import OWN

LIFE = timedelta(minutes=15)
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def tariffs(database: Database, city: City) -> City:
    """A costs 10 euro for youth and 60 for others; others need approval; chairs and coffee are there."""
    with database.write() as session:
        youth = frozenset(one.id for one in groups(session) if one.code == "youth")
        put_price(session, None, PriceRule(0, PriceUnit.USE, 1000, groups=youth), "system", NOW)
        put_price(session, None, PriceRule(0, PriceUnit.USE, 6000, position=1), "system", NOW)
        allowed = PriorityRule(0, Effect.ALLOW, groups=youth)
        put_priority(session, None, allowed, "system", NOW)
        put_priority(session, None, PriorityRule(0, Effect.APPROVE, position=1), "system", NOW)
        put_activity(session, "party", {"nl": "Fuif", "en": "Party"}, "system", NOW)
        chairs = ExtraData("chair", PriceUnit.PIECE, 50, {"nl": "Stoel", "en": "Chair"}, stock=40)
        late = ExtraData("coffee", PriceUnit.PERSON, 200, {"nl": "Koffie"}, lead_working_days=30)
        for one in (chairs, late):
            put_extra(session, one, "system", NOW)
    return city


def enter(
    client: Client, database: Database, settings: Settings, person: int, one: int | None
) -> None:
    """Log somebody in with a browser, for themselves or for an organisation."""
    with database.write() as session:
        how = renter_sessions.Opening(provider="email", device="test", stays=False)
        secret = renter_sessions.open_session(session, person, how, NOW)
    client.cookies.set(name_of(RENTER, settings), secret)
    client.headers.update(OWN)
    if one is not None:
        client.post("/account/acting", data={"capacity": str(one)})


def test_the_time_is_kept_from_when_it_is_chosen_and_shown_with_how_long(
    client: Client, tariffs: City, database: Database, time: Time
) -> None:
    answer = chosen(client, typed(tariffs))
    page = client.get(answer.headers["location"]).text
    assert "We houden deze tijd voor u vast tot 11.15 uur." in page
    assert "Nog 15 minuten." in page
    assert 'data-seconds="900"' in page
    with database.read() as session:
        assert session.scalars(select(Occupancy)).one().expires_at == NOW + LIFE
        order = session.scalars(select(Order)).one()
        assert not choosing.has_renter(session, order)
    taken = chosen(client, typed(tariffs))
    assert list(problems(taken)) == ["start"]
    time.now = NOW + LIFE
    order_page = order_of(answer)
    for screen in ("who", "terms", "check"):
        assert client.get(f"{order_page}/{screen}").headers["location"].startswith("/orders/")
    gone = client.get(order_page).text
    assert "niet meer voor u vastgehouden" in gone
    assert f"/book?hall={tariffs.a}&amp;day=2026-12-05&amp;start=14%3A00" in gone
    assert chosen(client, typed(tariffs)).status_code == 303


def test_an_order_without_a_renter_cannot_be_confirmed(
    client: Client, tariffs: City, database: Database
) -> None:
    order = order_of(chosen(client, typed(tariffs)))
    assert client.post(f"{order}/confirm").headers["location"].endswith("/who")
    with database.write() as session:
        number = session.scalars(select(Order.id)).one()
        with pytest.raises(NoRenter):
            service.confirm(session, number, NOW)


def test_extras_say_what_is_left_and_until_when_and_the_price_follows(
    client: Client, tariffs: City
) -> None:
    answer = chosen(client, typed(tariffs))
    where = answer.headers["location"]
    page = client.get(where).text
    assert "Stoel: €\u00a00,50 per stuk" in page
    assert "Er zijn er nog 40." in page
    assert "Dit moest u bestellen ten laatste op" in page
    what = {"attendees": "40", "activity": "party", "extra": "chair", "count": "veel"}
    wrong = client.post(where, data=what)
    assert list(problems(wrong)) == ["extra-chair"]
    assert 'value="veel"' in wrong.text
    many = client.post(where, data={**what, "count": "41"})
    assert problems(many) == {"extra-chair": "Op dat moment zijn er nog 40 van: Stoel."}
    order = order_of(client.post(where, data={**what, "count": "12"}))
    client.post(f"{order}/who", data={"name": "Anna", "email": "anna@example.org"})
    client.post(f"{order}/terms", data={"version": "1", "agree": "1"})
    last = client.get(f"{order}/check").text
    assert "12 × Stoel" in last
    assert "Fuif" in last
    assert "€\u00a066,00" in last
    assert "goedkeuring nodig" in last


@SQLITE
def test_an_address_typed_without_logging_in_never_tells_the_name_kept_of_it(
    client: Client, tariffs: City, database: Database
) -> None:
    with database.write() as session:
        person_of(session, Renter("anna@example.org", "Anna Geheim"), NOW)
    order = order_of(until_check(client, typed(tariffs, name="Wie Dan Ook")))
    for screen in ("/check", "/who", "", "/receipt"):
        assert "Geheim" not in client.get(f"{order}{screen}").text
    assert "Wie Dan Ook (anna@example.org)" in client.get(f"{order}/check").text
    assert 'value="Wie Dan Ook"' in client.get(f"{order}/who").text


@SQLITE
def test_addresses_are_not_tried_one_after_the_other(client: Client, tariffs: City) -> None:
    order = order_of(chosen(client, typed(tariffs)))
    for one in range(SAY_WHO.most):
        client.post(f"{order}/who", data={"name": "Wie", "email": f"v{one}@example.org"})
    more = client.post(f"{order}/who", data={"name": "Wie", "email": "anna@example.org"})
    assert more.status_code == 429
    assert "anna@example.org" not in client.get(f"{order}/who").text


def test_terms_are_accepted_in_the_version_that_counts(
    client: Client, tariffs: City, database: Database
) -> None:
    order = order_of(chosen(client, typed(tariffs)))
    client.post(f"{order}/who", data={"name": "Anna", "email": "anna@example.org"})
    assert list(problems(client.post(f"{order}/terms", data={"version": "1"}))) == ["agree"]
    with database.write() as session:
        terms.put(session, {"nl": "Nieuwe afspraken."}, "staff:1", NOW)
    old = client.post(f"{order}/terms", data={"version": "1", "agree": "1"})
    assert list(problems(old)) == ["agree"], "what was shown is not what counts now"
    assert "Nieuwe afspraken." in old.text
    assert client.get(f"{order}/check").headers["location"].endswith("/terms")
    client.post(f"{order}/terms", data={"version": "2", "agree": "1"})
    assert "versie 2" in client.get(f"{order}/check").text
    with database.read() as session:
        kept = session.scalars(select(terms.TermsAccepted)).one()
    assert (kept.version, kept.actor, kept.language, kept.at) == (2, "renter", "nl", NOW)


def test_what_a_log_in_changes_is_shown_before_one_goes_on(
    client: Client, tariffs: City, database: Database, settings: Settings, people: People
) -> None:
    first = {**typed(tariffs), "who": "youth", "recognised": "1"}
    when = {name: first[name] for name in ("hall", "day", "start", "end", "who", "recognised")}
    answer = client.post("/book", data=when)
    order = order_of(answer)
    client.post(answer.headers["location"], data={"attendees": "40", "purpose": "Kamp"})
    kept = client.post("/account/log-in/keep", data={"keep": f"{order}/who", "name": "Bram"})
    assert kept.headers["location"].startswith("/account/log-in?then=")
    enter(client, database, settings, people.bram, None)
    page = client.post(f"{order}/who", data={})
    assert "Hierdoor verandert er iets" in page.text
    assert "<s>€\u00a010,00</s>" in page.text
    assert "€\u00a060,00, na goedkeuring door de stad" in page.text
    found = re.search(r'name="agreed" value="([^"]+)"', page.text)
    assert found
    with database.read() as session:
        assert session.scalars(select(Reservation)).one().cents == 1000, "nothing was changed yet"
    stale = client.post(f"{order}/who", data={"agreed": "something else"})
    assert "Hierdoor verandert er iets" in stale.text
    client.post(f"{order}/who", data={"agreed": found[1]})
    client.post(f"{order}/terms", data={"version": "1", "agree": "1"})
    last = client.get(f"{order}/check").text
    assert "€\u00a060,00" in last
    assert "Kamp" in last, "what was typed before the log-in is still there"


def test_another_capacity_at_the_last_look_asks_anew(
    client: Client, tariffs: City, database: Database, settings: Settings, people: People
) -> None:
    enter(client, database, settings, people.anna, None)
    order = order_of(until_check(client, typed(tariffs)))
    assert "€\u00a060,00" in client.get(f"{order}/check").text
    enter(client, database, settings, people.anna, people.scouts)
    assert client.get(f"{order}/check").headers["location"].endswith("/who")
    assert client.post(f"{order}/confirm").headers["location"].endswith("/who")
    page = client.post(f"{order}/who", data={})
    found = re.search(r'name="agreed" value="([^"]+)"', page.text)
    assert found
    client.post(f"{order}/who", data={"agreed": found[1]})
    assert "€\u00a010,00" in client.get(f"{order}/check").text
    client.post(f"{order}/confirm")
    with database.read() as session:
        kept = session.scalars(select(Order)).one()
        one = session.scalars(select(Reservation)).one()
    assert (kept.organisation_id, one.group_code) == (people.scouts, "youth")
    assert one.state is State.CONFIRMED, "youth needs no approval"


@SQLITE
def test_what_is_added_in_another_capacity_asks_for_all_of_it_who_rents(
    client: Client, tariffs: City, database: Database, settings: Settings, people: People
) -> None:
    enter(client, database, settings, people.anna, None)
    order = order_of(until_check(client, typed(tariffs)))
    enter(client, database, settings, people.anna, people.scouts)
    added = {**typed(tariffs), "day": "2026-12-12", "order": order.rpartition("/")[2]}
    details = chosen(client, added).headers["location"].partition("?")[0]
    enter(client, database, settings, people.anna, None)
    client.post("/account/acting", data={"capacity": "self"})
    client.post(details, data={"attendees": "30", "purpose": "x"})
    assert client.post(f"{order}/confirm").headers["location"].endswith("/who")
    page = client.post(f"{order}/who", data={}).text
    assert "Hierdoor verandert er iets" in page, "one of both had the price of youth"


@SQLITE
def test_an_order_is_confirmed_only_as_it_was_decided_for_its_renter(
    client: Client, tariffs: City, database: Database, settings: Settings, people: People
) -> None:
    enter(client, database, settings, people.anna, None)
    order = order_of(until_check(client, typed(tariffs)))
    with database.write() as session:
        session.scalars(select(Reservation)).one().group_code = "youth"
    answer = client.post(f"/api/v1{order}/confirm")
    assert (answer.status_code, answer.json()["code"]) == (409, "renter_changed")
    assert client.post(f"{order}/confirm").headers["location"].endswith("/who")


def test_several_halls_and_dates_go_into_one_order_and_out_of_it(
    client: Client, tariffs: City, database: Database, time: Time
) -> None:
    order = order_of(until_check(client, typed(tariffs)))
    link = order.rpartition("/")[2]
    time.now = NOW + timedelta(minutes=10)
    taken = chosen(client, {**typed(tariffs), "order": link})
    assert list(problems(taken)) == ["start"]
    other = {**typed(tariffs), "day": "2026-12-12", "order": link}
    answer = until_check(client, other)
    assert answer.headers["location"] == f"{order}/check", "who and terms are answered already"
    page = client.get(f"{order}/check").text
    assert page.count('class="reservation"') == 2
    assert "€\u00a0120,00" in page
    assert "tot 11.25 uur" in page, "both are kept as long"
    (gone, _) = re.findall(r'action="(/orders/[^"]+/remove/\w+)"', page)
    client.post(gone)
    assert client.get(f"{order}/check").text.count('class="reservation"') == 1
    client.post(f"{order}/confirm")
    with database.read() as session:
        states = {one.state for one in session.scalars(select(Reservation))}
    assert states == {State.CANCELLED, State.REQUESTED}
    shown = client.get(order).text
    assert shown.count('class="reservation"') == 1, "what was never sent is no part of the order"


def test_a_hall_that_is_not_for_the_renter_is_said_at_who(
    client: Client, city: City, database: Database
) -> None:
    with database.write() as session:
        youth = frozenset(one.id for one in groups(session) if one.code == "youth")
        put_priority(session, None, PriorityRule(0, Effect.ALLOW, groups=youth), "system", NOW)
        put_priority(session, None, PriorityRule(0, Effect.DENY, position=1), "system", NOW)
    fields = {**typed(city), "who": "youth", "recognised": "1"}
    when = {name: fields[name] for name in ("hall", "day", "start", "end", "who", "recognised")}
    order = order_of(client.post("/book", data=when))
    who = client.post(f"{order}/who", data={"name": "Bram", "email": "bram@example.org"})
    assert who.status_code == 403
    assert "er niet voor uw groep" in problems(who)["refused"]
    assert 'value="bram@example.org"' in who.text


def test_a_move_shows_the_new_price_before_it_is_done(client: Client, city: City) -> None:
    order = book(client, typed(city)).headers["location"]
    found = re.search(rf'href="({order}/move/\w+)"', client.get(order).text)
    assert found
    assert 'value="14:00"' in client.get(found[1]).text
    when = {"day": "2026-12-06", "start": "14:00", "end": "20:00"}
    page = client.post(found[1], data=when)
    assert "Het wordt zondag 6 december 2026, van 14:00 tot 20:00 uur" in page.text
    assert "€\u00a0102,00" in page.text
    assert "€\u00a0153,00" in page.text
    assert "zaterdag 5 december" in client.get(order).text, "nothing was moved yet"
    agreed = re.search(r'name="agreed" value="(\d+)"', page.text)
    assert agreed
    wrong = client.post(found[1], data={**when, "agreed": "1"})
    assert wrong.status_code == 200
    assert client.post(found[1], data={**when, "agreed": agreed[1]}).status_code == 303
    assert "zondag 6 december 2026" in client.get(order).text


@SQLITE
def test_pressing_twice_leads_to_the_order_and_tells_nobody_twice(
    client: Client, city: City, database: Database
) -> None:
    order = order_of(book(client, typed(city)))
    again = client.post(f"{order}/confirm")
    assert (again.status_code, again.headers["location"]) == (303, order)
    found = re.search(r"/move/(\w+)", client.get(order).text)
    assert found
    when = {"day": "2026-12-06", "start": "14:00", "end": "18:00"}
    agreed = re.search(
        r'name="agreed" value="(\d+)"', client.post(f"{order}{found[0]}", data=when).text
    )
    assert agreed
    for _ in range(2):
        moved = client.post(f"{order}{found[0]}", data={**when, "agreed": agreed[1]})
        assert (moved.status_code, moved.headers["location"]) == (303, order)
    with database.read() as session:
        told = list(session.scalars(select(StoredEvent.name)))
    assert told == ["reservation.confirmed.v1", "reservation.moved.v1"]


def test_a_move_to_what_is_taken_says_so_and_what_is_free(client: Client, city: City) -> None:
    order = book(client, typed(city)).headers["location"]
    book(client, typed(city, day="2026-12-06"))
    found = re.search(rf'href="({order}/move/\w+)"', client.get(order).text)
    assert found
    page = client.post(found[1], data={"day": "2026-12-06", "start": "15:00", "end": "17:00"})
    assert page.status_code == 409
    assert list(problems(page)) == ["start"]
    assert "00.00 tot" in page.text
    own = client.post(found[1], data={"day": "2026-12-05", "start": "15:00", "end": "18:00"})
    assert own.status_code == 200, "one's own time is in nobody's way"


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_screen_has_its_words(client: Client, tariffs: City, language: str) -> None:
    client.headers["Accept-Language"] = language
    answer = chosen(client, typed(tariffs))
    order = order_of(answer)
    titles = []
    for screen in (answer.headers["location"], f"{order}/who", f"{order}/terms"):
        page = client.get(screen).text
        titles += re.findall(r"<h1>(.*?)</h1>", page)
        assert 'aria-current="step"' in page
    expected = {
        "nl": ["Waarvoor gebruikt u de zaal?", "Wie huurt?", "Gaat u akkoord met de afspraken?"],
        "en": ["What will you use the hall for?", "Who rents?", "Do you agree to the terms?"],
    }
    assert titles == expected[language]


def test_staff_who_do_it_for_a_caller_are_named_with_the_caller(
    database: Database, city: City, people: People
) -> None:
    acting = ActingAs(Capacity.CITIZEN, person=people.bram)
    actor = f"staff:{people.kim} for person:{people.bram}"
    with database.write() as session:
        order = service.hold(session, NOBODY, [a_wish(city.a)], LIFE, NOW, actor, acting=acting)
        service.confirm(session, order.id, NOW, actor)
        (one,) = order.reservations
        service.move(session, one.id, a_wish(city.a, use(9)), NOW, actor)
        service.cancel(session, one.id, NOW, actor)
    with database.read() as session:
        mine = select(AuditEntry.action, AuditEntry.actor, AuditEntry.acting_for)
        rows = [tuple(one) for one in session.execute(mine.order_by(AuditEntry.id))]
    both = (f"staff:{people.kim}", f"person:{people.bram}")
    done = ("order.confirmed", "reservation.moved", "reservation.cancelled")
    assert [one for one in rows if one[0] in done] == [(action, *both) for action in done]
