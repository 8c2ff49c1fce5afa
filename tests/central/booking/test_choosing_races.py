"""An order that is being chosen, and everything that happens to it at the same moment."""

from central.accounts.capacities import ActingAs, Capacity
from central.accounts.people import NOBODY
from central.booking import approvals, choosing, rules, service, unanswered
from central.booking.models import Order
from central.booking.occupancy import Taken
from central.booking.priority import Effect, PriorityRule
from central.booking.reservation import NotPossible, State
from central.database import Database
from tests.central.a_city import ANNA, NOW, City, a_wish, use
from tests.central.booking import invariants
from tests.central.booking.test_races import (
    LIFE,
    Act,
    cancelling,
    confirming,
    held,
    holding,
    moving,
    race,
    state,
)
from tests.central.some_people import People

DAYS = range(1, 5)
CITIZEN = ActingAs(Capacity.CITIZEN)


def adding(order: int, hall: int, day: int) -> Act:
    def act(database: Database) -> str:
        with database.write() as session:
            wish = a_wish(hall, use(14, day=day))
            choosing.add(session, order, wish, CITIZEN, LIFE, NOW, "renter")
        return "added"

    return act


def naming(order: int, person: int) -> Act:
    def act(database: Database) -> str:
        with database.write() as session:
            acting = ActingAs(Capacity.CITIZEN, person=person)
            choosing.name_renter(session, order, acting, "", NOW)
        return "named"

    return act


def nobodys(database: Database, hall: int, day: int) -> Order:
    with database.write() as session:
        wish = a_wish(hall, use(14, day=day))
        return service.hold(session, NOBODY, [wish], LIFE, NOW, acting=CITIZEN)


def test_who_adds_a_hall_and_newcomers_race_for_it(
    database: Database, database_url: str, city: City
) -> None:
    for day in DAYS:
        order = nobodys(database, city.a, day)
        rivals = (holding(city.b, day, number) for number in range(1, 4))
        outcomes = race(database_url, adding(order.id, city.b, day), *rivals)
        lost = [one for one in outcomes if isinstance(one, Exception)]
        assert [type(one) for one in lost] == [Taken] * 3, outcomes
        invariants.check(database)


def test_a_move_and_a_cancellation_at_once_leave_one_truth(
    database: Database, database_url: str, city: City
) -> None:
    for day in DAYS:
        one = held(database, city.a, day)
        confirming(one.order_id)(database)
        outcomes = race(database_url, moving(one.id, city.a, day + 10), cancelling(one.id))
        assert outcomes[1] == "cancelled", outcomes
        assert outcomes[0] == one.id or isinstance(outcomes[0], NotPossible)
        assert state(database, one.id) is State.CANCELLED
        invariants.check(database)


def test_two_who_say_who_they_are_and_a_confirmation_leave_an_order_with_a_renter(
    database: Database, database_url: str, city: City, people: People
) -> None:
    for day in DAYS:
        order = nobodys(database, city.a, day)
        acts = (naming(order.id, people.anna), naming(order.id, people.bram), confirming(order.id))
        outcomes = race(database_url, *acts)
        kinds = {choosing.NoRenter, NotPossible}
        assert {type(one) for one in outcomes if isinstance(one, Exception)} <= kinds, outcomes
        with database.read() as session:
            kept = session.get_one(Order, order.id)
            assert kept.person_id in {people.anna, people.bram}, outcomes
        invariants.check(database)


def test_an_answer_at_the_last_moment_and_giving_up_do_not_contradict_each_other(
    database: Database, database_url: str, city: City
) -> None:
    with database.write() as session:
        rules.put_priority(session, None, PriorityRule(0, Effect.APPROVE), "staff:7", NOW)
    for day in DAYS:
        with database.write() as session:
            wish = a_wish(city.a, use(14, day=day))
            order = service.hold(session, ANNA, [wish], LIFE, NOW)
            one = service.confirm(session, order.id, NOW).reservations[0].id

        def approved(database: Database, one: int = one) -> str:
            with database.write() as session:
                approvals.approve(session, one, "staff:7", NOW)
            return "approved"

        def given_up(database: Database, one: int = one) -> str:
            with database.write() as session:
                unanswered.give_up(session, one, NOW)
            return "given up"

        outcomes = race(database_url, approved, given_up)
        expected = State.CONFIRMED if outcomes[0] == "approved" else State.DENIED
        assert state(database, one) is expected, outcomes
        invariants.check(database)
