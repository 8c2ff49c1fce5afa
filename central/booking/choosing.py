"""An order while somebody chooses: other answers, more halls and times, and who rents. Never commits.

The time is kept from the moment that it was chosen, before anybody said who they are. Until then the
order belongs to `NOBODY`, and cannot be confirmed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.accounts.capacities import ActingAs
from central.accounts.models import Person
from central.accounts.people import NOBODY, person_of
from central.accounts.target_groups import TargetGroup
from central.booking import keeping, occupancy
from central.booking.catalogue import offer
from central.booking.deciding import Decided, decide, local_day, take_extras
from central.booking.models import Order, Reservation, StateChange
from central.booking.one_renter import is_another, said_name
from central.booking.reservation import NotPossible, State, Transition
from central.booking.rights_and_prices import RuleBook, check_shown, rule_book
from central.booking.rows import HoldRanOut, claim, locked, new_reservation, note, placed
from central.booking.rule_models import Handling
from central.booking.times import Period
from central.booking.wishes import Offer, Wish, check
from central.errors import CentralError

_LONGEST = 4
"""How many times the usual hold adding halls and times may last in all."""
_MOST = 20
"""Reservations of one order."""


class NoRenter(CentralError):
    """Nobody said yet who rents."""

    status = HTTPStatus.CONFLICT
    code = "no_renter"
    sentence = "Say first who rents."


class OrderFull(CentralError):
    """No more halls and times fit into one order."""

    status = HTTPStatus.CONFLICT
    code = "order_full"
    sentence = "One order holds at most {most} reservations."


@dataclass(frozen=True, slots=True)
class Said:
    """What the rules say of a reservation, as far as its renter sees it."""

    cents: int
    deposit_cents: int
    by_approval: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What another renter, or another capacity, makes different."""

    reservation: Reservation
    was: Said
    becomes: Said


def key_of(changes: Sequence[Change]) -> str:
    """Return what a form says to agree to exactly these changes."""
    return ";".join(
        f"{one.reservation.reference}:{one.becomes.cents}:{one.becomes.deposit_cents}"
        f":{int(one.becomes.by_approval)}"
        for one in changes
    )


def held_of(order: Order) -> list[Reservation]:
    """Return what is being chosen."""
    return [one for one in order.reservations if one.state is State.HELD]


def ends_at(order: Order) -> datetime | None:
    """Return until when all of what is being chosen is kept."""
    ends = [one.hold_expires_at for one in held_of(order) if one.hold_expires_at]
    return min(ends, default=None)


def has_renter(session: Session, order: Order) -> bool:
    """Tell whether somebody said who rents."""
    return session.scalar(select(Person.email).where(Person.id == order.person_id)) != NOBODY.email


def wish_of(session: Session, one: Reservation) -> Wish:
    """Return a reservation as the wish that it came from."""
    return Wish(
        one.hall_id,
        Period(one.starts_at, one.ends_at),
        one.attendees,
        one.purpose,
        one.accessible,
        one.activity,
        keeping.extras_of(session, one.id),
    )


def removed(session: Session, reservation_ids: Sequence[int]) -> frozenset[int]:
    """Return which of some reservations were taken out of their order before it was sent."""
    sent = (Transition.SUBMIT, Transition.ASK_PAYMENT, Transition.CONFIRM)
    was_sent = select(StateChange.reservation_id).where(StateChange.transition.in_(sent))
    wanted = select(Reservation.id).where(
        Reservation.id.in_(reservation_ids),
        Reservation.state == State.CANCELLED,
        Reservation.id.not_in(was_sent.where(StateChange.reservation_id.in_(reservation_ids))),
    )
    return frozenset(session.scalars(wanted))


def revise(session: Session, reservation_id: int, wish: Wish, now: datetime) -> Reservation:
    """Give what is being chosen other answers, for the same place; the price is frozen anew.

    Raises:
        HoldRanOut: it is not kept any more.
        NotPossible: it is confirmed or cancelled already.
        CentralError: the wish cannot be granted.

    """
    found = offer(session, wish.hall_id)
    _, (one,) = locked(session, [reservation_id], frozenset(), now)
    _check_held(one, now)
    check(wish, found, min(now, one.starts_at))
    book = rule_book(session, {wish.hall_id})
    decided = decide(book, book.named(one.group_code), wish, found, now)
    _write(session, one, (wish, found, decided), now)
    return one


