"""Money, an answer and newcomers at one moment: exactly one of them gets its way."""

from datetime import timedelta

import pytest

from central.booking import approvals, paying, rules, service
from central.booking.models import Order, Reservation
from central.booking.occupancy import Taken
from central.booking.priority import Effect, PriorityRule
from central.booking.reservation import NotPossible, State
from central.booking.rules import Policy
from central.booking.service import HoldRanOut
from central.database import Database
from tests.central.a_city import ANNA, NOW, City, a_wish, use
from tests.central.booking import invariants
from tests.central.booking.test_races import LIFE, Act, holding, race, state
from tests.central.booking.test_rules_api import service_with

DAYS = range(1, 5)
OVER = NOW + paying.PAYING_TAKES


def sent(database: Database, hall: int, day: int) -> Order:
    with database.write() as session:
        order = service.hold(session, ANNA, [a_wish(hall, use(14, day=day))], LIFE, NOW)
        return service.confirm(session, order.id, NOW)


def paid(order: int, early: timedelta = timedelta(seconds=1)) -> Act:
    def act(database: Database) -> str:
        with database.write() as session:
            paying.confirm_paid(session, order, OVER - early)
        return "paid"

    return act


def rebooked(order: int) -> Act:
    def act(database: Database) -> str:
        with database.write() as session:
            paying.rebook(session, order, OVER)
        return "rebooked"

    return act


def answered(reservation: int, *, yes: bool) -> Act:
    def act(database: Database) -> str:
        with database.write() as session:
            if yes:
                approvals.approve(session, reservation, "staff:7", NOW)
            else:
                approvals.deny(session, reservation, "staff:8", NOW, "Nee.")
        return "answered"

    return act


@pytest.fixture
def pays_first(database: Database, city: City) -> None:
    number, _ = service_with(database, city.a)
    with database.write() as session:
        rules.put_policy(session, number, Policy(pays_first=True), "staff:7", NOW)


def of(database: Database, order: Order) -> Reservation:
    with database.read() as session:
        return session.query(Reservation).filter_by(order_id=order.id).one()


@pytest.mark.usefixtures("pays_first")
def test_the_money_and_newcomers_race_while_the_time_for_paying_ends(
    database: Database, database_url: str, city: City
) -> None:
    for day in DAYS:
        order = sent(database, city.a, day)
        rivals = (holding(city.a, day, number, OVER) for number in range(1, 4))
        outcomes = race(database_url, paid(order.id), *rivals)
        won = [one for one in outcomes if not isinstance(one, Exception)]
        assert len(won) == 1, outcomes
        expected = State.CONFIRMED if outcomes[0] == "paid" else State.EXPIRED
        assert state(database, of(database, order).id) is expected
        assert outcomes[0] == "paid" or isinstance(outcomes[0], HoldRanOut)
        invariants.check(database)


@pytest.mark.usefixtures("pays_first")
def test_a_late_payment_and_newcomers_race_for_the_place(
    database: Database, database_url: str, city: City
) -> None:
    for day in DAYS:
        order = sent(database, city.a, day)
        with database.write() as session:
            paying.expire_unpaid(session, order.id, NOW)
        rivals = (holding(city.a, day, number, OVER) for number in range(1, 4))
        outcomes = race(database_url, rebooked(order.id), *rivals)
        lost = [one for one in outcomes if isinstance(one, Exception)]
        assert [type(one) for one in lost] == [Taken] * 3, outcomes
        invariants.check(database)


@pytest.mark.usefixtures("pays_first")
def test_a_payment_that_is_told_twice_at_once_counts_once(
    database: Database, database_url: str, city: City
) -> None:
    for day in DAYS:
        order = sent(database, city.a, day)
        outcomes = race(database_url, *[paid(order.id)] * 3)
        assert outcomes.count("paid") == 1, outcomes
        assert sum(isinstance(one, NotPossible) for one in outcomes) == 2


def test_two_who_answer_a_request_at_once_do_not_contradict_each_other(
    database: Database, database_url: str, city: City
) -> None:
    with database.write() as session:
        rules.put_priority(session, None, PriorityRule(0, Effect.APPROVE), "staff:7", NOW)
    for day in DAYS:
        one = of(database, sent(database, city.a, day))
        outcomes = race(database_url, answered(one.id, yes=True), answered(one.id, yes=False))
        assert outcomes.count("answered") == 1, outcomes
        expected = State.CONFIRMED if outcomes[0] == "answered" else State.DENIED
        assert state(database, one.id) is expected
        invariants.check(database)
