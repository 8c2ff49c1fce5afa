"""Log in as renter with another identity provider, and link one to an account."""

from http import HTTPStatus
from typing import cast

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from central.accounts import elsewhere, identities
from central.accounts.cookies import ASKING, cookie_of, drop_cookie, set_cookie
from central.accounts.identities import (
    Identity,
    IdentityProvider,
    LogInFailed,
    NeedsMailbox,
    Started,
)
from central.accounts.logging_in import LIFE, LinkSpent, Proven, Wish
from central.accounts.principals import Public, RenterInPerson, TheSealer
from central.accounts.sealing import Sealer, new_secret
from central.dependencies import Now, TheDatabase, TheSettings
from central.errors import NotFound
from central.web.account_entering import log_in, welcome
from central.web.language import language_of
from central.web.pages import TheContinuing, ThePages
from central.web.problems import explain

router = APIRouter(prefix="/account", include_in_schema=False)
_LOGGING_IN = Public("whoever logs in is not logged in yet; the provider tells who it is")


@router.get("/log-in/with/{provider}", dependencies=[_LOGGING_IN])
def go(
    request: Request,
    provider: str,
    database: TheDatabase,
    settings: TheSettings,
    continuing: TheContinuing,
    now: Now,
    then: str = "",
) -> Response:
    """Send the browser to the provider."""
    state, where = new_secret(), continuing.read(then, "/account")
    started = _provider(request, provider).start(state)
    with database.write() as session:
        elsewhere.begin(session, provider, state, _wish(request, started, where), now)
    answer = RedirectResponse(started.url, HTTPStatus.SEE_OTHER)
    set_cookie(answer, settings, ASKING, state, LIFE)
    return answer


@router.post("/providers/{provider}")
def ask_to_link(
    request: Request,
    provider: str,
    visitor: RenterInPerson,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
) -> Response:
    """Show the way to the provider, to link it to this account; a form may not lead there by itself."""
    state, chosen = new_secret(), _provider(request, provider)
    started = chosen.start(state)
    wish = _wish(request, started, "/account")
    with database.write() as session:
        elsewhere.begin(session, provider, state, wish, now, person_id=visitor.person)
    page = pages.show(request, "account_link.html", provider=chosen, url=started.url)
    set_cookie(page, settings, ASKING, state, LIFE)
    return page


@router.get("/log-in/with/{provider}/back", dependencies=[_LOGGING_IN])
def come_back(
    request: Request,
    provider: str,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    sealer: TheSealer,
    now: Now,
    state: str = "",
) -> Response:
    """Take what the provider says: log in, link, or ask once for an address of mail."""
    chosen = _provider(request, provider)
    try:
        with database.write() as session:
            returned = elsewhere.back(session, provider, state, cookie_of(request, ASKING), now)
        answer = dict(request.query_params)
        identity = chosen.finish(state, answer, returned.wish.remembered)
    except (LinkSpent, LogInFailed) as error:
        return pages.show(
            request, "account_failed.html", error.status, says=explain(request, error)
        )
    wish = returned.wish
    if returned.person_id is not None:
        with database.write() as session:
            identities.link(session, returned.person_id, identity, now)
        linked = RedirectResponse(wish.then, HTTPStatus.SEE_OTHER)
        drop_cookie(linked, settings, ASKING)
        return linked
    proven = Proven(identity, wish.then, wish.stays, wish.language)
    try:
        with database.write() as session:
            secret = log_in(request, session, proven, provider, sealer, now)
    except NeedsMailbox:
        return _ask_for_mailbox(request, pages, sealer, identity, wish, state, now)
    return welcome(request, database, settings, proven, secret)


def _ask_for_mailbox(
    request: Request,
    pages: ThePages,
    sealer: Sealer,
    identity: Identity,
    wish: Wish,
    state: str,
    now: Now,
) -> Response:
    """Return the page that asks once where to write to; the browser keeps its cookie."""
    return pages.show(
        request,
        "account_mailbox.html",
        email=identity.email,
        identity=elsewhere.carried(sealer, identity, state, now),
        then=request.app.state.continuing.make(wish.then),
    )


def _provider(request: Request, name: str) -> IdentityProvider:
    found = request.app.state.identity_providers.get(name)
    if found is None:
        raise NotFound("identity provider")
    return cast("IdentityProvider", found)


def _wish(request: Request, started: Started, where: str) -> Wish:
    code = language_of(request).code
    return Wish("", where, stays=False, language=code, remembered=started.remember)
