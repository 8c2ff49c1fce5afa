"""The pass of a renter: a page that works without the internet too, and the QR code alone."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import FileResponse, PlainTextResponse, Response

from central.accounts.principals import PassHolder, Public
from central.booking.times import to_wall
from central.credentials import qr, views
from central.credentials.views import PassView
from central.dependencies import Now, TheDatabase, TheSettings
from central.errors import NotFound
from central.fleet.refusals import Refusal, last_refusal
from central.settings import Settings
from central.web.countdown import countdown, texts_of
from central.web.language import Words, language_of
from central.web.message_reading import note_read
from central.web.pages import Pages, ThePages
from contracts.credential import Language
from contracts.sentences import Sentence, refusal

router = APIRouter(prefix="/pass/{link}", include_in_schema=False)
worker_router = APIRouter(include_in_schema=False)
"""The script that keeps passes on the phone; met before `router`, whose path it would fit."""
_TOLD_FOR = timedelta(hours=12)
"""How long a refusal explains why one stands before a shut door."""


@worker_router.get(
    "/pass/worker.js", dependencies=[Public("a script, the same for everybody; it holds no data")]
)
def worker() -> Response:
    """Give the script that keeps passes on the phone. Where it stands is all that it may reach."""
    return FileResponse(
        Pages.static_folder() / "pass-worker.js",
        media_type="text/javascript",
        headers={"Cache-Control": "no-cache"},
    )


@router.get("")
def show(
    request: Request,
    link: str,
    holder: PassHolder,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
) -> Response:
    """Show the pass like a boarding pass; always the newest signed form of it."""
    with database.read() as session:
        view = views.pass_of(session, holder.subject, now)
        refused = last_refusal(session, view.grants, now - _TOLD_FOR)
    if view.holder is None:  # others who open theirs have not read what the renter was told
        note_read(database, [view.reservation], now)
    words = language_of(request)
    # segno's own drawing of a text of our alphabet: nothing in it comes from outside.
    code = Markup(qr.svg(view.text).decode()) if view.text else None  # noqa: S704
    return pages.show(
        request,
        "pass.html",
        it=view,
        link=link,
        code=code,
        count=countdown(words, view.opens_at, view.closes_at, now),
        count_data=_count_data(words, view),
        refused=refused and _explained(words, view, refused, settings),
        phone=settings.duty_phone,
        as_of=to_wall(now, ZoneInfo(view.zone)),
    )


@router.get("/pass.svg")
def picture_svg(holder: PassHolder, database: TheDatabase, now: Now) -> Response:
    """Give the QR code as SVG."""
    return Response(qr.svg(_text(database, holder.subject, now)), media_type="image/svg+xml")


@router.get("/pass.png")
def picture_png(holder: PassHolder, database: TheDatabase, now: Now) -> Response:
    """Give the QR code as PNG."""
    return Response(qr.png(_text(database, holder.subject, now)), media_type="image/png")


@router.get("/pass.txt")
def text(holder: PassHolder, database: TheDatabase, now: Now) -> Response:
    """Give the text of the QR code."""
    return PlainTextResponse(_text(database, holder.subject, now))


def _text(database: TheDatabase, reference: str, now: Now) -> str:
    view: PassView
    with database.read() as session:
        view = views.pass_of(session, reference, now)
    if view.text is None:
        raise NotFound("pass")
    return view.text


def _count_data(words: Words, view: PassView) -> str:
    """Return what the script counts with: the moments in milliseconds, and the words."""
    opens, closes = (int(one.timestamp() * 1000) for one in (view.opens_at, view.closes_at))
    return json.dumps({"opens": opens, "closes": closes, "texts": texts_of(words)})


def _explained(
    words: Words, view: PassView, refused: Refusal, settings: Settings
) -> tuple[Sentence, str, datetime]:
    """Return what a door said and what one can do, at which door, and when on the wall."""
    says = refusal(refused.reason, Language.__members__.get(words.code.upper(), Language.SITE))
    opens = f"{words.day(view.opens)}, {words.time(view.opens)}"
    told = says.filled(opens=opens, phone=settings.duty_phone)
    return told, refused.door, to_wall(refused.at, ZoneInfo(view.zone))
