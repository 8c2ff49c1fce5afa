"""A request that nobody answers is reminded of, escalated, and in the end given up."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from central.booking import approvals, rules, service
from central.booking.jobs import Housekeeping
from central.booking.models import Occupancy, Reservation
from central.booking.priority import Effect, PriorityRule
from central.booking.reservation import State
from central.booking.rule_models import Handling
from central.booking.rules import Policy
from central.booking.unanswered import WHY
from central.database import Database
from central.outbox.models import StoredEvent
from tests.central.a_city import ANNA, NOW, City, Time, a_wish, use
from tests.central.booking.test_rules_api import service_with

LIFE = timedelta(minutes=15)
DUE = datetime(2026, 11, 26, 10, tzinfo=UTC)
"""Two working days after the Tuesday on which it was asked."""


@pytest.fixture
def asked(database: Database, city: City) -> Reservation:
    """A request for 16 December of a service that answers within two working days."""
    number, _ = service_with(database, city.a)
    with database.write() as session:
        rules.put_policy(session, number, Policy(approval_working_days=2), "staff:7", NOW)
        rules.put_priority(session, None, PriorityRule(0, Effect.APPROVE), "staff:7", NOW)
        order = service.hold(session, ANNA, [a_wish(city.a, use(day=16))], LIFE, NOW)
        return service.confirm(session, order.id, NOW).reservations[0]


def tidied(database: Database, asked: Reservation, now: datetime) -> State:
    Housekeeping(database, Time(now)).tidy()
    with database.read() as session:
        return session.get_one(Reservation, asked.id).state


def test_it_ends_after_as_many_working_days_again_and_the_renter_reads_why(
    database: Database, asked: Reservation
) -> None:
    monday = datetime(2026, 11, 30, 10, tzinfo=UTC)  # two working days after the deadline
    for now in (DUE - timedelta(days=1), DUE, monday - timedelta(minutes=1)):
        assert tidied(database, asked, now) is State.REQUESTED, now
    assert tidied(database, asked, monday) is State.DENIED
    with database.read() as session:
        events = list(session.scalars(select(StoredEvent.name).order_by(StoredEvent.id)))
        handling = session.get_one(Handling, asked.id)
        assert session.scalars(select(Occupancy)).all() == [], "others may have the place"
    assert events.count("reservation.request_overdue.v1") == 2
    assert events[-1] == "reservation.denied.v1"
    assert (handling.decided_by, handling.reason) == ("system", WHY["nl"])


def test_it_ends_when_its_time_begins_even_if_nobody_was_reminded(
    database: Database, asked: Reservation
) -> None:
    assert tidied(database, asked, asked.starts_at) is State.DENIED


def test_what_somebody_takes_up_and_answers_late_is_answered(
    database: Database, asked: Reservation
) -> None:
    tidied(database, asked, DUE)
    with database.write() as session:
        approvals.approve(session, asked.id, "staff:7", DUE)
    later = DUE + timedelta(days=14)
    assert tidied(database, asked, later) in {
        State.CONFIRMED,
        State.AWAITING_PAYMENT,
        State.EXPIRED,
    }
    with database.read() as session:
        assert session.get_one(Handling, asked.id).decided_by == "staff:7"
