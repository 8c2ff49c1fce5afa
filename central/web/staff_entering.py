"""What every way in for staff shares: a new session, the second factor, the mail with a link."""

from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from central.accounts import mailer
from central.accounts.cookies import STAFF, cookie_of, set_cookie
from central.accounts.devices import device_of
from central.accounts.principals import TheSecondFactor
from central.accounts.second_factor import FactorInUse, must_have
from central.accounts.sessions import HALF_LIFE, SESSION_LIFE, close_session, open_session
from central.accounts.staff_models import AccountLinkPurpose, Staff
from central.accounts.throttle import connection_of
from central.database import Database
from central.dependencies import Now
from central.errors import CentralError
from central.settings import Settings
from central.web import mails
from central.web.language import Words
from central.web.pages import Pages
from central.web.problems import explain
from central.web.qr import picture_of


def connection(request: Request) -> str:
    """Return what is counted for the connection of a request."""
    return connection_of(request.client and request.client.host)


def enter(
    request: Request,
    database: Database,
    settings: Settings,
    staff: Staff,
    where: str,
    now: Now,
) -> Response:
    """Let somebody in whose password was right, or to the second factor."""
    roles = frozenset(one.role for one in staff.rights)
    to_enrol = must_have(roles, demo=settings.demo) and not staff.has_second_factor
    if staff.has_second_factor or to_enrol:
        way = f"/login/{'app' if to_enrol else 'code'}?{urlencode({'next': where})}"
        return let_in(request, database, settings, staff.id, way, now, is_half=True)
    return let_in(request, database, settings, staff.id, where, now)


def let_in(
    request: Request,
    database: Database,
    settings: Settings,
    staff_id: int,
    where: str,
    now: Now,
    *,
    is_half: bool = False,
) -> Response:
    """Return the way on with a new session in the cookie; the browser's older one ends."""
    answer = RedirectResponse(where, HTTPStatus.SEE_OTHER)
    start_session(request, database, settings, staff_id, now, answer, is_half=is_half)
    return answer


def start_session(
    request: Request,
    database: Database,
    settings: Settings,
    staff_id: int,
    now: Now,
    answer: Response,
    *,
    is_half: bool = False,
) -> None:
    """Give this browser a new session; what its cookie held before is worth nothing any more."""
    device = device_of(request.headers.get("user-agent"))
    with database.write() as session:
        if old := cookie_of(request, STAFF):
            close_session(session, old)
        secret = open_session(session, staff_id, now, device=device, is_half=is_half)
    set_cookie(answer, settings, STAFF, secret, HALF_LIFE if is_half else SESSION_LIFE)


def first_code(
    database: Database, factor: TheSecondFactor, staff_id: int, code: str, now: Now
) -> list[str]:
    """Count the try, take the app into use; return the recovery codes.

    Raises:
        WrongFactor, TooOften: not now.

    """
    with database.write() as session:
        factor.count_try(session, staff_id, now)
    with database.write() as session:
        return factor.prove_first(session, staff_id, code, now)


def enrolment(
    request: Request,
    pages: Pages,
    database: Database,
    factor: TheSecondFactor,
    staff_id: int,
    *,
    where: str,
    action: str,
    error: CentralError | None = None,
) -> Response:
    """Return the page with the code to scan; whoever has an app already goes on."""
    try:
        with database.write() as session:
            offer = factor.offer(session, staff_id)
    except FactorInUse:
        return RedirectResponse(
            where if action != "/login/app" else "/login/code", HTTPStatus.SEE_OTHER
        )
    return pages.show(
        request,
        "staff_app.html",
        error.status if error else HTTPStatus.OK,
        picture=picture_of(offer.address),
        spoken=offer.spoken,
        problems={"code": explain(request, error)} if error else {},
        next=where,
        action=action,
    )


def account_link_mail(
    pages: Pages,
    words: Words,
    settings: Settings,
    staff: Staff,
    link: str,
    purpose: AccountLinkPurpose,
) -> mailer.Mail:
    """Return the mail with the link to choose a password."""
    is_new, url = purpose is AccountLinkPurpose.INVITATION, f"{settings.base_url}/welcome/{link}"
    names = {"name": staff.name, "city": settings.city}
    button = words("invitation_mail.button" if is_new else "reset_mail.button")
    return mails.compose(
        pages,
        words,
        staff.email,
        words("invitation_mail.subject" if is_new else "reset_mail.subject", city=settings.city),
        [words("invitation_mail.says" if is_new else "reset_mail.says", **names)],
        mails.Button(button, url),
        after=[words("invitation_mail.after" if is_new else "reset_mail.after")],
        is_secret=True,
    )
