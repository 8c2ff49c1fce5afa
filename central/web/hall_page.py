"""A hall's own page: facts, rules, price, and a week of free hours that go on to booking."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from central.accounts import organisations
from central.accounts.principals import MaybeVisitor, Public
from central.booking import queries, search
from central.booking.catalogue import offer
from central.booking.deciding import refusal
from central.booking.entitled import Entitled
from central.booking.price_table import price_table
from central.booking.rights_and_prices import rule_book
from central.booking.rule_models import ExtraRow
from central.booking.rules import activities
from central.booking.times import to_wall
from central.dependencies import Now, TheDatabase, TheSettings
from central.errors import NotFound
from central.halls.day_parts import parts_of
from central.halls.facts import Subject, facts
from central.halls.models import Hall
from central.halls.service import hall_of, way_in
from central.web.catalogue import card
from central.web.language import Words, language_of
from central.web.pages import ThePages
from central.web.price_words import PriceRow, extra_rows, price_rows
from central.web.renting_as import looking_as
from central.web.saying import refusal_said
from central.web.search_form import SearchForm, read_search
from central.web.week import entitled_day, free_day

router = APIRouter(include_in_schema=False)
_LOOKING = Public("renters look around before they have an account")
_WEEK = 7


@router.get("/halls/{hall_id}", dependencies=[_LOOKING])
def show(
    request: Request,
    hall_id: int,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    visitor: MaybeVisitor,
    now: Now,
    form: Annotated[SearchForm, Query()],
) -> Response:
    """Show a hall with the week of the day that is asked, or from today."""
    words = language_of(request)
    asked = read_search(form, ZoneInfo(settings.zone))
    with database.read() as session:
        acting = looking_as(visitor, form, organisations.kinds(session))
        wanted = replace(asked.wanted, acting=acting)
        hit = search.hit_of(session, hall_id, wanted, now)
        if hit is None:
            raise NotFound("hall")
        hall, offered = hall_of(session, hall_id), offer(session, hall_id)
        zone = offered.rules.zone
        today = to_wall(now, zone).date()
        first = _first_day(asked.day, today)
        entitled = Entitled(rule_book(session, {hall_id}), acting, now, wanted.activity)
        week = [
            entitled_day(
                free_day(
                    day,
                    queries.free_on(session, offered, day, now),
                    zone,
                    parts_of(hall.parts or {}),
                ),
                hall_id,
                entitled,
            )
            for day in (first + timedelta(days=after) for after in range(_WEEK))
        ]
        entry, entry_says = way_in(session, hall_id, first)
        group = entitled.group(first)
        prices = _prices(session, hall, entitled, group.id, first, words)
    return pages.show(
        request,
        "hall.html",
        form=form,
        hall=hall,
        card=card(words, form, hit),
        lines=hit.quote.lines if hit.quote else (),
        denials={one.day: refusal_said(refusal(one.denied), words) for one in week if one.denied},
        having=_said(hall, Subject.FACILITY, words),
        accessible=_said(hall, Subject.ACCESSIBILITY, words),
        entry=entry,
        entry_says=entry_says,
        today=today,
        first=first,
        week=week,
        problems={one.field: words(one.key, **dict(one.values)) for one in asked.problems},
        back=form.address("/"),
        earlier=_week(form, hall, first - timedelta(days=_WEEK)) if first > today else "",
        later=_week(form, hall, first + timedelta(days=_WEEK)),
        map=_map(hall),
        group=group.names.get(words.code) or group.names.get("nl", ""),
        prices=prices,
    )


def _first_day(asked: date | None, today: date) -> date:
    """Return the first day of the week that is shown: none that is over."""
    return max(asked or today, today)


def _week(form: SearchForm, hall: Hall, first: date) -> str:
    asked = form.address(f"/halls/{hall.id}", day=first.isoformat(), start="", end="")
    return f"{asked}#calendar"


def _said(hall: Hall, subject: Subject, words: Words) -> list[str]:
    there = {one.code for one in hall.features}
    return [one.said(words.code) for code, one in facts(subject).items() if code in there]


def _prices(
    session: Session, hall: Hall, entitled: Entitled, group: int, day: date, words: Words
) -> list[PriceRow]:
    """Return what the hall and what goes with it cost the visitor's group on a day of use."""
    book = entitled.book
    table = price_table(book.prices.get(hall.id, ()), hall.id, group, day, hall.cents_per_hour)
    doing = {one.code: _named(one.names, words, one.code) for one in activities(session)}
    with_it = {code: _named(one.names, words, code) for code, one in book.extras.items()}
    offered = select(ExtraRow).where(
        ExtraRow.is_offered,
        ExtraRow.service_id.is_(None) | (ExtraRow.service_id == hall.service_id),
    )
    extras = [
        one
        for one in session.scalars(offered.order_by(ExtraRow.position, ExtraRow.code))
        if not one.halls or hall.id in one.halls
    ]
    return [*price_rows(table, words, doing, with_it), *extra_rows(extras, words)]


def _named(names: Mapping[str, str], words: Words, otherwise: str) -> str:
    return names.get(words.code) or names.get("nl") or otherwise


def _map(hall: Hall) -> str:
    """Return the address of the place on a map that anybody may use; empty when it is unknown."""
    north, east = hall.site.latitude, hall.site.longitude
    if north is None or east is None:
        return ""
    return f"https://www.openstreetmap.org/?mlat={north:.6f}&mlon={east:.6f}#map=18/{north:.6f}/{east:.6f}"
