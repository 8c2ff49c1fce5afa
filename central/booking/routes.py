"""REST: orders for who holds their link; all of it for the desk."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from pydantic import AwareDatetime
from sqlalchemy.orm import Session

from central.accounts.links import LinkHolder, LinkPurpose
from central.accounts.principals import (
    Desk,
    HallManager,
    OrderHolder,
    Public,
    TheLinks,
    TheThrottle,
)
from central.accounts.roles import Role
from central.accounts.throttle import HOLD, connection_of
from central.accounts.visitors import visitor_of
from central.booking import closures, keeping, queries, service, terms
from central.booking.catalogue import spaces_of_halls
from central.booking.models import Reservation
from central.booking.schemas import (
    CancelIn,
    CancellationOut,
    ClosureIn,
    ClosureOut,
    ConfirmIn,
    DeskReservationOut,
    MoveIn,
    NewOrderOut,
    OrderIn,
    OrderOut,
    ReservationOut,
)
from central.booking.times import Period
from central.dependencies import Now, TheDatabase, TheSettings
from central.errors import NotFound
from central.halls.scope import check_hall, check_halls, check_spaces

router = APIRouter(prefix="/api/v1", tags=["booking"])
_DESK = (Role.HALL_MANAGER, Role.CONTACT_CENTRE)


@router.post(
    "/orders",
    status_code=201,
    dependencies=[Public("whoever wants to rent chooses a time first; throttled per connection")],
)
def add_order(
    new: OrderIn,
    request: Request,
    database: TheDatabase,
    settings: TheSettings,
    throttle: TheThrottle,
    links: TheLinks,
    now: Now,
    idempotency_key: Annotated[str | None, Header(min_length=16, max_length=200)] = None,
) -> NewOrderOut:
    """Keep halls and times for some minutes; confirm with the link that is returned.

    Asked again with the same `Idempotency-Key` (take a UUID), the same order comes back.
    """
    who = connection_of(request.client and request.client.host)
    visitor = visitor_of(request, database, now)
    with database.write() as session:
        throttle.take(session, HOLD, who, now)
    wishes = [one.wish() for one in new.reservations]
    life = timedelta(minutes=settings.hold_minutes)
    with database.write() as session:
        order = service.hold(
            session,
            new.renter.renter(),
            wishes,
            life,
            now,
            visitor.actor if visitor else service.RENTER,
            acting=visitor.acting if visitor else None,
            key=idempotency_key,
        )
        until = service.link_ends(order.reservations)
        link = links.make(LinkPurpose.ORDER, order.reference, until)
        return NewOrderOut(**_told(session, order.reference).model_dump(), link=link)


@router.get("/orders/{link}")
def get_order(holder: OrderHolder, database: TheDatabase) -> OrderOut:
    """Tell about one's order."""
    with database.read() as session:
        return _told(session, holder.subject)


@router.post("/orders/{link}/confirm")
def confirm_order(
    holder: OrderHolder, database: TheDatabase, now: Now, said: ConfirmIn | None = None
) -> OrderOut:
    """Make all reservations of one's order certain; `terms` is the version that is accepted."""
    with database.write() as session:
        order = queries.order_of(session, holder.subject)
        counts = terms.still_open(session, order.id)
        if counts is not None and said is not None and said.terms == counts:
            language = order.person.language
            terms.accept(session, order.id, counts, language, service.RENTER, now)
        service.confirm(session, order.id, now)
        terms.check_accepted(session, order.id)
        return _told(session, holder.subject)


@router.post("/orders/{link}/reservations/{reference}/move")
def move_own(
    reference: str, where: MoveIn, holder: OrderHolder, database: TheDatabase, now: Now
) -> ReservationOut:
    """Give one of one's reservations another time or hall; the old one stays until the new is got."""
    with database.write() as session:
        moved = _own(session, holder, reference)
        done = service.move(session, moved.id, where.wish(moved), now)
        return ReservationOut.model_validate(done)


