"""What moving a reservation would mean, before it is done. Changes nothing."""

from dataclasses import replace
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from central.booking import keeping, paying
from central.booking.actors import is_renter
from central.booking.catalogue import offer
from central.booking.deciding import Decided, NeedsApproval, decide
from central.booking.models import Occupancy, Reservation
from central.booking.occupancy import Taken
from central.booking.reservation import State, Transition, after
from central.booking.rights_and_prices import rule_book
from central.booking.rows import Over
from central.booking.times import to_wall
from central.booking.wishes import Offer, Wish, check
from central.errors import CentralError, NotFound


class NeedsPayment(CentralError):
    """What was certain would wait for money."""

    status = HTTPStatus.CONFLICT
    code = "needs_payment"
    sentence = "That costs more, and is paid first. Book it anew, or call us."


def preview(session: Session, moved: Reservation, wish: Wish, now: datetime, actor: str) -> Decided:
    """Return what the rules say of another time for a reservation, if it is free.

    Raises:
        Taken: it is not free.
        CentralError: it could not be moved there.

    """
    found = offer(session, wish.hall_id)
    after(moved.state, Transition.MOVE)
    if moved.ends_at <= now:
        raise Over
    _, decided = decide_move(session, moved, wish, found, now, actor)
    busy = found.rules.occupied_by(wish.use)
    others = select(Occupancy.id).where(
        Occupancy.space_id.in_(found.spaces),
        Occupancy.busy_from < busy.end,
        Occupancy.busy_to > busy.start,
        or_(Occupancy.reservation_id.is_(None), Occupancy.reservation_id != moved.id),
        or_(Occupancy.expires_at.is_(None), Occupancy.expires_at > now),
    )
    if session.scalar(others.limit(1)) is not None:
        raise Taken(field="starts_at")
    return decided


def decide_move(
    session: Session, moved: Reservation, wish: Wish, found: Offer, now: datetime, actor: str
) -> tuple[Wish, Decided]:
    """Return a move with what goes along, and what the rules say of it.

    Raises:
        NotFound: a renter can never book that hall.
        NeedsApproval: what is certain would no longer be.
        NeedsPayment: the same, for want of money.
        CentralError: the wish cannot be granted at all.

    """
    # What already began may become longer or shorter, though its start lies in the past.
    check(wish, found, min(now, moved.starts_at) if wish.use.start == moved.starts_at else now)
    book, today = rule_book(session, {wish.hall_id}), to_wall(now, found.rules.zone).date()
    group = book.named(moved.group_code)
    if is_renter(actor) and not book.may_group_ever(group.id, wish.hall_id, today):
        raise NotFound("hall")
    extras = keeping.extras_of(session, moved.id)
    wish = replace(wish, activity=moved.activity, extras=extras)
    decided = decide(book, group, wish, found, now)
    if decided.needs_approval and is_renter(actor):
        raise NeedsApproval(field="starts_at")
    if is_renter(actor) and _leaves_open(session, moved, wish, decided):
        raise NeedsPayment(field="starts_at")
    return wish, decided


def _leaves_open(session: Session, moved: Reservation, wish: Wish, decided: Decided) -> bool:
    """Tell whether something certain would cost more than it became certain with.

    What its old hall did not ask first counts as not paid: nothing says that it was.
    """
    if moved.state is not State.CONFIRMED or not paying.is_paid_first(session, wish.hall_id):
        return False
    asked, quote = paying.has_to_pay_first(session, moved), decided.quote
    cents, deposit = (moved.cents, moved.deposit_cents) if asked else (0, 0)
    return quote.cents > cents or quote.deposit_cents > deposit
