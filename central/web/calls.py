"""Page for the contact centre: whom to call, because no message reached them."""

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from starlette.responses import RedirectResponse, Response

from central.accounts.principals import Desk
from central.accounts.roles import Role
from central.accounts.sessions import StaffMember
from central.booking.models import Order, Reservation
from central.dependencies import Now, TheDatabase
from central.errors import NotFound
from central.halls.models import Hall
from central.halls.scope import check_hall
from central.notifications import service
from central.notifications.models import Notification
from central.web.pages import ThePages

router = APIRouter(prefix="/desk/calls", include_in_schema=False)
_CALLERS = (Role.HALL_MANAGER, Role.CONTACT_CENTRE)


@dataclass(frozen=True, slots=True)
class Call:
    """Whom to call, and about what."""

    message: Notification
    reservation: Reservation


@router.get("")
def show(request: Request, staff: Desk, pages: ThePages, database: TheDatabase) -> Response:
    """List whom to call, the most pressing first."""
    with database.read() as session:
        found = service.call_list(session, staff.scope(*_CALLERS))
        about = _reservations(session, [one.reservation_id for one in found])
    rows = [Call(one, about[one.reservation_id]) for one in found if one.reservation_id in about]
    return pages.show(request, "calls.html", staff=staff, rows=rows)


@router.post("/{number}/reached")
def reached(number: int, staff: Desk, database: TheDatabase, now: Now) -> Response:
    """Note that somebody was told."""
    with database.write() as session:
        one = _own(session, staff, number)
        service.called(session, one, staff.actor, now, was_reached=True)
    return _back()


@router.post("/{number}/not-answered")
def not_answered(number: int, staff: Desk, database: TheDatabase, now: Now) -> Response:
    """Note that nobody answered; it stays on the list."""
    with database.write() as session:
        one = _own(session, staff, number)
        service.called(session, one, staff.actor, now, was_reached=False)
    return _back()


@router.post("/{number}/send-again")
def send_again(number: int, staff: Desk, database: TheDatabase, now: Now) -> Response:
    """Send the message again: the address was put right."""
    with database.write() as session:
        service.send_again(session, _own(session, staff, number), staff.actor, now)
    return _back()


def _own(session: Session, staff: StaffMember, number: int) -> Notification:
    one = service.to_call(session, number)
    reservation = session.get(Reservation, one.reservation_id)
    if reservation is None:
        raise NotFound("message")
    check_hall(session, staff, reservation.hall_id, *_CALLERS)
    return one


def _reservations(session: Session, numbers: list[int | None]) -> dict[int | None, Reservation]:
    wanted = (
        select(Reservation)
        .where(Reservation.id.in_([one for one in numbers if one is not None]))
        .options(
            joinedload(Reservation.hall).joinedload(Hall.site),
            joinedload(Reservation.order).joinedload(Order.person),
        )
    )
    return {one.id: one for one in session.scalars(wanted)}


def _back() -> Response:
    return RedirectResponse("/desk/calls", HTTPStatus.SEE_OTHER)
