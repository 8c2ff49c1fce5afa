"""The form of the day after, and the state of a hall before and after a use. Never commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from central.accounts.roles import Scope
from central.booking.models import Reservation
from central.errors import CentralError
from central.events import FeedbackGiven
from central.feedback import room_state
from central.feedback.models import Feedback, RoomState
from central.feedback.room_state import Item, Moment
from central.feedback.trends import LEAST, LOOKS_BACK, Answer, Question, Trend, trend_of
from central.feedback.uses import UseNotBegun, use_of
from central.halls.models import Hall
from central.halls.scope import in_scope
from central.outbox.service import announce


class AlreadyTold(CentralError):
    """It was told once, and that counts."""

    status = HTTPStatus.CONFLICT
    code = "already_told"
    sentence = "You told us this already. Thank you."


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody answered; the overall mark at least."""

    marks: Mapping[Question, int]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What was told about a use already."""

    feedback: bool
    states: frozenset[Moment]


def give(session: Session, reference: str, given: Given, now: datetime) -> Feedback:
    """Keep the form of a use that is over; once.

    Raises:
        NotFound: there is no such reservation, or it did not happen.
        UseNotBegun: it is not over.
        AlreadyTold: it was given before.

    """
    use = _locked(session, reference, now)
    if now < use.ends_at:
        raise UseNotBegun
    if told(session, use).feedback:
        raise AlreadyTold
    row = Feedback(
        reservation_id=use.id,
        hall_id=use.hall_id,
        remark=given.remark.strip(),
        given_at=now,
        **{asked.value: given.marks.get(asked) for asked in Question},
    )
    session.add(row)
    session.flush()
    announce(session, FeedbackGiven(row.id), now)
    return row


def note_state(
    session: Session, reference: str, moment: Moment, items: Mapping[Item, bool], now: datetime
) -> RoomState:
    """Keep how somebody found or left a hall; once, so that nobody changes it afterwards.

    Raises:
        NotFound: there is no such reservation, or it did not happen.
        UseNotBegun, StateTooLate: not at this time.
        StateIncomplete: an item is missing.
        AlreadyTold: it was noted before.

    """
    use = _locked(session, reference, now)
    room_state.check_time(moment, use.starts_at, use.ends_at, now)
    room_state.check_items(moment, items)
    if moment in told(session, use).states:
        raise AlreadyTold
    in_order = {item.value: is_fine for item, is_fine in items.items()}
    row = RoomState(reservation_id=use.id, moment=moment, items=in_order, noted_at=now)
    session.add(row)
    session.flush()
    return row


def told(session: Session, use: Reservation) -> Told:
    """Return what was told about a use already."""
    form = session.scalar(select(Feedback.id).where(Feedback.reservation_id == use.id))
    noted = select(RoomState.moment).where(RoomState.reservation_id == use.id)
    return Told(form is not None, frozenset(session.scalars(noted)))


def trends(session: Session, scope: Scope, now: datetime) -> list[tuple[Hall, Trend]]:
    """Return what the answers of a year say of each hall of a scope, by name."""
    halls = session.scalars(select(Hall).where(in_scope(scope)).order_by(Hall.name)).all()
    found: dict[int, list[Answer]] = {hall.id: [] for hall in halls}
    columns = [getattr(Feedback, asked.value) for asked in Question]
    for hall_id, given_at, *marks in session.execute(
        select(Feedback.hall_id, Feedback.given_at, *columns)
        .join(Hall, Hall.id == Feedback.hall_id)
        .where(in_scope(scope), Feedback.given_at > now - LOOKS_BACK)
    ):
        filled = {asked: mark for asked, mark in zip(Question, marks, strict=True) if mark}
        found[hall_id].append(Answer(given_at.date(), filled))
    return [(hall, trend_of(found[hall.id], now.date())) for hall in halls]


def remarks(session: Session, hall_id: int, now: datetime) -> list[str]:
    """Return what people wrote about a hall in a year, in no order that tells when; none if few answered."""
    given = session.execute(
        select(Feedback.remark).where(
            Feedback.hall_id == hall_id, Feedback.given_at > now - LOOKS_BACK
        )
    ).all()
    return sorted(one for (one,) in given if one) if len(given) >= LEAST else []


def states(session: Session, hall_id: int, limit: int = 30) -> Sequence[RoomState]:
    """Return how a hall was found and left, the newest first, with the reservations."""
    return session.scalars(
        select(RoomState)
        .join(Reservation, Reservation.id == RoomState.reservation_id)
        .where(Reservation.hall_id == hall_id)
        .options(joinedload(RoomState.reservation))
        .order_by(RoomState.noted_at.desc())
        .limit(limit)
    ).all()


def _locked(session: Session, reference: str, now: datetime) -> Reservation:
    """Return a use; whoever tells about it at the same time waits."""
    taken = select(Reservation.id).where(Reservation.reference == reference).with_for_update()
    session.execute(taken)
    return use_of(session, reference, now)
