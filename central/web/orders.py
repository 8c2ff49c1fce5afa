"""Pages for who holds the link of an order: see it, confirm it, cancel a reservation."""

from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from central.accounts.links import LinkPurpose, Links
from central.accounts.principals import OrderHolder, TheLinks
from central.booking import approvals, keeping, queries, service
from central.booking.models import Order, Reservation
from central.booking.reservation import ENDED, State, Transition, may
from central.booking.service import LINK_LIVES_AFTER
from central.booking.times import to_wall
from central.dependencies import Now, TheDatabase
from central.errors import NotFound
from central.feedback import uses
from central.feedback.who import USE_LIVES, use_link
from central.web.message_reading import note_read
from central.web.pages import ThePages

router = APIRouter(prefix="/orders/{link}", include_in_schema=False)
_WITH_PASS = frozenset({State.CONFIRMED})
_LIVELIEST = (
    State.AWAITING_PAYMENT,
    State.CONFIRMED,
    State.IN_HANDLING,
    State.REQUESTED,
    State.HELD,
    State.FINISHED,
    State.DENIED,
    State.EXPIRED,
    State.CANCELLED,
)
"""An order of several is called after the one that still matters most."""


@router.get("")
def show(
    request: Request,
    link: str,
    holder: OrderHolder,
    pages: ThePages,
    links: TheLinks,
    database: TheDatabase,
    now: Now,
) -> Response:
    """Show one's order, with the way to each pass, and to tell about each use."""
    with database.read() as session:
        order = queries.order_of(session, holder.subject)
        numbers = [one.id for one in order.reservations]
        lines, handled = keeping.lines_of(session, numbers), approvals.due_of(session, numbers)
    note_read(database, numbers, now)
    live = [one for one in order.reservations if one.state not in ENDED]
    states = {one.state for one in order.reservations}
    return pages.show(
        request,
        "order.html",
        order=order,
        state=next(one for one in _LIVELIEST if one in states),
        link=link,
        lines=lines,
        handled=handled,
        cents=sum(one.cents for one in live),
        deposit_cents=sum(one.deposit_cents for one in live),
        rows=[_row(one, links) for one in order.reservations],
        uses={
            one.id: use_link(links, one)
            for one in order.reservations
            if uses.may_tell(one, now) and now < one.ends_at + USE_LIVES
        },
    )


@router.post("/confirm")
def confirm(link: str, holder: OrderHolder, database: TheDatabase, now: Now) -> Response:
    """Make a held order certain."""
    with database.write() as session:
        order = queries.order_of(session, holder.subject)
        service.confirm(session, order.id, now)
    return RedirectResponse(f"/orders/{link}", HTTPStatus.SEE_OTHER)


@router.get("/cancel/{reference}")
def ask_to_cancel(
    request: Request,
    link: str,
    reference: str,
    holder: OrderHolder,
    pages: ThePages,
    links: TheLinks,
    database: TheDatabase,
    now: Now,
) -> Response:
    """Ask whether it is meant, and say what comes back."""
    with database.read() as session:
        one = _own(queries.order_of(session, holder.subject), reference)
        back = service.refund_of(session, one, now)
    return pages.show(request, "cancel.html", link=link, row=_row(one, links), back=back)


@router.post("/cancel/{reference}")
def cancel(
    link: str,
    reference: str,
    holder: OrderHolder,
    database: TheDatabase,
    now: Now,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Cancel a reservation."""
    with database.write() as session:
        one = _own(queries.order_of(session, holder.subject), reference)
        service.cancel(session, one.id, now, reason=reason)
    return RedirectResponse(f"/orders/{link}", HTTPStatus.SEE_OTHER)


def _own(order: Order, reference: str) -> Reservation:
    for one in order.reservations:
        if one.reference == reference:
            return one
    raise NotFound("reservation")


def _row(one: Reservation, links: Links) -> dict[str, object]:
    """Return a reservation as the pages show it."""
    zone = ZoneInfo(one.zone)
    until = one.ends_at + LINK_LIVES_AFTER
    has_pass = one.state in _WITH_PASS
    return {
        "it": one,
        "doors": (to_wall(one.opens_at, zone), to_wall(one.closes_at, zone)),
        "held_until": one.hold_expires_at and to_wall(one.hold_expires_at, zone),
        "pass_link": links.make(LinkPurpose.PASS, one.reference, until) if has_pass else None,
        "can_cancel": may(one.state, Transition.CANCEL),
    }