@router.post("/orders/{link}/reservations/{reference}/cancel")
def cancel_own(
    reference: str, why: CancelIn, holder: OrderHolder, database: TheDatabase, now: Now
) -> ReservationOut:
    """Cancel one of one's reservations."""
    with database.write() as session:
        gone = _own(session, holder, reference)
        done = service.cancel(session, gone.id, now, reason=why.reason)
        return ReservationOut.model_validate(done)


@router.get("/orders/{link}/reservations/{reference}/cancellation")
def preview_cancellation(
    reference: str, holder: OrderHolder, database: TheDatabase, now: Now
) -> CancellationOut:
    """Tell what comes back when one of one's reservations is cancelled now."""
    with database.read() as session:
        one = _own(session, holder, reference)
        return CancellationOut.model_validate(service.refund_of(session, one, now))


@router.get("/reservations")
def list_reservations(
    since: AwareDatetime,
    until: AwareDatetime,
    staff: Desk,
    database: TheDatabase,
    hall: Annotated[int | None, Query()] = None,
) -> list[DeskReservationOut]:
    """List the reservations that touch a period, of the halls one reaches, at most 500."""
    scope = staff.scope(*_DESK)
    with database.read() as session:
        found = queries.reservations_between(session, Period(since, until), hall, scope=scope)
        return [DeskReservationOut.of(one) for one in found]


@router.post("/reservations/{reference}/move")
def move_for_caller(
    reference: str, where: MoveIn, staff: Desk, database: TheDatabase, now: Now
) -> DeskReservationOut:
    """Give a caller's reservation another time or hall."""
    with database.write() as session:
        moved = queries.reservation_of(session, reference)
        wish = where.wish(moved)
        check_halls(session, staff, {moved.hall_id, wish.hall_id}, *_DESK)
        service.move(session, moved.id, wish, now, staff.actor)
        return DeskReservationOut.of(queries.reservation_of(session, reference))


@router.post("/reservations/{reference}/cancel")
def cancel_for_caller(
    reference: str, why: CancelIn, staff: Desk, database: TheDatabase, now: Now
) -> DeskReservationOut:
    """Cancel a caller's reservation."""
    with database.write() as session:
        gone = queries.reservation_of(session, reference)
        check_hall(session, staff, gone.hall_id, *_DESK)
        service.cancel(session, gone.id, now, staff.actor, why.reason)
        return DeskReservationOut.of(queries.reservation_of(session, reference))


@router.post("/closures", status_code=201)
def add_closure(new: ClosureIn, staff: HallManager, database: TheDatabase, now: Now) -> ClosureOut:
    """Close halls for a time; refused when somebody has a reservation there."""
    with database.write() as session:
        spaces = spaces_of_halls(session, new.halls)
        if not spaces:
            raise NotFound("hall")
        check_halls(session, staff, new.halls, Role.HALL_MANAGER)
        closure = closures.close(session, spaces, new.period, new.reason, now)
        return ClosureOut.model_validate(closure)


@router.delete("/closures/{closure_id}", status_code=204)
def drop_closure(closure_id: int, staff: HallManager, database: TheDatabase) -> None:
    """Open halls again."""
    with database.write() as session:
        spaces = closures.spaces_of(session, closure_id)
        check_spaces(session, staff, spaces, Role.HALL_MANAGER)
        closures.reopen(session, closure_id)


def _told(session: Session, reference: str) -> OrderOut:
    order = queries.order_of(session, reference)
    lines = keeping.lines_of(session, [one.id for one in order.reservations])
    return OrderOut.of(order, lines, terms.still_open(session, order.id))


def _own(session: Session, holder: LinkHolder, reference: str) -> Reservation:
    reservation = queries.reservation_of(session, reference)
    if reservation.order.reference != holder.subject:
        raise NotFound("reservation")
    return reservation
