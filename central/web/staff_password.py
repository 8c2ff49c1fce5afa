"""Pages for staff's passwords: forgotten, chosen after an invitation, shown once more."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Request
from pydantic import BaseModel, Field, SecretStr
from starlette.responses import RedirectResponse, Response

from central.accounts import invitations, mailer, service
from central.accounts.continuing import own_path
from central.accounts.principals import (
    AccountLinkHolder,
    AnyStaff,
    Public,
    TheSecondFactor,
    TheThrottle,
)
from central.accounts.second_factor import WrongFactor
from central.accounts.service import PasswordTooShort
from central.accounts.sessions import LogInRefused, check_password, prove
from central.accounts.staff_models import AccountLinkPurpose, Staff
from central.accounts.throttle import LOG_IN, RESET, RESET_FROM, TooOften
from central.database import Database
from central.dependencies import Now, TheDatabase, TheSettings
from central.errors import CentralError
from central.settings import Settings
from central.web.forms import is_email
from central.web.language import Words, language_of
from central.web.pages import Pages, ThePages
from central.web.problems import explain
from central.web.staff_entering import account_link_mail, connection, enter

router = APIRouter(include_in_schema=False)
_FORGETTING = Public(
    "whoever forgot a password cannot log in; throttled per address and connection"
)


class AgainForm(BaseModel):
    """Password or code, whichever the account has, and where to go then."""

    code: str = Field(default="", max_length=60)
    next: str = Field(default="/desk", max_length=4000)
    password: SecretStr = Field(default=SecretStr(""), max_length=service.LONGEST_PASSWORD)


class PasswordForm(BaseModel):
    """A new password, typed twice."""

    password: SecretStr = Field(default=SecretStr(""), max_length=service.LONGEST_PASSWORD)
    again: SecretStr = Field(default=SecretStr(""), max_length=service.LONGEST_PASSWORD)

    @property
    def is_same(self) -> bool:
        """Whether both are the same."""
        return self.password == self.again


@router.get("/login/forgot", dependencies=[_FORGETTING])
def ask_for_link(request: Request, pages: ThePages) -> Response:
    """Ask for the address of the account whose password is forgotten."""
    return pages.show(request, "staff_forgot.html", email="", problems={}, is_sent=False)


@router.post("/login/forgot", dependencies=[_FORGETTING])
def send_link(
    request: Request,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    throttle: TheThrottle,
    now: Now,
    after: BackgroundTasks,
    email: Annotated[str, Form(max_length=254)] = "",
) -> Response:
    """Send a link if there is such an account; what is answered, and how fast, does not tell."""
    account = email.strip().lower()
    try:
        with database.write() as session:
            throttle.take(session, RESET_FROM, connection(request), now)
            throttle.take(session, RESET, account, now)
    except TooOften as error:
        says = {"email": explain(request, error)}
        return pages.show(
            request, "staff_forgot.html", error.status, email=email, problems=says, is_sent=False
        )
    words = language_of(request)
    if is_email(account):
        after.add_task(_send_link, database, pages, settings, words, account, now)
    return pages.show(request, "staff_forgot.html", email=email, problems={}, is_sent=True)


def _send_link(
    database: Database,
    pages: Pages,
    settings: Settings,
    words: Words,
    account: str,
    now: Now,
) -> None:
    with database.write() as session:
        made = invitations.make_reset(session, account, now)
        if made is not None:
            link, staff = made
            purpose = AccountLinkPurpose.PASSWORD_RESET
            if not staff.password_hash:
                purpose = AccountLinkPurpose.INVITATION
            mail = account_link_mail(pages, words, settings, staff, link, purpose)
            mailer.post(session, mail, now)


@router.get("/welcome/{link}")
def ask_password(
    request: Request, link: str, account: AccountLinkHolder, pages: ThePages
) -> Response:
    """Ask for a password, of who was invited or forgot it."""
    return pages.show(request, "staff_welcome.html", account=account, link=link, problems={})


@router.post("/welcome/{link}")
def choose_password(
    request: Request,
    link: str,
    account: AccountLinkHolder,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
    form: Annotated[PasswordForm, Form()],
) -> Response:
    """Take the password, use the link up, and log in as after any right password."""
    problems, password_hash = hash_of(request, form)
    if password_hash is None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return pages.show(
            request, "staff_welcome.html", status, account=account, link=link, problems=problems
        )
    with database.write() as session:
        used = invitations.use(session, link, password_hash, now)
    with database.read() as session:
        staff = session.get_one(Staff, used.staff)
    return enter(request, database, settings, staff, "/desk", now)


def hash_of(request: Request, form: PasswordForm) -> tuple[dict[str, str], str | None]:
    """Return what is wrong with a new password, or its hash."""
    try:
        password_hash = service.checked_hash(form.password.get_secret_value())
    except PasswordTooShort as error:
        return {"password": explain(request, error)}, None
    if not form.is_same:
        return {"again": language_of(request)("staff.not_the_same")}, None
    return {}, password_hash


@router.get("/login/again")
def ask_again(
    request: Request,
    staff: AnyStaff,
    pages: ThePages,
    database: TheDatabase,
    next: str = "/desk",  # noqa: A002
) -> Response:
    """Ask once more for password or code, before something dangerous."""
    return _again(request, pages, database, staff.id, own_path(next, "/desk"))


@router.post("/login/again")
def prove_again(
    request: Request,
    staff: AnyStaff,
    pages: ThePages,
    database: TheDatabase,
    factor: TheSecondFactor,
    throttle: TheThrottle,
    now: Now,
    form: Annotated[AgainForm, Form()],
) -> Response:
    """Take the proof; for five minutes it opens what is dangerous."""
    where = own_path(form.next, "/desk")
    with database.read() as session:
        account = session.get_one(Staff, staff.id)
    try:
        with database.write() as session:
            if account.has_second_factor:
                factor.count_try(session, staff.id, now)
            else:
                throttle.take(session, LOG_IN, account.email, now)
        if account.has_second_factor:
            with database.write() as session:
                factor.check(session, staff.id, form.code, now)
        else:
            with database.read() as session:
                check_password(session, account.email, form.password.get_secret_value())
    except (LogInRefused, WrongFactor, TooOften) as error:
        return _again(request, pages, database, staff.id, where, error)
    with database.write() as session:
        throttle.forget(session, LOG_IN, account.email)
        if staff.session is not None:
            prove(session, staff.session, now)
    return RedirectResponse(where, HTTPStatus.SEE_OTHER)


def _again(
    request: Request,
    pages: Pages,
    database: Database,
    staff_id: int,
    where: str,
    error: CentralError | None = None,
) -> Response:
    with database.read() as session:
        has_app = session.get_one(Staff, staff_id).has_second_factor
    says = {"code" if has_app else "password": explain(request, error)} if error else {}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return pages.show(
        request, "staff_again.html", status, has_app=has_app, problems=says, next=where
    )
