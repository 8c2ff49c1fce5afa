"""Pages for who holds the link of an order: see it, confirm it, cancel a reservation."""

from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from central.accounts.links import LinkPurpose, Links
from central.accounts.principals import MaybeVisitor, OrderHolder, TheLinks
from central.booking import approvals, choosing, keeping, queries, service
from central.booking.models import Order, Reservation
from central.booking.one_renter import RenterChanged
from central.booking.reservation import ENDED, RUNNING_OUT, NotPossible, State, Transition, may
from central.booking.rows import HoldRanOut
from central.booking.service import LINK_LIVES_AFTER
from central.booking.times import to_wall
from central.dependencies import Now, TheDatabase
from central.errors import NotFound
from central.feedback import uses
from central.feedback.who import USE_LIVES, use_link
from central.payments import ledger, starting
from central.web.chooser import TheChooser
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
        gone = choosing.removed(session, numbers)
        still = starting.still_asked(session, order.id, now)
        has_receipt = ledger.has_receipt(session, order.id)
    note_read(database, numbers, now)
    live = [one for one in order.reservations if one.state not in ENDED]
    shown = [one for one in order.reservations if one.id not in gone] or order.reservations
    states = {_seen(one, now) for one in shown}
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
        still=still,
        has_receipt=has_receipt,
        rows=[_row(one, links, now) for one in shown],
        uses={
            one.id: use_link(links, one)
            for one in order.reservations
            if uses.may_tell(one, now) and now < one.ends_at + USE_LIVES
        },
    )


@router.post("/confirm")
def confirm(choice: TheChooser) -> Response:
    """Make certain what was chosen, or go on to what is still to be answered, or to be paid."""
    onwards = choice.onwards()
    if onwards.headers["location"] != f"/orders/{choice.link}/check":
        return onwards
    try:
        # Pressed twice, the first one sent it: lead to where that stands.
        with suppress(NotPossible), choice.database.write() as session:
            order = choice.order(session)
            service.confirm(session, order.id, choice.now, choice.actor)
    except HoldRanOut:
        return choice.to()  # the page says so, and offers to choose again
    except RenterChanged:
        return choice.to("/who")
    with choice.database.read() as session:
        states = {one.state for one in choice.order(session).reservations}
    return choice.to("/pay" if State.AWAITING_PAYMENT in states else "")


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
        one = own(queries.order_of(session, holder.subject), reference)
        back = service.refund_of(session, one, now)
    return pages.show(request, "cancel.html", link=link, row=_row(one, links, now), back=back)


@router.post("/cancel/{reference}")
def cancel(
    link: str,
    reference: str,
    holder: OrderHolder,
    database: TheDatabase,
    visitor: MaybeVisitor,
    now: Now,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Cancel a reservation."""
    actor = visitor.actor if visitor else service.RENTER
    with database.write() as session:
        one = own(queries.order_of(session, holder.subject), reference)
        service.cancel(session, one.id, now, actor, reason)
    return RedirectResponse(f"/orders/{link}", HTTPStatus.SEE_OTHER)


def own(order: Order, reference: str) -> Reservation:
    """Return a reservation of an order.

    Raises:
        NotFound: it is not of this order.

    """
    for one in order.reservations:
        if one.reference == reference:
            return one
    raise NotFound("reservation")


def _seen(one: Reservation, now: datetime) -> State:
    """Return how a reservation stands for its renter: a hold that ran out, though nobody swept it."""
    ran_out = one.hold_expires_at is not None and one.hold_expires_at <= now
    return State.EXPIRED if ran_out and one.state in RUNNING_OUT else one.state


def _row(one: Reservation, links: Links, now: datetime) -> dict[str, object]:
    """Return a reservation as the pages show it."""
    zone = ZoneInfo(one.zone)
    until = one.ends_at + LINK_LIVES_AFTER
    has_pass = one.state in _WITH_PASS
    return {
        "it": one,
        "state": _seen(one, now),
        "seconds": int((one.hold_expires_at - now).total_seconds()) if one.hold_expires_at else 0,
        "doors": (to_wall(one.opens_at, zone), to_wall(one.closes_at, zone)),
        "held_until": one.hold_expires_at and to_wall(one.hold_expires_at, zone),
        "pass_link": links.make(LinkPurpose.PASS, one.reference, until) if has_pass else None,
        "can_cancel": may(_seen(one, now), Transition.CANCEL) and one.ends_at > now,
        "can_move": one.state is State.CONFIRMED and one.ends_at > now,
        "again": urlencode(
            {
                "hall": one.hall_id,
                "day": f"{one.local_start:%Y-%m-%d}",
                "start": f"{one.local_start:%H:%M}",
                "end": f"{one.local_end:%H:%M}",
                "attendees": one.attendees,
            }
        ),
    }
