"""Send what is due, follow what was sent until it is read, and keep the call list. Never commits."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from central.accounts.roles import WHOLE_CITY, Scope
from central.audit.service import record
from central.booking.models import Reservation
from central.errors import NotFound
from central.events import NotificationDue
from central.halls.models import Hall
from central.halls.scope import in_scope
from central.notifications.channels import Notifier, Writer
from central.notifications.models import Notification
from central.notifications.notification import (
    MUST_ARRIVE,
    Channel,
    MessageKind,
    State,
    Transition,
    after,
    next_channel,
    read_by,
)
from central.outbox.service import announce

KEPT_FOR = timedelta(days=400)
"""How long staff can still see that somebody was told."""
_AT_ONCE = 200  # rows in one transaction
_OPEN = (State.SENT, State.TO_CALL)
Ways = Mapping[Channel, Notifier]


def send(session: Session, number: int, writer: Writer, ways: Ways, now: datetime) -> None:
    """Send a message whose moment has come; what is on its way already stays as it is.

    Raises:
        NotYet: what it tells about is still being made.

    """
    one = _locked(session, number)
    if one is None or one.state is not State.QUEUED:
        return
    draft = writer.write(session, one, now)
    if draft is None:
        _finish(one, Transition.DROP, now, "nothing_to_tell")
        return
    reaching = [channel for channel, way in ways.items() if way.reaches(draft)]
    one.channel = next_channel(reaching, one.tried)
    if one.channel is Channel.CALL:
        _call(one, now, one.why or "no_address")
        return
    one.attempts += 1
    one.state, one.sent_at = after(one.state, Transition.SEND), now
    is_answered = one.must_be_read and draft.starts_at is not None
    one.read_by = read_by(draft.starts_at, now) if is_answered and draft.starts_at else None
    ways[one.channel].tell(session, one, draft, now)


def queue_due(session: Session, now: datetime) -> int:
    """Give the outbox what is due; return how many."""
    due = select(Notification).where(
        Notification.state == State.PLANNED, Notification.due_at <= now
    )
    rows = session.scalars(due.limit(_AT_ONCE).with_for_update(skip_locked=True)).all()
    for one in rows:
        _queue(session, one, Transition.QUEUE, now)
    return len(rows)


def follow_up(session: Session, now: datetime) -> int:
    """Try another way for what was not read in time; return how many."""
    rows = session.scalars(
        select(Notification)
        .where(Notification.state == State.SENT, Notification.read_by <= now)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for one in rows:
        _other_way(session, one, now, "not_read")
    return len(rows)


def has_work(session: Session, now: datetime) -> bool:
    """Tell whether there is something to do; so that nothing is written for nothing."""
    due = (Notification.state == State.PLANNED) & (Notification.due_at <= now)
    unread = (Notification.state == State.SENT) & (Notification.read_by <= now)
    return session.scalar(select(Notification.id).where(or_(due, unread)).limit(1)) is not None


def bounced(session: Session, mail_id: int, now: datetime) -> None:
    """Try another way: the mail that carried a message was refused."""
    found = session.scalar(select(Notification.id).where(Notification.mail_id == mail_id))
    one = None if found is None else _locked(session, found)
    if one is not None and one.state is State.SENT and one.mail_id == mail_id:
        _other_way(session, one, now, "bounced")


def refused(session: Session, number: int, now: datetime) -> None:
    """Try another way: the gateway refuses the number."""
    one = _locked(session, number)
    if one is not None and one.state is State.SENT:
        _other_way(session, one, now, "bounced")


def unread(session: Session, reservations: Sequence[int]) -> bool:
    """Tell whether a message about some reservations waits to be read."""
    return session.scalar(_unread(reservations).limit(1)) is not None


def read(session: Session, reservations: Sequence[int], now: datetime) -> None:
    """Note that somebody opened the link of a message about these reservations."""
    for one in session.scalars(_unread(reservations).with_for_update()):
        _finish(one, Transition.READ, now)


def call_list(session: Session, scope: Scope = WHOLE_CITY) -> list[Notification]:
    """Return whom to call about the halls of a scope, the most pressing first.

    Somebody without a reservation reported a defect, which is never called about.
    """
    return list(
        session.scalars(
            select(Notification)
            .join(Reservation, Reservation.id == Notification.reservation_id)
            .join(Hall, Hall.id == Reservation.hall_id)
            .where(Notification.state == State.TO_CALL, in_scope(scope))
            .order_by(Reservation.starts_at, Notification.id)
        )
    )


def to_call(session: Session, number: int) -> Notification:
    """Return a message that nobody else changes until this transaction ends.

    Raises:
        NotFound: there is none.

    """
    one = _locked(session, number)
    if one is None:
        raise NotFound("message")
    return one


def called(
    session: Session, one: Notification, actor: str, now: datetime, *, was_reached: bool
) -> None:
    """Note how a call went.

    Raises:
        MessageNotPossible: it is not on the call list (any more).

    """
    one.state = after(one.state, Transition.REACH if was_reached else Transition.MISS)
    one.attempts += 1
    one.finished_at = now if was_reached else None
    action = "message.told" if was_reached else "message.not_answered"
    record(session, actor, action, f"notification:{one.id}", now)


def send_again(session: Session, one: Notification, actor: str, now: datetime) -> None:
    """Send it by every way from the start: the address or number was put right.

    Raises:
        MessageNotPossible: it is not on the call list (any more).

    """
    _queue(session, one, Transition.SEND_AGAIN, now)
    one.tried, one.why = [], ""
    record(session, actor, "message.sent_again", f"notification:{one.id}", now)


def tidy(session: Session, now: datetime) -> None:
    """Take off the call list what is over, and forget what was long ago."""
    over = (
        select(Notification)
        .join(Reservation, Reservation.id == Notification.reservation_id)
        .where(Notification.state == State.TO_CALL, Reservation.closes_at <= now)
        .where(Notification.kind != MessageKind.CANCELLED)
    )
    for one in session.scalars(over.with_for_update(of=Notification, skip_locked=True)):
        _finish(one, Transition.DROP, now, "over")
    session.execute(delete(Notification).where(Notification.created_at < now - KEPT_FOR))


def _unread(reservations: Sequence[int]) -> Select[Notification]:
    return select(Notification).where(
        Notification.reservation_id.in_(reservations),
        Notification.state.in_(_OPEN),
        Notification.must_be_read,
    )


def _locked(session: Session, number: int) -> Notification | None:
    return session.get(Notification, number, with_for_update=True, populate_existing=True)


def _other_way(session: Session, one: Notification, now: datetime, why: str) -> None:
    """Send it by the next channel; `send` finds out which, and whether one is left."""
    one.tried = [*one.tried, one.channel]
    one.why = why
    if one.kind in MUST_ARRIVE:
        _queue(session, one, Transition.NEXT_CHANNEL, now)


def _queue(session: Session, one: Notification, transition: Transition, now: datetime) -> None:
    one.state = after(one.state, transition)
    announce(session, NotificationDue(one.id), now)


def _call(one: Notification, now: datetime, why: str) -> None:
    if one.kind not in MUST_ARRIVE:
        _finish(one, Transition.DROP, now, why)
        return
    one.state, one.why, one.channel = after(one.state, Transition.CALL), why, Channel.CALL


def _finish(one: Notification, transition: Transition, now: datetime, why: str = "") -> None:
    one.state, one.finished_at = after(one.state, transition), now
    one.why = why or one.why
