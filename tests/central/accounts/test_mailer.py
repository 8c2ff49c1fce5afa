"""Mail is stored with what causes it, goes out once, and stops nothing when the mail server is down."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from central.accounts import mailer
from central.accounts.mail_models import MailAttachment, MailState, StoredMail
from central.accounts.mailer import (
    AddressRefused,
    Attachment,
    Mail,
    Mailbox,
    MailNotSent,
    PostOffice,
)
from central.database import Database
from central.events import MailPosted, MailRefused, load
from central.outbox.models import StoredEvent
from central.outbox.service import Reaction
from central.outbox.worker import Worker
from tests.central.a_city import NOW, Time

INVITE = Attachment("reservatie.ics", "text/calendar; method=PUBLISH", b"BEGIN:VCALENDAR")
MAIL = Mail("anna@example.org", "Uw reservatie", "Dag Anna", "<p>Dag Anna</p>", (INVITE,))
SECRET = Mail("anna@example.org", "Aanmelden", "code 123456", "<b>123456</b>", is_secret=True)


@dataclass
class Carrier:
    """A mailer that keeps what it sends, and fails as told."""

    sent: list[tuple[Mail, UUID, datetime]] = field(default_factory=list)
    fails: Exception | None = None

    def send(self, mail: Mail, key: UUID, at: datetime) -> None:
        if self.fails:
            raise self.fails
        self.sent.append((mail, key, at))


def post(database: Database, mail: Mail = MAIL, key: str | None = None) -> int | None:
    with database.write() as session:
        return mailer.post(session, mail, NOW, key)


def row(database: Database) -> StoredMail:
    with database.read() as session:
        (found,) = mailer.newest(session)
        return found


def worker(database: Database, carrier: Carrier, time: Time) -> Worker:
    office = PostOffice(database, carrier)
    send = Reaction("mail.send", outside=lambda one, now: office.deliver(one.event.mail, now))
    return Worker(database, {MailPosted: [send]}, time)


def test_what_is_posted_goes_out_as_it_was_written(database: Database) -> None:
    carrier = Carrier()
    post(database)
    worker(database, carrier, Time()).drain()
    ((mail, key, at),) = carrier.sent
    assert (mail.to, mail.subject, mail.text, mail.html) == (
        "anna@example.org", "Uw reservatie", "Dag Anna", "<p>Dag Anna</p>",
    )  # fmt: skip
    assert (tuple(mail.attachments), at) == ((INVITE,), NOW)
    found = row(database)
    assert (found.state, found.key, found.finished_at) == (MailState.SENT, key, NOW)
    assert found.text == "Dag Anna", "so that staff can say what somebody got"


def test_nothing_goes_out_when_what_caused_it_did_not_happen(database: Database) -> None:
    carrier = Carrier()

    def fail() -> None:
        with database.write() as session:
            mailer.post(session, MAIL, NOW)
            message = "something else went wrong"
            raise RuntimeError(message)

    with pytest.raises(RuntimeError):
        fail()
    worker(database, carrier, Time()).drain()
    assert carrier.sent == []


def test_what_is_posted_twice_with_one_key_goes_out_once(database: Database) -> None:
    carrier = Carrier()
    assert post(database, key="order-7-confirmed") is not None
    assert post(database, key="order-7-confirmed") is None
    assert post(database, key="order-8-confirmed") is not None
    worker(database, carrier, Time()).drain()
    assert len(carrier.sent) == 2


def test_a_mail_server_that_is_down_is_tried_again_with_the_same_message_id(
    database: Database,
) -> None:
    carrier, time = Carrier(fails=MailNotSent(why="ConnectionRefusedError")), Time()
    post(database)
    delivering = worker(database, carrier, time)
    delivering.drain()
    assert row(database).state is MailState.WAITING
    carrier.fails, time.now = None, NOW + timedelta(minutes=1)
    delivering.drain()
    assert [key for _, key, _ in carrier.sent] == [row(database).key]


def test_delivering_twice_sends_once(database: Database) -> None:
    carrier = Carrier()
    number = post(database)
    assert number
    office = PostOffice(database, carrier)
    office.deliver(number, NOW)
    office.deliver(number, NOW)
    office.deliver(999, NOW)
    assert len(carrier.sent) == 1


def test_a_refused_address_is_announced_and_not_tried_again(database: Database) -> None:
    carrier = Carrier(fails=AddressRefused(why="550"))
    number = post(database)
    worker(database, carrier, Time()).drain()
    found = row(database)
    assert (found.state, found.id) == (MailState.REFUSED, number)
    assert found.error == "The mail server refuses this address: 550"
    with database.read() as session:
        stored = session.scalars(select(StoredEvent).order_by(StoredEvent.id)).all()
    assert load(stored[-1].name, stored[-1].fields) == MailRefused(found.id)


def test_the_words_of_a_secret_mail_are_gone_once_it_is_sent(database: Database) -> None:
    post(database, SECRET)
    worker(database, Carrier(), Time()).drain()
    found = row(database)
    assert (found.text, found.html, found.subject) == ("", "", "Aanmelden")


def test_the_demo_s_mailbox_keeps_them_because_there_is_no_other_place(
    database: Database,
) -> None:
    number = post(database, SECRET)
    assert number
    PostOffice(database, Mailbox()).deliver(number, NOW)
    found = row(database)
    assert (found.text, found.state) == ("code 123456", MailState.SENT)


def test_a_subject_is_one_line(database: Database) -> None:
    post(database, Mail("anna@example.org", "Uw\r\nBcc: everybody@example.org", "x"))
    assert row(database).subject == "Uw Bcc: everybody@example.org"


def test_old_mail_is_forgotten_with_its_files(database: Database) -> None:
    post(database)
    with database.write() as session:
        mailer.forget(session, NOW + mailer.KEPT_FOR)
        assert len(mailer.newest(session)) == 1
        mailer.forget(session, NOW + mailer.KEPT_FOR + timedelta(seconds=1))
        assert mailer.newest(session) == []
        assert session.scalars(select(MailAttachment.mail_id)).all() == []
