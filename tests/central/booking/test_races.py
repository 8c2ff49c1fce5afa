"""Real connections, let loose at one moment: whoever comes second is told so, and nobody is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest

from central.accounts.people import Renter
from central.booking import closures, service
from central.booking.models import Reservation
from central.booking.occupancy import Taken
from central.booking.reservation import NotPossible, State
from central.booking.service import HoldRanOut
from central.database import Database
from central.errors import CentralError
from tests.central.a_city import NOW, City, a_wish, use
from tests.central.booking import invariants

RACERS = 8
ROUNDS = 12
LIFE = timedelta(minutes=15)

Act = Callable[[Database], object]


def renter(number: int) -> Renter:
    return Renter(f"racer{number}@example.org")


def race(url: str, *acts: Act) -> list[object]:
    """Do all acts at once, each over a connection of its own; return what each gave or raised."""
    barrier = Barrier(len(acts), timeout=20)

    def run(act: Act) -> object:
        database = Database(url)  # a process of its own would have one too
        try:
            with database.read() as session:
                session.connection()
            barrier.wait()
            return act(database)
        except CentralError as refusal:
            return refusal
        finally:
            database.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def holding(hall: int, day: int, number: int, now: datetime = NOW) -> Act:
    def act(database: Database) -> int:
        with database.write() as session:
            wishes = [a_wish(hall, use(14, day=day))]
            return service.hold(session, renter(number), wishes, LIFE, now).id

    return act


def booking(hall: int, day: int, number: int) -> Act:
    def act(database: Database) -> int:
        order = holding(hall, day, number)(database)
        assert isinstance(order, int)
        with database.write() as session:
            return service.confirm(session, order, NOW).id

    return act


def moving(reservation: int, hall: int, day: int) -> Act:
    def act(database: Database) -> int:
        with database.write() as session:
            return service.move(session, reservation, a_wish(hall, use(14, day=day)), NOW).id

    return act


def confirming(order: int, now: datetime = NOW) -> Act:
    def act(database: Database) -> str:
        with database.write() as session:
            service.confirm(session, order, now)
        return "confirmed"

    return act


def cancelling(reservation: int) -> Act:
    def act(database: Database) -> str:
        with database.write() as session:
            service.cancel(session, reservation, NOW)
        return "cancelled"

    return act


def closing(spaces: tuple[int, ...], day: int) -> Act:
    def act(database: Database) -> int:
        with database.write() as session:
            return closures.close(session, spaces, use(8, 12, day=day), "Werken", NOW).id

    return act


def exactly_one_won(outcomes: list[object]) -> None:
    losers = [one for one in outcomes if isinstance(one, Exception)]
    assert [type(one) for one in losers] == [Taken] * (len(outcomes) - 1), outcomes


def held(database: Database, hall: int, day: int) -> Reservation:
    with database.write() as session:
        wishes = [a_wish(hall, use(14, day=day))]
        return service.hold(session, renter(0), wishes, LIFE, NOW).reservations[0]


def state(database: Database, reservation: int) -> State:
    with database.read() as session:
        return session.get_one(Reservation, reservation).state


@pytest.mark.parametrize("act", [holding, booking])
def test_of_many_who_want_one_hall_exactly_one_gets_it(
    database: Database, database_url: str, city: City, act: Callable[[int, int, int], Act]
) -> None:
    for day in range(1, ROUNDS + 1):
        exactly_one_won(race(database_url, *(act(city.a, day, one) for one in range(RACERS))))
    invariants.check(database)


def test_the_whole_and_its_parts_race_for_the_same_leaf(
    database: Database, database_url: str, city: City
) -> None:
    for day in range(1, ROUNDS + 1):
        halls = [city.whole if number % 2 else city.a for number in range(RACERS)]
        acts = [holding(hall, day, number) for number, hall in enumerate(halls)]
        exactly_one_won(race(database_url, *acts))
    invariants.check(database)


def test_newcomers_those_who_move_in_and_a_closure_race_for_one_place(
    database: Database, database_url: str, city: City
) -> None:
    for day in range(1, ROUNDS + 1):
        movers = [held(database, city.a, day + 14 * step).id for step in (1, 2, 3)]
        exactly_one_won(
            race(
                database_url,
                *(moving(one, city.whole, day) for one in movers),
                *(booking(city.a, day, number) for number in range(3)),
                closing(city.spaces, day),
            )
        )
        invariants.check(database)


def test_two_who_swap_places_do_not_wait_for_each_other_forever(
    database: Database, database_url: str, city: City
) -> None:
    for day in (7, 8, 9, 10, 11):  # weekdays: hall B is open
        first, second = held(database, city.a, day), held(database, city.b, day)
        outcomes = race(database_url, moving(first.id, city.b, day), moving(second.id, city.a, day))
        assert [type(one) for one in outcomes] == [Taken, Taken]
        invariants.check(database)


def test_confirm_and_cancel_at_once_leave_one_truth(
    database: Database, database_url: str, city: City
) -> None:
    for day in range(1, ROUNDS + 1):
        one = held(database, city.a, day)
        outcomes = race(database_url, confirming(one.order_id), cancelling(one.id))
        confirmed, cancelled = outcomes
        # Either the cancellation came second (both happened) or it came first.
        assert cancelled == "cancelled"
        assert confirmed == "confirmed" or isinstance(confirmed, NotPossible)
        assert state(database, one.id) is State.CANCELLED
        invariants.check(database)


def test_a_late_confirmation_and_a_newcomer_never_both_get_the_place(
    database: Database, database_url: str, city: City
) -> None:
    for day in range(1, ROUNDS + 1):
        one = held(database, city.whole, day)
        # Their clocks disagree about whether the hold has run out.
        late, just_in_time = NOW + LIFE, NOW + LIFE - timedelta(seconds=1)
        outcomes = race(
            database_url,
            confirming(one.order_id, just_in_time),
            *(holding(city.a, day, number, late) for number in range(1, 4)),
        )
        won = [outcome for outcome in outcomes if not isinstance(outcome, Exception)]
        assert len(won) == 1, outcomes
        if isinstance(outcomes[0], Exception):
            assert isinstance(outcomes[0], HoldRanOut)
            assert state(database, one.id) is State.EXPIRED
        else:
            assert state(database, one.id) is State.CONFIRMED


def test_cancelling_twice_at_once_happens_once(
    database: Database, database_url: str, city: City
) -> None:
    for day in range(1, ROUNDS + 1):
        one = held(database, city.a, day)
        outcomes = race(database_url, *[cancelling(one.id)] * 4)
        assert outcomes.count("cancelled") == 1, outcomes
        assert sum(isinstance(outcome, NotPossible) for outcome in outcomes) == 3
