"""The demo's mailbox: every mail that central posted. `create_app` includes it in the demo alone."""

from fastapi import APIRouter, Request
from markupsafe import Markup, escape
from starlette.responses import Response

from central.accounts import mailer
from central.accounts.principals import Public
from central.booking.times import to_wall
from central.dependencies import TheDatabase, TheSettings
from central.errors import NotFound
from central.web.pages import ThePages
from central.web.typed import zone_of

router = APIRouter(prefix="/demo/mailbox", include_in_schema=False)
_DEMO = Public("the demo's mailbox replaces a mail server; no real city has this route")
_MOST = 50


@router.get("", dependencies=[_DEMO])
def show(
    request: Request, pages: ThePages, database: TheDatabase, settings: TheSettings
) -> Response:
    """List the newest mails, with their words and the links in them."""
    _only_in_demo(settings)
    zone = zone_of(settings)
    with database.read() as session:
        found = mailer.newest(session, _MOST)
    rows = [(one, to_wall(one.created_at, zone), _linked(one.text)) for one in found]
    return pages.show(request, "demo_mailbox.html", rows=rows)


@router.get("/{mail_id}/{position}", dependencies=[_DEMO])
def attachment(
    mail_id: int, position: int, database: TheDatabase, settings: TheSettings
) -> Response:
    """Give a file that came with a mail."""
    _only_in_demo(settings)
    with database.read() as session:
        for one in mailer.attachments_of(session, mail_id):
            if one.position == position:
                headers = {"Content-Disposition": f'attachment; filename="{mail_id}-{position}"'}
                return Response(one.content, media_type=one.media_type, headers=headers)
    raise NotFound("attachment")


def _only_in_demo(settings: TheSettings) -> None:
    """Refuse even if somebody includes this router where it does not belong."""
    if not settings.demo:
        raise NotFound


def _linked(text: str) -> Markup:
    """Return the words of a mail, with its addresses to press."""
    return Markup("\n").join(
        Markup('<a href="{0}">{0}</a>').format(line)
        if line.startswith(("http://", "https://")) and " " not in line
        else escape(line)
        for line in text.splitlines()
    )
