"""Money in time, late, twice, too little, too much, out of order: always one effect, never silence."""

import pytest

from central.booking import paying, service
from central.booking.jobs import Housekeeping
from central.booking.reservation import State as Place
from central.errors import NotFound
from central.payments import settling, starting
from central.payments.models import TRANSFER
from central.payments.payment import PaymentNotPossible, State
from central.payments.provider import CallbackRefused, Report, Standing
from central.payments.simulated_bank import NAME, OnlyInDemo, SimulatedBank
from central.payments.starting import NoSuchWay, NothingToPay
from central.settings import Settings
from tests.central.a_city import ANNA, BRAM, a_wish, use
from tests.central.booking import invariants
from tests.central.payments.a_till import LIFE, PRICE, Till

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def run_out(till: Till) -> None:
    till.later(minutes=31)
    Housekeeping(till.database, till.time).tidy()


def take_by_another(till: Till) -> None:
    with till.database.write() as session:
        service.hold(session, BRAM, [a_wish(till.city.a)], LIFE, till.time())


@SQLITE
def test_an_order_is_certain_when_the_bank_says_that_it_is_paid(till: Till) -> None:
    order = till.order()
    one = till.begin(order)
    assert (one.state, one.cents) == (State.OPEN, PRICE)
    assert one.checkout_url == f"http://testserver/demo/bank/{one.reference}"
    assert till.states(order) == [Place.AWAITING_PAYMENT]
    till.pay(one)
    assert till.payment(one).state is State.BOOKED
    assert till.states(order) == [Place.CONFIRMED]
    with pytest.raises(NothingToPay):
        till.begin(order)


@pytest.mark.parametrize(
    "told",
    [
        [Standing.PAID, Standing.PAID, Standing.PAID],
        [Standing.PAID, Standing.PENDING],
        [Standing.PENDING, Standing.REFUSED, Standing.PAID, Standing.EXPIRED],
    ],
)
@SQLITE
def test_told_twice_or_out_of_order_it_has_the_effect_of_one(
    till: Till, told: list[Standing]
) -> None:
    order = till.order()
    one = till.begin(order)
    till.bank.decide(one.reference, Standing.PAID)
    for standing in told:
        till.tell(one, standing)
    till.settle()
    assert till.payment(one).state is State.BOOKED
    assert till.payment(one).received_cents == PRICE
    assert till.states(order) == [Place.CONFIRMED]
    assert till.refunds() == []


@pytest.mark.parametrize(
    ("standing", "state"),
    [
        (Standing.REFUSED, State.REFUSED),
        (Standing.ABANDONED, State.ABANDONED),
        (Standing.EXPIRED, State.EXPIRED),
    ],
)
@SQLITE
def test_who_could_not_pay_may_try_again_while_the_place_is_kept(
    till: Till, standing: Standing, state: State
) -> None:
    order = till.order()
    first = till.begin(order)
    till.pay(first, standing)
    assert till.payment(first).state is state
    assert till.states(order) == [Place.AWAITING_PAYMENT]
    second = till.begin(order)
    assert second.id != first.id
    till.pay(second)
    assert till.states(order) == [Place.CONFIRMED]


@SQLITE
def test_money_that_arrives_for_what_was_refused_still_counts_in_time(till: Till) -> None:
    order = till.order()
    one = till.begin(order)
    till.pay(one, Standing.REFUSED)
    till.pay(one)
    assert till.payment(one).state is State.BOOKED
    assert till.states(order) == [Place.CONFIRMED]


@SQLITE
def test_begun_twice_it_is_one_payment(till: Till) -> None:
    order = till.order()
    assert till.begin(order).id == till.begin(order).id
    assert till.begin(order, TRANSFER).id == till.begin(order, TRANSFER).id


