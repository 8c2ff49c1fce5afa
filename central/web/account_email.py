"""Page for a renter's new address of mail: it counts once the mailbox was shown to be read."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from central.accounts import logging_in, mailer
from central.accounts.cookies import ASKING, set_cookie
from central.accounts.logging_in import Wish
from central.accounts.principals import RenterInPerson, TheLogIns
from central.accounts.throttle import TooOften
from central.dependencies import Now, TheDatabase, TheSettings
from central.web.account_log_in import link_mail
from central.web.forms import is_email
from central.web.language import language_of
from central.web.pages import ThePages
from central.web.problems import explain
from central.web.staff_entering import connection

router = APIRouter(prefix="/account/email", include_in_schema=False)


@router.get("")
def ask(request: Request, _visitor: RenterInPerson, pages: ThePages) -> Response:
    """Ask for the new address."""
    return pages.show(request, "account_email.html", email="", problems={})


@router.post("")
def send(
    request: Request,
    visitor: RenterInPerson,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    log_ins: TheLogIns,
    now: Now,
    email: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Send a mail to the new address; whether somebody has it is told only to who reads it."""
    words, wanted = language_of(request), email.strip().lower()
    if not is_email(wanted):
        says, status = {"email": words("problem.email")}, HTTPStatus.UNPROCESSABLE_ENTITY
        return pages.show(request, "account_email.html", status, email=email, problems=says)
    wish = Wish(wanted, "/account", language=words.code, person_id=visitor.person)
    try:
        with database.write() as session:
            log_ins.count(session, wanted, connection(request), now)
        with database.write() as session:
            asked = log_ins.ask(session, wish, now)
            mailer.post(session, link_mail(pages, words, settings, wish, asked), now)
    except TooOften as error:
        says = {"email": explain(request, error)}
        return pages.show(request, "account_email.html", error.status, email=email, problems=says)
    answer = RedirectResponse("/account/log-in/mail", HTTPStatus.SEE_OTHER)
    set_cookie(answer, settings, ASKING, asked.browser, logging_in.LIFE)
    return answer
