"""What the rules say when a time is chosen: may one, needs it approval, what does it cost. Never commits."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.accounts.target_groups import TargetGroup
from central.booking.extras import left_of
from central.booking.models import Reservation
from central.booking.price_rules import Quote
from central.booking.priority import Effect, Reason, Right
from central.booking.rights_and_prices import Asked, RuleBook
from central.booking.rule_models import ExtraRow, ReservationExtra
from central.booking.times import Period, to_wall
from central.booking.when import working_days_before
from central.booking.wishes import Offer, Wish
from central.errors import CentralError
from central.halls.models import Hall


class NotForYou(CentralError):
    """The rules let this target group not use the hall, or not then, or not for that."""

    status = HTTPStatus.FORBIDDEN
    code = "not_for_you"
    sentence = "This hall is not for this group of renters."


class NotThen(NotForYou):
    """Not on that weekday or at that hour."""

    code = "not_then"
    sentence = "This group of renters cannot book the hall on that weekday or at that hour."


class NotThisActivity(NotForYou):
    """Not for that kind of activity."""

    code = "not_this_activity"
    sentence = "The hall is not let for this kind of activity."


class NotYetForYou(NotForYou):
    """Others come first."""

    code = "not_yet_for_you"
    sentence = "This group of renters can book that day from {since}."


class TooLateForYou(NotForYou):
    """It had to be asked earlier."""

    code = "too_late_for_you"
    sentence = "That day could be booked until {until}."


class NeedsApproval(CentralError):
    """What was certain would no longer be."""

    status = HTTPStatus.CONFLICT
    code = "needs_approval"
    sentence = "That time needs approval. Ask for it anew, or call us."


class NoSuchExtra(CentralError):
    """The extra does not exist, or not with this hall."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "no_such_extra"
    sentence = "This cannot be had with the hall: {extra}."


class ExtraTooLate(CentralError):
    """It is ordered some working days before."""

    status = HTTPStatus.CONFLICT
    code = "extra_too_late"
    sentence = "{extra} must be ordered by {until}."


class ExtraOutOfStock(CentralError):
    """Others have it at that time."""

    status = HTTPStatus.CONFLICT
    code = "extra_out_of_stock"
    sentence = "Of {extra} there are {left} left at that time."


_REFUSALS: dict[Reason, type[NotForYou]] = {
    Reason.NOT_THIS_ACTIVITY: NotThisActivity,
    Reason.NOT_THEN: NotThen,
}


@dataclass(frozen=True, slots=True)
class Decided:
    """What the rules say of one wish."""

    group: str
    """Code of the target group."""
    right: Right
    quote: Quote

    @property
    def needs_approval(self) -> bool:
        """Whether somebody of the service must agree."""
        return self.right.effect is Effect.APPROVE


def local_day(wish: Wish, offer: Offer) -> date:
    """Return the local day of use, on which the target group counts."""
    return to_wall(wish.use.start, offer.rules.zone).date()


def asked_of(wish: Wish, offer: Offer) -> Asked:
    """Return a wish as the rules want it."""
    return Asked(
        wish.hall_id,
        wish.use,
        wish.attendees,
        wish.activity,
        wish.extras,
        offer.cents_per_hour,
        offer.rules.zone,
    )


def decide(book: RuleBook, group: TargetGroup, wish: Wish, offer: Offer, now: datetime) -> Decided:
    """Return what the rules say of a wish that they let pass, perhaps by approval.

    Raises:
        NotForYou: they do not; the subclass says why.

    """
    asked = asked_of(wish, offer)
    right = book.right_of(group.id, asked, now)
    if right.is_denied:
        raise refusal(right)
    return Decided(group.code, right, book.quote_of(group.id, asked))


def refusal(right: Right) -> NotForYou:
    """Return a denied right as the refusal of a wish."""
    if right.since is not None:
        return NotYetForYou(field="starts_at", since=right.since.isoformat())
    if right.until is not None:
        return TooLateForYou(field="starts_at", until=right.until.isoformat())
    return _REFUSALS.get(right.reason, NotForYou)(field="starts_at")


def take_extras(
    session: Session, wish: Wish, offer: Offer, reservation: Reservation, now: datetime
) -> None:
    """Set the extras that go with a reservation; the rows of the extras stay locked.

    Raises:
        NoSuchExtra, ExtraTooLate, ExtraOutOfStock: one cannot be had.

    """
    wanted = {code: count for code, count in wish.extras if count > 0}
    if not wanted:
        return
    rows = session.scalars(
        select(ExtraRow)
        .where(ExtraRow.code.in_(wanted), ExtraRow.is_offered)
        .order_by(ExtraRow.id)
        .with_for_update()
    ).all()
    service = session.scalar(select(Hall.service_id).where(Hall.id == wish.hall_id))
    there = {
        one.code: one
        for one in rows
        if one.service_id in {None, service} and (not one.halls or wish.hall_id in one.halls)
    }
    if missing := set(wanted) - set(there):
        raise NoSuchExtra(field="extras", extra=min(missing))
    for code, count in sorted(wanted.items()):
        row = there[code]
        _check_lead(row, local_day(wish, offer), now)
        _check_stock(session, row, count, wish.use, [reservation.id])
        session.add(ReservationExtra(reservation_id=reservation.id, extra_id=row.id, count=count))
    session.flush()


def _check_lead(row: ExtraRow, use: date, now: datetime) -> None:
    last = working_days_before(use, row.lead_working_days)
    if now.date() > last:
        raise ExtraTooLate(field="extras", extra=row.code, until=last.isoformat())


def _check_stock(
    session: Session, row: ExtraRow, count: int, use: Period, but: Collection[int]
) -> None:
    left = left_of(session, row, use, but)
    if left is not None and count > left:
        raise ExtraOutOfStock(field="extras", extra=row.code, left=left)
