"""What each message says, compared with files that a person reads: golden/<language>/<message>.txt and .html.

A change of words is accepted with HALLPASS_ACCEPT=1; look at the difference before it is committed.
"""

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from central.accounts.mailer import Mail
from central.accounts.people import Renter
from central.booking import service as booking
from central.booking.models import Reservation
from central.booking.reservation import State
from central.booking.rule_models import Handling
from central.credentials.models import Credential
from central.database import Database
from central.feedback import defects
from central.feedback.defect import Kind, Transition
from central.feedback.defects import Report, Reporter
from central.feedback.models import Source
from central.halls.access_type import AccessType
from central.halls.models import Hall, HallAccess
from central.notifications.models import Notification
from central.notifications.notification import MessageKind
from tests.central.a_city import NOW, City, a_wish, use
from tests.central.a_town import Town
from tests.central.an_office import an_office

GOLDEN = Path(__file__).with_name("golden")
RENTERS = {"nl": "Anna Peeters", "en": "Eva Smith"}
ONLY_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def book(town: Town, language: str, *halls: int) -> list[Reservation]:
    who = Renter(f"{language}@example.org", RENTERS[language], language)
    with town.database.write() as session:
        wishes = [a_wish(hall, use(14, 3, day)) for day, hall in zip((5, 7), halls, strict=False)]
        order = booking.hold(session, who, wishes, timedelta(minutes=15), NOW)
        booking.confirm(session, order.id, NOW)
        found = list(order.reservations)
    town.settle()
    return found


def about(kind: MessageKind, *reservations: Reservation, **facts: object) -> Notification:
    first, *others = reservations
    return Notification(
        kind=kind,
        reservation_id=first.id,
        others=[one.id for one in others],
        facts=facts,
    )


def change(session: Session, one: Reservation, **values: object) -> None:
    row = session.get_one(Reservation, one.id)
    for name, value in values.items():
        setattr(row, name, value)
    session.flush()


def access(session: Session, hall: int, way: AccessType) -> None:
    session.add(HallAccess(hall_id=hall, first=NOW.date(), access=way))
    found = session.get_one(Hall, hall)
    found.arriving = "Het licht gaat vanzelf aan.\nDe verwarming staat links van de deur."
    found.leaving = "Sluit de ramen.\nNeem het afval mee."
    session.flush()


def waits(session: Session, town: Town, one: Reservation) -> Notification:
    del town
    change(session, one, state=State.REQUESTED)
    due = datetime(2026, 11, 27, 16, tzinfo=UTC)
    session.add(Handling(reservation_id=one.id, due_at=due, reason="Die dag is er kermis."))
    session.flush()
    return about(MessageKind.REQUESTED, one)


def approved(session: Session, town: Town, one: Reservation) -> Notification:
    del town
    until = datetime(2026, 11, 26, 16, tzinfo=UTC)
    change(session, one, state=State.AWAITING_PAYMENT, hold_expires_at=until)
    return about(MessageKind.APPROVED, one)


def denied(session: Session, town: Town, one: Reservation) -> Notification:
    waits(session, town, one)
    change(session, one, state=State.DENIED)
    return about(MessageKind.DENIED, one)


def moved(session: Session, town: Town, one: Reservation) -> Notification:
    del session
    before = use(9, 2, 3)
    return about(
        MessageKind.MOVED,
        one,
        hall=town.halls.whole,
        starts_at=before.start.isoformat(),
        ends_at=before.end.isoformat(),
    )


def moved_with_pass(session: Session, town: Town, one: Reservation) -> Notification:
    query = session.query(Notification).filter_by(reservation_id=one.id, kind=MessageKind.PASS)
    query.one().sent_at = NOW
    session.flush()
    return moved(session, town, one)


def cancelled(session: Session, town: Town, one: Reservation) -> Notification:
    del town
    change(session, one, state=State.CANCELLED, deposit_cents=10000)
    return about(MessageKind.CANCELLED, one, refund_percent=50)


def cancelled_late(session: Session, town: Town, one: Reservation) -> Notification:
    del town
    change(session, one, state=State.CANCELLED)
    return about(MessageKind.CANCELLED, one, refund_percent=0)


def way_in(way: AccessType) -> Callable[[Session, Town, Reservation], Notification]:
    def make(session: Session, town: Town, one: Reservation) -> Notification:
        access(session, town.halls.a, way)
        return about(MessageKind.PASS, one)

    return make