def add(
    session: Session,
    order_id: int,
    wish: Wish,
    acting: ActingAs,
    life: timedelta,
    now: datetime,
    actor: str,
) -> Reservation:
    """Keep one more hall and time for an order; what it has is kept as long.

    Raises:
        Taken: it is not free.
        HoldRanOut, NotPossible: nothing of the order is being chosen.
        OrderFull: there is no room for more.
        CentralError: the wish cannot be granted.

    """
    check_shown(session, acting, wish.hall_id, now)
    found = offer(session, wish.hall_id)
    check(wish, found, now)
    ids = session.scalars(select(Reservation.id).where(Reservation.order_id == order_id)).all()
    places, rows = locked(session, ids, found.spaces, now)
    held = [one for one in rows if one.state is State.HELD]
    if not held:
        raise HoldRanOut
    if len(rows) >= _MOST:
        raise OrderFull(most=_MOST)
    order = session.get_one(Order, order_id)
    if is_another(order, acting):
        # One order has one renter: who it is is asked again, for all of it.
        order.person_id, order.organisation_id = person_of(session, NOBODY, now), None
        order.renter_name = ""
    until = min(now + life, order.created_at + _LONGEST * life)
    book = rule_book(session, {wish.hall_id})
    decided = decide(book, _group(book, acting, wish, found), wish, found, now)
    one = new_reservation(wish, found, decided, now, max(until - now, timedelta(minutes=1)))
    one.order_id = order_id
    session.add(one)
    session.flush()
    occupancy.occupy(places, [claim(one, found)])
    take_extras(session, wish, found, one, now)
    keeping.freeze(session, one.id, decided)
    note(session, [one], Transition.HOLD, now, actor)
    for other in held:
        other.hold_expires_at = one.hold_expires_at
    occupancy.keep(places, [other.id for other in held], one.hold_expires_at)
    return one


def by_approval(session: Session, reservation_ids: Sequence[int]) -> frozenset[int]:
    """Return which of some reservations somebody of the service decides about."""
    wanted = select(Handling.reservation_id).where(Handling.reservation_id.in_(reservation_ids))
    return frozenset(session.scalars(wanted))


def name_renter(
    session: Session,
    order_id: int,
    acting: ActingAs,
    agreed: str,
    now: datetime,
    *,
    is_proven: bool = True,
) -> list[Change]:
    """Make an order somebody's; when that changes right or price, only if exactly that is agreed.

    Returns what changes and is not agreed to yet: then nothing was written. `is_proven` says that
    the renter is logged in: what is never for them then does not exist.

    Raises:
        NotForYou: the rules do not let this renter.
        NotFound: there is no such hall for this renter.
        HoldRanOut, NotPossible: nothing of the order is being chosen.

    """
    ids = session.scalars(select(Reservation.id).where(Reservation.order_id == order_id)).all()
    _, rows = locked(session, ids, frozenset(), now)
    held = [one for one in rows if one.state in {State.HELD, State.EXPIRED}]
    if not held:
        raise NotPossible(state=rows[0].state.value, transition=Transition.MOVE.value)
    book, changes, written = rule_book(session, {one.hall_id for one in held}), [], []
    for one in held:
        _check_held(one, now)
        if is_proven:
            check_shown(session, acting, one.hall_id, now)
        wish, found = wish_of(session, one), offer(session, one.hall_id)
        decided = decide(book, _group(book, acting, wish, found), wish, found, now)
        written.append((one, (wish, found, decided)))
        by_approval = session.get(Handling, one.id) is not None
        was = Said(one.cents, one.deposit_cents, by_approval)
        quote = decided.quote
        becomes = Said(quote.cents, quote.deposit_cents, decided.needs_approval)
        if was != becomes:
            changes.append(Change(one, was, becomes))
    if key_of(changes) != agreed and changes:
        return changes
    order = session.get_one(Order, order_id)
    if acting.person is not None:
        order.person_id, order.organisation_id = acting.person, acting.organisation
        order.renter_name = said_name(session, acting if is_proven else None, acting.name)
    for one, chosen in written:
        _write(session, one, chosen, now)
    return []


def _group(book: RuleBook, acting: ActingAs, wish: Wish, found: Offer) -> TargetGroup:
    return book.group(acting, local_day(wish, found))


def _check_held(one: Reservation, now: datetime) -> None:
    if one.state is State.EXPIRED or (one.hold_expires_at and one.hold_expires_at <= now):
        raise HoldRanOut
    if one.state is not State.HELD:
        raise NotPossible(state=one.state.value, transition=Transition.MOVE.value)


def _write(
    session: Session, one: Reservation, chosen: tuple[Wish, Offer, Decided], now: datetime
) -> None:
    wish, found, decided = chosen
    for name, value in placed(wish, found, decided).items():
        setattr(one, name, value)
    session.flush()
    keeping.drop_extras(session, one.id)
    take_extras(session, replace(wish, hall_id=one.hall_id), found, one, now)
    handling = session.get(Handling, one.id)
    if handling is not None and not decided.needs_approval:
        session.delete(handling)
        session.flush()
    keeping.freeze(session, one.id, decided)
