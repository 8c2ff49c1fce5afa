"""The pass on paper, for its link's holder: a sheet of A4 and a card for the wallet, both as PDF."""

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import Response

from central.accounts.principals import PassHolder
from central.credentials import qr, views
from central.dependencies import Now, TheDatabase, TheSettings
from central.errors import NotFound
from central.web.language import language_of
from central.web.pages import ThePages
from central.web.papers import pdf_of

router = APIRouter(prefix="/pass/{link}", include_in_schema=False)


@router.get("/pass.pdf")
def sheet(
    request: Request,
    holder: PassHolder,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
) -> Response:
    """Give a sheet with the QR code, the way in and what to do."""
    return _paper(request, "pass_sheet.html", holder.subject, pages, database, settings, now)


@router.get("/card.pdf")
def card(
    request: Request,
    holder: PassHolder,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
) -> Response:
    """Give a card of the size of a bank card (ISO 7810 ID-1), with a line to cut along."""
    return _paper(request, "pass_card.html", holder.subject, pages, database, settings, now)


def _paper(
    request: Request,
    template: str,
    reference: str,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
) -> Response:
    with database.read() as session:
        view = views.pass_of(session, reference, now)
    if view.text is None:
        raise NotFound("pass")
    words = language_of(request)
    code = Markup(qr.svg(view.text).decode())  # noqa: S704 - as in passes.py
    html = pages.render(words, template, it=view, code=code, phone=settings.duty_phone)
    name = words("message.pass_file", reference=view.reference).removesuffix(".png")
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return Response(pdf_of(html), media_type="application/pdf", headers=headers)
