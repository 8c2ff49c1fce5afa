from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, event
from sqlalchemy.orm import Session

from central.booking import closures, queries, service
from central.booking.catalogue import offer
from central.booking.judging import Answer
from central.booking.limits import OffGrid
from central.booking.nearest import nearest
from central.booking.search import PAGE, Hit, Wanted, hit_of, search
from central.booking.times import Period
from central.database import Database
from central.halls.models import Hall, HallFeature, HallSpace, SpecialDay
from tests.central.a_city import ANNA, NOW, SITE, City, a_wish, use

LIFE = timedelta(minutes=15)
UTC_ZONE = ZoneInfo("UTC")


def more(session: Session, city: City, names: list[str]) -> None:
    """Put more halls on offer, over the same space as hall A."""
    for name in names:
        hall = Hall(site_id=SITE, name=name, capacity=10)
        session.add(hall)
        session.flush()
        session.add(HallSpace(hall_id=hall.id, space_id=city.spaces[0]))


def hits(database: Database, wanted: Wanted, now: datetime = NOW) -> dict[str, Hit]:
    with database.read() as session:
        return {one.hall.name: one for one in search(session, wanted, now).hits}


def answers(database: Database, period: Period, now: datetime = NOW) -> dict[str, Answer]:
    return {name: one.answer for name, one in hits(database, Wanted(use=period), now).items()}


def book(database: Database, hall: int, period: Period) -> None:
    with database.write() as session:
        order = service.hold(session, ANNA, [a_wish(hall, period)], LIFE, NOW)
        service.confirm(session, order.id, NOW)


def test_without_a_time_the_smallest_that_is_large_enough_stands_first(
    database: Database, city: City
) -> None:
    assert list(hits(database, Wanted())) == ["Zaal B", "Zaal A", "Grote zaal"]
    assert list(hits(database, Wanted(people=41))) == ["Zaal A", "Grote zaal"]
    assert {one.answer for one in hits(database, Wanted()).values()} == {Answer.NOT_ASKED}
    assert city.whole


def test_halls_are_free_taken_or_closed_and_their_buffers_count(
    database: Database, city: City
) -> None:
    book(database, city.a, use(14, 2, day=7))
    free, taken, closed = Answer.FREE, Answer.TAKEN, Answer.CLOSED
    # A is busy until 16:15; the whole hall needs half an hour before.
    expected = {
        use(14, 2, day=7): {"Zaal A": taken, "Zaal B": free, "Grote zaal": taken},
        use(16.25, 2, day=7): {"Zaal A": free, "Zaal B": free, "Grote zaal": taken},
        use(16.75, 2, day=7): {"Zaal A": free, "Zaal B": free, "Grote zaal": free},
        use(11.75, 2, day=7): {"Zaal A": free, "Zaal B": free, "Grote zaal": taken},
        use(12, 2, day=7): {"Zaal A": taken, "Zaal B": free, "Grote zaal": taken},
        use(14, 2, day=5): {"Zaal A": free, "Zaal B": closed, "Grote zaal": free},
    }
    assert {period: answers(database, period) for period in expected} == expected


def test_the_search_and_the_booking_say_the_same_of_every_quarter_of_an_hour(
    database: Database, city: City
) -> None:
    book(database, city.b, use(9.5, 3, day=7))
    book(database, city.a, use(15, 2, day=7))
    quarters = [use(quarter / 4, 1.5, day=7) for quarter in range(20, 87)]
    with database.read() as session:
        for hall in (city.whole, city.a, city.b):
            free = queries.free_on(session, offer(session, hall), date(2026, 12, 7), NOW)
            for one in quarters:
                hit = hit_of(session, hall, Wanted(use=one), NOW)
                assert hit
                is_free = any(span.contains(one) for span in free)
                assert (hit.answer is Answer.FREE) == is_free, (hall, one)


def test_a_hold_keeps_others_away_until_it_ran_out(database: Database, city: City) -> None:
    with database.write() as session:
        service.hold(session, ANNA, [a_wish(city.a, use())], LIFE, NOW)
    assert answers(database, use())["Zaal A"] is Answer.TAKEN
    assert answers(database, use(), NOW + LIFE)["Zaal A"] is Answer.FREE


def test_a_closure_of_months_is_seen_from_its_middle(database: Database, city: City) -> None:
    months = Period(use(day=1).start, use(day=100).end)
    with database.write() as session:
        closures.close(session, [city.spaces[0]], months, "Werken", NOW)
    found = answers(database, use(day=47))
    assert (found["Zaal A"], found["Zaal B"]) == (Answer.TAKEN, Answer.CLOSED)
    assert hits(database, Wanted(use=use(day=47)))["Zaal A"].instead is None


