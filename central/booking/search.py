"""Which halls suit somebody: filters, free or why not, and the price; all halls in a few queries."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from central.booking.availability import OpenHours, Rules, free_periods, is_open
from central.booking.busy import busy_by_space
from central.booking.catalogue import limits_of, special_days
from central.booking.limits import check_limits
from central.booking.nearest import nearest
from central.booking.pricing import price
from central.booking.times import Period, to_wall
from central.booking.wishes import LONGEST, InThePast, TooLong
from central.errors import CentralError
from central.halls.models import Hall, HallFeature, HallSpace, Opening, Site

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
PAGE = 20
_Row = Row[Any]


class Answer(StrEnum):
    """Whether a hall can be had; in the order in which people want to see them."""

    FREE = "free"
    NOT_ASKED = "not_asked"
    """No time was said."""
    TAKEN = "taken"
    CLOSED = "closed"
    REFUSED = "refused"
    """The time is not within what the hall is let for; `refusal` says why."""


_PLACES = {answer: place for place, answer in enumerate(Answer)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for; what is empty asks nothing."""

    people: int = 1
    seated: bool = False
    """All on chairs."""
    kind: str = ""
    features: frozenset[str] = frozenset()
    service: int | None = None
    use: Period | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A hall that suits, and whether it can be had then."""

    hall: Hall
    """With its site, service and features."""
    answer: Answer
    cents: int | None = None
    """Of the whole use; None when no time was said."""
    refusal: CentralError | None = None
    instead: Period | None = None
    """With TAKEN and CLOSED: the nearest time of the same length on the same day."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found."""

    hits: tuple[Hit, ...]
    total: int
    free: int
    """How many of all can be had."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    row: _Row
    answer: Answer
    refusal: CentralError | None = None

    @property
    def place(self) -> tuple[int, int, str]:
        """Where it stands: what can be had first, then the smallest that is large enough."""
        return _PLACES[self.answer], self.row.capacity, self.row.name


def search(session: Session, wanted: Wanted, now: datetime, page: int = 1) -> Found:
    """Return a page of the halls on offer that suit, the best first."""
    rows = session.execute(_suiting(wanted)).all()
    if wanted.use is None:
        found = [_Candidate(row, Answer.NOT_ASKED) for row in rows]
    else:
        found = _Judge(session, rows, wanted.use, now).all()
    found.sort(key=lambda one: one.place)
    shown = found[(page - 1) * PAGE : page * PAGE]
    hits = tuple(_hits(session, shown, wanted.use, now))
    free = sum(one.answer is Answer.FREE for one in found)
    return Found(hits, len(found), free)


def hit_of(session: Session, hall_id: int, use: Period | None, now: datetime) -> Hit | None:
    """Return one hall as the search shows it; None when it is not on offer."""
    rows = session.execute(_suiting(Wanted()).where(Hall.id == hall_id)).all()
    if not rows:
        return None
    found = (
        _Judge(session, rows, use, now).all() if use else [_Candidate(rows[0], Answer.NOT_ASKED)]
    )
    return next(_hits(session, found, use, now))


_COLUMNS: tuple[Any, ...] = (
    Hall.id, Hall.name, Hall.capacity, Hall.setup_minutes, Hall.turnaround_minutes,
    Hall.closes_on_holidays, Hall.grid_minutes, Hall.shortest_minutes, Hall.longest_minutes,
    Hall.notice_hours, Hall.horizon_days, Hall.live_from, Site.zone,
)  # fmt: skip
_LIMITS = slice(6, None)
"""The columns that a refusal depends on, from the grid to the zone."""


def _suiting(wanted: Wanted) -> Select[Any]:
    """Return the columns that deciding needs, without building an object per hall."""
    most = func.coalesce(Hall.seated, Hall.capacity) if wanted.seated else Hall.capacity
    found: Select[Any] = (
        select(*_COLUMNS)
        .join(Site, Site.id == Hall.site_id)
        .where(Hall.is_offered, most >= wanted.people)
        .where(select(HallSpace.hall_id).where(HallSpace.hall_id == Hall.id).exists())
    )
    if wanted.kind:
        found = found.where(Hall.kind == wanted.kind)
    if wanted.service is not None:
        found = found.where(Hall.service_id == wanted.service)
    for code in sorted(wanted.features):
        having = select(HallFeature.hall_id).where(HallFeature.code == code)
        found = found.where(Hall.id.in_(having))
    return found


@dataclass(slots=True)
class _Judge:
    """Decides for many halls over one use; halls with the same hours or limits are decided once."""

    session: Session
    rows: Sequence[_Row]
    use: Period
    now: datetime
    _open: dict[object, bool] = field(default_factory=dict)
    _refusals: dict[object, CentralError | None] = field(default_factory=dict)

    def all(self) -> list[_Candidate]:
        """Return each hall with its answer."""
        # A day more on both sides: it depends on the zone, and hours reach into the next day.
        first, last = self.use.start.date() - 2 * _DAY, self.use.end.date() + _DAY
        asked = min((last - first).days + 1, 7)
        hours = _hours(self.session, weekdays={(first.weekday() + n) % 7 for n in range(asked)})
        special = special_days(self.session, None, first, last)
        taken = self._taken()
        return [
            self._one(row, hours.get(row.id, ()), special.get(row.id, {}), taken)
            for row in self.rows
        ]

    def _one(
        self,
        row: _Row,
        hours: tuple[OpenHours, ...],
        special: Mapping[date, tuple[tuple[int, int], ...]],
        taken: frozenset[int],
    ) -> _Candidate:
        refusal = self._refusal(row)
        if refusal is not None:
            return _Candidate(row, Answer.REFUSED, refusal)
        key = (row.zone, hours, tuple(special.items()), row.closes_on_holidays)
        if key not in self._open:
            self._open[key] = is_open(_rules(row, hours, special), self.use)
        if not self._open[key]:
            return _Candidate(row, Answer.CLOSED)
        return _Candidate(row, Answer.TAKEN if row.id in taken else Answer.FREE)

    def _refusal(self, row: _Row) -> CentralError | None:
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
        return self._refusals[key]

    def _taken(self) -> frozenset[int]:
        """Return the halls of which a space is taken during the use or its buffers."""
        before = timedelta(minutes=max((row.setup_minutes for row in self.rows), default=0))
        after = timedelta(minutes=max((row.turnaround_minutes for row in self.rows), default=0))
        busy = busy_by_space(self.session, self.use.widened(before, after), self.now)
        mine = {row.id: _buffers(row) for row in self.rows}
        found = set()
        for hall, space in self.session.execute(select(HallSpace.hall_id, HallSpace.space_id)):
            if hall in mine and space in busy:
                own = self.use.widened(*mine[hall])
                if any(start < own.end and own.start < end for start, end in busy[space]):
                    found.add(hall)
        return frozenset(found)


def _buffers(row: _Row) -> tuple[timedelta, timedelta]:
    return timedelta(minutes=row.setup_minutes), timedelta(minutes=row.turnaround_minutes)


def _rules(
    row: _Row,
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
    found: dict[int, tuple[OpenHours, ...]] = {}
    for hall, *hours in session.execute(wanted.order_by(Opening.weekday, Opening.opens)):
        found[hall] = (*found.get(hall, ()), OpenHours(*hours))
    return found


def _hits(
    session: Session, shown: Sequence[_Candidate], use: Period | None, now: datetime
) -> Iterator[Hit]:
    """Yield what the page shows, with all that is read for the shown halls only."""
    ids = [one.row.id for one in shown]
    details = select(Hall).where(Hall.id.in_(ids))
    loaded = details.options(
        joinedload(Hall.site),
        joinedload(Hall.service),
        selectinload(Hall.features),
        selectinload(Hall.photos),
    )
    halls = {hall.id: hall for hall in session.scalars(loaded)}
    missed = [one.row for one in shown if one.answer in {Answer.TAKEN, Answer.CLOSED}]
    instead = _instead(session, missed, use, now) if use and missed else {}
    for one in shown:
        hall = halls[one.row.id]
        cents = price(use, hall.cents_per_hour) if use else None
        yield Hit(hall, one.answer, cents, one.refusal, instead.get(hall.id))


def _instead(
    session: Session, rows: Sequence[_Row], use: Period, now: datetime
) -> Mapping[int, Period]:
    """Return for each hall the nearest time of the same length on the same day, where there is one."""
    ids = [row.id for row in rows]
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
        if best := nearest(use, free, timedelta(minutes=row.grid_minutes), rules.zone, now):
            found[row.id] = best
    return found
