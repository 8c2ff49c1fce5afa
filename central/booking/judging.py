"""Decide for many halls over one use whether they can be had; all halls in a few queries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from central.booking.availability import OpenHours, Rules, free_periods, is_open
from central.booking.busy import busy_by_space
from central.booking.catalogue import limits_of, special_days
from central.booking.deciding import NotForYou, refusal
from central.booking.entitled import Entitled
from central.booking.limits import check_limits
from central.booking.nearest import nearest
from central.booking.times import Period, to_wall
from central.booking.wishes import LONGEST, InThePast, TooLong
from central.errors import CentralError
from central.halls.models import Hall, HallSpace, Opening, Site

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
HallRow = Row[Any]


class Answer(StrEnum):
    """Whether a hall can be had; in the order in which people want to see them."""

    FREE = "free"
    NOT_ASKED = "not_asked"
    """No time was said."""
    TAKEN = "taken"
    CLOSED = "closed"
    REFUSED = "refused"
    """The time is not within what the hall is let for, or not for this renter; `refusal` says why."""


_PLACES = {answer: place for place, answer in enumerate(Answer)}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A hall that suits, and what is known of it so far."""

    row: HallRow
    answer: Answer
    refusal: CentralError | None = None

    @property
    def place(self) -> tuple[int, int, str]:
        """Where it stands: what can be had first, then the smallest that is large enough."""
        return _PLACES[self.answer], self.row.capacity, self.row.name


COLUMNS: tuple[Any, ...] = (
    Hall.id, Hall.name, Hall.capacity, Hall.setup_minutes, Hall.turnaround_minutes,
    Hall.closes_on_holidays, Hall.grid_minutes, Hall.shortest_minutes, Hall.longest_minutes,
    Hall.notice_hours, Hall.horizon_days, Hall.live_from, Site.zone,
)  # fmt: skip
_LIMITS = slice(6, None)
"""The columns that a refusal depends on, from the grid to the zone."""


@dataclass(slots=True)
class Judge:
    """Decides for many halls over one use; halls with the same hours or limits are decided once."""

    session: Session
    rows: Sequence[HallRow]
    use: Period
    entitled: Entitled
    now: datetime
    _open: dict[object, bool] = field(default_factory=dict)
    _refusals: dict[object, CentralError | None] = field(default_factory=dict)

    def all(self) -> list[Candidate]:
        """Return each hall with its answer."""
        first, last = self._days()
        asked = min((last - first).days + 1, 7)
        hours = _hours(self.session, weekdays={(first.weekday() + n) % 7 for n in range(asked)})
        special = special_days(self.session, None, first, last)
        taken = self._taken()
        none: Mapping[date, tuple[tuple[int, int], ...]] = {}
        return [
            self._one(row, hours.get(row.id, ()), special.get(row.id, none), taken)
            for row in self.rows
        ]

    def _days(self) -> tuple[date, date]:
        """Return the first and last local day whose hours count: a night reaches into the next one."""
        zones = [ZoneInfo(one) for one in {row.zone for row in self.rows}]
        first = min(to_wall(self.use.start, zone).date() for zone in zones) - _DAY
        return first, max(to_wall(self.use.end, zone).date() for zone in zones)

    def _one(
        self,
        row: HallRow,
        hours: tuple[OpenHours, ...],
        special: Mapping[date, tuple[tuple[int, int], ...]],
        taken: frozenset[int],
    ) -> Candidate:
        refused = self._refusal(row)
        if refused is not None:
            return Candidate(row, Answer.REFUSED, refused)
        # Halls with the same hours share one tuple (`_hours`).
        days = tuple(special.items()) if special else ()
        key = (row.zone, id(hours), days, row.closes_on_holidays)
        if key not in self._open:
            self._open[key] = is_open(_rules(row, hours, special), self.use)
        if not self._open[key]:
            return Candidate(row, Answer.CLOSED)
        return Candidate(row, Answer.TAKEN if row.id in taken else Answer.FREE)

    def _refusal(self, row: HallRow) -> CentralError | None:
        if self.use.start < self.now - _MINUTE:
            return InThePast(field="starts_at")
        if self.use.length > LONGEST:
            return TooLong(field="ends_at", days=LONGEST.days)
        key = row[_LIMITS]
        if key not in self._refusals:
            try:
                check_limits(limits_of(row), self.use, ZoneInfo(row.zone), self.now)
                self._refusals[key] = None
            except CentralError as error:
                self._refusals[key] = error
        return self._refusals[key] or self._denial(row)

    def _denial(self, row: HallRow) -> CentralError | None:
        right = self.entitled.right(row.id, self.use, ZoneInfo(row.zone))
        return refusal(right) if right.is_denied else None

    def _taken(self) -> frozenset[int]:
        """Return the halls of which a space is taken during the use or its buffers."""
        before = timedelta(minutes=max((row.setup_minutes for row in self.rows), default=0))
        after = timedelta(minutes=max((row.turnaround_minutes for row in self.rows), default=0))
        busy = busy_by_space(self.session, self.use.widened(before, after), self.now)
        mine = {row.id: row for row in self.rows}
        found = set()
        for hall, space in self.session.execute(select(HallSpace.hall_id, HallSpace.space_id)):
            if hall in mine and space in busy:
                own = self.use.widened(*_buffers(mine[hall]))
                if any(start < own.end and own.start < end for start, end in busy[space]):
                    found.add(hall)
        return frozenset(found)


