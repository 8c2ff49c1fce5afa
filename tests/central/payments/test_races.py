"""Money, callbacks, refunds and newcomers at one moment, over real connections: one truth remains."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from central.booking import paying, service
from central.booking.reservation import State as Place
from central.database import Database
from central.payments import refunding
from central.payments.cashier import Cashier
from central.payments.models import TRANSFER, Payment
from central.payments.payment import State
from central.payments.provider import Standing
from central.payments.simulated_bank import NAME
from tests.central.a_city import NOW, City, Time, use
from tests.central.booking import invariants
from tests.central.booking.test_races import Act, holding, race
from tests.central.payments.a_till import PRICE, Till

DAYS = range(5, 7)


def told(till: Till, one: Payment, at: datetime | None = None) -> Act:
    """The bank calls; central's clock may say another time than the newcomers'."""
    callback = till.bank.callback(one.reference, Standing.PAID, at or till.time())

    def act(database: Database) -> str:
        clock = Time(at or till.time())
        cashier = Cashier(database, [till.bank], clock, "http://testserver")
        cashier.told(NAME, callback.headers, callback.body)
        return "told"

    return act


def cancelled(till: Till, reservation: int, percent: int = 100) -> Act:
    """The renter cancels, and the reaction to that runs."""

    def act(database: Database) -> str:
        with database.write() as session:
            service.cancel(session, reservation, till.time())
        with database.write() as session:
            refunding.cancelled(session, reservation, percent, till.time())
        return "cancelled"

    return act


def test_two_callbacks_at_once_have_the_effect_of_one(till: Till, database_url: str) -> None:
    for day in DAYS:
        order = till.order(use(day=day))
        one = till.begin(order)
        till.bank.decide(one.reference, Standing.PAID)
        assert race(database_url, *[told(till, one)] * 4) == ["told"] * 4
        assert till.payment(one).received_cents == PRICE
        assert till.states(order) == [Place.CONFIRMED]
    assert till.refunds() == []


def test_a_payment_and_newcomers_race_while_the_hold_ends(
    till: Till, database_url: str, city: City
) -> None:
    over = NOW + paying.PAYING_TAKES
    for day in DAYS:
        order = till.order(use(day=day))
        one, before = till.begin(order), len(till.refunds())
        till.bank.decide(one.reference, Standing.PAID)
        rivals = (holding(city.a, day, number, over) for number in range(1, 4))
        just_in_time = told(till, one, over - timedelta(seconds=1))
        outcomes = race(database_url, just_in_time, *rivals)
        won = [outcome for outcome in outcomes[1:] if not isinstance(outcome, Exception)]
        (place,) = till.states(order)
        assert outcomes[0] == "told"
        assert (place is Place.CONFIRMED) == (won == []), outcomes
        is_kept = place is Place.CONFIRMED
        assert till.payment(one).state is (State.BOOKED if is_kept else State.RETURNED)
        back = [cents for _, cents, _ in till.refunds()[before:]]
        assert back == ([] if is_kept else [PRICE])
        invariants.check(till.database)


def test_a_late_payment_and_a_cancellation_leave_no_money_behind(
    till: Till, database_url: str
) -> None:
    for day in DAYS:
        order = till.order(use(day=day))
        one, before = till.begin(order), len(till.refunds())
        till.bank.decide(one.reference, Standing.PAID)
        race(database_url, told(till, one), cancelled(till, order.reservations[0].id))
        till.worker.drain()
        assert till.states(order) == [Place.CANCELLED]
        assert [cents for _, cents, _ in till.refunds()[before:]] == [PRICE]


def test_two_ways_paid_at_once_one_goes_back(till: Till, database_url: str) -> None:
    for day in DAYS:
        order = till.order(use(day=day + 6))
        bank, transfer = till.begin(order), till.begin(order, TRANSFER)
        before = len(till.refunds())
        till.bank.decide(bank.reference, Standing.PAID)

        def transferred(database: Database, one: Payment = transfer) -> str:
            other = Till(database, till.city, till.time, till.folder)
            return other.transfer(one, PRICE).state

        race(database_url, told(till, bank), transferred)
        states = {till.payment(bank).state, till.payment(transfer).state}
        assert states == {State.BOOKED, State.RETURNED}
        assert till.states(order) == [Place.CONFIRMED]
        assert [cents for _, cents, _ in till.refunds()[before:]] == [PRICE]


def test_begun_many_times_at_once_it_is_one_payment(till: Till, database_url: str) -> None:
    order = till.order(use(day=12))

    def begun(database: Database) -> int:
        return Till(database, till.city, till.time, till.folder).begin(order, TRANSFER).id

    acts: list[Callable[[Database], object]] = [begun] * 4
    assert len(set(race(database_url, *acts))) == 1


@pytest.mark.parametrize("times", [4])
def test_a_refund_that_is_asked_many_times_at_once_is_given_once(
    till: Till, database_url: str, times: int, tmp_path: Path
) -> None:
    order = till.order()
    one = till.begin(order)
    till.pay(one)
    till.cancel(order.reservations[0].id)
    with till.database.write() as session:
        refunding.cancelled(session, order.reservations[0].id, 100, till.time())

    def asked(database: Database) -> None:
        Till(database, till.city, till.time, till.folder).cashier.give_back(1)

    race(database_url, *[asked] * times)
    assert till.refunds() == [("cancelled", PRICE, "done")]
    assert [cents for _, cents in till.bank.account(one.reference).given_back] == [PRICE]
    assert (tmp_path / NAME).is_dir()
