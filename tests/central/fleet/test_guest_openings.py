"""Doors left open for guests: the signed mode follows all who want it, staff go before, all of it ends."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from central.audit.models import AuditEntry
from central.booking.models import Reservation
from central.credentials import named, rights
from central.credentials import service as credentials
from central.documents.service import body_of
from central.errors import NotFound
from central.fleet import configuring, guests, queries
from central.fleet.guests import GuestDoor, ModeSetByStaff, NotDuringTheUse, Wanted
from central.fleet.models import GuestOpening
from central.halls import service as halls
from central.halls.access_type import AccessType
from central.halls.hall_data import data_of
from central.halls.models import Hall, RouteStep
from contracts.modes import DoorMode, Modes
from tests.central.a_city import SITE, use
from tests.central.a_town import Town
from tests.simulators.unit import SimulatedUnit

SATURDAY = use(14, 2, day=5)
QUARTER = timedelta(minutes=15)
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
LOCKED, OPEN = DoorMode.LOCKED, DoorMode.HOLD_OPEN


@pytest.fixture
def unit(town: Town) -> SimulatedUnit:
    with town.database.write() as session:
        session.get_one(Hall, town.halls.a).may_hold_open = True
        session.get_one(Hall, town.halls.b).may_hold_open = True
    return town.add_unit("Straatdeur")


@pytest.fixture
def booked(town: Town, unit: SimulatedUnit) -> Reservation:
    """A reservation of hall A whose time has come."""
    assert unit.id
    reservation = town.book(town.halls.a, SATURDAY)
    town.time.now = SATURDAY.start
    return reservation


def wanted(town: Town, reference: str, until: datetime | None = None) -> Wanted:
    with town.database.read() as session:
        right = rights.right_of(session, reference, town.time())
    return Wanted(
        door=town.door("Straatdeur"),
        reservation=right.reservation,
        grant=right.grant,
        opens_at=right.opens_at,
        closes_at=right.closes_at,
        until=until or town.time() + QUARTER,
    )


def ask(town: Town, what: Wanted, actor: str = "person:1") -> int:
    with town.database.write() as session:
        made = guests.ask(session, what, actor, town.time()).id
    town.settle()
    return made


def end(town: Town, what: Wanted) -> None:
    with town.database.write() as session:
        live = guests.live_of_grant(session, what.grant, town.time())
        guests.end(session, live, "person:1", town.time())
    town.settle()


def signed(town: Town, unit: SimulatedUnit) -> Modes:
    return body_of(town.broker.last(unit.id, "modes"), Modes)


def seen(town: Town, what: Wanted) -> GuestDoor:
    with town.database.read() as session:
        (door,) = guests.on_the_way(session, SITE, [0, 1, 2], what.grant, town.time())
    return door


def staff_set(
    town: Town, unit: SimulatedUnit, mode: DoorMode, until: datetime | None = None
) -> None:
    with town.database.write() as session:
        configuring.set_mode(session, unit.id, mode, until, "staff-7", town.authority, town.time())
    town.settle()


def test_door_is_told_until_when_and_the_renter_sees_that_it_heard(
    town: Town, unit: SimulatedUnit, booked: Reservation
) -> None:
    what = wanted(town, booked.reference)
    number = ask(town, what)
    said = signed(town, unit)
    assert (said.mode, said.until) == (OPEN, int(what.until.timestamp()))
    assert said.cause == f"guests-{number}"
    assert (seen(town, what).until, seen(town, what).is_applied) == (what.until, False)
    town.bring(unit)
    assert seen(town, what).is_applied
    with town.database.read() as session:
        assert guests.grants_behind(session, [said.cause, "staff-7"]) == {said.cause: what.grant}
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "door.held_open"))
    assert (entry.actor, entry.subject) == ("person:1", f"door:{what.door}")


def test_ending_it_locks_the_door_before_its_time(
    town: Town, unit: SimulatedUnit, booked: Reservation
) -> None:
    what = wanted(town, booked.reference)
    ask(town, what)
    town.bring(unit)
    end(town, what)
    assert (signed(town, unit).mode, signed(town, unit).until) == (LOCKED, None)
    assert (seen(town, what).until, seen(town, what).is_applied) == (None, False)
    town.bring(unit)
    assert seen(town, what).is_applied


@SQLITE
@pytest.mark.parametrize("minutes", [-1, 0, 136])
def test_only_a_time_within_the_use_is_taken(town: Town, booked: Reservation, minutes: int) -> None:
    what = wanted(town, booked.reference, town.time() + timedelta(minutes=minutes))
    with town.database.write() as session, pytest.raises(NotDuringTheUse):
        guests.ask(session, what, "person:1", town.time())
    early = replace(what, until=SATURDAY.start + QUARTER)
    town.time.now = booked.opens_at - timedelta(seconds=1)
    with town.database.write() as session, pytest.raises(NotDuringTheUse):
        guests.ask(session, early, "person:1", town.time())


def test_street_door_of_two_renters_stays_open_as_long_as_one_wants_it(
    town: Town, unit: SimulatedUnit, booked: Reservation
) -> None:
    with town.database.write() as session:
        reference = named.give(session, booked.id, "Partner", town.time(), "person:1").reference
    town.settle()
    mine = wanted(town, booked.reference)
    theirs = wanted(town, reference, town.time() + 2 * QUARTER)
    ask(town, mine)
    ask(town, theirs)
    assert signed(town, unit).until == int(theirs.until.timestamp())
    end(town, theirs)
    assert (signed(town, unit).mode, signed(town, unit).until) == (
        OPEN, int(mine.until.timestamp()),
    )  # fmt: skip
    end(town, mine)
    assert signed(town, unit).mode is LOCKED


@SQLITE
def test_asking_again_with_one_pass_takes_the_place_of_what_was_asked(
    town: Town, unit: SimulatedUnit, booked: Reservation
) -> None:
    longer = wanted(town, booked.reference, town.time() + 4 * QUARTER)
    ask(town, longer)
    shorter = replace(longer, until=town.time() + QUARTER)
    ask(town, shorter)
    assert signed(town, unit).until == int(shorter.until.timestamp())


def test_mode_of_staff_goes_before_and_ends_what_renters_wanted(
    town: Town, unit: SimulatedUnit, booked: Reservation
) -> None:
    what = wanted(town, booked.reference)
    ask(town, what)
    staff_set(town, unit, DoorMode.LOCKED_DOWN, town.time() + 4 * QUARTER)
    assert (seen(town, what).until, seen(town, what).is_of_staff) == (None, True)
    with town.database.write() as session, pytest.raises(ModeSetByStaff):
        guests.ask(session, what, "person:1", town.time())
    with town.database.write() as session:
        guests.follow(session, what.door, town.authority, town.time())
    assert signed(town, unit).mode is DoorMode.LOCKED_DOWN
    staff_set(town, unit, LOCKED)
    with town.database.write() as session:
        guests.follow(session, what.door, town.authority, town.time())
    town.settle()
    assert signed(town, unit).mode is LOCKED
    ask(town, what)
    assert signed(town, unit).mode is OPEN


@SQLITE
def test_door_that_staff_locked_is_not_opened_again_by_what_was_asked_before(
    town: Town, unit: SimulatedUnit, booked: Reservation
) -> None:
    mine = wanted(town, booked.reference, town.time() + 4 * QUARTER)
    ask(town, mine)
    staff_set(town, unit, LOCKED)
    assert seen(town, mine).until is None
    with town.database.write() as session:
        reference = named.give(session, booked.id, "Partner", town.time(), "person:1").reference
    town.settle()
    theirs = wanted(town, reference)
    ask(town, theirs)
    assert signed(town, unit).until == int(theirs.until.timestamp())


@pytest.mark.parametrize("what_happens", ["cancelled", "moved", "revoked", "withdrawn"])
def test_it_ends_with_the_pass_or_the_reservation_that_it_rests_on(
    town: Town, unit: SimulatedUnit, booked: Reservation, what_happens: str
) -> None:
    reference = booked.reference
    if what_happens == "withdrawn":
        with town.database.write() as session:
            reference = named.give(session, booked.id, "Lies", town.time(), "person:1").reference
        town.settle()
    what = wanted(town, reference)
    ask(town, what)
    assert signed(town, unit).mode is OPEN
    with town.database.write() as session:
        if what_happens == "withdrawn":
            named.withdraw(session, booked.id, reference, town.authority, town.time(), "person:1")
        if what_happens == "revoked":
            (credential,) = town.passes(booked)
            credentials.revoke(
                session, credential.id, "verloren", town.authority, town.time(), "staff:1"
            )
    if what_happens == "moved":
        town.move(booked, town.halls.a, use(19, 2, day=5))
    if what_happens == "cancelled":
        town.cancel(booked)
    town.settle()
    assert signed(town, unit).mode is LOCKED
    with town.database.read() as session:
        (row,) = session.scalars(select(GuestOpening))
        assert row.ended_at == town.time()
        is_left = what_happens == "moved"
        with nullcontext() if is_left else pytest.raises(NotFound):
            rights.right_of(session, reference, town.time())


@SQLITE
@pytest.mark.parametrize(
    ("route_of_b", "what_changes", "mode"),
    [
        ((), "moved to hall B", LOCKED),
        ((0, 3), "moved to hall B", OPEN),  # by the same street door
        ((1, 3), "moved to hall B", LOCKED),
        ((0, 3), "moved to a hall B that may not", LOCKED),
        ((), "another route", LOCKED),
        ((), "not by pass any more", LOCKED),
        ((), "hall may not any more", LOCKED),
        ((), "another name", OPEN),
    ],
)
def test_it_ends_at_a_door_that_the_use_may_not_hold_open_any_more(
    town: Town, unit: SimulatedUnit, route_of_b: tuple[int, ...], what_changes: str, mode: DoorMode
) -> None:
    with town.database.write() as session:
        hall = session.get_one(Hall, town.halls.b)
        hall.may_hold_open = what_changes != "moved to a hall B that may not"
        session.add_all(
            RouteStep(hall_id=town.halls.b, position=at, bit=bit)
            for at, bit in enumerate(route_of_b)
        )
    monday = use(14, 2, day=7)
    booked = town.book(town.halls.a, monday)
    town.time.now = monday.start
    ask(town, wanted(town, booked.reference))
    assert signed(town, unit).mode is OPEN
    if what_changes.startswith("moved"):
        town.move(booked, town.halls.b, monday)
    else:
        change_hall_a(town, what_changes)
    assert signed(town, unit).mode is mode


def change_hall_a(town: Town, what_changes: str) -> None:
    with town.database.write() as session:
        data = data_of(halls.hall_of(session, town.halls.a))
        changed = {
            "another route": replace(data, route=(1, 2)),
            "not by pass any more": replace(
                data, access=((town.time().date(), AccessType.KEY_PICKUP, ""),)
            ),
            "hall may not any more": replace(data, may_hold_open=False),
            "another name": replace(data, name="Zaal Anders"),
        }
        halls.change_hall(session, town.halls.a, changed[what_changes], town.time())
    town.settle()


@SQLITE
def test_time_that_is_over_needs_no_new_mode(
    town: Town, unit: SimulatedUnit, booked: Reservation
) -> None:
    what = wanted(town, booked.reference)
    ask(town, what)
    town.bring(unit)
    count = town.broker.count(unit.id, "modes")
    town.time.now = what.until
    assert (seen(town, what).until, town.broker.count(unit.id, "modes")) == (None, count)


@SQLITE
def test_door_without_a_unit_is_none_to_hold_open_and_one_that_left_service_stops_nothing(
    town: Town, booked: Reservation
) -> None:
    what = replace(wanted(town, booked.reference), door=town.door("Gang"))
    with town.database.write() as session, pytest.raises(NotFound):
        guests.ask(session, what, "person:1", town.time())
    with town.database.write() as session:
        guests.follow(session, town.door("Gang"), town.authority, town.time())
        assert queries.doors(session, town.time())
