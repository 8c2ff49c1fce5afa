"""Hold, confirm, move and cancel reservations; close halls. Never commits.

Each function takes the locks it needs in the one order (see occupancy.py) and looks at what it
found under them, so two of them at once have the same effect as one after the other.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.accounts.capacities import ActingAs, Capacity
from central.accounts.people import NOBODY, Renter, by_number, person_of
from central.audit.service import record
from central.booking import keeping, occupancy, paying
from central.booking.actors import RENTER, is_for_somebody, is_renter
from central.booking.catalogue import offer
from central.booking.choosing import NoRenter, has_renter
from central.booking.deciding import decide, local_day, take_extras
from central.booking.models import Order, Reservation
from central.booking.moving import decide_move
from central.booking.one_renter import check_groups, said_name
from central.booking.refunds import Refund, refund
from central.booking.reservation import State, Transition, after
from central.booking.rights_and_prices import check_shown, rule_book
from central.booking.rows import (
    HoldRanOut,
    Over,
    claim,
    locked,
    new_reference,
    new_reservation,
    note,
    placed,
)
from central.booking.rule_models import Handling
from central.booking.rules import policy_of
from central.booking.times import Period, to_wall
from central.booking.when import working_days_after
from central.booking.wishes import Wish, check
from central.events import (
    OrderAwaitsPayment,
    ReservationCancelled,
    ReservationConfirmed,
    ReservationMoved,
    ReservationRequested,
)
from central.halls.models import Hall
from central.outbox.service import announce

__all__ = [
    "RENTER",
    "HoldRanOut",
    "Over",
    "cancel",
    "confirm",
    "hold",
    "link_ends",
    "move",
    "new_reference",
]

LINK_LIVES_AFTER = timedelta(days=180)


def link_ends(reservations: Collection[Reservation]) -> datetime:
    """Return until when the link of an order works: half a year after its last use."""
    return max(one.ends_at for one in reservations) + LINK_LIVES_AFTER


def hold(
    session: Session,
    renter: Renter,
    wishes: Sequence[Wish],
    life: timedelta,
    now: datetime,
    actor: str = RENTER,
    *,
    acting: ActingAs | None = None,
    key: str | None = None,
) -> Order:
    """Keep some halls and times for somebody; all of them or none.

    Args:
        session: writing.
        renter: who, as typed.
        wishes: what.
        life: how long the times are kept.
        now: when.
        actor: who does it.
        acting: in what capacity, of somebody logged in; None: as oneself, nothing proven.
        key: what the asker calls the wish; asked again with the same, the same order comes back.

    Raises:
        Taken: one is not free.
        NotForYou: the rules do not let this renter.
        NotFound: there is no such hall for this renter.
        CentralError: a wish cannot be granted at all (see `wishes.check`).

    """
    for wish in wishes:
        check_shown(session, acting, wish.hall_id, now)
    offers = [offer(session, wish.hall_id) for wish in wishes]
    for wish, found in zip(wishes, offers, strict=True):
        check(wish, found, now)
    who = _acting(session, renter, acting, now)
    places = occupancy.lock(session, frozenset().union(*(one.spaces for one in offers)), now)
    if key is not None and (same := keeping.order_with_key(session, who.person, key)):
        return same
    book = rule_book(session, {wish.hall_id for wish in wishes})
    decided = [
        decide(book, book.group(who, local_day(wish, one)), wish, one, now)
        for wish, one in zip(wishes, offers, strict=True)
    ]
    order = Order(
        reference=new_reference(),
        person_id=who.person,
        organisation_id=who.organisation,
        renter_name=said_name(session, acting, renter.name),
        idempotency_key=key and keeping.key_of(who.person, key),
        created_at=now,
    )
    chosen = list(zip(wishes, offers, decided, strict=True))
    order.reservations = [new_reservation(*one, now, life) for one in chosen]
    session.add(order)
    session.flush()
    together = list(zip(order.reservations, chosen, strict=True))
    occupancy.occupy(places, [claim(one, found) for one, (_, found, _) in together])
    for one, (wish, found, said) in together:
        take_extras(session, wish, found, one, now)
        keeping.freeze(session, one.id, said)
    note(session, order.reservations, Transition.HOLD, now, actor)
    return order


def _acting(session: Session, renter: Renter, acting: ActingAs | None, now: datetime) -> ActingAs:
    if acting is not None and acting.person is not None:
        return acting
    # Whoever types an address proves nothing: what is known of its owner may not count.
    person = by_number(session, person_of(session, renter, now))
    if acting is not None and renter == NOBODY:
        return replace(acting, person=person.id)  # what one says to be, until one says who
    return ActingAs(Capacity.CITIZEN, person=person.id, name=person.name)


def confirm(session: Session, order_id: int, now: datetime, actor: str = RENTER) -> Order:
    """Send an order: what is allowed and need not be paid first is certain at once.

    What needs approval is requested; what has to be paid first is kept until it is.

    Raises:
        HoldRanOut: one was not kept any more.
        NotPossible: one is not held.
        NoRenter: nobody said who rents.
        RenterChanged: something was chosen as somebody else.

    """
    ids = session.scalars(select(Reservation.id).where(Reservation.order_id == order_id)).all()
    places, rows = locked(session, ids, frozenset(), now)
    # What was taken out of the order while choosing is no part of it.
    reservations = [one for one in rows if one.state is not State.CANCELLED] or rows
    order = session.get_one(Order, order_id)
    if not has_renter(session, order):
        raise NoRenter
    for one in reservations:
        if one.state is State.EXPIRED or (one.hold_expires_at and one.hold_expires_at <= now):
            raise HoldRanOut
    check_groups(session, order, [one for one in reservations if one.state is State.HELD], now)
    awaiting = []
    for one in reservations:
        way = _way(session, one)
        after(one.state, way)
        if way is Transition.SUBMIT:
            _request(session, one, now)
        elif way is Transition.ASK_PAYMENT:
            awaiting.append(one)
        else:
            announce(session, ReservationConfirmed(one.id), now)
        one.state = after(one.state, way)
        note(session, [one], way, now, actor)
    paying.await_payment(places, awaiting, now)
    certain = [one for one in reservations if one.state is not State.AWAITING_PAYMENT]
    for one in certain:
        one.hold_expires_at = None
    occupancy.keep(places, [one.id for one in certain])
    if awaiting:
        announce(session, OrderAwaitsPayment(order_id), now)
    _tell_audit(session, actor, "order.confirmed", f"order:{order_id}", now)
    return order


def _tell_audit(session: Session, actor: str, action: str, subject: str, now: datetime) -> None:
    """Note what staff did for a caller, with both names."""
    if is_for_somebody(actor):
        record(session, actor, action, subject, now)


def _way(session: Session, one: Reservation) -> Transition:
    """Return how a held reservation goes on when it is sent."""
    if session.get(Handling, one.id) is not None:
        return Transition.SUBMIT
    return Transition.ASK_PAYMENT if paying.has_to_pay_first(session, one) else Transition.CONFIRM


def _request(session: Session, one: Reservation, now: datetime) -> None:
    service = session.scalar(select(Hall.service_id).where(Hall.id == one.hall_id))
    handling = session.get_one(Handling, one.id)
    handling.asked_at = now
    days = policy_of(session, service).approval_working_days
    handling.due_at = min(working_days_after(now, days), one.starts_at)
    announce(session, ReservationRequested(one.id), now)


def move(
    session: Session,
    reservation_id: int,
    wish: Wish,
    now: datetime,
    actor: str = RENTER,
) -> Reservation:
    """Give a reservation another time, hall, or both; it never has neither.

    Raises:
        Taken: the new place is not free; the old one stays.
        Over: the reservation's time has passed.
        NotPossible: it is cancelled, expired or finished.
        CentralError: the wish cannot be granted at all.

    """
    found = offer(session, wish.hall_id)
    places, (moved,) = locked(session, [reservation_id], found.spaces, now)
    state = after(moved.state, Transition.MOVE)
    if moved.ends_at <= now:
        raise Over
    if (moved.hall_id, Period(moved.starts_at, moved.ends_at)) == (wish.hall_id, wish.use):
        return moved  # pressed twice: it is there already, and nobody is told again
    wish, decided = decide_move(session, moved, wish, found, now, actor)
    # By the day it had: moving away from that day wins nothing back.
    part = refund_of(session, moved, now, actor).percent
    before = ReservationMoved(moved.id, moved.hall_id, moved.starts_at, moved.ends_at, part)
    if state is State.CONFIRMED:
        moved.refund_percent = min(moved.refund_percent, part)
    for name, value in placed(wish, found, decided).items():
        setattr(moved, name, value)
    session.flush()
    occupancy.give_back(places, [moved.id])
    occupancy.occupy(places, [claim(moved, found)])
    keeping.drop_extras(session, moved.id)
    take_extras(session, wish, found, moved, now)
    keeping.freeze(session, moved.id, decided)
    if state is State.CONFIRMED:
        announce(session, before, now)
    note(session, [moved], Transition.MOVE, now, actor)
    _tell_audit(session, actor, "reservation.moved", f"reservation:{moved.id}", now)
    return moved


def cancel(
    session: Session, reservation_id: int, now: datetime, actor: str = RENTER, reason: str = ""
) -> Reservation:
    """Give a reservation's place back.

    Raises:
        Over: its time has passed.
        NotPossible: it is cancelled, expired or finished already.

    """
    places, (cancelled,) = locked(session, [reservation_id], frozenset(), now)
    was = cancelled.state
    cancelled.state = after(was, Transition.CANCEL)
    if cancelled.ends_at <= now:
        raise Over
    cancelled.hold_expires_at = None
    occupancy.give_back(places, [reservation_id])
    if was is State.CONFIRMED:
        back = refund_of(session, cancelled, now, actor)
        announce(session, ReservationCancelled(reservation_id, back.percent), now)
    note(session, [cancelled], Transition.CANCEL, now, actor, reason)
    _tell_audit(session, actor, "reservation.cancelled", f"reservation:{cancelled.id}", now)
    return cancelled


def refund_of(session: Session, one: Reservation, now: datetime, actor: str = RENTER) -> Refund:
    """Return what comes back of a price when a reservation is cancelled now.

    Whoever cancels for the city and not for a renter gives everything back. Of what a renter moved
    comes back no more than at that time.
    """
    if not is_renter(actor):
        return refund((), one.cents, one.local_start.date(), now.date())
    service = session.scalar(select(Hall.service_id).where(Hall.id == one.hall_id))
    tiers = policy_of(session, service).refunds
    today = to_wall(now, ZoneInfo(one.zone)).date()
    return refund(tiers, one.cents, one.local_start.date(), today, one.refund_percent)