def test_filters_ask_for_all_of_what_is_wanted(database: Database, city: City) -> None:
    with database.write() as session:
        hall = session.get_one(Hall, city.a)
        hall.kind, hall.seated = "meeting", 50
        session.add_all(HallFeature(hall_id=city.a, code=one) for one in ("kitchen", "stage"))
        session.add(HallFeature(hall_id=city.b, code="kitchen"))
    kitchen, both = frozenset({"kitchen"}), frozenset({"kitchen", "stage"})
    assert set(hits(database, Wanted(features=kitchen))) == {"Zaal A", "Zaal B"}
    assert set(hits(database, Wanted(features=both))) == {"Zaal A"}
    assert set(hits(database, Wanted(kind="meeting"))) == {"Zaal A"}
    assert set(hits(database, Wanted(people=51, seated=True))) == {"Grote zaal"}
    assert hits(database, Wanted(service=999)) == {}


def test_what_is_not_offered_or_has_no_space_is_absent(database: Database, city: City) -> None:
    with database.write() as session:
        session.get_one(Hall, city.a).is_offered = False
        session.execute(delete(HallSpace).where(HallSpace.hall_id == city.b))
    assert set(hits(database, Wanted(use=use()))) == {"Grote zaal"}
    with database.read() as session:
        assert hit_of(session, city.a, Wanted(), NOW) is None
        assert hit_of(session, 999_999, Wanted(use=use()), NOW) is None


def test_a_refused_time_says_why_and_a_special_day_closes(database: Database, city: City) -> None:
    with database.write() as session:
        session.get_one(Hall, city.a).grid_minutes = 60
        session.add(SpecialDay(hall_id=city.whole, day=date(2026, 12, 7)))
    found = hits(database, Wanted(use=use(14.5, 2, day=7)))
    assert found["Zaal A"].answer is Answer.REFUSED
    assert isinstance(found["Zaal A"].refusal, OffGrid)
    assert found["Grote zaal"].answer is Answer.CLOSED
    over = hits(database, Wanted(use=use(day=-10)))
    assert {one.answer for one in over.values()} == {Answer.REFUSED}


def test_the_price_is_that_of_booking_and_a_no_has_the_nearest_yes(
    database: Database, city: City
) -> None:
    book(database, city.a, use(14, 2, day=7))
    found = hits(database, Wanted(use=use(15, 3, day=7)))
    assert (found["Zaal A"].cents, found["Zaal B"].cents) == (7650, 0)
    assert found["Zaal A"].instead == use(16.25, 3, day=7)
    assert found["Zaal B"].instead is None


def test_pages_hold_every_hall_once_in_order(database: Database, city: City) -> None:
    with database.write() as session:
        more(session, city, [f"Lokaal {number:02}" for number in range(PAGE)])
    with database.read() as session:
        pages = [search(session, Wanted(), NOW, page) for page in (1, 2, 3)]
    names = [one.hall.name for page in pages for one in page.hits]
    assert len(names) == len(set(names)) == pages[0].total == PAGE + 3
    assert names[0] == "Lokaal 00"
    assert pages[2].hits == ()


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    for engine in {database._reader, database._writer}:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in {database._reader, database._writer}:
        event.remove(engine, "before_cursor_execute", note)


def test_twenty_halls_ask_no_more_questions_than_three(
    database: Database, city: City, statements: list[str]
) -> None:
    def asked() -> int:
        statements.clear()
        hits(database, Wanted(use=use(15, 3, day=5)))
        return len(statements)

    book(database, city.a, use(14, 2, day=5))
    before = asked()
    with database.write() as session:
        more(session, city, [f"Lokaal {number}" for number in range(17)])
    assert asked() == before


@pytest.mark.parametrize(
    ("free", "grid", "start"),
    [
        ([(9, 13)], 1, 11),
        ([(9, 13), (16.25, 22)], 1, 16.25),
        ([(16.1, 22)], 30, 16.5),
        ([(9, 11.75)], 60, 9),
        ([(9, 10.9)], 1, None),
        ([(16.1, 18.2)], 30, None),
        ([(8, 22)], 1, 15),
    ],
)
def test_the_nearest_time_fits_and_stands_on_the_grid(
    free: list[tuple[float, float]], grid: int, start: float | None
) -> None:
    periods = [use(one, two - one) for one, two in free]
    best = nearest(use(15, 2), periods, timedelta(minutes=grid), UTC_ZONE, NOW)
    assert best == (None if start is None else use(start, 2))
