"""The home page: look for a hall, in one sentence that the address holds."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from central.accounts import organisations, services
from central.accounts.capacities import in_language
from central.accounts.principals import MaybeVisitor, Public
from central.booking import rules, search
from central.booking.deciding import NotForYou, NotYetForYou
from central.booking.judging import Answer
from central.booking.search import Hit
from central.booking.times import Period, to_wall
from central.dependencies import Now, TheDatabase, TheSettings
from central.halls.facts import Fact, features, kinds
from central.halls.models import Hall
from central.web.language import Words, language_of
from central.web.pages import ThePages
from central.web.renting_as import choices, looking_as
from central.web.saying import details_said, refusal_said
from central.web.search_form import SearchForm, read_search
from central.web.target_words import group_said

router = APIRouter(include_in_schema=False)
_LOOKING = Public("renters look around before they have an account")


@dataclass(frozen=True, slots=True)
class Card:
    """A hall as a result shows it."""

    hall: Hall
    kind: str
    facts: tuple[str, ...]
    answer: Answer
    says: str
    """Free, or why not."""
    price: str
    page: str
    """Address of the hall's page."""
    way: str
    """Address that goes on to booking; empty where that leads nowhere."""
    other: str
    """The nearest yes, in words; empty when there is none."""
    tariff: bool
    """Whether the price depends on more than the hours."""


@router.get("/", dependencies=[_LOOKING])
def home(
    request: Request,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    visitor: MaybeVisitor,
    now: Now,
    form: Annotated[SearchForm, Query()],
) -> Response:
    """Show the search, and what it finds for who is logged in, or who one says to be."""
    words, zone = language_of(request), ZoneInfo(settings.zone)
    asked = read_search(form, zone)
    with database.read() as session:
        clients = organisations.kinds(session)
        wanted = replace(asked.wanted, acting=looking_as(visitor, form, clients))
        found = search.search(session, wanted, now, asked.page)
        activities = [
            (one.code, in_language(one.names, words.code)) for one in rules.activities(session)
        ]
        offering = services.all_services(session, only_active=True)
    return pages.show(
        request,
        "home.html",
        form=form,
        kinds=said(kinds().values(), words),
        features=said(features().values(), words),
        services=[(one.id, one.name) for one in offering],
        clients=choices(clients, words),
        activities=activities,
        problems={one.field: words(one.key, **dict(one.values)) for one in asked.problems},
        today=to_wall(now, zone).date(),
        day=asked.day,
        timed=asked.wanted.use is not None,
        found=found,
        cards=[card(words, form, hit) for hit in found.hits],
        pages=_pages(form, asked.page, found.total),
    )


def said(facts: Iterable[Fact], words: Words) -> list[tuple[str, str]]:
    """Return facts with their words, for a choice."""
    return [(one.code, one.said(words.code)) for one in facts]


def card(words: Words, form: SearchForm, hit: Hit) -> Card:
    """Return a hall in the visitor's words."""
    hall = hit.hall
    there = {one.code for one in hall.features}
    goes_on = hit.answer in {Answer.FREE, Answer.NOT_ASKED} or hit.instead is not None
    instead = _wall(hit.instead, hall) if hit.instead else None
    return Card(
        hall=hall,
        kind=kinds()[hall.kind].said(words.code) if hall.kind in kinds() else "",
        facts=tuple(one.said(words.code) for code, one in features().items() if code in there),
        answer=hit.answer,
        says=_says(words, hit),
        price=_price(words, hit),
        page=form.address(f"/halls/{hall.id}"),
        way=form.booking(hall.id, instead) if goes_on else "",
        other=_other(words, hit),
        tariff=hit.has_tariff,
    )


def _says(words: Words, hit: Hit) -> str:
    if isinstance(hit.refusal, NotYetForYou) and hit.group is not None:
        since = details_said(hit.refusal, words)["since"]
        return words("search.not_yet", since=since, group=group_said(hit.group, words))
    if hit.refusal is not None:
        return refusal_said(hit.refusal, words)
    if hit.answer is Answer.FREE and hit.by_approval:
        return words("search.by_approval")
    return words(f"search.{hit.answer}") if hit.answer is not Answer.NOT_ASKED else ""


def _price(words: Words, hit: Hit) -> str:
    if hit.answer is Answer.REFUSED and isinstance(hit.refusal, NotForYou):
        return ""  # what cannot be had for money has no price
    if hit.quote is not None and hit.quote.deposit_cents:
        deposit = words.money(hit.quote.deposit_cents)
        return words("search.with_deposit", price=words.money(hit.quote.cents), deposit=deposit)
    if hit.cents:
        return words("search.in_all", price=words.money(hit.cents))
    if hit.cents is None and hit.has_tariff:
        return words("search.by_time")
    if hit.cents is None and hit.hall.cents_per_hour:
        return words("home.per_hour", price=words.money(hit.hall.cents_per_hour))
    return words("home.free")


def _other(words: Words, hit: Hit) -> str:
    if hit.instead is None:
        return ""
    start, end = _clock(hit.instead, hit.hall)
    return words("search.instead", from_=words.time(start), to=words.time(end))


def _wall(period: Period, hall: Hall) -> dict[str, str]:
    start, end = _clock(period, hall)
    return {"day": f"{start:%Y-%m-%d}", "start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}


def _clock(period: Period, hall: Hall) -> tuple[datetime, datetime]:
    zone = ZoneInfo(hall.site.zone)
    return to_wall(period.start, zone), to_wall(period.end, zone)


def _pages(form: SearchForm, page: int, total: int) -> list[tuple[int, str, bool]]:
    """Return each page of results: its number, its address, and whether it is shown."""
    last = -(-total // search.PAGE)
    if last <= 1:
        return []
    near = {1, last, *range(page - 2, page + 3)}
    return [
        (one, form.address("/", page=one), one == page) for one in sorted(near) if 1 <= one <= last
    ]
