"""What every way in for renters shares: which person it is, a new session, and the way on."""

from http import HTTPStatus

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from central.accounts import identities, mailer, people, renter_sessions
from central.accounts.cookies import ASKING, RENTER, cookie_of, drop_cookie, set_cookie
from central.accounts.devices import device_of
from central.accounts.elsewhere import uncarried
from central.accounts.logging_in import LinkSpent, Proven
from central.accounts.renter_sessions import LIFE, Opening
from central.accounts.sealing import Sealer
from central.accounts.visitors import visitor_of
from central.database import Database
from central.dependencies import Now
from central.settings import Settings
from central.web import mails
from central.web.language import languages


def log_in(
    request: Request,
    session: Session,
    proven: Proven,
    provider: str,
    sealer: Sealer,
    now: Now,
) -> str:
    """Open a session for whoever proved to be somebody; return what its cookie holds.

    Raises:
        NeedsMailbox: an identity that no person has yet.
        IdentityTaken: what was to be linked belongs to another person.
        AddressTaken: the new address of who is logged in belongs to another person.
        LinkSpent: who asked for a new address is logged in no more.

    """
    if proven.person_id is not None:
        _change_address(request, session, proven, now)
    person = identities.person_for(session, proven.identity, proven.language, now)
    pending = uncarried(sealer, proven.remembered, now) if proven.remembered else None
    if pending is not None:
        identities.link(session, person, pending, now)
        provider = pending.issuer
    how = Opening(provider[:40], device_of(request.headers.get("user-agent")), proven.stays)
    return renter_sessions.open_session(session, person, how, now)


def _change_address(request: Request, session: Session, proven: Proven, now: Now) -> None:
    """Give who is logged in the address that was proven; the old address is told."""
    visitor = visitor_of(request, request.app.state.database, now)
    if visitor is None or visitor.helper is not None or visitor.person != proven.person_id:
        raise LinkSpent
    before = people.change_email(session, visitor.person, proven.identity.subject, now)
    words, settings = languages()[proven.language], request.app.state.settings
    subject = words("address_mail.subject", city=settings.city)
    says = [
        words("address_mail.says", email=proven.identity.subject),
        words("address_mail.not_you"),
    ]
    mailer.post(session, mails.compose(request.app.state.pages, words, before, subject, says), now)


def welcome(
    request: Request, database: Database, settings: Settings, proven: Proven, secret: str
) -> Response:
    """Return the way on, with the new session in the cookie; an older one of this browser ends."""
    if old := cookie_of(request, RENTER):
        with database.write() as session:
            renter_sessions.close_session(session, old)
    answer = RedirectResponse(proven.then, HTTPStatus.SEE_OTHER)
    set_cookie(answer, settings, RENTER, secret, LIFE if proven.stays else None)
    drop_cookie(answer, settings, ASKING)
    return answer
