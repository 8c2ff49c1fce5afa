import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from central.events import (
    EVENTS,
    CredentialIssued,
    CredentialRevoked,
    DepositRetained,
    DoorUnitEnrolled,
    EntryRecorded,
    Event,
    OrderAwaitsPayment,
    PaymentLate,
    PaymentReceived,
    PaymentShort,
    RefundDone,
    RefundDue,
    RequestOverdue,
    ReservationApproved,
    ReservationCancelled,
    ReservationConfirmed,
    ReservationDenied,
    ReservationMoved,
    ReservationRequested,
    dump,
    load,
)

MOMENT = datetime(2026, 12, 5, 14, tzinfo=UTC)
# As they stand in databases of cities: a change here breaks what is stored.
STORED: dict[str, tuple[Event, str]] = {
    "reservation.confirmed.v1": (ReservationConfirmed(7), '{"reservation": 7}'),
    "reservation.moved.v1": (
        ReservationMoved(7, 2, MOMENT, MOMENT, 50),
        (
            '{"reservation": 7, "hall_before": 2, "starts_before": "2026-12-05T14:00:00Z",'
            ' "ends_before": "2026-12-05T14:00:00Z", "refund_percent": 50}'
        ),
    ),
    "reservation.cancelled.v1": (
        ReservationCancelled(7, 50),
        '{"reservation": 7, "refund_percent": 50}',
    ),
    "reservation.requested.v1": (ReservationRequested(7), '{"reservation": 7}'),
    "reservation.request_overdue.v1": (
        RequestOverdue(7, is_escalated=True),
        '{"reservation": 7, "is_escalated": true}',
    ),
    "reservation.approved.v1": (ReservationApproved(7), '{"reservation": 7}'),
    "reservation.denied.v1": (ReservationDenied(7), '{"reservation": 7}'),
    "order.awaits_payment.v1": (OrderAwaitsPayment(4), '{"order": 4}'),
    "payment.received.v1": (PaymentReceived(5), '{"payment": 5}'),
    "payment.short.v1": (PaymentShort(5), '{"payment": 5}'),
    "payment.late.v1": (PaymentLate(5, is_kept=True), '{"payment": 5, "is_kept": true}'),
    "refund.due.v1": (RefundDue(6), '{"refund": 6}'),
    "refund.done.v1": (RefundDone(6), '{"refund": 6}'),
    "deposit.retained.v1": (DepositRetained(8), '{"deposit": 8}'),
    "credential.issued.v1": (CredentialIssued("ab", 9), '{"credential": "ab", "grant": 9}'),
    "credential.revoked.v1": (CredentialRevoked("ab", 3), '{"credential": "ab", "site": 3}'),
    "door_unit.enrolled.v1": (DoorUnitEnrolled("u-x"), '{"unit": "u-x"}'),
    "entry.recorded.v1": (
        EntryRecorded("u-x", "00", 5),
        '{"unit": "u-x", "epoch": "00", "seq": 5}',
    ),
}


@pytest.mark.parametrize("name", STORED)
def test_an_event_is_stored_and_read_in_the_agreed_form(name: str) -> None:
    event, text = STORED[name]
    assert event.name == name
    assert json.dumps(dump(event)) == text
    assert load(name, json.loads(text)) == event


def test_a_cancellation_stored_before_refunds_had_tiers_gives_everything_back() -> None:
    assert load("reservation.cancelled.v1", {"reservation": 7}) == ReservationCancelled(7, 100)


def test_every_first_event_has_its_stored_form_here() -> None:
    assert set(STORED) <= set(EVENTS)


def test_what_is_not_the_agreed_form_is_refused() -> None:
    with pytest.raises(KeyError):
        load("reservation.confirmed.v0", {"reservation": 7})
    with pytest.raises(ValidationError):
        load("reservation.confirmed.v1", {"reservation": "seven"})
