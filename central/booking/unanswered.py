"""Requests that nobody answered: after the deadline, a reminder and an escalation they end. Never commits.

A hall is not kept for ever for a request that nobody looks at. It ends after as many working days again
as the service has to answer, or when the time that was asked for begins; the renter is told why.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from central.accounts.capacities import in_language
from central.accounts.models import Person
from central.booking import approvals
from central.booking.approvals import WAITING
from central.booking.models import Order, Reservation
from central.booking.reservation import NotPossible
from central.booking.rows import Over
from central.booking.rule_models import Handling
from central.booking.rules import policy_of
from central.booking.when import working_days_after
from central.halls.models import Hall

WHY: Mapping[str, str] = {
    "nl": "De dienst gaf niet op tijd antwoord. Onze excuses. Bel ons, of kies een ander moment.",
    "fr": "Le service n'a pas répondu à temps. Toutes nos excuses. Appelez-nous, ou choisissez"
    " un autre moment.",
    "en": "The service did not answer in time. We are sorry. Call us, or choose another time.",
    "de": "Der Dienst hat nicht rechtzeitig geantwortet. Entschuldigung. Rufen Sie uns an, oder"
    " wählen Sie eine andere Zeit.",
}
"""What renters read, in their language."""
_AT_ONCE = 100


def given_up(session: Session, now: datetime) -> list[int]:
    """Return the reservations whose request has to end now."""
    rows = session.execute(
        select(Reservation.id, Reservation.starts_at, Handling.due_at, Hall.service_id)
        .join(Handling, Handling.reservation_id == Reservation.id)
        .join(Hall, Hall.id == Reservation.hall_id)
        .where(Reservation.state.in_(WAITING))
        .where(or_(Handling.escalated_at.is_not(None), Reservation.starts_at <= now))
        .order_by(Handling.due_at, Reservation.id)
        .limit(_AT_ONCE)
    )
    return [
        one
        for one, starts_at, due_at, service in rows
        if starts_at <= now or (due_at is not None and _last(session, service, due_at) <= now)
    ]


def _last(session: Session, service: int | None, due_at: datetime) -> datetime:
    return working_days_after(due_at, policy_of(session, service).approval_working_days)


def give_up(session: Session, reservation_id: int, now: datetime) -> None:
    """End a request that nobody answered, unless somebody just did."""
    language = session.scalar(
        select(Person.language)
        .join(Order, Order.person_id == Person.id)
        .join(Reservation, Reservation.order_id == Order.id)
        .where(Reservation.id == reservation_id)
    )
    with suppress(NotPossible, Over):
        approvals.deny(session, reservation_id, "system", now, in_language(WHY, language or "nl"))
