"""What happens after what: the whole journey in one table, and the only place that joins features.

A feature that must cause something in another announces an event; here stands what follows. Names
are stored with each delivery: never rename one, never give its name to another.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from central.accounts.mailer import PostOffice
from central.audit.service import SYSTEM
from central.booking import queries
from central.booking.models import Reservation
from central.credentials import lists, rights, views
from central.credentials import service as credentials
from central.documents.authority import Authority
from central.events import (
    CommandAsked,
    CredentialIssued,
    CredentialMissing,
    CredentialRevoked,
    DefectChanged,
    DefectReported,
    DepositRetained,
    DocumentSigned,
    DoorUnitEnrolled,
    DoorUnitRetired,
    GuestOpeningChanged,
    HallWayChanged,
    MailPosted,
    MailRefused,
    NamedPassGiven,
    NotificationDue,
    PaymentLate,
    PaymentShort,
    RefundDue,
    RequestOverdue,
    ReservationApproved,
    ReservationCancelled,
    ReservationConfirmed,
    ReservationDenied,
    ReservationMoved,
    ReservationRequested,
    ReservationWayChanged,
    TextPosted,
)
from central.fleet import configuring, guests, units
from central.fleet.publisher import Publisher
from central.notifications import planning
from central.notifications import service as notifications
from central.notifications.channels import Letters
from central.notifications.notification import MessageKind
from central.notifications.office import MessageOffice
from central.outbox.service import Announced, Reaction, Reactions, announce
from central.payments import deposits, moving, refunding
from central.payments.till import Till
from contracts.documents import DocumentType


def reactions(
    authority: Authority,
    publisher: Publisher,
    post_office: PostOffice,
    messages: MessageOffice,
    till: Till | None = None,
) -> Reactions:
    """Return the table, its reactions bound to what they need."""
    return _joined(
        _passes_and_units(authority, publisher),
        {MailPosted: (_mail(post_office),)},
        _planned(messages.pass_days),
        _passes_told(),
        _sent(messages),
        _staff_told(messages.letters),
        _guests(authority),
        _money(),
        _money_moves(till) if till else {},
    )


def _joined(*tables: Reactions) -> Reactions:
    kinds = dict.fromkeys(kind for table in tables for kind in table)
    return {kind: tuple(one for table in tables for one in table.get(kind, ())) for kind in kinds}


def _passes_and_units(authority: Authority, publisher: Publisher) -> Reactions:
    def follow(session: Session, announced: Announced, now: datetime) -> None:
        credentials.follow_reservation(session, announced.event.reservation, authority, now)

    def follow_hall(session: Session, announced: Announced, now: datetime) -> None:
        for reservation in queries.certain_from(session, announced.event.hall, now):
            announce(session, ReservationWayChanged(reservation), now)

    def configure(session: Session, announced: Announced, now: datetime) -> None:
        configuring.configure(session, announced.event.unit, authority, now, publisher.city)

    def first_list(session: Session, announced: Announced, now: datetime) -> None:
        site = units.in_service(session, announced.event.unit).site
        lists.publish(session, lists.open_lists(session, site), authority, now)

    def publish(announced: Announced, _now: datetime) -> None:
        publisher.document(DocumentType(announced.event.kind), announced.event.audience)

    def ask_for_nonce(announced: Announced, _now: datetime) -> None:
        publisher.nonce_request(announced.event.command)

    def withdraw(announced: Announced, _now: datetime) -> None:
        publisher.withdraw(announced.event.unit)

    follow_reservation = Reaction("credentials.follow_reservation", inside=follow)
    return {
        ReservationConfirmed: (follow_reservation,),
        ReservationMoved: (follow_reservation,),
        ReservationCancelled: (follow_reservation,),
        NamedPassGiven: (follow_reservation,),
        ReservationWayChanged: (follow_reservation,),
        HallWayChanged: (Reaction("credentials.follow_hall", inside=follow_hall),),
        DoorUnitEnrolled: (
            Reaction("fleet.configure", inside=configure),
            Reaction("credentials.first_list", inside=first_list),
        ),
        DoorUnitRetired: (Reaction("fleet.withdraw", outside=withdraw),),
        DocumentSigned: (Reaction("fleet.publish", outside=publish),),
        CommandAsked: (Reaction("fleet.ask_for_nonce", outside=ask_for_nonce),),
    }


def _guests(authority: Authority) -> Reactions:
    def follow(session: Session, announced: Announced, now: datetime) -> None:
        guests.follow(session, announced.event.door, authority, now)

    def keep_within(session: Session, announced: Announced, now: datetime) -> None:
        guests.keep_within(session, announced.event.reservation, now)

    def lost(session: Session, announced: Announced, now: datetime) -> None:
        if grant := rights.lost_with(session, announced.event.credential):
            guests.end(session, guests.live_of_grant(session, grant, now), SYSTEM, now)

    within = Reaction("guests.keep_within", inside=keep_within)
    return {
        GuestOpeningChanged: (Reaction("guests.follow", inside=follow),),
        ReservationMoved: (within,),
        ReservationCancelled: (within,),
        ReservationWayChanged: (within,),
        CredentialRevoked: (Reaction("guests.lost", inside=lost),),
    }


def _mail(post_office: PostOffice) -> Reaction:
    def send(announced: Announced, now: datetime) -> None:
        post_office.deliver(announced.event.mail, now)

    return Reaction("mail.send", outside=send)


def _planned(pass_days: int) -> Reactions:
    def confirmed(session: Session, announced: Announced, now: datetime) -> None:
        planning.confirmed(session, announced.event.reservation, now, pass_days)

    def requested(session: Session, announced: Announced, now: datetime) -> None:
        planning.requested(session, announced.event.reservation, now)

    def approved(session: Session, announced: Announced, now: datetime) -> None:
        planning.decided(session, MessageKind.APPROVED, announced.event.reservation, now)

    def denied(session: Session, announced: Announced, now: datetime) -> None:
        planning.decided(session, MessageKind.DENIED, announced.event.reservation, now)

    def moved(session: Session, announced: Announced, now: datetime) -> None:
        planning.moved(session, announced.event, announced.key, now, pass_days)

    def cancelled(session: Session, announced: Announced, now: datetime) -> None:
        event = announced.event
        planning.cancelled(session, event.reservation, event.refund_percent, now)

    def defect_changed(session: Session, announced: Announced, now: datetime) -> None:
        event = announced.event
        planning.defect_changed(session, event.defect, event.change, now)

    return {
        ReservationConfirmed: (Reaction("messages.confirmed", inside=confirmed),),
        ReservationRequested: (Reaction("messages.requested", inside=requested),),
        ReservationApproved: (Reaction("messages.approved", inside=approved),),
        ReservationDenied: (Reaction("messages.denied", inside=denied),),
        ReservationMoved: (Reaction("messages.moved", inside=moved),),
        ReservationCancelled: (Reaction("messages.cancelled", inside=cancelled),),
        DefectChanged: (Reaction("messages.defect_changed", inside=defect_changed),),
    }


def _passes_told() -> Reactions:
    def changed(session: Session, announced: Announced, now: datetime) -> None:
        event = announced.event
        if reservation := views.replaced_for(session, event.credential):
            planning.pass_changed(session, reservation, event.credential, now)

    def missing(session: Session, announced: Announced, now: datetime) -> None:
        if reservation := views.reservation_of_grant(session, announced.event.grant):
            planning.pass_missing(session, reservation, announced.key, now)

    return {
        CredentialIssued: (Reaction("messages.pass_changed", inside=changed),),
        CredentialMissing: (Reaction("messages.pass_missing", inside=missing),),
    }


def _staff_told(letters: Letters) -> Reactions:
    def overdue(session: Session, announced: Announced, now: datetime) -> None:
        event = announced.event
        letters.request_overdue(session, event.reservation, now, is_escalated=event.is_escalated)

    def urgent(session: Session, announced: Announced, now: datetime) -> None:
        letters.urgent_defect(session, announced.event.defect, now)

    return {
        RequestOverdue: (Reaction("messages.request_overdue", inside=overdue),),
        DefectReported: (Reaction("messages.urgent_defect", inside=urgent),),
    }


def _sent(messages: MessageOffice) -> Reactions:
    def send(session: Session, announced: Announced, now: datetime) -> None:
        messages.send(session, announced.event.notification, now)

    def text(announced: Announced, now: datetime) -> None:
        messages.text(announced.event.notification, announced.key, now)

    def bounced(session: Session, announced: Announced, now: datetime) -> None:
        notifications.bounced(session, announced.event.mail, now)

    return {
        NotificationDue: (Reaction("messages.send", inside=send),),
        TextPosted: (Reaction("messages.text", outside=text),),
        MailRefused: (Reaction("messages.bounced", inside=bounced),),
    }


def _money() -> Reactions:
    def give_back(session: Session, announced: Announced, now: datetime) -> None:
        event = announced.event
        deposits.cancelled(session, event.reservation, now)
        refunding.cancelled(session, event.reservation, event.refund_percent, now)

    return {ReservationCancelled: (Reaction("payments.give_back", inside=give_back),)}


def _money_moves(till: Till) -> Reactions:
    letters = till.letters

    def refund(announced: Announced, _now: datetime) -> None:
        till.cashier.give_back(announced.event.refund)

    def tell_refund(session: Session, announced: Announced, now: datetime) -> None:
        letters.refund_due(session, announced.event.refund, now)

    def tell_late(session: Session, announced: Announced, now: datetime) -> None:
        event = announced.event
        letters.late(session, event.payment, now, is_kept=event.is_kept)

    def tell_short(session: Session, announced: Announced, now: datetime) -> None:
        letters.short(session, announced.event.payment, now)

    def follow_move(session: Session, announced: Announced, now: datetime) -> None:
        event, key = announced.event, str(announced.key)
        number = event.reservation
        if more := moving.follow(session, number, key, now, event.refund_percent):
            order = session.get_one(Reservation, number).order_id
            letters.asked_more(session, order, more, key, now)

    def tell_retained(session: Session, announced: Announced, now: datetime) -> None:
        letters.retained(session, announced.event.deposit, now)

    return {
        RefundDue: (
            Reaction("payments.refund", outside=refund),
            Reaction("payments.tell_refund", inside=tell_refund),
        ),
        PaymentLate: (Reaction("payments.tell_late", inside=tell_late),),
        PaymentShort: (Reaction("payments.tell_short", inside=tell_short),),
        DepositRetained: (Reaction("payments.tell_retained", inside=tell_retained),),
        ReservationMoved: (Reaction("payments.follow_move", inside=follow_move),),
    }
