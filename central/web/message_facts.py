"""What messages tell about reservations, and the links that go with them, read as things are now."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from central.accounts.links import LinkPurpose, Links
from central.booking.models import Order, Reservation, StateChange
from central.booking.reservation import Transition
from central.booking.service import LINK_LIVES_AFTER
from central.booking.times import to_wall
from central.credentials.way_in import way_in
from central.feedback.who import use_link
from central.halls.access_type import AccessType
from central.halls.models import Area, Hall
from central.notifications.calendar import Appointment
from central.notifications.models import Notification
from central.settings import Settings
from central.web.language import Words, languages
from central.web.message_parts import Part


@dataclass(frozen=True, slots=True)
class Told:
    """The reservations that a message is about, with who rents them."""

    reservations: tuple[Reservation, ...]
    words: Words

    @property
    def first(self) -> Reservation:
        """The one that names the message."""
        return self.reservations[0]

    @property
    def order(self) -> Order:
        """Of all of them."""
        return self.first.order


def told_of(session: Session, about: Notification) -> Told:
    """Return what a message is about, in the language of who rents."""
    wanted = [one for one in (about.reservation_id, *about.others) if one is not None]
    found = session.scalars(
        select(Reservation)
        .where(Reservation.id.in_(wanted))
        .options(
            joinedload(Reservation.order).joinedload(Order.person),
            joinedload(Reservation.hall).joinedload(Hall.site),
            joinedload(Reservation.hall).selectinload(Hall.route),
            joinedload(Reservation.hall).selectinload(Hall.access),
        )
        .order_by(Reservation.starts_at, Reservation.id)
        .execution_options(populate_existing=True)
    ).all()
    language = found[0].order.person.language
    there = languages()
    return Told(tuple(found), there.get(language, next(iter(there.values()))))


def access_of(one: Reservation) -> AccessType:
    """Return in which way its renter gets in."""
    return way_in(one.hall, one.local_start.date())


def when(words: Words, start: datetime, end: datetime) -> str:
    """Return a time on the wall in words, with the day of its end where that is another."""
    says = words("message.when", day=words.day(start), from_=words.time(start), to=words.time(end))
    return says if end.date() == start.date() else f"{says} ({words.day(end)})"


def place(hall: Hall) -> str:
    """Return where a hall is."""
    return ", ".join(one for one in (hall.site.name, hall.site.address) if one)


def part_of(words: Words, one: Reservation, *, with_price: bool = False) -> Part:
    """Return a reservation in some lines under the name of its hall."""
    price = words.money(one.cents) if one.cents else words("message.for_free")
    return Part(
        (
            when(words, one.local_start, one.local_end),
            place(one.hall),
            *([words("message.price", price=price)] if with_price else []),
            words("message.number", reference=one.reference),
        ),
        one.hall.name,
    )


def doors_open(words: Words, one: Reservation) -> str:
    """Return from when to when the doors open for it."""
    zone = ZoneInfo(one.zone)
    opens, closes = to_wall(one.opens_at, zone), to_wall(one.closes_at, zone)
    return words("message.doors_open", from_=words.time(opens), to=words.time(closes))


def route_of(session: Session, hall: Hall) -> list[str]:
    """Return what one walks through, in order."""
    areas = session.scalars(select(Area).where(Area.site_id == hall.site_id))
    names = {area.bit: area.name for area in areas}
    return [names[step.bit] for step in hall.route if step.bit in names]


def appointment(
    session: Session, words: Words, one: Reservation, settings: Settings, url: str
) -> Appointment:
    """Return a reservation for a calendar; its number rises with each change."""
    changed = (Transition.MOVE, Transition.CANCEL)
    changes = session.scalar(
        select(func.count())
        .select_from(StateChange)
        .where(StateChange.reservation_id == one.id, StateChange.transition.in_(changed))
    )
    return Appointment(
        uid=f"{one.reference}@{settings.mail_sender.rpartition('@')[2]}",
        sequence=changes or 0,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        zone=one.zone,
        title=words("message.appointment", hall=one.hall.name),
        place=place(one.hall),
        says=words("message.number", reference=one.reference),
        url=url,
    )


@dataclass(frozen=True, slots=True)
class MessageLinks:
    """The addresses that stand in messages; they last as long as what they lead to."""

    links: Links
    base_url: str

    def order(self, order: Order, last: datetime) -> str:
        """Return the address of an order whose last use ends then."""
        until = last + LINK_LIVES_AFTER
        return (
            f"{self.base_url}/orders/{self.links.make(LinkPurpose.ORDER, order.reference, until)}"
        )

    def its_pass(self, one: Reservation) -> str:
        """Return the address of the page with how to get in."""
        until = one.ends_at + LINK_LIVES_AFTER
        return f"{self.base_url}/pass/{self.links.make(LinkPurpose.PASS, one.reference, until)}"

    def use(self, one: Reservation) -> str:
        """Return the address to tell how it was."""
        return f"{self.base_url}/uses/{use_link(self.links, one)}"
