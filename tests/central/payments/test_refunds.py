"""Money that goes back, and deposits: by cause, once, by the provider or by hand, and told."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from central.accounts.mail_models import StoredMail
from central.accounts.roles import WHOLE_CITY
from central.booking import paying, rules, service
from central.booking.models import Order, Reservation
from central.booking.moving import NeedsPayment
from central.booking.price_rules import LineKind, PriceRule, PriceUnit
from central.booking.reservation import State as Place
from central.booking.rule_models import PriceLineRow
from central.payments import deposits, desk, ledger, moving, refunding
from central.payments.deposit import RETURNED_WITHIN, DepositNotPossible, State, TooMuchRetained
from central.payments.desk import ChangedMeanwhile
from central.payments.models import TRANSFER, Payment, Refund, Via
from central.payments.payment import State as PaymentState
from central.payments.provider import GivenBack, ProviderUnreachable, Report
from central.payments.refund import RefundNotPossible
from central.payments.starting import NothingToPay
from central.web.payments_receipt import vat_of
from tests.central.a_city import NOW, a_wish, use
from tests.central.payments.a_till import PRICE, Till

DEPOSIT = 12500
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def with_deposit(till: Till) -> None:
    with till.database.write() as session:
        rule = PriceRule(0, PriceUnit.USE, DEPOSIT, LineKind.DEPOSIT)
        rules.put_price(session, None, rule, "system", NOW)


def paid(till: Till, way: str = "simulated-bank") -> tuple[int, Payment]:
    """A reservation that is paid; its number, and the payment."""
    order = till.order(use(day=12))
    one = till.begin(order, way)
    if way == TRANSFER:
        till.transfer(one, one.cents, iban="NL91ABNA0417164300")
    else:
        till.pay(one)
    assert till.states(order) == [Place.CONFIRMED]
    return order.reservations[0].id, one


# The use is on Saturday 12 December; tiers: 10 working days before all of it, 5 before half.
@SQLITE
@pytest.mark.parametrize(("days", "cents"), [(0, PRICE), (8, PRICE // 2), (16, 0)])
def test_a_cancellation_gives_back_what_the_tiers_say(till: Till, days: int, cents: int) -> None:
    number, one = paid(till)
    till.later(days=days)
    till.cancel(number)
    till.settle()
    assert till.refunds() == ([("cancelled", cents, "done")] if cents else [])
    assert sum(back for _, back in till.bank.account(one.reference).given_back) == cents
    assert len(till.subjects()) == bool(cents)


@SQLITE
def test_what_the_city_cancels_comes_back_whole(till: Till) -> None:
    number, _ = paid(till)
    till.later(days=16)
    till.cancel(number, "staff:7")
    till.settle()
    assert till.refunds() == [("cancelled", PRICE, "done")]


@SQLITE
def test_a_deposit_comes_back_whole_whatever_the_tiers_say(till: Till) -> None:
    with_deposit(till)
    number, one = paid(till)
    assert one.cents == PRICE + DEPOSIT
    (held,) = till.deposits()
    assert (held.state, held.cents) == (State.HELD, DEPOSIT)
    till.later(days=16)
    till.cancel(number)
    till.settle()
    assert till.refunds() == [("deposit", DEPOSIT, "done")]
    assert till.deposits()[0].state is State.RETURNED


@SQLITE
def test_a_deposit_goes_back_by_itself_after_two_weeks(till: Till) -> None:
    with_deposit(till)
    paid(till)
    (held,) = till.deposits()
    assert held.return_by == use(day=12).end + RETURNED_WITHIN
    till.time.now = held.return_by - timedelta(seconds=1)
    till.reconciling.reconcile()
    assert till.deposits()[0].state is State.HELD
    with till.database.read() as session:
        listed = desk.deposits_to_decide(session, WHOLE_CITY, till.time())
        assert [one.deposit.id for one in listed] == [held.id]
    till.later(seconds=1)
    till.reconciling.reconcile()
    till.reconciling.reconcile()
    till.settle()
    assert till.refunds() == [("deposit", DEPOSIT, "done")]
    assert "waarborg" in till.subjects()[-1]


@SQLITE
def test_a_part_of_a_deposit_is_kept_once_and_the_reason_is_told(till: Till) -> None:
    with_deposit(till)
    paid(till)
    (held,) = till.deposits()

    def retain(cents: int) -> None:
        with till.database.write() as session:
            deposits.retain(session, held.id, cents, "Ruit stuk", "staff:7", till.time())

    with pytest.raises(TooMuchRetained):
        retain(DEPOSIT + 1)
    retain(2500)
    with pytest.raises(DepositNotPossible):
        retain(1)
    till.settle()
    assert till.refunds() == [("deposit", DEPOSIT - 2500, "done")]
    with till.database.read() as session:
        texts = "\n".join(session.scalars(select(StoredMail.text)))
    assert "€\u00a025,00 van uw waarborg. Waarom: Ruit stuk" in texts


@SQLITE
def test_a_transfer_goes_back_by_hand_to_the_account_it_came_from(till: Till) -> None:
    number, _ = paid(till, TRANSFER)
    till.cancel(number)
    till.settle()
    assert till.refunds() == [("cancelled", PRICE, "by_hand")]
    with till.database.read() as session:
        (owed,) = desk.owed(session, WHOLE_CITY)
    assert owed.iban == "NL91ABNA0417164300"
    with till.database.write() as session:
        refunding.paid_back(session, owed.refund.reference, "staff:7", till.time())
    with pytest.raises(RefundNotPossible), till.database.write() as session:
        refunding.paid_back(session, owed.refund.reference, "staff:7", till.time())
    assert till.refunds() == [("cancelled", PRICE, "done")]


class Moody:
    """A bank that answers refunds as it is told to."""

    name = "simulated-bank"

    def __init__(self, till: Till, *answers: GivenBack | None) -> None:
        self._bank = till.bank
        self.answers = list(answers)
        till.cashier._providers = {self.name: self}  # type: ignore[dict-item]

    def read(self, reference: str) -> Report:
        return self._bank.read(reference)

    def give_back(self, reference: str, cents: int, key: str) -> GivenBack:
        del reference, cents, key
        answer = self.answers.pop(0)
        if answer is None:
            raise ProviderUnreachable
        return answer


@SQLITE
def test_a_refund_that_the_bank_refuses_is_for_a_person(till: Till) -> None:
    number, _ = paid(till)
    till.cancel(number)
    Moody(till, GivenBack.REFUSED)
    till.settle()
    assert till.refunds() == [("cancelled", PRICE, "by_hand")]


@SQLITE
def test_a_bank_that_does_not_answer_is_asked_again_and_a_promise_is_followed(till: Till) -> None:
    number, _ = paid(till)
    till.cancel(number)
    moody = Moody(till, None, GivenBack.PENDING, GivenBack.DONE)
    till.worker.drain()
    assert till.refunds() == [("cancelled", PRICE, "due")]
    till.later(minutes=1)
    till.settle()
    assert till.refunds() == [("cancelled", PRICE, "sent")]
    till.later(minutes=1)
    till.reconciling.reconcile()
    assert till.refunds() == [("cancelled", PRICE, "done")]
    assert moody.answers == []


@SQLITE
def test_never_more_goes_back_than_came(till: Till) -> None:
    order = till.order(use(day=12))
    one = till.begin(order, TRANSFER)
    till.transfer(one, 1000)
    with till.database.write() as session:
        desk.accept_short(session, one.id, "De rest is kwijtgescholden", "staff:7", till.time())
    till.cancel(order.reservations[0].id)
    till.settle()
    assert till.refunds() == [("cancelled", 1000, "by_hand")]


SHORT = PRICE + 1000
"""Too little for a price with a deposit: the price, and a part of the deposit."""


def accepted_short(till: Till, cents: int, *days: int) -> Order:
    order = till.order(*(use(day=day) for day in days))
    one = till.begin(order, TRANSFER)
    till.transfer(one, cents)
    with till.database.write() as session:
        desk.accept_short(session, one.id, "De rest is kwijtgescholden", "staff:7", till.time())
    with pytest.raises(NothingToPay):
        till.begin(order)
    return order


@SQLITE
def test_of_a_deposit_of_which_too_little_was_accepted_goes_back_what_came(till: Till) -> None:
    with_deposit(till)
    accepted_short(till, SHORT, 12)
    (held,) = till.deposits()
    assert held.cents == 1000
    till.time.now = held.return_by
    till.reconciling.reconcile()
    assert till.refunds() == [("deposit", 1000, "by_hand")]


@SQLITE
def test_without_its_deposit_nothing_of_it_goes_back(till: Till) -> None:
    with_deposit(till)
    accepted_short(till, PRICE, 12)
    assert till.deposits() == []


@SQLITE
@pytest.mark.parametrize(("hours", "cents"), [(1, 450), (1.5, 0)])
def test_a_change_counts_what_came_and_asks_no_more_of_what_was_waived(
    till: Till, hours: float, cents: int
) -> None:
    order = accepted_short(till, 3000, 12)
    moved(till, order.reservations[0].id, hours)
    assert [back for _, back, _ in till.refunds()] == ([cents] if cents else [])
    with pytest.raises(NothingToPay):
        till.begin(order)


@SQLITE
def test_a_late_cancellation_gives_back_its_part_of_what_came(till: Till) -> None:
    order = accepted_short(till, 3000, 12)
    till.later(days=8)
    till.cancel(order.reservations[0].id)
    till.settle()
    assert till.refunds() == [("cancelled", 1500, "by_hand")]


@SQLITE
def test_too_little_for_two_of_which_one_is_gone_is_for_the_other(till: Till) -> None:
    order = till.order(use(day=12), use(day=13))
    one = till.begin(order, TRANSFER)
    till.cancel(order.reservations[1].id)
    till.transfer(one, PRICE + 500)
    with till.database.write() as session:
        desk.accept_short(session, one.id, "Genoeg", "staff:7", till.time())
    assert till.refunds() == [("late", 500, "by_hand")]
    assert till.states(order) == [Place.CONFIRMED, Place.CANCELLED]


@SQLITE
def test_the_same_cause_owes_once(till: Till) -> None:
    number, _ = paid(till)
    for _ in range(3):
        with till.database.write() as session:
            refunding.cancelled(session, number, 100, till.time())
    assert till.refunds() == [("cancelled", PRICE, "due")]


@SQLITE
def test_two_clerks_who_book_the_same_money_book_it_once(till: Till) -> None:
    order = till.order(use(day=12))
    one = till.begin(order, TRANSFER)
    seen = desk.Booking(PRICE, Via.TRANSFER, "", seen_cents=0)
    with till.database.write() as session:
        desk.receive(session, one.id, seen, "staff:7", till.time())
    with pytest.raises(ChangedMeanwhile), till.database.write() as session:
        desk.receive(session, one.id, seen, "staff:8", till.time())
    with till.database.read() as session:
        assert session.scalars(select(Refund)).all() == []


def test_a_receipt_says_how_much_vat_is_in_each_percentage() -> None:
    lines = [
        PriceLineRow(kind=LineKind.RENT, cents=12100, vat_percent=21),
        PriceLineRow(kind=LineKind.DISCOUNT, cents=-1, vat_percent=21),
        PriceLineRow(kind=LineKind.RENT, cents=5000, vat_percent=0),
        PriceLineRow(kind=LineKind.EXTRA, cents=106, vat_percent=6),
        PriceLineRow(kind=LineKind.DEPOSIT, cents=12500, vat_percent=21),
    ]
    assert vat_of(lines) == {6: (106, 6), 21: (12099, 2100)}


def moved(
    till: Till,
    reservation: int,
    hours: float,
    actor: str = service.RENTER,
    *,
    day: int = 12,
    hall: int | None = None,
) -> None:
    with till.database.write() as session:
        wish = a_wish(hall or till.city.a, use(14, hours, day=day))
        service.move(session, reservation, wish, till.time(), actor)
    till.settle()


@SQLITE
def test_a_renter_gets_nothing_dearer_that_is_paid_first_by_moving(till: Till) -> None:
    number, first = paid(till)
    free = till.order(use(9, day=12), hall=till.city.whole)  # its service asks nothing first
    assert till.states(free) == [Place.CONFIRMED]
    clerk = "staff:7 for person:1"
    for actor, reservation in (
        (service.RENTER, number),
        (clerk, number),
        (clerk, free.reservations[0].id),
    ):
        with pytest.raises(NeedsPayment):
            moved(till, reservation, 4, actor)
    with till.database.read() as session:
        kept = session.get_one(Reservation, number)
        assert (kept.cents, kept.ends_at) == (PRICE, use(14, day=12).end)
    moved(till, number, 2, day=13)
    moved(till, number, 4, "staff:7")
    assert till.begin(first_order(till, first)).cents == PRICE


def first_order(till: Till, one: Payment) -> Order:
    with till.database.read() as session:
        return session.get_one(Order, one.order_id)


@SQLITE
def test_a_reservation_that_becomes_cheaper_gives_back_the_difference_once(till: Till) -> None:
    number, _ = paid(till)
    moved(till, number, 1)
    assert till.refunds() == [("cheaper", PRICE // 2, "done")]
    with till.database.write() as session:
        assert moving.follow(session, number, "again", till.time()) == 0
    till.cancel(number)
    till.settle()
    assert [cents for _, cents, _ in till.refunds()] == [PRICE // 2, PRICE // 2]


# Cancelled on the eighth day half comes back, on the sixteenth nothing; a change wins nothing.
@SQLITE
@pytest.mark.parametrize(("days", "percent"), [(0, 100), (8, 50), (16, 0)])
@pytest.mark.parametrize("is_far", [False, True])
def test_a_change_wins_back_no_more_than_a_cancellation_that_day(
    till: Till, days: int, percent: int, *, is_far: bool
) -> None:
    number, _ = paid(till)
    till.later(days=days)
    moved(till, number, 2 if is_far else 1, day=30 if is_far else 12)
    till.cancel(number)
    till.settle()
    assert sum(cents for _, cents, _ in till.refunds()) == PRICE * percent // 100


@SQLITE
def test_what_staff_change_gives_back_all_of_the_difference(till: Till) -> None:
    number, _ = paid(till)
    till.later(days=16)
    moved(till, number, 1, "staff:7")
    assert till.refunds() == [("cheaper", PRICE // 2, "done")]


@SQLITE
def test_a_change_that_is_followed_after_the_cancellation_gives_nothing_back(till: Till) -> None:
    number, _ = paid(till)
    till.later(days=8)
    with till.database.write() as session:
        service.move(session, number, a_wish(till.city.a, use(14, 1, day=12)), till.time())
        service.cancel(session, number, till.time())
        refunding.cancelled(session, number, 50, till.time())
        assert moving.follow(session, number, "late", till.time()) == 0
    assert till.refunds() == [("cancelled", PRICE // 2, "due")]


@SQLITE
def test_one_that_becomes_dearer_asks_the_difference_and_stays_certain(till: Till) -> None:
    number, first = paid(till)
    moved(till, number, 4, "staff:7")
    assert "kost meer" in till.subjects()[-1]
    order = first_order(till, first)
    more = till.begin(order)
    assert more.cents == PRICE
    till.pay(more)
    assert till.payment(more).state is PaymentState.BOOKED
    assert till.states(order) == [Place.CONFIRMED]
    assert till.refunds() == []
    with pytest.raises(NothingToPay):
        till.begin(order)
    till.cancel(number)
    till.settle()
    assert [cents for _, cents, _ in till.refunds()] == [PRICE, PRICE]


@SQLITE
def test_no_letter_asks_for_money_that_cannot_be_paid(till: Till) -> None:
    number, first = paid(till)
    moved(till, number, 2, hall=till.city.whole)  # dearer, and asks nothing first
    assert till.subjects() == []
    with pytest.raises(NothingToPay):
        till.begin(first_order(till, first))


@SQLITE
def test_what_is_cancelled_at_once_after_a_change_is_not_asked_for(till: Till) -> None:
    number, _ = paid(till)
    with till.database.write() as session:
        wish = a_wish(till.city.a, use(14, 4, day=12))
        service.move(session, number, wish, till.time(), "staff:7")
        service.cancel(session, number, till.time())
    till.settle()
    assert "kost meer" not in "".join(till.subjects())


@SQLITE
def test_money_asked_before_a_change_counts_for_no_more_than_it_costs_now(till: Till) -> None:
    order = till.order(use(day=12))
    with till.database.write() as session:
        paying.confirm_paid(session, order.id, till.time(), "staff:7", "vaste huurder")
    one = till.begin(order, TRANSFER)
    moved(till, order.reservations[0].id, 1)
    till.transfer(one, PRICE)
    assert till.refunds() == [("surplus", PRICE // 2, "by_hand")]


@SQLITE
def test_a_deposit_follows_a_change(till: Till) -> None:
    with_deposit(till)
    number, _ = paid(till)
    before = till.deposits()[0].return_by
    moved(till, number, 4, "staff:7")
    (held,) = till.deposits()
    assert (held.cents, held.return_by - before) == (DEPOSIT, timedelta(hours=2))
    with till.database.write() as session:
        session.get_one(Reservation, number).deposit_cents = 500
        moving.follow(session, number, "less", till.time())
    assert till.deposits()[0].cents == 500
    assert till.refunds()[-1][:2] == ("cheaper", DEPOSIT - 500)


@SQLITE
def test_a_deposit_that_came_in_two_payments_comes_back_from_both(till: Till) -> None:
    with_deposit(till)
    number, first = paid(till)
    with till.database.write() as session:
        session.get_one(Reservation, number).deposit_cents = 3 * DEPOSIT
    second = till.begin(first_order(till, first), TRANSFER)
    till.transfer(second, second.cents)
    (held,) = till.deposits()
    assert held.cents == 3 * DEPOSIT
    till.later(days=16)  # nothing of the price comes back: nothing of it fills a gap
    till.cancel(number)
    till.settle()
    assert till.refunds() == [
        ("deposit", DEPOSIT, "done"),
        ("deposit", 2 * DEPOSIT, "by_hand"),
    ]


@SQLITE
def test_a_payer_s_account_is_forgotten_when_nothing_can_go_back_there(till: Till) -> None:
    _, one = paid(till, TRANSFER)

    def known() -> str:
        with till.database.read() as session:
            return ledger.payer_iban(session, one.id)

    till.later(days=700)
    till.reconciling.reconcile()
    assert known() == "NL91ABNA0417164300"
    till.later(days=33)
    till.reconciling.reconcile()
    assert known() == ""
