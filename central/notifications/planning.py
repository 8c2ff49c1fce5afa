"""What there is to tell after what happened to a reservation. Never commits.

All of it may be called twice for one event: a message is planned once by its key.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from central.booking.models import Order, Reservation, StateChange
from central.booking.reservation import State as Stands
from central.booking.reservation import Transition as Happened
from central.booking.service import RENTER
from central.booking.times import earliest
from central.database import insert_into
from central.events import NotificationDue, ReservationMoved
from central.notifications.models import Notification
from central.notifications.notification import Channel, MessageKind, State
from central.outbox.service import announce

_FORM_AT = time(10)  # on the wall of the hall, the day after
_CERTAIN = frozenset({Stands.CONFIRMED, Stands.FINISHED})
_ASKED = frozenset({Stands.REQUESTED, Stands.IN_HANDLING})


@dataclass(frozen=True, slots=True)
class Plan:
    """A message to be; the fields mean what they mean in `models.Notification`."""

    kind: MessageKind
    key: str
    """Whatever is planned again with the same kind and key is not sent again."""
    about: Reservation | None = None
    """With its order."""
    others: Collection[int] = ()
    defect_id: int | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    due_at: datetime | None = None
    """None: now."""
    must_be_read: bool = False


def plan(session: Session, what: Plan, now: datetime) -> None:
    """Plan a message, once for a key; what is due is sent as soon as this commits."""
    state = _first_state(what, now)
    by_phone = state is State.TO_CALL
    about = what.about
    number = session.scalar(
        insert_into(session, Notification)
        .values(
            dedupe_key=f"{what.kind}:{what.key}",
            kind=what.kind,
            person_id=about and about.order.person_id,
            order_id=about and about.order_id,
            reservation_id=about and about.id,
            others=list(what.others),
            defect_id=what.defect_id,
            facts=dict(what.facts),
            channel=Channel.CALL if by_phone else Channel.MAIL,
            tried=[],
            state=state,
            due_at=what.due_at or now,
            must_be_read=what.must_be_read,
            attempts=0,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=[Notification.dedupe_key])
        .returning(Notification.id)
    )
    if number is not None and state is State.QUEUED:
        announce(session, NotificationDue(number), now)


def _first_state(what: Plan, now: datetime) -> State:
    if what.kind is MessageKind.PASS_MISSING:
        return State.TO_CALL
    return State.QUEUED if what.due_at is None or what.due_at <= now else State.PLANNED


def confirmed(session: Session, reservation_id: int, now: datetime, pass_days: int) -> None:
    """Plan the confirmation, one for all of an order that became certain; the pass; the form."""
    _tell_together(session, MessageKind.CONFIRMED, reservation_id, _CERTAIN, now)
    one = _with_order(session, reservation_id)
    if one.state not in _CERTAIN:
        return
    pass_at = one.starts_at - timedelta(days=pass_days)
    plan(
        session,
        Plan(MessageKind.PASS, str(one.id), about=one, due_at=pass_at, must_be_read=True),
        now,
    )
    plan(session, Plan(MessageKind.FORM, str(one.id), about=one, due_at=_form_at(one)), now)


def requested(session: Session, reservation_id: int, now: datetime) -> None:
    """Plan to tell that somebody will decide, and by when; once for all of an order."""
    _tell_together(session, MessageKind.REQUESTED, reservation_id, _ASKED, now)


def decided(session: Session, kind: MessageKind, reservation_id: int, now: datetime) -> None:
    """Plan to tell that somebody agreed, or did not."""
    one = _with_order(session, reservation_id)
    plan(session, Plan(kind, str(reservation_id), about=one), now)


def moved(
    session: Session, event: ReservationMoved, key: UUID, now: datetime, pass_days: int
) -> None:
    """Plan to tell where and when it is now, and give what is still to come its new moment."""
    one = _with_order(session, event.reservation)
    facts = {
        "hall": event.hall_before,
        "starts_at": event.starts_before.isoformat(),
        "ends_at": event.ends_before.isoformat(),
    }
    by_city = _was_city(session, one.id, Happened.MOVE)
    plan(
        session,
        Plan(MessageKind.MOVED, str(key), about=one, facts=facts, must_be_read=by_city),
        now,
    )
    _reschedule(session, one.id, MessageKind.PASS, one.starts_at - timedelta(days=pass_days))
    _reschedule(session, one.id, MessageKind.FORM, _form_at(one))


def cancelled(session: Session, reservation_id: int, refund_percent: int, now: datetime) -> None:
    """Plan to tell that it will not happen, and what comes back."""
    one = _with_order(session, reservation_id)
    by_city = _was_city(session, one.id, Happened.CANCEL)
    facts = {"refund_percent": refund_percent}
    key = str(reservation_id)
    plan(
        session, Plan(MessageKind.CANCELLED, key, about=one, facts=facts, must_be_read=by_city), now
    )
    # Nobody need be called any more about how to get in.
    session.execute(
        update(Notification)
        .where(Notification.reservation_id == one.id, Notification.state == State.TO_CALL)
        .where(Notification.kind != MessageKind.CANCELLED)
        .values(state=State.DROPPED, finished_at=now, why="cancelled")
    )


def pass_changed(session: Session, reservation_id: int, credential: str, now: datetime) -> None:
    """Plan to send the new pass, if the one that opens no more was sent."""
    was_sent = select(Notification.id).where(
        Notification.kind == MessageKind.PASS,
        Notification.reservation_id == reservation_id,
        Notification.state != State.PLANNED,
    )
    if session.scalar(was_sent.limit(1)) is None:
        return
    one = _with_order(session, reservation_id)
    plan(session, Plan(MessageKind.PASS_CHANGED, credential, about=one, must_be_read=True), now)


def pass_missing(session: Session, reservation_id: int, key: UUID, now: datetime) -> None:
    """Put on the call list that no pass of a reservation opens."""
    one = _with_order(session, reservation_id)
    plan(session, Plan(MessageKind.PASS_MISSING, str(key), about=one), now)


def defect_changed(session: Session, defect_id: int, change_id: int, now: datetime) -> None:
    """Plan to tell who reported a defect what happened with it."""
    facts = {"change": change_id}
    plan(session, Plan(MessageKind.DEFECT, str(change_id), defect_id=defect_id, facts=facts), now)


def _tell_together(
    session: Session,
    kind: MessageKind,
    reservation_id: int,
    states: Collection[Stands],
    now: datetime,
) -> None:
    """Plan one message for all reservations of an order that are in some states and untold."""
    order_id = session.scalar(select(Reservation.order_id).where(Reservation.id == reservation_id))
    # Two workers may have an event of the same order each: one of them plans.
    session.execute(select(Order.id).where(Order.id == order_id).with_for_update())
    told = _told(session, kind, order_id)
    found = session.scalars(
        select(Reservation)
        .where(Reservation.order_id == order_id, Reservation.state.in_(states))
        .where(Reservation.id.not_in(told))
        .order_by(Reservation.starts_at, Reservation.id)
    ).all()
    if not found:
        return
    first, *others = (_with_order(session, one.id) for one in found)
    plan(session, Plan(kind, str(first.id), about=first, others=[one.id for one in others]), now)


def _told(session: Session, kind: MessageKind, order_id: int | None) -> set[int]:
    rows = session.scalars(
        select(Notification).where(Notification.order_id == order_id, Notification.kind == kind)
    )
    return {one for row in rows for one in (row.reservation_id, *row.others) if one is not None}


def _with_order(session: Session, reservation_id: int) -> Reservation:
    one = session.get_one(Reservation, reservation_id, populate_existing=True)
    session.refresh(one, ["order"])
    return one


def _reschedule(session: Session, reservation_id: int, kind: MessageKind, at: datetime) -> None:
    session.execute(
        update(Notification)
        .where(Notification.reservation_id == reservation_id, Notification.kind == kind)
        .where(Notification.state == State.PLANNED)
        .values(due_at=at)
    )


def _was_city(session: Session, reservation_id: int, happened: Happened) -> bool:
    """Tell whether somebody else than the renter did it last: then it may come as a surprise."""
    actor = session.scalar(
        select(StateChange.actor)
        .where(StateChange.reservation_id == reservation_id, StateChange.transition == happened)
        .order_by(StateChange.id.desc())
        .limit(1)
    )
    is_renter = actor is None or actor == RENTER or actor.startswith("person:")
    return not is_renter and " for " not in str(actor)


def _form_at(one: Reservation) -> datetime:
    """Return when the form is sent: the morning after the day on which the use ended."""
    day_after = one.local_end.date() + timedelta(days=1)
    return earliest(datetime.combine(day_after, _FORM_AT), ZoneInfo(one.zone))