@pytest.mark.parametrize("is_taken", [False, True], ids=["free", "taken"])
@SQLITE
def test_a_late_payment_gets_the_place_if_it_is_free_and_else_goes_back_and_is_told(
    till: Till, is_taken: object
) -> None:
    order = till.order()
    one = till.begin(order)
    run_out(till)
    if is_taken:
        take_by_another(till)
    till.pay(one)
    till.settle()
    if is_taken:
        assert till.payment(one).state is State.RETURNED
        assert till.states(order) == [Place.EXPIRED]
        assert till.refunds() == [("late", PRICE, "done")]
        assert till.bank.account(one.reference).given_back[0][1] == PRICE
        assert len(till.subjects()) == 2
    else:
        assert till.payment(one).state is State.BOOKED
        assert till.states(order) == [Place.CONFIRMED]
        assert till.refunds() == []
        assert [one for one in till.subjects() if "kwam laat" in one] != []
    invariants.check(till.database)


@SQLITE
def test_money_after_the_use_is_over_goes_back(till: Till) -> None:
    order = till.order()
    one = till.begin(order)
    till.later(days=30)
    till.pay(one)
    assert till.payment(one).state is State.RETURNED
    assert till.states(order) == [Place.EXPIRED]


@SQLITE
def test_of_two_reservations_the_cancelled_one_is_paid_back(till: Till) -> None:
    order = till.order(use(), use(day=12))
    one = till.begin(order)
    assert one.cents == 2 * PRICE
    till.cancel(order.reservations[1].id)
    till.pay(one)
    till.settle()
    assert till.states(order) == [Place.CONFIRMED, Place.CANCELLED]
    assert till.payment(one).state is State.BOOKED
    assert till.refunds() == [("late", PRICE, "done")]


@SQLITE
def test_what_was_cancelled_before_it_was_paid_comes_back_whole(till: Till) -> None:
    order = till.order()
    one = till.begin(order)
    till.cancel(order.reservations[0].id)
    till.pay(one)
    till.settle()
    assert till.payment(one).state is State.RETURNED
    assert till.refunds() == [("late", PRICE, "done")]


@SQLITE
def test_a_changed_order_asks_anew_and_the_old_way_is_closed(till: Till) -> None:
    order = till.order(use(), use(day=12))
    both = till.begin(order)
    till.cancel(order.reservations[1].id)
    left = till.begin(order)
    assert (left.cents, till.payment(both).state) == (PRICE, State.ABANDONED)


@SQLITE
def test_less_than_was_asked_makes_nothing_certain_until_the_rest_comes(till: Till) -> None:
    order = till.order()
    one = till.begin(order, TRANSFER)
    till.transfer(one, 1000, "k1")
    till.settle()
    assert till.payment(one).state is State.PARTLY
    assert till.states(order) == [Place.AWAITING_PAYMENT]
    assert "te weinig" in till.subjects()[-1]
    till.transfer(one, PRICE - 1000, "k2")
    assert till.payment(one).state is State.BOOKED
    assert till.states(order) == [Place.CONFIRMED]


@SQLITE
def test_a_provider_s_amount_that_differs_makes_nothing_certain(till: Till) -> None:
    order = till.order()
    one = till.begin(order)
    till.pay(one, cents=PRICE - 1)
    till.tell(one)
    assert till.payment(one).state is State.PARTLY
    assert till.payment(one).received_cents == PRICE - 1
    assert till.states(order) == [Place.AWAITING_PAYMENT]


@SQLITE
def test_a_part_whose_rest_never_comes_goes_back(till: Till) -> None:
    order = till.order()
    one = till.begin(order, TRANSFER)
    till.transfer(one, 1000)
    till.reconciling.reconcile()
    assert till.payment(one).state is State.PARTLY, "its time is not over"
    till.later(days=6)
    Housekeeping(till.database, till.time).tidy()
    till.reconciling.reconcile()
    assert till.payment(one).state is State.RETURNED
    assert till.refunds() == [("late", 1000, "by_hand")]


@SQLITE
def test_staff_may_let_a_part_be_enough(till: Till) -> None:
    order = till.order()
    one = till.begin(order, TRANSFER)
    till.transfer(one, PRICE - 1)
    with till.database.write() as session:
        settling.accept_short(session, one.id, "staff:7", till.time())
    with pytest.raises(PaymentNotPossible), till.database.write() as session:
        settling.accept_short(session, one.id, "staff:7", till.time())
    assert till.states(order) == [Place.CONFIRMED]
    assert till.refunds() == []


