from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from central.accounts import acting, mandates, renter_sessions
from central.accounts.capacities import Capacity, Source
from central.accounts.models import RenterSession
from central.accounts.renter_sessions import (
    IDLE,
    LIFE,
    SHORT_IDLE,
    SHORT_LIFE,
    NotYourCapacity,
    Opening,
)
from central.database import Database
from central.errors import NotFound
from tests.central.a_city import NOW
from tests.central.some_people import People

HOW = Opening("email", "Firefox, Linux")
STAYING = Opening("email", "Chrome, Android", stays=True)


def opened(database: Database, people: People, how: Opening = HOW) -> str:
    with database.write() as session:
        return renter_sessions.open_session(session, people.anna, how, NOW)


def number(database: Database, secret: str) -> int:
    with database.read() as session:
        row = renter_sessions.session_of(session, secret, NOW)
        assert row
        return row.id


def counts(database: Database, secret: str, after: timedelta) -> bool:
    with database.read() as session:
        return renter_sessions.session_of(session, secret, NOW + after) is not None


def test_a_session_is_recognised_and_its_secret_stands_nowhere(
    database: Database, people: People
) -> None:
    secret = opened(database, people)
    with database.read() as session:
        row = renter_sessions.session_of(session, secret, NOW)
        assert row
        assert (row.person_id, row.device) == (people.anna, "Firefox, Linux")
        assert row.hash == sha256(secret.encode()).digest()
        assert renter_sessions.session_of(session, secret + "x", NOW) is None


@pytest.mark.parametrize(("how", "idle"), [(HOW, SHORT_IDLE), (STAYING, IDLE)])
def test_a_session_ends_when_idle(
    database: Database, people: People, how: Opening, idle: timedelta
) -> None:
    secret = opened(database, people, how)
    assert counts(database, secret, idle - timedelta(seconds=1))
    assert not counts(database, secret, idle)


@pytest.mark.parametrize(("how", "life"), [(HOW, SHORT_LIFE), (STAYING, LIFE)])
def test_a_session_ends_at_its_time_even_while_used(
    database: Database, people: People, how: Opening, life: timedelta
) -> None:
    secret = opened(database, people, how)
    with database.write() as session:
        renter_sessions.seen(session, number(database, secret), NOW + life - timedelta(hours=1))
    assert counts(database, secret, life - timedelta(seconds=1))
    assert not counts(database, secret, life)


def test_one_logs_out_of_one_browser_of_the_others_or_of_all(
    database: Database, people: People
) -> None:
    one, other, third = (opened(database, people) for _ in range(3))
    with database.write() as session:
        renter_sessions.revoke(session, people.anna, number(database, one))
    assert not counts(database, one, timedelta())
    with database.write() as session:
        renter_sessions.revoke_all(session, people.anna, but=number(database, third))
    assert not counts(database, other, timedelta())
    assert counts(database, third, timedelta())
    with database.write() as session:
        renter_sessions.revoke_all(session, people.anna)
        assert session.scalars(select(RenterSession)).all() == []


def test_nobody_logs_out_somebody_else(database: Database, people: People) -> None:
    secret = opened(database, people)
    with pytest.raises(NotFound), database.write() as session:
        renter_sessions.revoke(session, people.bram, number(database, secret))
    assert counts(database, secret, timedelta())


def test_logging_out_ends_it(database: Database, people: People) -> None:
    secret = opened(database, people)
    with database.write() as session:
        renter_sessions.close_session(session, secret)
    assert not counts(database, secret, timedelta())


def test_one_acts_for_who_gave_a_mandate_and_for_nobody_else(
    database: Database, people: People
) -> None:
    secret = opened(database, people)
    with database.write() as session:
        renter_sessions.choose(session, number(database, secret), people.scouts, NOW)
        row = renter_sessions.session_of(session, secret, NOW)
        assert row
        assert row.organisation_id == people.scouts
        found = acting.acting(session, people.anna, row.organisation_id, NOW.date())
        assert (found.name, found.capacity) == ("Scouts Sint-Jan", Capacity.ASSOCIATION)
        renter_sessions.choose(session, row.id, None, NOW)
        assert row.organisation_id is None
    with pytest.raises(NotYourCapacity), database.write() as session:
        renter_sessions.choose(session, number(database, secret), 999, NOW)


def test_a_chosen_capacity_ends_with_its_mandate(database: Database, people: People) -> None:
    with database.write() as session:
        (mandate,) = mandates.holders(session, people.scouts, NOW.date())
        mandates.end(session, mandate.id, "staff:1", NOW)
        found = acting.acting(session, people.anna, people.scouts, NOW.date())
        assert (found.capacity, found.organisation) == (Capacity.CITIZEN, None)
        with pytest.raises(NotYourCapacity):
            renter_sessions.check_capacity(session, people.anna, people.scouts, NOW)
        assert Source.CITY_LIST is mandate.source
