from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError

from central.booking import closures, service
from central.booking.catalogue import NotOffered
from central.booking.jobs import Housekeeping
from central.booking.models import Occupancy, Order, Reservation, StateChange
from central.booking.occupancy import Taken
from central.booking.reservation import NotPossible, State
from central.booking.service import HoldRanOut, Over
from central.booking.times import Period
from central.booking.wishes import Closed, InThePast, NotWholeMinutes, TooLong, TooMany, Wish
from central.database import Database
from central.errors import CentralError, NotFound
from central.events import (
    Event,
    ReservationCancelled,
    ReservationConfirmed,
    ReservationMoved,
    load,
)
from central.halls.models import Hall
from central.outbox.models import StoredEvent
from tests.central.a_city import ANNA, BRAM, NOW, City, a_wish, use
from tests.central.booking import invariants

LIFE = timedelta(minutes=15)
LATER = NOW + LIFE


@pytest.fixture(autouse=True)
def nothing_is_doubled(database: Database) -> Iterator[None]:
    yield
    invariants.check(database)


def hold(database: Database, *wishes: Wish) -> Order:
    with database.write() as session:
        return service.hold(session, ANNA, wishes, LIFE, NOW)


def book(database: Database, *wishes: Wish) -> Order:
    order = hold(database, *wishes)
    with database.write() as session:
        service.confirm(session, order.id, NOW)
    return order


def the_reservation(database: Database, reservation_id: int) -> Reservation:
    with database.read() as session:
        return session.get_one(Reservation, reservation_id)


def announced(database: Database) -> list[Event]:
    with database.read() as session:
        rows = session.scalars(select(StoredEvent).order_by(StoredEvent.id)).all()
        return [load(row.name, row.fields) for row in rows]


def test_a_hold_keeps_the_time_with_its_buffers(database: Database, city: City) -> None:
    order = hold(database, a_wish(city.whole))
    (kept,) = order.reservations
    assert (kept.state, kept.hold_expires_at) == (State.HELD, LATER)
    assert kept.busy_from == use().start - timedelta(minutes=30)
    assert kept.busy_to == use().end + timedelta(minutes=30)
    assert (kept.opens_at, kept.closes_at) == (
        use().start - timedelta(minutes=30),
        use().end + timedelta(minutes=15),
    )
    assert f"{kept.local_start:%a %d %H:%M} {kept.zone}" == "Sat 05 15:00 Europe/Brussels"
    assert kept.cents == 2 * 5000
    assert announced(database) == []


def test_a_hold_does_not_reach_the_neighbour_but_its_buffers_do(
    database: Database, city: City
) -> None:
    book(database, a_wish(city.a, use(14)))
    with pytest.raises(Taken):
        hold(database, a_wish(city.a, use(16)))
    hold(database, a_wish(city.a, use(17)))
    hold(database, a_wish(city.a, use(11)))


@pytest.mark.parametrize(("first", "then"), [("whole", "a"), ("a", "whole"), ("a", "a")])
def test_halls_over_the_same_space_exclude_each_other(
    database: Database, city: City, first: str, then: str
) -> None:
    book(database, a_wish(getattr(city, first)))
    with pytest.raises(Taken):
        hold(database, a_wish(getattr(city, then)))


def test_halls_over_different_spaces_do_not(database: Database, city: City) -> None:
    monday = use(10, day=7)
    book(database, a_wish(city.a, monday))
    book(database, a_wish(city.b, monday))


def test_an_order_holds_all_or_nothing(database: Database, city: City) -> None:
    book(database, a_wish(city.a, use(14, day=7)))
    with pytest.raises(Taken):
        hold(database, a_wish(city.a, use(14, day=6)), a_wish(city.whole, use(14, day=7)))
    with database.read() as session:
        assert len(session.scalars(select(Reservation)).all()) == 1
    order = hold(database, a_wish(city.a, use(14, day=6)), a_wish(city.whole, use(14, day=8)))
    assert len(order.reservations) == 2


def test_confirming_announces_each_reservation_once(database: Database, city: City) -> None:
    order = book(database, a_wish(city.a), a_wish(city.b, use(10, day=7)))
    assert announced(database) == [ReservationConfirmed(one.id) for one in order.reservations]
    with pytest.raises(NotPossible), database.write() as session:
        service.confirm(session, order.id, NOW)
    assert len(announced(database)) == 2


def test_what_is_confirmed_does_not_run_out(database: Database, city: City) -> None:
    order = book(database, a_wish(city.a))
    Housekeeping(database, lambda: LATER).tidy()
    assert the_reservation(database, order.reservations[0].id).state is State.CONFIRMED


