"""Staff of the hall hear of requests that wait and of what cannot wait; nobody else does."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from central.accounts.mail_models import StoredMail
from central.accounts.roles import Right, Role
from central.accounts.service import add_staff
from central.booking import approvals, rules
from central.booking.priority import Effect, PriorityRule
from central.booking.rule_models import Handling
from central.events import RequestOverdue
from central.feedback import defects
from central.feedback.defect import Kind
from central.feedback.defects import Report, Reporter
from central.feedback.models import Source
from central.halls.models import Hall
from central.outbox.service import announce
from tests.central.a_city import NOW, City
from tests.central.a_town import Town
from tests.central.some_people import People

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def staffed(town: Town, people: People) -> Town:
    """Hall A is of Culture; each service has a manager, the city an admin, Culture a caretaker."""
    with town.database.write() as session:
        session.get_one(Hall, town.halls.a).service_id = people.culture
        for email, right in (
            ("culture@stad.be", Right(Role.HALL_MANAGER, service=people.culture)),
            ("sport@stad.be", Right(Role.HALL_MANAGER, service=people.sport)),
            ("caretaker@stad.be", Right(Role.FACILITY_STAFF, hall=town.halls.a)),
            ("admin@stad.be", Right(Role.ADMIN)),
        ):
            add_staff(session, email, "Mia", "x", [right], NOW)
    return town


def to_staff(town: Town) -> list[tuple[str, str]]:
    with town.database.read() as session:
        rows = session.execute(
            select(StoredMail.to, StoredMail.subject)
            .where(StoredMail.to.endswith("@stad.be"))
            .order_by(StoredMail.id)
        )
        return [(to.removesuffix("@stad.be"), subject) for to, subject in rows]


def test_a_waiting_request_is_told_its_manager_and_a_late_one_the_city_too(
    staffed: Town, city: City
) -> None:
    with staffed.database.write() as session:
        rules.put_priority(session, None, PriorityRule(0, Effect.APPROVE), "system", NOW)
    reservation = staffed.book(city.a)
    with staffed.database.read() as session:
        due = session.get_one(Handling, reservation.id).due_at
    assert due
    for moment in (due - timedelta(hours=3), due, due + timedelta(hours=1)):
        staffed.time.now = moment
        with staffed.database.write() as session:
            approvals.remind(session, moment)
        staffed.settle()
    soon, late = (f"Aanvraag wacht {words}op antwoord: Zaal A" for words in ("", "te lang "))
    assert to_staff(staffed) == [("culture", soon), ("culture", late), ("admin", late)]


def test_an_answered_request_reminds_nobody(staffed: Town, city: City) -> None:
    reservation = staffed.book(city.a)
    with staffed.database.write() as session:
        announce(session, RequestOverdue(reservation.id, is_escalated=True), NOW)
    staffed.settle()
    assert to_staff(staffed) == []


@pytest.mark.parametrize(("is_urgent", "told"), [(True, ["culture", "caretaker"]), (False, [])])
def test_only_an_urgent_defect_is_told_at_once_and_only_who_keeps_the_hall(
    staffed: Town, city: City, told: list[str], *, is_urgent: bool
) -> None:
    report = Report(Kind.WATER, "Er loopt water.", "nl", is_urgent=is_urgent)
    with staffed.database.write() as session:
        defects.report(session, city.a, report, Reporter(Source.HALL_SHEET, "guest"), NOW)
    staffed.settle()
    assert [to for to, _ in to_staff(staffed)] == told


def test_a_hall_that_nobody_keeps_is_told_who_manages_the_city(staffed: Town, city: City) -> None:
    report = Report(Kind.WATER, "Er loopt water.", "nl", is_urgent=True)
    with staffed.database.write() as session:
        defects.report(session, city.b, report, Reporter(Source.HALL_SHEET, "guest"), NOW)
    staffed.settle()
    assert to_staff(staffed) == [("admin", "Dringend: er is iets mis in Zaal B")]
