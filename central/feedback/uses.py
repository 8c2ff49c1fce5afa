"""The use of a hall that somebody tells about: which reservation, and whether it is time to."""

from datetime import datetime
from http import HTTPStatus

from sqlalchemy.orm import Session

from central.booking import queries
from central.booking.models import Reservation
from central.booking.reservation import State
from central.errors import CentralError, NotFound

_HAPPENED = frozenset({State.CONFIRMED, State.FINISHED})


class UseNotBegun(CentralError):
    """Nothing can be told about it yet."""

    status = HTTPStatus.CONFLICT
    code = "use_not_begun"
    sentence = "This use of the hall has not begun yet."


def may_tell(reservation: Reservation, now: datetime) -> bool:
    """Tell whether its renter has something to tell: it happens, or happened."""
    return reservation.state in _HAPPENED and now >= reservation.opens_at


def use_of(session: Session, reference: str, now: datetime) -> Reservation:
    """Return the reservation that somebody tells about, with its hall and site.

    Raises:
        NotFound: there is none, or it did not happen.
        UseNotBegun: its pass opens nothing yet.

    """
    reservation = queries.reservation_of(session, reference)
    if reservation.state not in _HAPPENED:
        raise NotFound("reservation")
    if now < reservation.opens_at:
        raise UseNotBegun
    return reservation
