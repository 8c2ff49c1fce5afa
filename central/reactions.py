"""What happens after what: the whole journey in one table, and the only place that joins features.

A feature that must cause something in another announces an event; here stands what follows. Names
are stored with each delivery: never rename one, never give its name to another.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from central.accounts.mailer import PostOffice
from central.credentials import lists
from central.credentials import service as credentials
from central.documents.authority import Authority
from central.events import (
    CommandAsked,
    DocumentSigned,
    DoorUnitEnrolled,
    DoorUnitRetired,
    MailPosted,
    ReservationCancelled,
    ReservationConfirmed,
    ReservationMoved,
)
from central.fleet import configuring, units
from central.fleet.publisher import Publisher
from central.outbox.service import Announced, Reaction, Reactions
from contracts.documents import DocumentType


def reactions(authority: Authority, publisher: Publisher, post_office: PostOffice) -> Reactions:
    """Return the table, its reactions bound to what they need."""

    def follow(session: Session, announced: Announced, now: datetime) -> None:
        credentials.follow_reservation(session, announced.event.reservation, authority, now)

    def configure(session: Session, announced: Announced, now: datetime) -> None:
        configuring.configure(session, announced.event.unit, authority, now)

    def first_list(session: Session, announced: Announced, now: datetime) -> None:
        site = units.in_service(session, announced.event.unit).site
        lists.publish(session, lists.open_lists(session, site), authority, now)

    def publish(announced: Announced, _now: datetime) -> None:
        publisher.document(DocumentType(announced.event.kind), announced.event.audience)

    def ask_for_nonce(announced: Announced, _now: datetime) -> None:
        publisher.nonce_request(announced.event.command)

    def send(announced: Announced, now: datetime) -> None:
        post_office.deliver(announced.event.mail, now)

    def withdraw(announced: Announced, _now: datetime) -> None:
        publisher.withdraw(announced.event.unit)

    follow_reservation = Reaction("credentials.follow_reservation", inside=follow)
    return {
        ReservationConfirmed: (follow_reservation,),
        ReservationMoved: (follow_reservation,),
        ReservationCancelled: (follow_reservation,),
        DoorUnitEnrolled: (
            Reaction("fleet.configure", inside=configure),
            Reaction("credentials.first_list", inside=first_list),
        ),
        DoorUnitRetired: (Reaction("fleet.withdraw", outside=withdraw),),
        DocumentSigned: (Reaction("fleet.publish", outside=publish),),
        MailPosted: (Reaction("mail.send", outside=send),),
        CommandAsked: (Reaction("fleet.ask_for_nonce", outside=ask_for_nonce),),
    }
