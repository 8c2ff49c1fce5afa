"""REST: what waits for somebody's approval, and the answer."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from central.accounts.principals import HallManager
from central.accounts.roles import Role
from central.booking import approvals, paying, queries
from central.booking.schemas import DeskReservationOut
from central.dependencies import Now, TheDatabase
from central.halls.scope import check_hall, check_halls

router = APIRouter(prefix="/api/v1", tags=["approvals"])
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class RequestOut(BaseModel):
    """A reservation that waits for an answer."""

    reservation: DeskReservationOut
    asked_at: datetime | None
    due_at: datetime | None
    """Until when the renter hears."""


class ReasonIn(BaseModel):
    """Why; the renter reads it."""

    reason: Why = Field()


@router.get("/requests")
def list_requests(staff: HallManager, database: TheDatabase) -> list[RequestOut]:
    """List what waits for an answer about the halls one reaches, the most pressing first."""
    with database.read() as session:
        return [
            RequestOut(
                reservation=DeskReservationOut.of(one.reservation),
                asked_at=one.handling.asked_at,
                due_at=one.handling.due_at,
            )
            for one in approvals.requests(session, staff.scope(Role.HALL_MANAGER))
        ]


@router.post("/reservations/{reference}/take-up")
def take_up(
    reference: str, staff: HallManager, database: TheDatabase, now: Now
) -> DeskReservationOut:
    """Tell the renter that somebody looks at it."""
    with database.write() as session:
        one = queries.reservation_of(session, reference)
        check_hall(session, staff, one.hall_id, Role.HALL_MANAGER)
        approvals.take_up(session, one.id, staff.actor, now)
        return DeskReservationOut.of(queries.reservation_of(session, reference))


@router.post("/reservations/{reference}/approve")
def approve(
    reference: str, staff: HallManager, database: TheDatabase, now: Now
) -> DeskReservationOut:
    """Agree with a request."""
    with database.write() as session:
        one = queries.reservation_of(session, reference)
        check_hall(session, staff, one.hall_id, Role.HALL_MANAGER)
        approvals.approve(session, one.id, staff.actor, now)
        return DeskReservationOut.of(queries.reservation_of(session, reference))


@router.post("/reservations/{reference}/deny")
def deny(
    reference: str, why: ReasonIn, staff: HallManager, database: TheDatabase, now: Now
) -> DeskReservationOut:
    """Do not agree with a request."""
    with database.write() as session:
        one = queries.reservation_of(session, reference)
        check_hall(session, staff, one.hall_id, Role.HALL_MANAGER)
        approvals.deny(session, one.id, staff.actor, now, why.reason)
        return DeskReservationOut.of(queries.reservation_of(session, reference))


@router.post("/reservations/{reference}/confirm-unpaid")
def confirm_unpaid(
    reference: str, why: ReasonIn, staff: HallManager, database: TheDatabase, now: Now
) -> DeskReservationOut:
    """Decide that the order of a reservation is certain before its money is booked."""
    with database.write() as session:
        one = queries.reservation_of(session, reference)
        order = queries.order_of(session, one.order.reference)
        halls = {other.hall_id for other in order.reservations}
        check_halls(session, staff, halls, Role.HALL_MANAGER)
        paying.confirm_paid(session, order.id, now, staff.actor, why.reason)
        return DeskReservationOut.of(queries.reservation_of(session, reference))
