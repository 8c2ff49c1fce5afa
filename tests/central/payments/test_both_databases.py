"""Every statement about money over both databases; the other tests here take one, races take both."""

from sqlalchemy import select

from central.accounts.roles import WHOLE_CITY, Scope
from central.booking import rules, service
from central.booking.jobs import Housekeeping
from central.booking.price_rules import LineKind, PriceRule, PriceUnit
from central.booking.reservation import State as Place
from central.payments import deposits, desk, refunding
from central.payments.models import TRANSFER, PaymentChange, Via
from central.payments.payment import State, Transition
from tests.central.a_city import BRAM, NOW, a_wish, use
from tests.central.booking import invariants
from tests.central.payments.a_till import LIFE, PRICE, Till


def test_late_money_whose_place_is_taken_goes_back_and_other_work_goes_on(till: Till) -> None:
    order = till.order()
    one = till.begin(order)
    till.later(minutes=31)
    Housekeeping(till.database, till.time).tidy()
    with till.database.write() as session:
        service.hold(session, BRAM, [a_wish(till.city.a)], LIFE, till.time())
    till.pay(one)
    till.settle()
    assert till.payment(one).state is State.RETURNED
    assert till.states(order) == [Place.EXPIRED]
    assert till.refunds() == [("late", PRICE, "done")]
    with till.database.read() as session:
        wanted = select(PaymentChange.transition).where(PaymentChange.payment_id == one.id)
        assert list(session.scalars(wanted.order_by(PaymentChange.id))) == [
            Transition.OFFER,
            Transition.COME_LATE,
            Transition.GIVE_BACK,
        ]
    invariants.check(till.database)


def test_the_whole_life_of_a_transfer_with_a_deposit(till: Till) -> None:
    with till.database.write() as session:
        rule = PriceRule(0, PriceUnit.USE, 12500, LineKind.DEPOSIT)
        rules.put_price(session, None, rule, "system", NOW)
    order = till.order(use(day=12))
    one = till.begin(order, TRANSFER)
    mine, nobodys = WHOLE_CITY, Scope(everything=False)
    with till.database.read() as session:
        assert [line.payment.id for line in desk.waiting(session, mine)] == [one.id]
        assert desk.waiting(session, nobodys) == []
        for text in (one.communication or "", one.reference, order.reference, "ANN", "%"):
            count = 0 if text == "%" else 1
            assert len(desk.found(session, mine, text)) == count, text
        assert [found.id for found in desk.unpaid_orders(session, mine, "anna")] == [order.id]
    with till.database.write() as session:
        part = desk.Booking(1000, Via.TRANSFER, "NL91ABNA0417164300", 0)
        desk.receive(session, one.id, part, "staff:7", till.time())
        rest = desk.Booking(one.cents, Via.DESK, "", 1000)
        desk.receive(session, one.id, rest, "staff:7", till.time())
    assert till.states(order) == [Place.CONFIRMED]
    assert till.refunds() == [("surplus", 1000, "by_hand")]
    till.time.now = use(day=13).start
    with till.database.write() as session:
        (kept,) = desk.deposits_to_decide(session, mine, till.time())
        deposits.retain(session, kept.deposit.id, 500, "Ruit stuk", "staff:7", till.time())
    till.settle()
    with till.database.write() as session:
        owed = desk.owed(session, mine)
        assert [(one.refund.cents, one.iban) for one in owed] == [
            (1000, "NL91ABNA0417164300"),
            (12000, "NL91ABNA0417164300"),
        ]
        for each in owed:
            refunding.paid_back(session, each.refund.reference, "staff:7", till.time())
    till.later(days=1000)
    till.reconciling.reconcile()
    assert {state for _, _, state in till.refunds()} == {"done"}