def test_a_hold_that_ran_out_makes_place_at_once(database: Database, city: City) -> None:
    order = hold(database, a_wish(city.whole))
    with database.write() as session:
        service.hold(session, BRAM, [a_wish(city.a)], LIFE, LATER)
    with pytest.raises(HoldRanOut), database.write() as session:
        service.confirm(session, order.id, LATER)
    Housekeeping(database, lambda: LATER).tidy()
    assert the_reservation(database, order.reservations[0].id).state is State.EXPIRED


def test_a_hold_cannot_be_confirmed_late_even_if_nobody_wanted_it(
    database: Database, city: City
) -> None:
    order = hold(database, a_wish(city.a))
    with pytest.raises(HoldRanOut), database.write() as session:
        service.confirm(session, order.id, LATER)
    Housekeeping(database, lambda: LATER).tidy()


def test_holds_run_out_without_anybody_asking(database: Database, city: City) -> None:
    order = hold(database, a_wish(city.a))
    Housekeeping(database, lambda: LATER - timedelta(seconds=1)).tidy()
    assert the_reservation(database, order.reservations[0].id).state is State.HELD
    Housekeeping(database, lambda: LATER).tidy()
    assert the_reservation(database, order.reservations[0].id).state is State.EXPIRED


def test_reservations_finish_by_themselves_and_keep_their_place(
    database: Database, city: City
) -> None:
    order = book(database, a_wish(city.a))
    Housekeeping(database, lambda: use().end).tidy()
    assert the_reservation(database, order.reservations[0].id).state is State.FINISHED
    with pytest.raises(Taken), database.write() as session:
        service.hold(session, BRAM, [a_wish(city.a, use(16))], LIFE, NOW)


def test_moving_takes_the_new_place_and_frees_the_old(database: Database, city: City) -> None:
    (moved,) = book(database, a_wish(city.a)).reservations
    with database.write() as session:
        service.move(session, moved.id, a_wish(city.whole, use(14, day=6)), NOW)
    now = the_reservation(database, moved.id)
    assert (now.hall_id, now.starts_at, now.cents) == (city.whole, use(14, day=6).start, 10000)
    before = ReservationMoved(moved.id, city.a, use().start, use().end)
    assert announced(database) == [ReservationConfirmed(moved.id), before]
    hold(database, a_wish(city.a))


def test_moving_within_its_own_place_is_possible(database: Database, city: City) -> None:
    (moved,) = book(database, a_wish(city.a, use(14))).reservations
    with database.write() as session:
        service.move(session, moved.id, a_wish(city.a, use(15)), NOW)
    assert the_reservation(database, moved.id).starts_at == use(15).start


def test_moving_to_a_taken_place_changes_nothing(database: Database, city: City) -> None:
    book(database, a_wish(city.whole, use(14, day=6)))
    (stays,) = book(database, a_wish(city.a)).reservations
    with pytest.raises(Taken), database.write() as session:
        service.move(session, stays.id, a_wish(city.a, use(14, day=6)), NOW)
    assert the_reservation(database, stays.id).starts_at == use().start
    with pytest.raises(Taken):
        hold(database, a_wish(city.a))


def test_moving_a_hold_announces_nothing_and_gives_no_more_time(
    database: Database, city: City
) -> None:
    (held,) = hold(database, a_wish(city.a)).reservations
    with database.write() as session:
        service.move(session, held.id, a_wish(city.a, use(18)), NOW)
    assert announced(database) == []
    assert the_reservation(database, held.id).hold_expires_at == LATER


def test_extending_while_inside_is_possible_moving_the_start_back_is_not(
    database: Database, city: City
) -> None:
    (inside,) = book(database, a_wish(city.a, use(14))).reservations
    during = use(14).start + timedelta(hours=1)
    with database.write() as session:
        service.move(session, inside.id, a_wish(city.a, use(14, 4)), during)
    with pytest.raises(InThePast), database.write() as session:
        service.move(session, inside.id, a_wish(city.a, use(13, 5)), during)
    with pytest.raises(Over), database.write() as session:
        service.move(session, inside.id, a_wish(city.a, use(20)), use(14, 4).end)


def test_cancelling_frees_the_place_and_announces(database: Database, city: City) -> None:
    (gone,) = book(database, a_wish(city.a)).reservations
    with database.write() as session:
        service.cancel(session, gone.id, NOW, actor="staff:1", reason="ziek")
    assert announced(database)[-1] == ReservationCancelled(gone.id)
    hold(database, a_wish(city.whole))
    with pytest.raises(NotPossible), database.write() as session:
        service.cancel(session, gone.id, NOW)


