"""Pages to log in as a renter: ask for a mail, open its link or type its code, or go to a provider."""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from central.accounts import logging_in, mailer
from central.accounts.cookies import ASKING, cookie_of, set_cookie
from central.accounts.elsewhere import uncarried
from central.accounts.identities import BY_EMAIL
from central.accounts.logging_in import Asked, LinkSpent, OtherBrowser, Wish, WrongCode
from central.accounts.principals import MaybeVisitor, Public, TheLogIns
from central.accounts.sealing import Sealer
from central.accounts.throttle import TooOften, connection_of
from central.dependencies import Now, TheDatabase, TheSettings
from central.settings import Settings
from central.web import mails
from central.web.account_entering import log_in, welcome
from central.web.forms import is_email
from central.web.kept import kept_form
from central.web.language import Words, language_of
from central.web.pages import Pages, TheContinuing, ThePages
from central.web.problems import explain

router = APIRouter(prefix="/account/log-in", include_in_schema=False)
_LOGGING_IN = Public("whoever logs in is not logged in yet; throttled per address and connection")
_HOME = "/account"


class AskForm(BaseModel):
    """What is typed to log in."""

    email: str = ""
    stays: str = ""
    then: str = ""
    identity: str = ""
    """Of another provider, to be linked to the account with this address; carried, not typed."""


@router.get("", dependencies=[_LOGGING_IN])
def ask(
    request: Request,
    pages: ThePages,
    visitor: MaybeVisitor,
    continuing: TheContinuing,
    then: str = "",
) -> Response:
    """Show the form; whoever is logged in goes on at once."""
    if visitor is not None and visitor.helper is None:
        return RedirectResponse(continuing.read(then, _HOME), HTTPStatus.SEE_OTHER)
    return _form(request, pages, AskForm(then=then))


@router.post("/keep", dependencies=[_LOGGING_IN])
async def keep(request: Request, continuing: TheContinuing) -> Response:
    """Log in from the middle of a form: everything typed comes back afterwards."""
    then = await kept_form(request, continuing)
    return RedirectResponse(f"/account/log-in?{urlencode({'then': then})}", HTTPStatus.SEE_OTHER)


@router.post("", dependencies=[_LOGGING_IN])
def send(
    request: Request,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    log_ins: TheLogIns,
    continuing: TheContinuing,
    now: Now,
    form: Annotated[AskForm, Form()],
) -> Response:
    """Send a mail; whether the address is known makes no difference to anything."""
    words, email = language_of(request), form.email.strip().lower()
    if not is_email(email):
        return _form(request, pages, form, {"email": words("problem.email")})
    where = continuing.read(form.then, _HOME)
    pending = _pending(request, log_ins.sealer, form, now)
    wish = Wish(email, where, bool(form.stays), words.code, pending)
    try:
        with database.write() as session:
            connection = connection_of(request.client and request.client.host)
            log_ins.count(session, email, connection, now)
        with database.write() as session:
            asked = log_ins.ask(session, wish, now)
            mail = link_mail(pages, words, settings, wish, asked)
            mailer.post(session, mail, now)
    except TooOften as error:
        says = {"email": explain(request, error)}
        return _form(request, pages, form, says, error.status)
    answer = RedirectResponse("/account/log-in/mail", HTTPStatus.SEE_OTHER)
    set_cookie(answer, settings, ASKING, asked.browser, logging_in.LIFE)
    return answer


@router.get("/mail", dependencies=[_LOGGING_IN])
def look_in_mailbox(request: Request, pages: ThePages, database: TheDatabase, now: Now) -> Response:
    """Say to look in the mailbox; take the code for who reads it elsewhere."""
    with database.read() as session:
        email = logging_in.pending(session, cookie_of(request, ASKING), now)
    if email is None:
        return RedirectResponse("/account/log-in", HTTPStatus.SEE_OTHER)
    return pages.show(request, "account_mail.html", email=email, problems={})


@router.post("/code", dependencies=[_LOGGING_IN])
def by_code(
    request: Request,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    log_ins: TheLogIns,
    now: Now,
    code: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Log in with the digits of the mail."""
    browser = cookie_of(request, ASKING)
    try:
        with database.write() as session:
            log_ins.count_try(session, browser, now)
        with database.write() as session:
            proven = log_ins.by_code(session, code, browser, now)
            secret = log_in(request, session, proven, BY_EMAIL, log_ins.sealer, now)
    except (WrongCode, TooOften) as error:
        with database.read() as session:
            email = logging_in.pending(session, browser, now)
        says = {"code": explain(request, error)}
        return pages.show(
            request, "account_mail.html", error.status, email=email or "", problems=says
        )
    except LinkSpent as error:
        return _spent(request, pages, error)
    return welcome(request, database, settings, proven, secret)


@router.get("/link/{secret}", dependencies=[_LOGGING_IN])
def by_link(
    request: Request,
    secret: str,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    log_ins: TheLogIns,
    now: Now,
) -> Response:
    """Log in with the link of the mail. Programs that open links before people do cannot: no cookie."""
    try:
        with database.write() as session:
            proven = log_ins.by_link(session, secret, cookie_of(request, ASKING), now)
            cookie = log_in(request, session, proven, BY_EMAIL, log_ins.sealer, now)
    except OtherBrowser as error:
        return pages.show(request, "account_elsewhere.html", error.status)
    except LinkSpent as error:
        return _spent(request, pages, error)
    return welcome(request, database, settings, proven, cookie)


def _pending(request: Request, sealer: Sealer, form: AskForm, now: Now) -> str:
    """Return the identity that waits for this mailbox, if this browser brought one."""
    browser = cookie_of(request, ASKING) or ""
    found = uncarried(sealer, form.identity, now, browser) if form.identity else None
    return form.identity if found is not None else ""


def _form(
    request: Request,
    pages: Pages,
    form: AskForm,
    problems: dict[str, str] | None = None,
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> Response:
    providers = request.app.state.identity_providers.values()
    return pages.show(
        request,
        "account_log_in.html",
        status if problems else HTTPStatus.OK,
        form=form,
        problems=problems or {},
        providers=providers,
    )


def _spent(request: Request, pages: Pages, error: LinkSpent) -> Response:
    return pages.show(request, "account_spent.html", error.status)


def link_mail(
    pages: Pages, words: Words, settings: Settings, wish: Wish, asked: Asked
) -> mailer.Mail:
    """Return the mail with link and digits."""
    url = f"{settings.base_url}/account/log-in/link/{asked.link}"
    return mails.compose(
        pages,
        words,
        wish.email,
        words("log_in_mail.subject", city=settings.city),
        [words("log_in_mail.link" if wish.person_id is None else "address_mail.link")],
        mails.Button(
            words("log_in_mail.button" if wish.person_id is None else "address_mail.button"), url
        ),
        after=[
            words("log_in_mail.code", code=f"{asked.code[:3]} {asked.code[3:]}"),
            words("log_in_mail.not_you"),
        ],
        is_secret=True,
    )
