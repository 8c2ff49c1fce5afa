"""The renter's pass: a page to show or print, and the QR code alone, for who holds the pass's link."""

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import PlainTextResponse, Response

from central.accounts.principals import PassHolder
from central.credentials import qr, views
from central.credentials.views import PassState, PassView
from central.dependencies import Now, TheDatabase
from central.errors import NotFound
from central.web.message_reading import note_read
from central.web.pages import ThePages

router = APIRouter(prefix="/pass/{link}", include_in_schema=False)
_LOOK_AGAIN = "3"  # seconds after which a page without a pass yet asks again


@router.get("")
def show(
    request: Request,
    link: str,
    holder: PassHolder,
    pages: ThePages,
    database: TheDatabase,
    now: Now,
) -> Response:
    """Show the pass like a boarding pass; always the newest signed form of it."""
    with database.read() as session:
        view = views.pass_of(session, holder.subject, now)
    if view.holder is None:  # others who open theirs have not read what the renter was told
        note_read(database, [view.reservation], now)
    # segno's own drawing of a text of our alphabet: nothing in it comes from outside.
    code = Markup(qr.svg(view.text).decode()) if view.text else None  # noqa: S704
    page = pages.show(request, "pass.html", it=view, link=link, code=code)
    if view.state is PassState.COMING:
        page.headers["Refresh"] = _LOOK_AGAIN
    return page


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
