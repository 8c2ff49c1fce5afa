"""Close the hall of a defect, and open it again. Never commits."""

from datetime import datetime, timedelta
from http import HTTPStatus

from sqlalchemy.orm import Session

from central.booking import closures
from central.booking.catalogue import spaces_of_halls
from central.booking.models import Closure, Reservation
from central.booking.times import Period
from central.errors import CentralError
from central.feedback.defect import Transition, after
from central.feedback.defects import locked, write_down
from central.feedback.models import Defect

LONGEST_CLOSURE = timedelta(days=366)


class AlreadyClosed(CentralError):
    """The hall is closed because of this defect."""

    status = HTTPStatus.CONFLICT
    code = "already_closed"
    sentence = "The hall is closed because of this defect already."


class NotClosed(CentralError):
    """The hall is not closed because of this defect."""

    status = HTTPStatus.CONFLICT
    code = "not_closed"
    sentence = "The hall is not closed because of this defect."


class ClosureTooLong(CentralError):
    """It would end in the past, or after more than a year."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "closure_too_long"
    sentence = "A hall is closed until a moment within the next {days} days."


def close_hall(
    session: Session,
    reference: str,
    until: datetime,
    reason: str,
    actor: str,
    now: datetime,
) -> Defect:
    """Close the hall because of a defect, from now on; nobody's reservation is touched.

    Raises:
        NotFound: there is no such defect.
        DefectNotPossible: it is over.
        AlreadyClosed: the hall is closed because of it.
        ClosureTooLong: `until` is past or far away.
        Taken: a reservation or a closure is in the way.

    """
    defect = locked(session, reference)
    after(defect.state, Transition.CLOSE_HALL)
    if not now < until <= now + LONGEST_CLOSURE:
        raise ClosureTooLong(field="until", days=LONGEST_CLOSURE.days)
    if closed_until(session, defect, now):
        raise AlreadyClosed
    spaces = spaces_of_halls(session, [defect.hall_id])
    closure = closures.close(session, spaces, Period(now, until), reason, now)
    defect.closure_id = closure.id
    write_down(session, defect, Transition.CLOSE_HALL, actor, now)
    return defect


def open_hall(session: Session, reference: str, actor: str, now: datetime) -> Defect:
    """Open the hall again that was closed because of a defect.

    Raises:
        NotFound: there is no such defect.
        NotClosed: the hall is not closed because of it.

    """
    defect = locked(session, reference)
    if closed_until(session, defect, now) is None or defect.closure_id is None:
        raise NotClosed
    closure_id, defect.closure_id = defect.closure_id, None
    session.flush()
    closures.reopen(session, closure_id)
    write_down(session, defect, Transition.OPEN_HALL, actor, now)
    return defect


def closed_until(session: Session, defect: Defect, now: datetime) -> datetime | None:
    """Return until when the hall is closed because of a defect; None: it is not."""
    closure = session.get(Closure, defect.closure_id) if defect.closure_id else None
    return closure.ends_at if closure and closure.ends_at > now else None


def in_the_way(session: Session, defect: Defect, period: Period) -> list[Reservation]:
    """Return the reservations that keep the hall from being closed, rising."""
    spaces = spaces_of_halls(session, [defect.hall_id])
    return closures.in_the_way(session, spaces, period)