@SQLITE
def test_more_than_was_asked_goes_back(till: Till) -> None:
    order = till.order()
    one = till.begin(order, TRANSFER)
    till.transfer(one, PRICE + 300, "k1")
    till.transfer(one, PRICE, "k2")
    till.transfer(one, PRICE, "k2")
    assert till.states(order) == [Place.CONFIRMED]
    assert till.refunds() == [("surplus", 300, "by_hand"), ("surplus", PRICE, "by_hand")]


@SQLITE
def test_paid_in_two_ways_one_of_them_goes_back(till: Till) -> None:
    order = till.order()
    bank, transfer = till.begin(order), till.begin(order, TRANSFER)
    till.pay(bank)
    assert till.payment(transfer).state is State.ABANDONED
    till.transfer(transfer, PRICE)
    assert till.payment(transfer).state is State.RETURNED
    assert till.states(order) == [Place.CONFIRMED]
    assert till.refunds() == [("late", PRICE, "by_hand")]


@SQLITE
def test_a_transfer_keeps_the_place_for_days_and_choosing_again_gains_none(till: Till) -> None:
    order = till.order(use(), use(day=12))
    one = till.begin(order, TRANSFER)
    ends = till.time() + starting.TRANSFER_TAKES
    till.later(days=4)
    Housekeeping(till.database, till.time).tidy()
    assert till.states(order) == [Place.AWAITING_PAYMENT] * 2
    till.cancel(order.reservations[1].id)
    again = till.begin(order, TRANSFER)
    assert again.id != one.id
    assert again.expires_at == ends
    till.later(days=1, minutes=1)
    till.reconciling.reconcile()
    assert till.payment(again).state is State.EXPIRED


@SQLITE
def test_a_transfer_is_not_offered_when_it_would_arrive_too_late(till: Till) -> None:
    till.later(days=5)
    order = till.order()
    with pytest.raises(NoSuchWay):
        till.begin(order, TRANSFER)
    with till.database.write() as session:
        one = starting.begin(session, order.id, TRANSFER, till.time(), "staff:7", at_desk=True)
    assert one.expires_at == till.time() + paying.PAYING_TAKES, "the desk takes money at once"


@SQLITE
def test_what_staff_did_not_wait_for_is_still_asked(till: Till) -> None:
    order = till.order()
    with till.database.write() as session:
        paying.confirm_paid(session, order.id, till.time(), "staff:7", "vaste huurder")
    one = till.begin(order, TRANSFER)
    till.later(days=3)
    till.transfer(one, PRICE)
    assert till.payment(one).state is State.BOOKED
    assert till.states(order) == [Place.CONFIRMED]


@SQLITE
def test_payments_that_look_open_are_asked_again_with_growing_pauses(till: Till) -> None:
    order = till.order()
    one = till.begin(order)
    till.bank.decide(one.reference, Standing.PAID)  # and the callback is lost
    till.reconciling.reconcile()
    assert till.payment(one).state is State.OPEN, "only after a minute"
    till.later(minutes=1)
    till.reconciling.reconcile()
    assert till.states(order) == [Place.CONFIRMED]


@SQLITE
def test_what_was_given_up_is_asked_about_too(till: Till) -> None:
    order = till.order()
    one = till.begin(order)
    till.pay(one, Standing.ABANDONED)
    run_out(till)
    till.bank.decide(one.reference, Standing.PAID)
    till.later(hours=1)
    till.reconciling.reconcile()
    till.settle()
    assert till.states(order) == [Place.CONFIRMED], "nobody else wanted it"
    assert len(till.subjects()) == 1


