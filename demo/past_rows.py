"""Write two years of reservations: renters, orders, reservations, what they take up, what people thought."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from central.accounts import mandates, organisations
from central.accounts.capacities import Source
from central.accounts.organisations import OrganisationData
from central.accounts.people import Renter, person_of
from central.booking.models import Occupancy, Order, Reservation
from central.booking.pricing import price
from central.booking.reservation import State
from central.booking.times import Period, earliest
from central.feedback.models import Feedback
from central.halls.models import Hall
from demo.past import Let, Use, uses

_SEED = "Teststad"
_ZONE = "Europe/Brussels"
_AT_ONCE = 5_000
_PRIVATE = 40
"""How many people rent for themselves."""
_BOOKED_BEFORE = timedelta(days=35)
_ANSWERS = 0.14
_REMARKS = (
    "", "", "", "", "Alles was netjes.", "De verwarming stond wat laag.", "De pas werkte meteen.",
    "Te weinig stoelen, we hebben er bij geleend.", "Prima zaal, we komen terug.",
    "De beamer had even tijd nodig.", "Goed bereikbaar met de bus.",
)  # fmt: skip
Row = dict[str, Any]


def write_past(
    session: Session, toml: Mapping[str, Any], lets: Sequence[Let], now: datetime
) -> int:
    """Write everything; return how many reservations that is."""
    dice = Random(_SEED)  # noqa: S311 - the same city each time
    renters, does = _renters(session, toml, now, dice)
    found = uses(lets, does, now.astimezone(ZoneInfo(_ZONE)).date(), _SEED)
    _orders(session, found, renters, now)
    spaces = {let.hall: let for let in lets}
    hourly = dict(session.execute(select(Hall.id, Hall.cents_per_hour)).all())
    first = (session.scalar(select(func.max(Reservation.id))) or 0) + 1
    orders = dict(
        session.execute(select(Order.reference, Order.id).where(Order.reference.like("T%"))).all()
    )
    rows = [
        _row(first + place, use, spaces[use.hall], orders[_reference("T", use.series)], hourly, now)
        for place, use in enumerate(found)
    ]
    _insert(session, Reservation, rows)
    _insert(session, Occupancy, list(_occupancies(rows, spaces)))
    _insert(session, Feedback, list(_answers(rows, dice, now)))
    return len(rows)


def _insert(session: Session, table: type[Any], rows: Sequence[Row]) -> None:
    for begin in range(0, len(rows), _AT_ONCE):
        session.execute(insert(table), rows[begin : begin + _AT_ONCE])


Renters = list[tuple[int, int | None]]
"""Person, and the organisation that they rent for."""


def _renters(
    session: Session, toml: Mapping[str, Any], now: datetime, dice: Random
) -> tuple[Renters, dict[str, list[int]]]:
    made: Renters = []
    does: dict[str, list[int]] = {}
    names = _people(toml, dice)
    until = date(now.year + 3, 12, 31)
    for group in toml["renters"]:
        for name in group["names"]:
            person = _person(session, next(names), now)
            data = OrganisationData(name, group["kind"], recognised_until=_recognised(group, until))
            number = organisations.add(session, data, Source.CITY_LIST, "system", now).id
            mandates.give(session, person, number, Source.CITY_LIST, "system", now)
            for activity in group["does"]:
                does.setdefault(activity, []).append(len(made))
            made.append((person, number))
    for _ in range(_PRIVATE):
        for activity in ("party", "reception"):
            does[activity].append(len(made))
        made.append((_person(session, next(names), now), None))
    return made, does


def _recognised(group: Mapping[str, Any], until: date) -> date | None:
    return None if group["kind"] in {"company", "other_association"} else until


def _people(toml: Mapping[str, Any], dice: Random) -> Iterator[str]:
    taken: set[str] = set()
    while True:
        name = f"{dice.choice(toml['people']['first'])} {dice.choice(toml['people']['last'])}"
        if name not in taken:
            taken.add(name)
            yield name


def _person(session: Session, name: str, now: datetime) -> int:
    address = name.lower().replace(" ", ".")
    return person_of(session, Renter(f"{address}@voorbeeld.example", name), now)


def _reference(letter: str, number: int) -> str:
    """Return a reference that looks like any other and follows from a number."""
    digits = "0123456789BCDFGHJKMNPQRSTVWXYZ"
    value, text = number * 2_654_435_761 % 2**44, ""
    for _ in range(9):
        value, digit = divmod(value, len(digits))
        text += digits[digit]
    return letter + text


def _orders(session: Session, found: Iterable[Use], renters: Renters, now: datetime) -> None:
    first: dict[int, Use] = {}
    for use in found:
        first.setdefault(use.series, use)
    rows = []
    for number, use in first.items():
        person, organisation = renters[use.renter]
        booked = min(now, use.start.replace(tzinfo=UTC) - _BOOKED_BEFORE)
        rows.append(
            {
                "reference": _reference("T", number),
                "person_id": person,
                "organisation_id": organisation,
                "created_at": booked,
            }
        )
    _insert(session, Order, rows)


def _row(
    number: int,
    use: Use,
    let: Let,
    order: int,
    hourly: Mapping[int, int | None],
    now: datetime,
) -> Row:
    zone = ZoneInfo(_ZONE)
    start, end = earliest(use.start, zone), earliest(use.end, zone)
    state = State.FINISHED if end <= now else State.CONFIRMED
    return {
        "id": number,
        "reference": _reference("R", number),
        "order_id": order,
        "hall_id": use.hall,
        "state": State.CANCELLED if use.is_cancelled else state,
        "starts_at": start,
        "ends_at": end,
        "zone": _ZONE,
        "local_start": use.start,
        "local_end": use.end,
        "busy_from": start - let.before,
        "busy_to": end + let.after,
        "opens_at": start,
        "closes_at": end + let.after,
        "attendees": use.attendees,
        "activity": use.activity,
        "cents": price(Period(start, end), hourly[use.hall]),
        "created_at": min(now, start - _BOOKED_BEFORE),
    }


def _occupancies(rows: Iterable[Row], spaces: Mapping[int, Let]) -> Iterator[Row]:
    for one in rows:
        if one["state"] is not State.CANCELLED:
            for space in spaces[one["hall_id"]].spaces:
                yield {
                    "space_id": space,
                    "busy_from": one["busy_from"],
                    "busy_to": one["busy_to"],
                    "reservation_id": one["id"],
                }


def _answers(rows: Iterable[Row], dice: Random, now: datetime) -> Iterator[Row]:
    """Yield what people thought of the last half year; some halls please more than others."""
    since = now - timedelta(days=183)
    for one in rows:
        is_over = one["state"] is State.FINISHED and one["ends_at"] > since
        if not is_over or dice.random() > _ANSWERS:
            continue
        liked = 3.4 + one["hall_id"] * 7 % 13 / 10
        yield {
            "reservation_id": one["id"],
            "hall_id": one["hall_id"],
            **{
                name: max(1, min(5, round(dice.gauss(liked, 0.8))))
                for name in ("overall", "entering", "cleanliness", "equipment")
            },
            "remark": dice.choice(_REMARKS),
            "given_at": min(now, one["ends_at"] + timedelta(hours=dice.randint(10, 50))),
        }
