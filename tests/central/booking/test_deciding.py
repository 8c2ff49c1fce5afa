"""Rules at work: rights, frozen prices, extras, approval, payment first, and what comes back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from central.accounts.people import Renter
from central.accounts.services import ServiceData, put_service
from central.booking import approvals, keeping, paying, rules, service
from central.booking.deciding import (
    ExtraOutOfStock,
    ExtraTooLate,
    NeedsApproval,
    NoSuchExtra,
    NotForYou,
    NotYetForYou,
)
from central.booking.jobs import Housekeeping
from central.booking.models import Order, Reservation
from central.booking.occupancy import Taken
from central.booking.price_rules import LineKind, PriceRule, PriceUnit
from central.booking.priority import Effect, PriorityRule
from central.booking.refunds import refund
from central.booking.reservation import NotPossible, State
from central.booking.rule_models import Handling
from central.booking.rules import ExtraData, Policy
from central.booking.service import HoldRanOut
from central.booking.when import Ahead
from central.booking.wishes import Wish
from central.database import Database
from central.halls.models import Hall
from central.outbox.models import StoredEvent
from tests.central.a_city import ANNA, BRAM, NOW, City, Time, a_wish, use
from tests.central.booking import invariants
from tests.central.booking.test_rules_api import service_with

LIFE = timedelta(minutes=15)
STAFF = "staff:7"
LATER = NOW + timedelta(days=5)


def held(database: Database, *wishes: Wish, renter: Renter = ANNA, **more: str) -> Order:
    with database.write() as session:
        return service.hold(session, renter, wishes, LIFE, NOW, key=more.get("key"))


def sent(database: Database, order: Order, now: datetime = NOW) -> list[State]:
    with database.write() as session:
        service.confirm(session, order.id, now)
    return states(database, order)


def states(database: Database, order: Order) -> list[State]:
    with database.read() as session:
        wanted = select(Reservation.state).where(Reservation.order_id == order.id)
        return list(session.scalars(wanted.order_by(Reservation.id)))


def announced(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(StoredEvent.name).order_by(StoredEvent.id)))


def set_rules(database: Database, *priorities: PriorityRule) -> None:
    with database.write() as session:
        for one in priorities:
            rules.put_priority(session, None, one, STAFF, NOW)


def pays_first(database: Database, hall: int, **more: object) -> None:
    service_id, _ = service_with(database, hall)
    with database.write() as session:
        policy = Policy(pays_first=True, **more)  # type: ignore[arg-type]
        rules.put_policy(session, service_id, policy, STAFF, NOW)


def needs_approval(database: Database) -> None:
    set_rules(database, PriorityRule(0, Effect.APPROVE))


def test_who_may_not_is_told_why_and_nothing_is_kept(database: Database, city: City) -> None:
    set_rules(
        database,
        PriorityRule(0, Effect.ALLOW, opens=Ahead(days=3)),
        PriorityRule(0, Effect.DENY, position=1),
    )
    with pytest.raises(NotYetForYou) as refusal:
        held(database, a_wish(city.a))
    assert refusal.value.details == {"since": "2026-12-02"}
    invariants.check(database)


def test_the_price_is_frozen_line_by_line_with_the_version_of_its_rule(
    database: Database, city: City
) -> None:
    with database.write() as session:
        rule = PriceRule(0, PriceUnit.USE, 8000, names={"nl": "Zaterdag"})
        row = rules.put_price(session, None, rule, STAFF, NOW)
        deposit = PriceRule(0, PriceUnit.USE, 12500, LineKind.DEPOSIT)
        rules.put_price(session, None, deposit, STAFF, NOW)
    order = held(database, a_wish(city.a))
    with database.write() as session:
        rules.put_price(session, None, replace(rule, cents=9900), STAFF, NOW, row.id)
    assert sent(database, order) == [State.CONFIRMED]
    (one,) = order.reservations
    assert (one.cents, one.deposit_cents) == (8000, 12500)
    with database.read() as session:
        rent, back = keeping.lines_of(session, [one.id])[one.id]
    assert (rent.cents, rent.rule_version, rent.names) == (8000, 1, {"nl": "Zaterdag"})
    assert (back.kind, back.cents) == (LineKind.DEPOSIT, 12500)
    assert held(database, a_wish(city.b, use(9, day=7))).reservations[0].cents == 9900


def chairs(database: Database, city: City) -> None:
    chair = ExtraData(
        "chair", PriceUnit.PIECE, 50, halls=(city.a, city.b), stock=100, lead_working_days=3
    )
    with database.write() as session:
        rules.put_extra(session, chair, STAFF, NOW)


def with_chairs(hall: int, count: int, day: int = 7, start: float = 14) -> Wish:
    return replace(a_wish(hall, use(start, day=day)), extras=(("chair", count),))


def test_extras_are_priced_and_shared_by_all_who_are_there_at_the_time(
    database: Database, city: City
) -> None:
    chairs(database, city)
    order = held(database, with_chairs(city.a, 60))
    assert order.reservations[0].cents == 5100 + 60 * 50
    with pytest.raises(ExtraOutOfStock) as refusal:
        held(database, with_chairs(city.b, 41), renter=BRAM)
    assert refusal.value.details == {"extra": "chair", "left": 40}
    held(database, with_chairs(city.b, 40), renter=BRAM)
    held(database, with_chairs(city.b, 100, day=8), renter=BRAM)
    with database.write() as session:
        service.cancel(session, order.reservations[0].id, NOW)
    held(database, with_chairs(city.a, 60), renter=BRAM)


def test_an_extra_is_ordered_some_working_days_before_and_only_where_it_is(
    database: Database, city: City
) -> None:
    chairs(database, city)
    with pytest.raises(ExtraTooLate):
        held(database, with_chairs(city.a, 1, day=-4))
    with pytest.raises(NoSuchExtra):
        held(database, with_chairs(city.whole, 1))
    held(database, with_chairs(city.a, 1, day=-3))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_extra_of_another_city_service_cannot_be_had(database: Database, city: City) -> None:
    own, _ = service_with(database, city.a)
    with database.write() as session:
        other = put_service(session, ServiceData("Sport"), STAFF, NOW).id
        for code, owner in (("net", own), ("goal", other)):
            extra = ExtraData(code, PriceUnit.PIECE, 50, service_id=owner)
            rules.put_extra(session, extra, STAFF, NOW)
    with pytest.raises(NoSuchExtra) as refusal:
        held(database, replace(a_wish(city.a, use(day=7)), extras=(("net", 1), ("goal", 1))))
    assert refusal.value.details == {"extra": "goal"}
    held(database, replace(a_wish(city.a, use(day=7)), extras=(("net", 1),)))


def test_extras_move_along_and_are_looked_for_at_the_new_time(
    database: Database, city: City
) -> None:
    chairs(database, city)
    order = held(database, with_chairs(city.a, 60))
    held(database, with_chairs(city.b, 50, day=8), renter=BRAM)
    with pytest.raises(ExtraOutOfStock), database.write() as session:
        service.move(session, order.reservations[0].id, a_wish(city.a, use(14, day=8)), NOW)
    with database.write() as session:
        wish = a_wish(city.a, use(14, 3, day=9))
        moved = service.move(session, order.reservations[0].id, wish, NOW)
        assert keeping.extras_of(session, moved.id) == (("chair", 60),)
    assert moved.cents == 7650 + 3000


def test_what_needs_approval_is_requested_and_then_certain(database: Database, city: City) -> None:
    needs_approval(database)
    order = held(database, a_wish(city.a))
    assert sent(database, order) == [State.REQUESTED]
    (one,) = order.reservations
    with database.read() as session:
        due = session.get_one(Handling, one.id).due_at
    assert due == datetime(2026, 12, 1, 10, tzinfo=UTC), "five working days"
    with pytest.raises(Taken):
        held(database, a_wish(city.a), renter=BRAM)
    with database.write() as session:
        approvals.take_up(session, one.id, STAFF, NOW)
    assert states(database, order) == [State.IN_HANDLING]
    with database.write() as session:
        approvals.approve(session, one.id, STAFF, NOW)
    assert states(database, order) == [State.CONFIRMED]
    assert announced(database)[-3:] == [
        "reservation.requested.v1",
        "reservation.approved.v1",
        "reservation.confirmed.v1",
    ]


def test_a_denied_request_gives_its_place_back_and_says_why(database: Database, city: City) -> None:
    needs_approval(database)
    order = held(database, a_wish(city.a))
    sent(database, order)
    with database.write() as session:
        approvals.deny(session, order.reservations[0].id, STAFF, NOW, "Er is een kermis.")
        assert session.get_one(Handling, order.reservations[0].id).reason == "Er is een kermis."
    assert states(database, order) == [State.DENIED]
    held(database, a_wish(city.a), renter=BRAM)
    with pytest.raises(NotPossible), database.write() as session:
        approvals.approve(session, order.reservations[0].id, STAFF, NOW)


def test_a_renter_does_not_get_round_approval_by_moving(database: Database, city: City) -> None:
    order = held(database, a_wish(city.a))
    sent(database, order)
    needs_approval(database)
    with pytest.raises(NeedsApproval), database.write() as session:
        service.move(session, order.reservations[0].id, a_wish(city.a, use(18)), NOW)
    with database.write() as session:
        service.move(session, order.reservations[0].id, a_wish(city.a, use(18)), NOW, STAFF)


def test_a_request_without_answer_is_reminded_of_and_then_escalated_once_each(
    database: Database, city: City
) -> None:
    needs_approval(database)
    sent(database, held(database, a_wish(city.a)))
    clock = Time(datetime(2026, 11, 30, 9, tzinfo=UTC))
    housekeeping = Housekeeping(database, clock)
    for hours, expected in ((0, 0), (2, 1), (3, 1), (26, 2), (27, 2)):
        clock.now = datetime(2026, 11, 30, 9, tzinfo=UTC) + timedelta(hours=hours)
        housekeeping.tidy()
        assert announced(database).count("reservation.request_overdue.v1") == expected


def test_what_is_paid_first_is_certain_only_with_the_money(database: Database, city: City) -> None:
    pays_first(database, city.a)
    order = held(database, a_wish(city.a))
    assert sent(database, order) == [State.AWAITING_PAYMENT]
    assert announced(database) == ["order.awaits_payment.v1"]
    with database.write() as session:
        paying.confirm_paid(session, order.id, NOW + timedelta(minutes=29))
    assert states(database, order) == [State.CONFIRMED]
    assert announced(database)[-1] == "reservation.confirmed.v1"
    with pytest.raises(NotPossible), database.write() as session:
        paying.confirm_paid(session, order.id, NOW)


def test_a_hall_that_is_free_of_charge_waits_for_no_money(database: Database, city: City) -> None:
    pays_first(database, city.b)
    assert sent(database, held(database, a_wish(city.b, use(9, day=7)))) == [State.CONFIRMED]


@pytest.mark.parametrize("somebody_else_came", [True, False], ids=["taken", "free"])
def test_a_late_payment_gets_the_place_only_if_it_is_still_free(
    database: Database, city: City, somebody_else_came: object
) -> None:
    pays_first(database, city.a)
    order = held(database, a_wish(city.a))
    sent(database, order)
    late = NOW + timedelta(minutes=31)
    Housekeeping(database, Time(late)).tidy()
    assert states(database, order) == [State.EXPIRED]
    with pytest.raises(HoldRanOut), database.write() as session:
        paying.confirm_paid(session, order.id, late)
    if somebody_else_came:
        held(database, a_wish(city.a), renter=BRAM)
        with pytest.raises(Taken), database.write() as session:
            paying.rebook(session, order.id, NOW)
        assert states(database, order) == [State.EXPIRED]
    else:
        with database.write() as session:
            paying.rebook(session, order.id, late)
        assert states(database, order) == [State.CONFIRMED]
    invariants.check(database)


def test_who_gives_up_paying_gives_the_place_back_at_once(database: Database, city: City) -> None:
    pays_first(database, city.a)
    order = held(database, a_wish(city.a))
    sent(database, order)
    with database.write() as session:
        paying.expire_unpaid(session, order.id, NOW)
    held(database, a_wish(city.a), renter=BRAM)


def test_an_approved_request_that_is_paid_first_waits_for_days(
    database: Database, city: City
) -> None:
    needs_approval(database)
    pays_first(database, city.a)
    order = held(database, a_wish(city.a))
    sent(database, order)
    with database.write() as session:
        approvals.approve(session, order.reservations[0].id, STAFF, NOW)
    assert states(database, order) == [State.AWAITING_PAYMENT]
    Housekeeping(database, Time(NOW + timedelta(days=2))).tidy()
    assert states(database, order) == [State.AWAITING_PAYMENT]
    Housekeeping(database, Time(NOW + timedelta(days=4))).tidy()
    assert states(database, order) == [State.EXPIRED]


@pytest.mark.parametrize(
    ("today", "percent", "cents", "until"),
    [
        (date(2026, 11, 6), 100, 9999, date(2026, 11, 6)),
        (date(2026, 11, 7), 50, 5000, date(2026, 11, 27)),
        (date(2026, 11, 28), 0, 0, None),
    ],
)
def test_what_comes_back_follows_working_days(
    today: date, percent: int, cents: int, until: date | None
) -> None:
    # Before Friday 4 December lie 19 working days back to 6 November: Armistice Day is none.
    found = refund([(5, 50), (19, 100)], 9999, date(2026, 12, 4), today)
    assert (found.percent, found.cents, found.until) == (percent, cents, until)


@pytest.mark.parametrize(
    ("at_most", "today", "percent", "until"),
    [
        (50, date(2026, 11, 6), 50, date(2026, 11, 27)),
        (20, date(2026, 11, 27), 20, date(2026, 11, 27)),
        (0, date(2026, 11, 6), 0, None),
        (50, date(2026, 11, 28), 0, None),
    ],
)
def test_what_was_moved_late_comes_back_no_more_than_then(
    at_most: int, today: date, percent: int, until: date | None
) -> None:
    tiers = [(5, 50), (19, 100)]
    found = refund(tiers, 10000, date(2026, 12, 4), today, at_most)
    assert (found.percent, found.cents, found.until) == (percent, percent * 100, until)


def test_without_tiers_everything_comes_back() -> None:
    assert refund((), 5000, date(2026, 12, 4), date(2026, 12, 4)).cents == 5000


def test_a_cancellation_says_what_comes_back_and_the_city_gives_everything(
    database: Database, city: City
) -> None:
    pays_first(database, city.a, refunds=((10, 100), (5, 50)))
    order = held(database, a_wish(city.a))
    (one,) = order.reservations
    with database.read() as session:
        assert service.refund_of(session, one, NOW).percent == 50
        assert service.refund_of(session, one, LATER).percent == 50
        assert service.refund_of(session, one, NOW + timedelta(days=7)).percent == 0
        assert service.refund_of(session, one, NOW, "staff:7 for person:1").percent == 50
        assert service.refund_of(session, one, NOW, STAFF).percent == 100


def test_asked_twice_with_one_key_there_is_one_order(database: Database, city: City) -> None:
    first = held(database, a_wish(city.a), key="0123456789abcdef")
    again = held(database, a_wish(city.a), key="0123456789abcdef")
    assert again.id == first.id
    with pytest.raises(Taken):
        held(database, a_wish(city.a), renter=BRAM, key="0123456789abcdef")


def test_rules_of_one_hall_leave_the_others_alone(database: Database, city: City) -> None:
    set_rules(database, PriorityRule(0, Effect.DENY, halls=frozenset({city.a})))
    with pytest.raises(NotForYou):
        held(database, a_wish(city.a))
    held(database, a_wish(city.b, use(9, day=7)))
    with database.read() as session:
        assert session.get_one(Hall, city.a).is_offered