@SQLITE
def test_what_may_be_paid_for_days_is_asked_about_until_days_after_that(till: Till) -> None:
    order = till.order(use(day=20))
    with till.database.write() as session:
        paying.confirm_paid(session, order.id, till.time(), "staff:7", "vaste huurder")
    one = till.begin(order)
    till.time.now = one.expires_at  # five days later
    till.bank.decide(one.reference, Standing.PAID)  # and the callback is lost
    till.reconciling.reconcile()
    assert till.payment(one).state is State.BOOKED


@SQLITE
def test_what_nobody_pays_is_closed(till: Till) -> None:
    one = till.begin(till.order())
    till.later(minutes=31)
    till.reconciling.reconcile()
    assert till.payment(one).state is State.EXPIRED


@SQLITE
def test_hostile_callbacks_change_nothing(till: Till) -> None:
    one = till.begin(till.order())
    till.bank.decide(one.reference, Standing.PAID)
    good = till.bank.callback(one.reference, Standing.PAID, till.time())
    signature = good.headers["bank-signature"]
    headers = dict(good.headers)
    for bad in (
        {},
        headers | {"bank-signature": ""},
        headers | {"bank-signature": "é" * 64},
        headers | {"bank-signature": signature[:-1] + ("0" if signature[-1] != "0" else "1")},
        headers | {"bank-signed-at": "0"},
        headers | {"bank-signed-at": "soon"},
    ):
        with pytest.raises(CallbackRefused):
            till.cashier.told(NAME, bad, good.body)
    for body in (b"", b"{}", good.body + b" ", b"\xff" * 1000):
        with pytest.raises(CallbackRefused):
            till.cashier.told(NAME, headers, body)
    till.later(minutes=6)
    with pytest.raises(CallbackRefused):
        till.cashier.told(NAME, headers, good.body)
    assert till.payment(one).state is State.OPEN


@SQLITE
def test_an_unknown_payment_or_provider_is_not_found(till: Till) -> None:
    unknown = till.bank.callback("ZZZZZZZZZZ", Standing.PAID, till.time())
    for name, told in ((NAME, unknown), ("bancontact", unknown), (TRANSFER, unknown)):
        with pytest.raises(NotFound):
            till.cashier.told(name, told.headers, told.body)


@SQLITE
def test_the_bank_believes_no_reference_that_is_a_path(till: Till) -> None:
    for reference in ("../secret", "", "a", "/etc/passwd"):
        with pytest.raises(NotFound):
            till.bank.account(reference)


def test_there_is_no_simulated_bank_in_a_real_city() -> None:
    with pytest.raises(OnlyInDemo):
        SimulatedBank(Settings(secret="x" * 32))


@SQLITE
def test_a_hall_without_a_price_asks_nothing(till: Till) -> None:
    with till.database.write() as session:
        wish = a_wish(till.city.b, use(9, day=7))
        order = service.hold(session, ANNA, [wish], LIFE, till.time())
        service.confirm(session, order.id, till.time())
    with pytest.raises(NothingToPay):
        till.begin(order)


class Ill:
    """A bank that cannot tell of one payment, in some way; of all others it does."""

    name = NAME

    def __init__(self, till: Till, reference: str, answer: Report | Exception) -> None:
        self._bank, self._reference, self._answer = till.bank, reference, answer
        till.cashier._providers = {NAME: self}  # type: ignore[dict-item]

    def read(self, reference: str) -> Report:
        if reference != self._reference:
            return self._bank.read(reference)
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


@SQLITE
@pytest.mark.parametrize("answer", [Report(Standing.PAID, 0), ValueError("no JSON")])
def test_one_payment_that_cannot_be_read_stops_no_other(
    till: Till, answer: Report | Exception
) -> None:
    bad, good = (till.begin(till.order(use(day=day))) for day in (12, 13))
    Ill(till, bad.reference, answer)
    till.bank.decide(good.reference, Standing.PAID)
    now = till.later(minutes=2)
    till.reconciling.reconcile()
    assert till.payment(good).state is State.BOOKED
    assert till.payment(bad).asked_at == now, "it is not asked again at once"
    till.later(minutes=30)
    till.reconciling.reconcile()
    assert till.payment(bad).state is State.EXPIRED
