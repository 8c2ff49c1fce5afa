"""Messages follow what happens: planned once, sent when due, by another way when nobody reads them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from central.accounts.mail_models import MailState, StoredMail
from central.accounts.mailer import AddressRefused, Mail
from central.accounts.models import Person
from central.accounts.people import person_of
from central.booking import approvals, rules
from central.booking import service as booking
from central.booking.models import Reservation
from central.booking.priority import Effect, PriorityRule
from central.booking.reservation import State as Stands
from central.credentials import service as credentials
from central.events import ReservationConfirmed
from central.feedback import defects
from central.feedback.defect import Kind, Transition
from central.feedback.defects import Report, Reporter
from central.feedback.models import Source
from central.notifications import planning, service
from central.notifications.channels import NumberRefused
from central.notifications.jobs import Telling
from central.notifications.models import Notification
from central.notifications.notification import Channel, MessageKind, MessageNotPossible, State
from central.notifications.office import MessageOffice
from central.outbox.models import Delivery, DeliveryState
from central.outbox.service import Reactions, announce
from central.outbox.worker import Worker
from central.reactions import reactions
from tests.central.a_city import ANNA, NOW, City, a_wish, use
from tests.central.a_town import Town
from tests.central.an_office import an_office

ONLY_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Where nothing depends on the database."""
DAYS_BEFORE = 4
USE = use()


