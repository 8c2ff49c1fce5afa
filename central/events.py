"""Facts that features announce to one another, as they are stored and read again.

An event says what happened to what, never how it looks now: whoever reacts reads the present state.
It names rows, never people. Stored events outlive a release: a changed meaning is a new name with a
higher version beside the old one; a new field has a default.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from pydantic import TypeAdapter


class Event:
    """Base of all events; `name` is how it is stored."""

    __slots__ = ()
    name: ClassVar[str]


@dataclass(frozen=True, slots=True)
class ReservationConfirmed(Event):
    """A reservation is certain: its renter may enter."""

    name: ClassVar[str] = "reservation.confirmed.v1"
    reservation: int


@dataclass(frozen=True, slots=True)
class ReservationMoved(Event):
    """A confirmed reservation got another time, hall, or both."""

    name: ClassVar[str] = "reservation.moved.v1"
    reservation: int
    hall_before: int
    starts_before: datetime
    ends_before: datetime
    refund_percent: int = 100
    """What comes back of what it costs less; of a deposit always all."""


@dataclass(frozen=True, slots=True)
class ReservationCancelled(Event):
    """A confirmed reservation will not happen."""

    name: ClassVar[str] = "reservation.cancelled.v1"
    reservation: int
    refund_percent: int = 100
    """What comes back of its price; a deposit always does, whole."""


@dataclass(frozen=True, slots=True)
class ReservationRequested(Event):
    """A renter asks for a reservation that needs approval."""

    name: ClassVar[str] = "reservation.requested.v1"
    reservation: int


@dataclass(frozen=True, slots=True)
class ReservationApproved(Event):
    """Somebody of the service agrees; payment may still come first."""

    name: ClassVar[str] = "reservation.approved.v1"
    reservation: int


@dataclass(frozen=True, slots=True)
class ReservationDenied(Event):
    """Somebody of the service does not agree."""

    name: ClassVar[str] = "reservation.denied.v1"
    reservation: int


@dataclass(frozen=True, slots=True)
class RequestOverdue(Event):
    """A request waits for an answer: `is_escalated` when the time for it is over."""

    name: ClassVar[str] = "reservation.request_overdue.v1"
    reservation: int
    is_escalated: bool


@dataclass(frozen=True, slots=True)
class OrderAwaitsPayment(Event):
    """An order is certain as soon as it is paid; `booking.paying.confirm_paid` makes it so."""

    name: ClassVar[str] = "order.awaits_payment.v1"
    order: int


@dataclass(frozen=True, slots=True)
class PaymentReceived(Event):
    """Money is booked, and what it is for is certain. `payment` is its row."""

    name: ClassVar[str] = "payment.received.v1"
    payment: int


@dataclass(frozen=True, slots=True)
class PaymentShort(Event):
    """Less money arrived than was asked; the rest is waited for."""

    name: ClassVar[str] = "payment.short.v1"
    payment: int


@dataclass(frozen=True, slots=True)
class PaymentLate(Event):
    """Money arrived when the place was not kept any more: all of it is got again, or not."""

    name: ClassVar[str] = "payment.late.v1"
    payment: int
    is_kept: bool


@dataclass(frozen=True, slots=True)
class RefundDue(Event):
    """Money goes back to who paid. `refund` is its row."""

    name: ClassVar[str] = "refund.due.v1"
    refund: int


@dataclass(frozen=True, slots=True)
class RefundDone(Event):
    """Money went back to who paid."""

    name: ClassVar[str] = "refund.done.v1"
    refund: int


@dataclass(frozen=True, slots=True)
class DepositRetained(Event):
    """A part of a deposit stays with the city, for a reason. `deposit` is its row."""

    name: ClassVar[str] = "deposit.retained.v1"
    deposit: int


@dataclass(frozen=True, slots=True)
class HallWayChanged(Event):
    """A hall is entered in another way from some day on, by other doors, or they may stand open or not."""

    name: ClassVar[str] = "hall.way_changed.v1"
    hall: int


@dataclass(frozen=True, slots=True)
class ReservationWayChanged(Event):
    """The hall of a reservation is perhaps entered in another way now."""

    name: ClassVar[str] = "reservation.way_changed.v1"
    reservation: int


@dataclass(frozen=True, slots=True)
class CredentialIssued(Event):
    """A pass was signed. `credential` is its id in hexadecimal."""

    name: ClassVar[str] = "credential.issued.v1"
    credential: str
    grant: int


@dataclass(frozen=True, slots=True)
class CredentialRevoked(Event):
    """A pass opens nothing any more, as soon as the doors of `site` have heard."""

    name: ClassVar[str] = "credential.revoked.v1"
    credential: str
    site: int


@dataclass(frozen=True, slots=True)
class CredentialReissued(Event):
    """A pass would no longer have opened: its grant got a new one, and its holder must be told."""

    name: ClassVar[str] = "credential.reissued.v1"
    credential: str
    grant: int


@dataclass(frozen=True, slots=True)
class CredentialMissing(Event):
    """No pass of a grant opens, and none could be made; somebody must help its holder."""

    name: ClassVar[str] = "credential.missing.v1"
    grant: int
    why: str


@dataclass(frozen=True, slots=True)
class NamedPassGiven(Event):
    """A renter gave somebody else a pass, which is to be made. `named_pass` is its row."""

    name: ClassVar[str] = "named_pass.given.v1"
    reservation: int
    named_pass: int


@dataclass(frozen=True, slots=True)
class DocumentSigned(Event):
    """A list, configuration, mode or key set is in force as soon as doors have it."""

    name: ClassVar[str] = "document.signed.v1"
    kind: str
    audience: str
    number: int


@dataclass(frozen=True, slots=True)
class CommandAsked(Event):
    """Somebody of staff wants a unit to do something at once. `command` is its id."""

    name: ClassVar[str] = "command.asked.v1"
    command: str


@dataclass(frozen=True, slots=True)
class GuestOpeningChanged(Event):
    """A renter wants a door to stand open for guests, or no longer."""

    name: ClassVar[str] = "guest_opening.changed.v1"
    door: int


@dataclass(frozen=True, slots=True)
class DoorUnitEnrolled(Event):
    """A door unit is registered with its keys."""

    name: ClassVar[str] = "door_unit.enrolled.v1"
    unit: str


@dataclass(frozen=True, slots=True)
class DoorUnitRetired(Event):
    """A door unit is out of service: nothing it says counts."""

    name: ClassVar[str] = "door_unit.retired.v1"
    unit: str


@dataclass(frozen=True, slots=True)
class MailPosted(Event):
    """A mail waits to be sent. `mail` is its row."""

    name: ClassVar[str] = "mail.posted.v1"
    mail: int


@dataclass(frozen=True, slots=True)
class MailRefused(Event):
    """The mail server says for good that an address takes no mail: try another way."""

    name: ClassVar[str] = "mail.refused.v1"
    mail: int


@dataclass(frozen=True, slots=True)
class NotificationDue(Event):
    """The moment of a message to a renter has come. `notification` is its row."""

    name: ClassVar[str] = "notification.due.v1"
    notification: int


@dataclass(frozen=True, slots=True)
class TextPosted(Event):
    """A message waits to go to a mobile phone. `notification` is its row."""

    name: ClassVar[str] = "text.posted.v1"
    notification: int


@dataclass(frozen=True, slots=True)
class EntryRecorded(Event):
    """A pass was granted or denied at a door, and the journal entry stands in the database."""

    name: ClassVar[str] = "entry.recorded.v1"
    unit: str
    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class DefectReported(Event):
    """A defect was reported. `defect` is its row, which says whether somebody must come at once."""

    name: ClassVar[str] = "defect.reported.v1"
    defect: int


@dataclass(frozen=True, slots=True)
class DefectChanged(Event):
    """Something happened with a defect: its reporter must be told. `change` is the row of its history."""

    name: ClassVar[str] = "defect.changed.v1"
    defect: int
    change: int


@dataclass(frozen=True, slots=True)
class FeedbackGiven(Event):
    """A renter filled in the form of the day after. `feedback` is its row."""

    name: ClassVar[str] = "feedback.given.v1"
    feedback: int


EVENTS: Mapping[str, type[Event]] = {
    event.name: event
    for event in (
        ReservationConfirmed,
        ReservationMoved,
        ReservationCancelled,
        ReservationRequested,
        ReservationApproved,
        ReservationDenied,
        RequestOverdue,
        OrderAwaitsPayment,
        PaymentReceived,
        PaymentShort,
        PaymentLate,
        RefundDue,
        RefundDone,
        DepositRetained,
        HallWayChanged,
        ReservationWayChanged,
        CredentialIssued,
        CredentialRevoked,
        CredentialReissued,
        CredentialMissing,
        NamedPassGiven,
        DocumentSigned,
        CommandAsked,
        GuestOpeningChanged,
        DoorUnitEnrolled,
        DoorUnitRetired,
        MailPosted,
        MailRefused,
        NotificationDue,
        TextPosted,
        EntryRecorded,
        DefectReported,
        DefectChanged,
        FeedbackGiven,
    )
}
_ADAPTERS: Mapping[str, TypeAdapter[Any]] = {
    name: TypeAdapter(event) for name, event in EVENTS.items()
}


def dump(event: Event) -> dict[str, Any]:
    """Return the JSON fields of an event."""
    fields: dict[str, Any] = _ADAPTERS[event.name].dump_python(event, mode="json")
    return fields


def load(name: str, fields: Mapping[str, Any]) -> Event:
    """Return the event that `dump` wrote.

    Raises:
        KeyError: this release knows no event of that name.
        pydantic.ValidationError: the fields are not those of the event.

    """
    event: Event = _ADAPTERS[name].validate_python(fields)
    return event
