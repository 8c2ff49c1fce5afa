"""What hall managers set of a hall, one page per subject: how a form is filled and read; pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import count

from central.halls.access_type import AccessType
from central.halls.day_parts import PARTS, parts_of
from central.halls.facts import features, kinds
from central.halls.hall_data import HallData
from central.halls.models import MOST_NAMED_PASSES
from central.web.typed_fields import Reader, clock, euros, number

_DAY = 24 * 60
_ONE_DAY = timedelta(days=1)
_MOST_PEOPLE = 100_000
_LONGEST_USE = 14 * _DAY
_LONGEST_RANGE = 366
GRIDS = (1, 5, 10, 15, 30, 60)
NEW_DAYS = 3
"""How many empty lines for special days a page offers."""
Filled = dict[str, tuple[str, ...]]


class Part(StrEnum):
    """A page about a hall."""

    FACTS = "facts"
    HOURS = "hours"
    LIMITS = "limits"
    WAY_IN = "way-in"
    OFFER = "offer"


@dataclass(frozen=True, slots=True)
class Form:
    """How one page is filled with what is there, and read."""

    fill: Callable[[HallData, date], Filled]
    read: Callable[[Reader, HallData], HallData]


# --- what renters read


def _fill_facts(data: HallData, _today: date) -> Filled:
    plain = ("name", "description", "kind", "house_rules", "arriving", "leaving")
    numbers = ("capacity", "seated", "surface", "service_id")
    return {
        **{name: (getattr(data, name),) for name in plain},
        **{name: (number(getattr(data, name)),) for name in numbers},
        "features": tuple(data.features),
        "spaces": tuple(map(str, data.spaces)),
    }


def _read_facts(reader: Reader, data: HallData) -> HallData:
    spaces = [int(one) for one in reader.fields.get("spaces", ()) if one.isdecimal()]
    if not spaces:
        reader.wrong("spaces", "hall_admin.problem_spaces")
    changed = replace(
        data,
        name=reader.text("name", 120, "hall_admin.problem_name"),
        description=reader.text("description", 4000),
        kind=reader.one_of("kind", kinds(), "hall_admin.problem_kind"),
        service_id=reader.number("service_id", 1, 9_999_999),
        capacity=reader.needed_number("capacity", 1, _MOST_PEOPLE),
        seated=reader.number("seated", 1, _MOST_PEOPLE),
        surface=reader.number("surface", 1, 1_000_000),
        house_rules=reader.text("house_rules", 8000),
        arriving=reader.text("arriving", 4000),
        leaving=reader.text("leaving", 4000),
        features=[one for one in features() if one in reader.fields.get("features", ())],
        spaces=spaces,
    )
    is_known = "capacity" not in reader.problems
    if is_known and changed.seated is not None and changed.seated > changed.capacity:
        reader.wrong("seated", "hall_admin.problem_seated")
    return changed


# --- opening hours


def _fill_hours(data: HallData, today: date) -> Filled:
    filled: Filled = {"closes_on_holidays": ("1",) if data.closes_on_holidays else ()}
    for weekday in range(7):
        spans = sorted(span[1:] for span in data.openings if span[0] == weekday)
        for place, (opens, closes) in enumerate(spans):
            filled |= _span(f"from-{weekday}-{place}", f"to-{weekday}-{place}", opens, closes)
    own = parts_of(data.parts)
    for name, (opens, closes) in own.items():
        filled |= _span(f"from-{name}", f"to-{name}", opens, closes)
    for place, (begin, last, first_minute, end) in enumerate(ranges(data.special_days, today)):
        filled[f"day-{place}"] = (begin.isoformat(),)
        filled[f"last-{place}"] = ("" if last == begin else last.isoformat(),)
        if first_minute is None or end is None:
            filled[f"closed-{place}"] = ("1",)
        else:
            filled |= _span(f"from-s{place}", f"to-s{place}", first_minute, end)
    return filled


def _span(start: str, end: str, opens: int, closes: int) -> Filled:
    return {start: (clock(opens),), end: (clock(closes),)}


Range = tuple[date, date, int | None, int | None]


def ranges(days: Iterable[tuple[date, int | None, int | None]], today: date) -> Iterator[Range]:
    """Yield special days from today on, days in a row with the same hours as one line."""
    coming = [one for one in days if one[0] >= today]
    alone = sorted(coming, key=lambda one: (one[1] or 0, one[2] or 0, one[0]))
    found: list[Range] = []
    for day, opens, closes in alone:
        if found and found[-1][1] + _ONE_DAY == day and found[-1][2:] == (opens, closes):
            found[-1] = (found[-1][0], day, opens, closes)
        else:
            found.append((day, day, opens, closes))
    yield from sorted(found, key=lambda one: (one[0], one[2] or 0))


def _read_hours(reader: Reader, data: HallData) -> HallData:
    openings = [
        (weekday, *span)
        for weekday in range(7)
        for span in _spans(reader, (f"{weekday}-{place}" for place in count()))
    ]
    parts = {
        name: span
        for name, usual in PARTS.items()
        if (span := reader.span(f"from-{name}", f"to-{name}")) and span != usual
    }
    past = [one for one in data.special_days if one[0] < reader.today]
    return replace(
        data,
        closes_on_holidays=bool(reader.typed("closes_on_holidays")),
        openings=openings,
        parts=parts,
        special_days=[*past, *_special_days(reader)],
    )


def _spans(reader: Reader, names: Iterator[str]) -> Iterator[tuple[int, int]]:
    """Yield the hours of one weekday; they may not meet one another."""
    until = 0
    for name in names:
        if f"from-{name}" not in reader.fields:
            return
        span = reader.span(f"from-{name}", f"to-{name}")
        if span is None:
            continue
        if span[0] < until:
            reader.wrong(f"from-{name}", "hall_admin.problem_overlap")
        until = span[1]
        yield span


def _special_days(reader: Reader) -> Iterator[tuple[date, int | None, int | None]]:
    taken: set[tuple[date, int | None]] = set()
    for place in count():
        if f"day-{place}" not in reader.fields:
            return
        begin, last = reader.day(f"day-{place}"), reader.day(f"last-{place}")
        hours = reader.span(f"from-s{place}", f"to-s{place}")
        is_closed = bool(reader.typed(f"closed-{place}"))
        if begin is None:
            if reader.typed(f"last-{place}") or hours:
                reader.wrong(f"day-{place}", "problem.day")
            continue
        last = last or begin
        if not begin <= last <= begin + timedelta(days=_LONGEST_RANGE):
            reader.wrong(f"last-{place}", "hall_admin.problem_last")
            continue
        if is_closed == (hours is not None):
            reader.wrong(f"from-s{place}", "hall_admin.problem_closed_or_hours")
            continue
        opens, closes = hours if hours and not is_closed else (None, None)
        for after in range((last - begin).days + 1):
            day = begin + timedelta(days=after)
            mine = {(day, opens), *([(day, None)] if opens is not None else [])}
            others = {one for one in taken if one[0] == day}
            if mine & taken or (opens is None and others):
                reader.wrong(f"day-{place}", "hall_admin.problem_day_twice")
                break
            taken.add((day, opens))
            yield day, opens, closes


# --- within what it is booked


def _fill_limits(data: HallData, _today: date) -> Filled:
    names = (
        "grid_minutes", "shortest_minutes", "longest_minutes", "notice_hours", "horizon_days",
        "setup_minutes", "turnaround_minutes", "early_minutes", "late_minutes", "named_passes",
    )  # fmt: skip
    return {
        **{name: (number(getattr(data, name)),) for name in names},
        "price": (euros(data.cents_per_hour),),
        "may_hold_open": ("1",) if data.may_hold_open else (),
    }


def _read_limits(reader: Reader, data: HallData) -> HallData:
    changed = replace(
        data,
        cents_per_hour=reader.cents("price"),
        grid_minutes=reader.needed_number("grid_minutes", 1, _DAY),
        shortest_minutes=reader.needed_number("shortest_minutes", 1, _LONGEST_USE),
        longest_minutes=reader.number("longest_minutes", 1, _LONGEST_USE),
        notice_hours=reader.needed_number("notice_hours", 0, 24 * 366),
        horizon_days=reader.number("horizon_days", 0, 3660),
        setup_minutes=reader.needed_number("setup_minutes", 0, _DAY),
        turnaround_minutes=reader.needed_number("turnaround_minutes", 0, _DAY),
        early_minutes=reader.needed_number("early_minutes", 0, _DAY),
        late_minutes=reader.needed_number("late_minutes", 0, _DAY),
        named_passes=reader.needed_number("named_passes", 0, MOST_NAMED_PASSES),
        may_hold_open=bool(reader.typed("may_hold_open")),
    )
    if changed.longest_minutes is not None and changed.longest_minutes < changed.shortest_minutes:
        reader.wrong("longest_minutes", "hall_admin.problem_longest")
    if changed.early_minutes > changed.setup_minutes:
        reader.wrong("early_minutes", "hall_admin.problem_early")
    if changed.late_minutes > changed.turnaround_minutes:
        reader.wrong("late_minutes", "hall_admin.problem_late")
    return changed


# --- the way in


def _fill_way_in(data: HallData, _today: date) -> Filled:
    filled: Filled = {
        "named_passes": (number(data.named_passes),),
        "may_hold_open": ("1",) if data.may_hold_open else (),
    }
    for place, (begin, way, says) in enumerate(sorted(data.access)):
        filled |= {
            f"first-{place}": (begin.isoformat(),),
            f"way-{place}": (way,),
            f"says-{place}": (says,),
        }
    return filled


def _read_way_in(reader: Reader, data: HallData) -> HallData:
    return replace(
        data,
        access=list(_ways(reader)),
        named_passes=reader.needed_number("named_passes", 0, MOST_NAMED_PASSES),
        may_hold_open=bool(reader.typed("may_hold_open")),
    )


def _ways(reader: Reader) -> Iterator[tuple[date, AccessType, str]]:
    taken: set[date] = set()
    for place in count():
        if f"first-{place}" not in reader.fields:
            return
        begin = reader.day(f"first-{place}")
        says = reader.text(f"says-{place}", 2000)
        if begin is None:
            if says:
                reader.wrong(f"first-{place}", "problem.day")
            continue
        way = reader.one_of(f"way-{place}", set(AccessType), "hall_admin.problem_way")
        if begin in taken:
            reader.wrong(f"first-{place}", "hall_admin.problem_day_twice")
        taken.add(begin)
        if way in set(AccessType):
            yield begin, AccessType(way), says


# --- on offer or not


def _fill_offer(data: HallData, _today: date) -> Filled:
    day = data.live_from.isoformat() if data.live_from else ""
    return {"is_offered": ("1",) if data.is_offered else (), "live_from": (day,)}


def _read_offer(reader: Reader, data: HallData) -> HallData:
    is_offered = bool(reader.typed("is_offered"))
    return replace(data, is_offered=is_offered, live_from=reader.day("live_from"))


FORMS: Mapping[Part, Form] = {
    Part.FACTS: Form(_fill_facts, _read_facts),
    Part.HOURS: Form(_fill_hours, _read_hours),
    Part.LIMITS: Form(_fill_limits, _read_limits),
    Part.WAY_IN: Form(_fill_way_in, _read_way_in),
    Part.OFFER: Form(_fill_offer, _read_offer),
}