@dataclass
class Gateway:
    """Text messages, kept; or every number refused."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    refuses: bool = False

    def send(self, number: str, text: str, key: UUID) -> None:
        del key
        if self.refuses:
            raise NumberRefused(why="no such number")
        self.sent.append((number, text))


class Refusing:
    """A mail server that knows nobody."""

    def send(self, mail: Mail, key: UUID, at: datetime) -> None:
        del mail, key, at
        raise AddressRefused(why="550")


def mails(town: Town) -> list[str]:
    with town.database.read() as session:
        return list(session.scalars(select(StoredMail.subject).order_by(StoredMail.id)))


def told(town: Town, kind: MessageKind) -> Notification:
    with town.database.read() as session:
        return session.scalars(select(Notification).where(Notification.kind == kind)).one()


def later(town: Town, now: datetime) -> None:
    """Let time pass, the job look, and everything that follows happen."""
    town.time.now = now
    Telling(town.database, town.time).look()
    town.settle()


def with_gateway(town: Town, gateway: Gateway) -> None:
    """Give the city a gateway, and Anna a phone: she is known from an earlier time."""
    office = an_office(town.database, gateway)
    post = town.post
    table = reactions(town.authority, town.publisher, post, office)
    town.worker = Worker(town.database, table, town.time)
    with town.database.write() as session:
        number = person_of(session, ANNA, NOW)
        session.get_one(Person, number).phone = "+32470000000"


def test_a_reservation_is_confirmed_at_once_and_its_pass_comes_some_days_before(
    town: Town, city: City
) -> None:
    town.book(city.a)
    assert mails(town) == ["Uw reservatie is bevestigd: Zaal A, zaterdag 5 december 2026"]
    pass_at = USE.start - timedelta(days=DAYS_BEFORE)
    later(town, pass_at - timedelta(minutes=1))
    assert len(mails(town)) == 1
    later(town, pass_at)
    assert mails(town)[1:] == ["Uw toegangspas: Zaal A, zaterdag 5 december 2026"]
    later(town, pass_at + timedelta(hours=1))
    assert len(mails(town)) == 2, "once"


@ONLY_SQLITE
def test_a_late_booking_gets_its_pass_at_once(town: Town, city: City) -> None:
    town.time.now = USE.start - timedelta(days=2)
    town.book(city.a)
    assert [one.split(":")[0] for one in mails(town)] == [
        "Uw reservatie is bevestigd",
        "Uw toegangspas",
    ]


@ONLY_SQLITE
def test_the_form_comes_the_morning_after(town: Town, city: City) -> None:
    reservation = town.book(city.a)
    morning = datetime.fromisoformat("2026-12-06T10:00+01:00")
    assert told(town, MessageKind.FORM).due_at == morning
    with town.database.write() as session:
        session.get_one(Reservation, reservation.id).state = Stands.FINISHED
    later(town, morning)
    assert mails(town)[-1] == "Hoe was het in Zaal A?"


def test_an_order_of_several_is_confirmed_in_one_message_whatever_is_delivered_twice(
    town: Town, city: City
) -> None:
    with town.database.write() as session:
        wishes = [a_wish(city.a), a_wish(city.b, use(day=7))]
        order = booking.hold(session, ANNA, wishes, timedelta(minutes=15), NOW)
        booking.confirm(session, order.id, NOW)
        first = order.reservations[0].id
    town.settle()
    with town.database.write() as session:
        announce(session, ReservationConfirmed(first), NOW)
    town.settle()
    assert mails(town) == ["Uw reservatie is bevestigd: Zaal A, Zaal B, zaterdag 5 december 2026"]


def test_moving_tells_it_and_the_pass_is_sent_at_its_new_moment(town: Town, city: City) -> None:
    reservation = town.book(city.a)
    town.move(reservation, city.a, use(day=12))
    assert mails(town)[1:] == ["Uw reservatie is verplaatst: Zaal A, zaterdag 12 december 2026"]
    later(town, USE.start - timedelta(days=DAYS_BEFORE))
    assert len(mails(town)) == 2
    later(town, use(day=12).start - timedelta(days=DAYS_BEFORE))
    assert mails(town)[2:] == ["Uw toegangspas: Zaal A, zaterdag 12 december 2026"]


@ONLY_SQLITE
def test_cancelling_tells_it_and_nothing_comes_after(town: Town, city: City) -> None:
    reservation = town.book(city.a)
    town.cancel(reservation)
    assert mails(town)[1:] == ["Uw reservatie is geannuleerd: Zaal A, zaterdag 5 december 2026"]
    later(town, USE.end + timedelta(days=2))
    assert len(mails(town)) == 2
    assert told(town, MessageKind.PASS).state is State.DROPPED
    assert told(town, MessageKind.FORM).state is State.DROPPED


@ONLY_SQLITE
def test_a_request_is_told_its_answer_too(town: Town, city: City) -> None:
    with town.database.write() as session:
        rules.put_priority(session, None, PriorityRule(0, Effect.APPROVE), "system", NOW)
    asked, other = town.book(city.a), town.book(city.b, use(day=7))
    with town.database.write() as session:
        approvals.approve(session, asked.id, "staff:1", NOW)
        approvals.deny(session, other.id, "staff:1", NOW, "Er is kermis.")
    town.settle()
    assert [one.split(":")[0] for one in mails(town)] == [
        "Uw aanvraag is verstuurd",
        "Uw aanvraag is verstuurd",
        "Uw reservatie is bevestigd",
        "Uw aanvraag is niet goedgekeurd",
    ]


@ONLY_SQLITE
def test_who_reported_a_defect_hears_what_happens_with_it(town: Town, city: City) -> None:
    report = Report(Kind.LIGHT, "Stuk.", "en", email="guest@example.org")
    with town.database.write() as session:
        found = defects.report(session, city.a, report, Reporter(Source.HALL_SHEET, "guest"), NOW)
        defects.change(session, found.reference, Transition.SEE, "staff:1", NOW)
        silent = defects.report(
            session, city.a, Report(Kind.WATER, "Lek.", "nl"), Reporter(Source.STAFF, "s"), NOW
        )
        defects.change(session, silent.reference, Transition.SEE, "staff:1", NOW)
    town.settle()
    assert mails(town) == ["Your report about Zaal A: Read by our staff"]


@ONLY_SQLITE
def test_a_pass_that_is_replaced_is_sent_anew_but_only_to_who_had_one(
    town: Town, city: City
) -> None:
    reservation = town.book(city.a)

    def replace() -> None:
        with town.database.write() as session:
            grant = town.passes(reservation)[0].grant_id
            credentials.issue_again(session, grant, town.authority, town.time(), "staff:1")
        town.settle()

    replace()
    assert len(mails(town)) == 1
    later(town, USE.start - timedelta(days=2))
    replace()
    assert [one.split(":")[0] for one in mails(town)] == [
        "Uw reservatie is bevestigd",
        "Uw toegangspas",
        "Gebruik een nieuwe toegangspas",
    ]


def sent_pass(town: Town, city: City) -> Reservation:
    reservation = town.book(city.a)
    later(town, USE.start - timedelta(days=DAYS_BEFORE))
    return reservation


def test_a_pass_that_nobody_opened_goes_to_the_phone_and_then_on_the_call_list(
    town: Town, city: City
) -> None:
    gateway = Gateway()
    with_gateway(town, gateway)
    sent_pass(town, city)
    later(town, USE.start - timedelta(hours=24, minutes=1))
    assert gateway.sent == []
    later(town, USE.start - timedelta(hours=24))
    ((number, says),) = gateway.sent
    assert number == "+32470000000"
    assert says.startswith("Stad Test: zo komt u binnen in Zaal A")
    later(town, USE.start - timedelta(hours=20, minutes=1))
    assert told(town, MessageKind.PASS).state is State.SENT
    later(town, USE.start - timedelta(hours=20))
    found = told(town, MessageKind.PASS)
    assert (found.state, found.channel, found.why) == (State.TO_CALL, Channel.CALL, "not_read")
    assert found.tried == ["mail", "text"]


@ONLY_SQLITE
def test_a_pass_that_was_opened_is_left_alone(town: Town, city: City) -> None:
    reservation = sent_pass(town, city)
    with town.database.write() as session:
        assert service.unread(session, [reservation.id])
        service.read(session, [reservation.id], town.time())
        assert not service.unread(session, [reservation.id])
    later(town, USE.start - timedelta(hours=1))
    found = told(town, MessageKind.PASS)
    assert (found.state, found.attempts) == (State.READ, 1)


def refuse_mail(town: Town) -> None:
    town.post._mailer = Refusing()


def test_what_bounces_goes_on_the_call_list_but_no_form_does(town: Town, city: City) -> None:
    refuse_mail(town)
    reservation = town.book(city.a)
    found = told(town, MessageKind.CONFIRMED)
    assert (found.state, found.why) == (State.TO_CALL, "bounced")
    with town.database.write() as session:
        session.get_one(Reservation, reservation.id).state = Stands.FINISHED
    later(town, USE.end + timedelta(days=1))
    assert told(town, MessageKind.FORM).state is State.SENT
    with town.database.read() as session:
        states = set(session.scalars(select(StoredMail.state)))
    assert states == {MailState.REFUSED}


@ONLY_SQLITE
def test_a_number_that_is_refused_leads_to_the_call_list(town: Town, city: City) -> None:
    with_gateway(town, Gateway(refuses=True))
    refuse_mail(town)
    town.book(city.a)
    assert told(town, MessageKind.CONFIRMED).state is State.TO_CALL


@ONLY_SQLITE
def test_calls_are_noted_until_somebody_answers(town: Town, city: City) -> None:
    refuse_mail(town)
    town.book(city.a)
    with town.database.write() as session:
        (one,) = service.call_list(session)
        service.called(session, one, "staff:1", NOW, was_reached=False)
        assert [row.id for row in service.call_list(session)] == [one.id]
        service.called(session, one, "staff:1", NOW, was_reached=True)
        assert list(service.call_list(session)) == []
        with pytest.raises(MessageNotPossible):
            service.called(session, one, "staff:1", NOW, was_reached=True)


@ONLY_SQLITE
def test_nobody_is_called_about_what_is_over_or_cancelled(town: Town, city: City) -> None:
    refuse_mail(town)
    first = town.book(city.a)
    second = town.book(city.b, use(day=7))
    town.cancel(second)
    assert about(town) == {(first.id, "confirmed"), (second.id, "cancelled")}
    later(town, USE.end + timedelta(days=10))
    assert (first.id, "confirmed") not in about(town)


def about(town: Town) -> set[tuple[int | None, str]]:
    with town.database.read() as session:
        return {(one.reservation_id, one.kind.value) for one in service.call_list(session)}


@ONLY_SQLITE
def test_a_pass_that_could_not_be_made_puts_its_renter_on_the_call_list(
    town: Town, city: City
) -> None:
    reservation = town.book(city.a)
    with town.database.write() as session:
        planning.pass_missing(session, reservation.id, UUID(int=1), NOW)
        planning.pass_missing(session, reservation.id, UUID(int=1), NOW)
    assert about(town) == {(reservation.id, "pass_missing")}


@ONLY_SQLITE
def test_a_message_that_cannot_be_written_yet_is_tried_again_by_the_outbox(
    town: Town, city: City
) -> None:
    town.time.now = USE.start - timedelta(days=2)
    with town.database.write() as session:
        order = booking.hold(session, ANNA, [a_wish(city.a)], timedelta(minutes=15), town.time())
        booking.confirm(session, order.id, town.time())
        (reservation,) = order.reservations
        planning.confirmed(session, reservation.id, town.time(), DAYS_BEFORE)
    office = an_office(town.database)
    lone = Worker(town.database, _only_sending(town, office), town.time)
    lone.drain()
    assert undelivered(town) == ["messages.send"], "the pass waits for the one who makes it"
    with town.database.write() as session:
        credentials.follow_reservation(session, reservation.id, town.authority, town.time())
    town.time.now += timedelta(minutes=1)
    lone.drain()
    assert undelivered(town) == []
    assert told(town, MessageKind.PASS).state is State.SENT


def _only_sending(town: Town, office: MessageOffice) -> Reactions:
    table = reactions(town.authority, town.publisher, town.post, office)
    return {kind: row for kind, row in table.items() if row[0].name == "messages.send"}


def undelivered(town: Town) -> list[str]:
    with town.database.read() as session:
        wanted = select(Delivery.reaction).where(Delivery.state != DeliveryState.DONE)
        return list(session.scalars(wanted))
