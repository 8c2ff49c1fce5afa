"""Rights and prices in the search; what is never for somebody is absent wherever one looks."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from httpx import Client
from sqlalchemy import delete
from sqlalchemy.orm import Session

from central.accounts import renter_sessions
from central.accounts.capacities import Capacity, picked
from central.accounts.cookies import RENTER, name_of
from central.accounts.grouping import groups
from central.booking import service
from central.booking.judging import Answer
from central.booking.price_rules import LineKind, PriceRule, PriceUnit
from central.booking.priority import Effect, PriorityRule
from central.booking.rules import ExtraData, put_activity, put_extra, put_price, put_priority
from central.booking.search import Hit, Wanted, hit_of, search
from central.booking.when import Ahead, Hours
from central.database import Database
from central.halls.models import Opening
from central.halls.photos import add, store_in
from central.settings import Settings
from tests.central.a_city import ANNA, NOW, City, a_wish, use
from tests.central.pictures import a_photo
from tests.central.some_people import People
from tests.central.web.readers import OWN

YOUTH = picked(Capacity.ASSOCIATION, kind="youth", is_recognised=True)
WHEN = {"day": "2026-12-05", "start": "15:00", "end": "17:00", "attendees": "30"}
ASKED = {"starts_at": "2026-12-05T14:00:00Z", "ends_at": "2026-12-05T16:00:00Z"}


def write(session: Session, *rules: PriorityRule | PriceRule) -> None:
    for place, rule in enumerate(rules):
        if isinstance(rule, PriorityRule):
            put_priority(session, None, replace(rule, position=place), "system", NOW)
        else:
            put_price(session, None, replace(rule, position=place), "system", NOW)


def group(session: Session, code: str) -> frozenset[int]:
    return frozenset(one.id for one in groups(session) if one.code == code)


@pytest.fixture
def ruled(database: Database, city: City) -> City:
    """A is for youth only; the whole hall for private persons from a week before; B asks a price."""
    with database.write() as session:
        youth, citizens = group(session, "youth"), group(session, "citizens")
        a, whole, b = (frozenset({one}) for one in (city.a, city.whole, city.b))
        write(
            session,
            PriorityRule(0, Effect.ALLOW, a, youth),
            PriorityRule(0, Effect.DENY, a),
            PriorityRule(0, Effect.DENY, whole, citizens, opens=None, closes=None,
                         hours=Hours(begins=1320, ends=1440)),
            PriorityRule(0, Effect.ALLOW, whole, citizens, opens=Ahead(days=7)),
            PriorityRule(0, Effect.DENY, whole, citizens),
            PriorityRule(0, Effect.APPROVE, whole, youth),
            PriceRule(0, PriceUnit.USE, 1500, halls=b, groups=youth),
            PriceRule(0, PriceUnit.USE, 4500, halls=b),
            PriceRule(0, PriceUnit.USE, 9900, halls=b | whole, kind=LineKind.DEPOSIT),
        )  # fmt: skip
        session.execute(delete(Opening).where(Opening.hall_id == city.b))
    return city


def hits(database: Database, wanted: Wanted) -> dict[str, Hit]:
    with database.read() as session:
        return {one.hall.name: one for one in search(session, wanted, NOW).hits}


def test_each_hall_says_free_or_why_not_and_the_price_for_one_s_group(
    database: Database, ruled: City
) -> None:
    assert ruled.a
    mine = hits(database, Wanted(use=use()))
    assert list(mine) == ["Zaal B", "Zaal A", "Grote zaal"], "what cannot be had stands last"
    assert (mine["Zaal B"].answer, mine["Zaal B"].cents) == (Answer.FREE, 4500)
    assert mine["Zaal B"].quote is not None
    assert mine["Zaal B"].quote.deposit_cents == 9900
    whole, a = mine["Grote zaal"], mine["Zaal A"]
    assert (whole.answer, whole.refusal and whole.refusal.code) == (
        Answer.REFUSED, "not_yet_for_you",
    )  # fmt: skip
    assert whole.refusal is not None
    assert whole.refusal.details == {"since": "2026-11-28"}
    assert (a.answer, a.refusal and a.refusal.code) == (Answer.REFUSED, "not_for_you")
    youth = hits(database, Wanted(use=use(), acting=YOUTH))
    assert {name: one.answer for name, one in youth.items()} == dict.fromkeys(youth, Answer.FREE)
    assert (youth["Zaal B"].cents, youth["Grote zaal"].by_approval) == (1500, True)
    assert not youth["Zaal A"].by_approval


def test_an_activity_that_is_not_allowed_is_said(database: Database, ruled: City) -> None:
    with database.write() as session:
        put_activity(session, "party", {"nl": "Fuif"}, "system", NOW)
        party = frozenset({"party"})
        rule = PriorityRule(0, Effect.DENY, frozenset({ruled.b}), activities=party, position=-1)
        put_priority(session, None, rule, "system", NOW)
    found = hits(database, Wanted(use=use(), activity="party"))["Zaal B"]
    assert found.refusal is not None
    assert found.refusal.code == "not_this_activity"
    assert hits(database, Wanted(use=use()))["Zaal B"].answer is Answer.FREE


def test_another_time_is_offered_only_when_one_may_book_it(database: Database, city: City) -> None:
    with database.write() as session:
        hall = frozenset({city.b})
        write(
            session,
            PriorityRule(0, Effect.ALLOW, hall, hours=Hours(begins=0, ends=1080)),
            PriorityRule(0, Effect.DENY, hall),
        )
        session.execute(delete(Opening).where(Opening.hall_id == city.b))
    with database.write() as session:
        order = service.hold(session, ANNA, [a_wish(city.b, use(13, 4))], timedelta(hours=1), NOW)
        service.confirm(session, order.id, NOW)
    with database.read() as session:
        hit = hit_of(session, city.b, Wanted(use=use(14, 2)), NOW)
    assert hit is not None
    # 17:00 UTC is 18:00 on the wall, when it may not be booked any more: only earlier is offered.
    assert (hit.answer, hit.instead) == (Answer.TAKEN, use(10.5, 2))


Entered = Callable[[int], None]


@pytest.fixture
def enter(client: Client, database: Database, settings: Settings) -> Entered:
    """Log a person in, as oneself, with a browser."""

    def log_in(person: int) -> None:
        with database.write() as session:
            how = renter_sessions.Opening("email", "test", stays=False)
            secret = renter_sessions.open_session(session, person, how, NOW)
        client.cookies.set(name_of(RENTER, settings), secret)

    return log_in


def paths(hall: int) -> list[str]:
    return [f"/halls/{hall}", f"/api/v1/halls/{hall}", f"/api/v1/halls/{hall}/free?day=2026-12-05"]


def without_links(page: str) -> str:
    """A page without the addresses that lead back to it."""
    return re.sub(r'href="[^"]*"', "", page)


def an_order(hall: int) -> dict[str, object]:
    renter = {"email": "bram@example.org", "name": "Bram"}
    return {"renter": renter, "reservations": [{"hall": hall, "attendees": 10, **ASKED}]}


def test_after_log_in_a_hall_that_is_never_for_one_is_as_if_it_did_not_exist(
    client: Client, ruled: City, people: People, enter: Entered
) -> None:
    nowhere = 999_999
    for path in paths(ruled.a):
        assert client.get(path).status_code == 200, path
    assert client.post("/api/v1/orders", json=an_order(ruled.a)).status_code == 403
    assert "Zaal A" in client.get("/", params=WHEN).text
    enter(people.bram)
    pages = [
        client.get("/", params=WHEN).text,
        client.get("/").text,
        client.get("/book").text,
        client.get(f"/book?hall={ruled.a}").text,
        str([one["name"] for one in client.get("/api/v1/halls").json()]),
        client.get("/api/v1/search", params=ASKED).text,
    ]
    for page in pages:
        assert "Zaal B" in page
        assert "Zaal A" not in page
    for path, absent in zip(paths(ruled.a), paths(nowhere), strict=True):
        mine, theirs = client.get(path), client.get(absent)
        assert mine.status_code == theirs.status_code == 404, path
        assert without_links(mine.text) == without_links(theirs.text), path
    sent = [an_order(one) for one in (ruled.a, nowhere)]
    orders = [client.post("/api/v1/orders", json=one, headers=OWN) for one in sent]
    assert [one.status_code for one in orders] == [404, 404]
    assert orders[0].json() == orders[1].json()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_extras_and_photos_do_not_tell_of_a_hall_that_is_never_for_one(
    client: Client,
    ruled: City,
    people: People,
    enter: Entered,
    database: Database,
    settings: Settings,
) -> None:
    store = store_in(settings.data)
    name = store.keep(a_photo())
    with database.write() as session:
        for code, halls in (("beamer", (ruled.a,)), ("net", (ruled.a, ruled.b)), ("chair", ())):
            put_extra(session, ExtraData(code, PriceUnit.PIECE, 1, halls=halls), "system", NOW)
        add(session, ruled.a, name, store.size(name), {"nl": "De zaal"})

    def seen() -> tuple[int, dict[str, list[int]]]:
        photo = client.get(f"/hall-photos/320/{name}.jpg").status_code
        extras = client.get("/api/v1/extras").json()
        return photo, {one["code"]: one["halls"] for one in extras}

    assert seen() == (200, {"beamer": [ruled.a], "net": [ruled.a, ruled.b], "chair": []})
    enter(people.bram)
    assert seen() == (404, {"net": [ruled.b], "chair": []})


def test_a_move_to_a_hall_that_is_never_for_one_finds_nothing(client: Client, ruled: City) -> None:
    made = client.post("/api/v1/orders", json=an_order(ruled.b)).json()
    (one,) = made["reservations"]
    way = f"/api/v1/orders/{made['link']}/reservations/{one['reference']}/move"
    assert client.post(way, json={**ASKED, "hall": ruled.a}).status_code == 404
    assert client.post(way, json={**ASKED, "hall": ruled.whole}).status_code == 403


def test_the_rest_search_says_why_since_when_and_for_how_much(client: Client, ruled: City) -> None:
    assert ruled.a
    found = client.get("/api/v1/search", params=ASKED).json()
    by_name = {one["name"]: one for one in found["hits"]}
    assert (found["total"], found["free"]) == (3, 1)
    whole = by_name["Grote zaal"]
    assert (whole["why"], whole["since"]) == ("not_yet_for_you", "2026-11-28")
    assert (by_name["Zaal B"]["cents"], by_name["Zaal B"]["group"]) == (4500, "citizens")
    youth = {**ASKED, "who": "youth", "recognised": "true"}
    mine = {one["name"]: one for one in client.get("/api/v1/search", params=youth).json()["hits"]}
    assert (mine["Zaal B"]["cents"], mine["Grote zaal"]["by_approval"]) == (1500, True)
    half = client.get("/api/v1/search", params={"starts_at": ASKED["starts_at"]})
    turned = {"starts_at": ASKED["ends_at"], "ends_at": ASKED["starts_at"]}
    assert half.status_code == client.get("/api/v1/search", params=turned).status_code == 422


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("nl", ["Vanaf zaterdag 28 november 2026 ook voor: Particulieren",
                "er niet voor uw groep", "en €\u00a099,00 waarborg"]),
        ("en", ["From Saturday 28 November 2026 also for: Private persons",
                "not for your group", "and a deposit of €99.00"]),
    ],
)  # fmt: skip
def test_the_pages_say_it_in_words_and_keep_the_kind_of_client_in_the_address(
    client: Client, ruled: City, language: str, says: list[str]
) -> None:
    page = client.get("/", params={**WHEN, "lang": language}).text
    for words in says:
        assert words in page
    picked_page = client.get("/", params={**WHEN, "who": "youth", "recognised": "1"}).text
    assert '<option value="youth" selected>' in picked_page
    assert "€\u00a015,00" in picked_page if language == "nl" else "€15.00" in picked_page
    assert f"/halls/{ruled.b}?attendees=30&amp;day=2026-12-05" in picked_page
    assert "who=youth&amp;recognised=1" in picked_page


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_calendar_shows_no_time_that_one_may_not_book(client: Client, ruled: City) -> None:
    mine = client.get(f"/halls/{ruled.whole}?day=2026-11-30").text
    assert "Vanaf zaterdag 28 november 2026 kunt u deze dag reserveren" in mine
    may, may_not = "day=2026-11-30&amp;start=08%3A00", "day=2026-12-05&amp;start=08%3A00"
    assert may in mine
    assert may_not not in mine
    theirs = client.get(f"/halls/{ruled.whole}?day=2026-11-30&who=youth&recognised=1").text
    assert may_not in theirs


def test_recognition_counts_on_the_day_of_use(database: Database, ruled: City) -> None:
    assert ruled.a
    ends = replace(YOUTH, recognised_until=date(2026, 12, 4))
    assert hits(database, Wanted(use=use(day=4), acting=ends))["Zaal B"].cents == 1500
    assert hits(database, Wanted(use=use(day=5), acting=ends))["Zaal B"].cents == 4500