def test_letting_a_hold_go_announces_nothing(database: Database, city: City) -> None:
    (gone,) = hold(database, a_wish(city.a)).reservations
    with database.write() as session:
        service.cancel(session, gone.id, NOW)
    assert announced(database) == []


def test_nothing_is_cancelled_after_its_time(database: Database, city: City) -> None:
    (over,) = book(database, a_wish(city.a)).reservations
    with pytest.raises(Over), database.write() as session:
        service.cancel(session, over.id, use().end)


def test_every_change_is_written_down_with_who_did_it(database: Database, city: City) -> None:
    (one,) = book(database, a_wish(city.a)).reservations
    with database.write() as session:
        service.move(session, one.id, a_wish(city.a, use(18)), NOW, actor="staff:7")
    with database.write() as session:
        service.cancel(session, one.id, NOW, reason="feest gaat niet door")
    with database.read() as session:
        rows = session.scalars(select(StateChange).order_by(StateChange.id)).all()
    assert [(row.transition.value, row.actor, row.reason) for row in rows] == [
        ("hold", "renter", ""),
        ("confirm", "renter", ""),
        ("move", "staff:7", ""),
        ("cancel", "renter", "feest gaat niet door"),
    ]


def test_a_closure_keeps_everybody_out_until_it_is_dropped(database: Database, city: City) -> None:
    with database.write() as session:
        closure = closures.close(session, city.spaces, use(8, 12), "Verkiezingen", NOW)
    with pytest.raises(Taken):
        hold(database, a_wish(city.a, use(10)))
    with database.write() as session:
        closures.reopen(session, closure.id)
    hold(database, a_wish(city.a))


def test_a_closure_names_who_is_in_its_way(database: Database, city: City) -> None:
    (first,) = book(database, a_wish(city.whole)).reservations
    with pytest.raises(Taken), database.write() as session:
        closures.close(session, city.spaces, use(8, 12), "Werken", NOW)
    with database.read() as session:
        found = closures.in_the_way(session, city.spaces, use(8, 12))
    assert [one.id for one in found] == [first.id]


def refused(city: City) -> dict[type[CentralError], Wish]:
    odd = Period(use().start + timedelta(seconds=30), use().end)
    return {
        InThePast: a_wish(city.a, Period(NOW - timedelta(hours=2), NOW)),
        TooLong: a_wish(city.a, use(14, 24 * 15)),
        NotWholeMinutes: a_wish(city.a, odd),
        TooMany: a_wish(city.a, attendees=81),
        Closed: a_wish(city.b, use(19, 4, day=7)),
        NotFound: a_wish(999),
    }


def test_wishes_that_cannot_be_granted_say_why(database: Database, city: City) -> None:
    for reason, wish in refused(city).items():
        with pytest.raises(reason):
            hold(database, wish)


def test_a_hall_that_is_not_offered_cannot_be_held(database: Database, city: City) -> None:
    with database.write() as session:
        session.get_one(Hall, city.a).is_offered = False
    with pytest.raises(NotOffered):
        hold(database, a_wish(city.a))


def test_the_same_address_is_the_same_person_whatever_its_case(
    database: Database, city: City
) -> None:
    orders = [hold(database, a_wish(city.a)), hold(database, a_wish(city.a, use(18)))]
    assert orders[0].person_id == orders[1].person_id


def test_the_database_itself_refuses_a_row_that_goes_around_the_one_function(
    database: Database, city: City
) -> None:
    (one,) = book(database, a_wish(city.a)).reservations
    row = {
        "space_id": city.spaces[0],
        "busy_from": use().start + timedelta(minutes=30),
        "busy_to": use().end + timedelta(hours=5),
        "reservation_id": one.id,
    }
    with pytest.raises(DBAPIError, match="ex_occupancy_once"), database.write() as session:
        session.execute(insert(Occupancy), row)


def test_the_database_itself_refuses_to_stretch_a_row_over_another(
    database: Database, city: City
) -> None:
    book(database, a_wish(city.a, use(10)))
    (later,) = book(database, a_wish(city.a, use(18))).reservations
    with pytest.raises(DBAPIError, match="ex_occupancy_once"), database.write() as session:
        session.execute(
            update(Occupancy)
            .where(Occupancy.reservation_id == later.id)
            .values(busy_from=use(11).start)
        )