def not_asked(row: HallRow, entitled: Entitled) -> Candidate:
    """Return a hall for who said no time."""
    if entitled.may_ever(row.id, ZoneInfo(row.zone)):
        return Candidate(row, Answer.NOT_ASKED)
    return Candidate(row, Answer.REFUSED, NotForYou(field="starts_at"))


def _buffers(row: HallRow) -> tuple[timedelta, timedelta]:
    return timedelta(minutes=row.setup_minutes), timedelta(minutes=row.turnaround_minutes)


def _rules(
    row: HallRow,
    hours: tuple[OpenHours, ...],
    special: Mapping[date, tuple[tuple[int, int], ...]],
) -> Rules:
    return Rules(ZoneInfo(row.zone), hours, *_buffers(row), special, row.closes_on_holidays)


def _hours(
    session: Session, halls: Collection[int] | None = None, weekdays: Collection[int] = range(7)
) -> Mapping[int, tuple[OpenHours, ...]]:
    """Return the hours of halls on some weekdays; of all halls when none are named."""
    wanted = select(Opening.hall_id, Opening.weekday, Opening.opens, Opening.closes)
    wanted = wanted.where(Opening.weekday.in_(weekdays))
    if halls is not None:
        wanted = wanted.where(Opening.hall_id.in_(halls))
    found: dict[int, list[tuple[int, int, int]]] = {}
    rows = session.execute(wanted.order_by(Opening.weekday, Opening.opens))
    for hall, weekday, opens, closes in rows:
        found.setdefault(hall, []).append((weekday, opens, closes))
    shared: dict[tuple[tuple[int, int, int], ...], tuple[OpenHours, ...]] = {}
    for one in {tuple(mine) for mine in found.values()}:
        shared[one] = tuple(OpenHours(*hours) for hours in one)
    return {hall: shared[tuple(mine)] for hall, mine in found.items()}


def instead_of(
    session: Session, rows: Sequence[HallRow], use: Period, entitled: Entitled
) -> Mapping[int, Period]:
    """Return for each hall the nearest time of the same length on the same day that may be booked."""
    ids, now = [row.id for row in rows], entitled.now
    hours, special = _hours(session, ids), special_days(session, ids)
    busy = busy_by_space(session, use.widened(3 * _DAY, 3 * _DAY), now)
    spaces: dict[int, list[int]] = {}
    pairs = select(HallSpace.hall_id, HallSpace.space_id).where(HallSpace.hall_id.in_(ids))
    for hall, space in session.execute(pairs):
        spaces.setdefault(hall, []).append(space)
    found = {}
    for row in rows:
        rules = _rules(row, hours.get(row.id, ()), special.get(row.id, {}))
        taken = [Period(*one) for space in spaces[row.id] for one in busy.get(space, ())]
        day = to_wall(use.start, rules.zone).date()
        free = free_periods(rules, day, taken)
        grid = timedelta(minutes=row.grid_minutes)
        may = partial(_may, entitled, row.id, rules.zone)
        if best := nearest(use, free, grid, rules.zone, now, may):
            found[row.id] = best
    return found


def _may(entitled: Entitled, hall: int, zone: ZoneInfo, use: Period) -> bool:
    return not entitled.right(hall, use, zone).is_denied
