"""Log in by e-mail: a link for the browser that asked, six digits for mail read elsewhere. Never commits.

Everybody who asks gets a mail, known or not, so asking tells nothing about who has an account. The link and
the digits count once, for fifteen minutes, and only in the browser that asked: whoever reads the mail but did
not ask can do nothing with it, and whoever asked but does not read the mail neither.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from central.accounts.identities import BY_EMAIL, Identity
from central.accounts.models import LogInRequest
from central.accounts.sealing import Sealer, digest_of, new_secret
from central.accounts.throttle import (
    ASK_TO_LOG_IN,
    ASK_TO_LOG_IN_DAILY,
    ASK_TO_LOG_IN_FROM,
    CODE,
    Throttle,
)
from central.errors import CentralError

LIFE = timedelta(minutes=15)
MOST_TRIES = 5
"""Codes that may be tried for one mail."""
_CODE = "log-in code"


class LinkSpent(CentralError):
    """The link or code is used, too old, or of another attempt."""

    status = HTTPStatus.FORBIDDEN
    code = "link_spent"
    sentence = "This link counts no more. Ask for a new one."


class OtherBrowser(CentralError):
    """The link is good, but it was asked for in another browser."""

    status = HTTPStatus.FORBIDDEN
    code = "other_browser"
    sentence = "This link was asked for in another browser. Type the code of the mail there."


class WrongCode(CentralError):
    """These are not the digits of the mail."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "wrong_code"
    sentence = "This is not the code of the newest mail."


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody types to log in, and where to go on."""

    email: str
    then: str
    """Path and query of ours."""
    stays: bool = False
    """Whether to stay logged in when the browser's window closes."""
    language: str = "nl"
    remembered: str = ""
    """An identity that is linked once the mailbox is proven (`elsewhere.py`)."""
    person_id: int | None = None
    """Who is logged in and wants this address from now on; None: somebody logs in."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What goes where; none of it is stored as it is."""

    browser: str
    """Into the cookie."""
    link: str
    """Into the mail."""
    code: str
    """Into the mail."""


@dataclass(frozen=True, slots=True)
class Proven:
    """Somebody proved to be somebody, and wanted to go on somewhere."""

    identity: Identity
    then: str
    stays: bool
    language: str
    remembered: str = ""
    person_id: int | None = None
    """Both as in the wish."""


class LogIns:
    """Attempts to log in, of one application."""

    def __init__(self, sealer: Sealer, throttle: Throttle) -> None:
        self.sealer = sealer
        self._throttle = throttle

    def count(self, session: Session, email: str, connection: str, now: datetime) -> None:
        """Count one more wish for a mail.

        Raises:
            TooOften: by this connection, or to this address by anybody.

        """
        self._throttle.take(session, ASK_TO_LOG_IN_FROM, connection, now)
        self._throttle.take(session, ASK_TO_LOG_IN, email, now)
        self._throttle.take(session, ASK_TO_LOG_IN_DAILY, email, now)

    def ask(self, session: Session, wish: Wish, now: datetime) -> Asked:
        """Begin an attempt; the caller posts the mail in the same transaction."""
        asked = Asked(new_secret(), new_secret(), f"{secrets.randbelow(10**6):06}")
        session.execute(delete(LogInRequest).where(LogInRequest.expires_at < now))
        session.add(
            LogInRequest(
                provider=BY_EMAIL,
                browser=digest_of(asked.browser),
                email=wish.email.strip().lower(),
                link=digest_of(asked.link),
                code=self._code(asked.browser, asked.code),
                then=wish.then,
                stays=wish.stays,
                language=wish.language,
                remembered=wish.remembered,
                person_id=wish.person_id,
                created_at=now,
                expires_at=now + LIFE,
            )
        )
        return asked

    def by_link(self, session: Session, link: str, browser: str | None, now: datetime) -> Proven:
        """Finish an attempt with the link of the mail.

        Raises:
            LinkSpent: used or too old.
            OtherBrowser: good, but it was not this browser that asked.

        """
        row = _locked(session, LogInRequest.link == digest_of(link))
        if row is None or not _counts(row, now):
            raise LinkSpent
        if browser is None or not hmac.compare_digest(digest_of(browser), row.browser):
            raise OtherBrowser
        return _used(row, now)

    def by_code(self, session: Session, code: str, browser: str | None, now: datetime) -> Proven:
        """Finish an attempt with the digits of the mail; count the try with `count_try` before.

        Raises:
            LinkSpent: used or too old, tried too often, or not asked for in this browser.
            WrongCode: other digits.

        """
        row = _locked(session, LogInRequest.browser == digest_of(browser or ""))
        if row is None or not _counts(row, now) or row.tries > MOST_TRIES or row.code is None:
            raise LinkSpent
        typed = "".join(one for one in code if one.isdigit())
        if not hmac.compare_digest(self._code(browser or "", typed), row.code):
            raise WrongCode(field="code")
        self._throttle.forget(session, CODE, row.email)
        return _used(row, now)

    def count_try(self, session: Session, browser: str | None, now: datetime) -> None:
        """Count one more code that is tried; in a transaction of its own, so that a refusal counts.

        Raises:
            TooOften: for this address, in whatever browsers.

        """
        row = _locked(session, LogInRequest.browser == digest_of(browser or ""))
        if row is not None:
            self._throttle.take(session, CODE, row.email, now)
            row.tries += 1

    def _code(self, browser: str, code: str) -> bytes:
        return self.sealer.keyed_hash(_CODE, f"{browser}/{code}")


def pending(session: Session, browser: str | None, now: datetime) -> str | None:
    """Return the address to which this browser asked for a mail that still counts."""
    wanted = select(LogInRequest).where(LogInRequest.browser == digest_of(browser or ""))
    row = session.scalar(wanted)
    return row.email if row is not None and _counts(row, now) else None


def _locked(session: Session, which: ColumnElement[bool]) -> LogInRequest | None:
    return session.scalar(select(LogInRequest).where(which).with_for_update())


def _counts(row: LogInRequest, now: datetime) -> bool:
    return row.used_at is None and now < row.expires_at


def _used(row: LogInRequest, now: datetime) -> Proven:
    row.used_at = now
    identity = Identity(BY_EMAIL, row.email)
    return Proven(identity, row.then, row.stays, row.language, row.remembered, row.person_id)