def defect(session: Session, town: Town, one: Reservation) -> Notification:
    language = session.get_one(Reservation, one.id)
    session.refresh(language, ["order"])
    session.refresh(language.order, ["person"])
    report = Report(
        Kind.LIGHT, "De lamp boven\nhet podium flikkert.", language.order.person.language
    )
    reporter = Reporter(Source.RESERVATION, "renter", one.id)
    found = defects.report(session, town.halls.a, report, reporter, NOW)
    repaired = defects.change(
        session, found.reference, Transition.REPAIR, "staff:1", NOW, "De lamp is besteld."
    )
    return Notification(
        kind=MessageKind.DEFECT,
        defect_id=found.id,
        facts={"change": repaired.changes[-1].id},
        others=[],
    )


MESSAGES: dict[str, Callable[[Session, Town, Reservation], Notification]] = {
    "requested": waits,
    "approved": approved,
    "denied": denied,
    "moved": moved,
    "moved-with-pass": moved_with_pass,
    "cancelled": cancelled,
    "cancelled-late": cancelled_late,
    "pass": way_in(AccessType.DOOR_UNIT),
    "key": way_in(AccessType.KEY_PICKUP),
    "opened-by-staff": way_in(AccessType.OPENED_BY_STAFF),
    "always-open": way_in(AccessType.ALWAYS_OPEN),
    "pass-changed": lambda _session, _town, one: about(MessageKind.PASS_CHANGED, one),
    "defect": defect,
}


def written(
    town: Town, make: Callable[[Session], Notification], now: datetime = NOW
) -> tuple[Mail, str]:
    """Write a message in a transaction of which nothing stays."""
    session = town.database.write_sessions()
    try:
        draft = an_office(town.database).writer.write(session, make(session), now)
    finally:
        session.rollback()
        session.close()
    assert draft is not None
    return draft.mail, draft.short


def plain(text: str, references: list[str]) -> str:
    """Without what differs each time: numbers that nobody can guess, and links."""
    text = re.sub(r"/(orders|pass|uses|reports)/[\w.-]+", r"/\1/LINK", text)
    for reference in references:
        text = text.replace(reference, "NUMBER")
    return text


def must_be(language: str, name: str, told: tuple[Mail, str], references: list[str]) -> None:
    mail, short = told
    enclosed = "".join(f"\n[{one.media_type}: {one.name}]" for one in mail.attachments)
    text = f"{mail.subject}\n\n{mail.text}{enclosed}\n[text message] {short}\n"
    for suffix, content in (("txt", text), ("html", mail.html)):
        path = GOLDEN / language / f"{name}.{suffix}"
        says = plain(content, references)
        if "HALLPASS_ACCEPT" in os.environ:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(says, encoding="utf-8")
        assert says == path.read_text(encoding="utf-8"), f"{path}: HALLPASS_ACCEPT=1 if it is meant"


@ONLY_SQLITE
@pytest.mark.parametrize("language", RENTERS)
def test_every_message_says_what_was_agreed(town: Town, city: City, language: str) -> None:
    one, other = book(town, language, city.a, city.b)
    references = [one.reference, other.reference]
    confirmed = written(town, lambda _session: about(MessageKind.CONFIRMED, one, other))
    must_be(language, "confirmed", confirmed, references)
    for name, make in MESSAGES.items():
        told = written(town, lambda session, make=make: make(session, town, one))  # type: ignore[misc]
        must_be(language, name, told, references)
    day_after = one.ends_at + timedelta(hours=18)
    form = written(town, lambda _session: about(MessageKind.FORM, one), day_after)
    must_be(language, "form", form, references)


@ONLY_SQLITE
def test_every_kind_of_message_has_its_golden_file(database: Database) -> None:
    del database
    for language in RENTERS:
        there = {path.stem.split("-")[0] for path in (GOLDEN / language).glob("*.txt")}
        kinds = {kind.value.split("_")[0] for kind in MessageKind}
        assert kinds <= there


@ONLY_SQLITE
def test_what_lets_its_reader_in_is_marked_and_carries_the_pass(town: Town, city: City) -> None:
    (one,) = book(town, "nl", city.a)
    mail, _ = written(town, lambda _session: about(MessageKind.PASS, one))
    assert mail.is_secret
    (picture,) = mail.attachments
    assert picture.content.startswith(b"\x89PNG")
    assert not written(town, lambda _session: about(MessageKind.CONFIRMED, one))[0].is_secret


@ONLY_SQLITE
def test_a_message_that_is_true_no_more_is_not_written(town: Town, city: City) -> None:
    (one,) = book(town, "nl", city.a)
    with town.database.write() as session:
        writer = an_office(town.database).writer
        for kind in (MessageKind.FORM, MessageKind.APPROVED, MessageKind.DENIED):
            assert writer.write(session, about(kind, one), NOW) is None, kind
        change(session, one, state=State.CANCELLED)
        for kind in (MessageKind.CONFIRMED, MessageKind.PASS, MessageKind.MOVED, MessageKind.FORM):
            assert writer.write(session, about(kind, one), NOW) is None, kind
        session.query(Credential).delete()
        session.rollback()
