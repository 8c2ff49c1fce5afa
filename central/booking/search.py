"""Which halls suit somebody: filters, free or why not, and the price; all halls in a few queries."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from central.accounts.capacities import ActingAs
from central.accounts.target_groups import TargetGroup
from central.booking.entitled import ANYBODY, Entitled
from central.booking.judging import (
    COLUMNS,
    Answer,
    Candidate,
    HallRow,
    Judge,
    instead_of,
    not_asked,
)
from central.booking.price_rules import Quote
from central.booking.priority import Effect
from central.booking.rights_and_prices import rule_book
from central.booking.times import Period, to_wall
from central.errors import CentralError
from central.halls.models import Hall, HallFeature, HallSpace, Site

PAGE = 20


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
    acting: ActingAs = ANYBODY
    """Who looks. Of somebody logged in, halls that are never for them are absent."""
    activity: str = ""
    """Code of the kind of activity; empty: not said."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A hall that suits, and whether it can be had then."""

    hall: Hall
    """With its site, service and features."""
    answer: Answer
    quote: Quote | None = None
    """Of the whole use, for this renter; None when no time was said."""
    refusal: CentralError | None = None
    instead: Period | None = None
    """With TAKEN and CLOSED: the nearest time of the same length on the same day."""
    by_approval: bool = False
    """Somebody of the service must agree first."""
    group: TargetGroup | None = None
    """Of the renter on the day of use."""
    has_tariff: bool = False
    """The price depends on more than the hours."""

    @property
    def cents(self) -> int | None:
        """The price of the whole use; None when no time was said."""
        return None if self.quote is None else self.quote.cents


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found."""

    hits: tuple[Hit, ...]
    total: int
    free: int
    """How many of all can be had."""


def search(session: Session, wanted: Wanted, now: datetime, page: int = 1) -> Found:
    """Return a page of the halls on offer that suit, the best first."""
    entitled = Entitled(rule_book(session), wanted.acting, now, wanted.activity)
    found = _candidates(session, _suiting(wanted), wanted, entitled)
    found.sort(key=lambda one: one.place)
    shown = found[(page - 1) * PAGE : page * PAGE]
    hits = tuple(_hits(session, shown, wanted, entitled))
    free = sum(one.answer is Answer.FREE for one in found)
    return Found(hits, len(found), free)


def hit_of(session: Session, hall_id: int, wanted: Wanted, now: datetime) -> Hit | None:
    """Return one hall as the search shows it, whatever else is wanted; None when it is absent."""
    entitled = Entitled(rule_book(session, {hall_id}), wanted.acting, now, wanted.activity)
    only = _suiting(Wanted()).where(Hall.id == hall_id)
    found = _candidates(session, only, wanted, entitled)
    return next(_hits(session, found, wanted, entitled), None)


def _candidates(
    session: Session, suiting: Select[Any], wanted: Wanted, entitled: Entitled
) -> list[Candidate]:
    rows: Sequence[HallRow] = session.execute(suiting).all()
    if entitled.is_known:
        rows = [row for row in rows if entitled.may_ever(row.id, ZoneInfo(row.zone))]
    if wanted.use is None:
        return [not_asked(row, entitled) for row in rows]
    return Judge(session, rows, wanted.use, entitled, entitled.now).all() if rows else []


def _suiting(wanted: Wanted) -> Select[Any]:
    """Return the columns that deciding needs, without building an object per hall."""
    most = func.coalesce(Hall.seated, Hall.capacity) if wanted.seated else Hall.capacity
    found: Select[Any] = (
        select(*COLUMNS)
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


def _hits(
    session: Session, shown: Sequence[Candidate], wanted: Wanted, entitled: Entitled
) -> Iterator[Hit]:
    """Yield what the page shows, with all that is read for the shown halls only."""
    use = wanted.use
    details = select(Hall).where(Hall.id.in_([one.row.id for one in shown]))
    loaded = details.options(
        joinedload(Hall.site),
        joinedload(Hall.service),
        selectinload(Hall.features),
        selectinload(Hall.photos),
    )
    halls = {hall.id: hall for hall in session.scalars(loaded)} if shown else {}
    missed = [one.row for one in shown if one.answer in {Answer.TAKEN, Answer.CLOSED}]
    instead = instead_of(session, missed, use, entitled) if use and missed else {}
    for one in shown:
        hall = halls[one.row.id]
        yield Hit(
            hall,
            one.answer,
            _quote(hall, wanted, entitled),
            one.refusal,
            instead.get(hall.id),
            by_approval=_by_approval(hall, use, entitled),
            group=entitled.group(to_wall(use.start if use else entitled.now, _zone(hall)).date()),
            has_tariff=entitled.has_tariff(hall.id),
        )


def _quote(hall: Hall, wanted: Wanted, entitled: Entitled) -> Quote | None:
    if wanted.use is None:
        return None
    own = hall.cents_per_hour
    return entitled.quote(hall.id, wanted.use, _zone(hall), wanted.people, own)


def _by_approval(hall: Hall, use: Period | None, entitled: Entitled) -> bool:
    if use is None:
        return False
    return entitled.right(hall.id, use, _zone(hall)).effect is Effect.APPROVE


def _zone(hall: Hall) -> ZoneInfo:
    return ZoneInfo(hall.site.zone)
