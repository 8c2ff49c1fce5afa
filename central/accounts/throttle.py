"""How often something may be tried: log-ins, anonymous holds. Counted in the database, for all processes.

Who tried is kept as a keyed hash, and only for as long as it counts.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from central.accounts.models import Attempt
from central.errors import CentralError

_IPV6_HOME = 64  # bits: one connection has all addresses of such a network


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many attempts within a time."""

    name: str
    most: int
    within: timedelta


LOG_IN = Limit("log-in", 10, timedelta(minutes=15))
"""Per account, forgotten by the right password."""
LOG_IN_FROM = Limit("log-in from", 100, timedelta(minutes=15))
"""Per connection, which a whole office may share."""
ASK_TO_LOG_IN = Limit("ask to log in", 5, timedelta(minutes=15))
"""Per address of mail: nobody's mailbox is filled by others."""
ASK_TO_LOG_IN_DAILY = Limit("ask to log in daily", 30, timedelta(days=1))
"""The same."""
ASK_TO_LOG_IN_FROM = Limit("ask to log in from", 60, timedelta(minutes=15))
"""Per connection."""
CODE = Limit("code", 20, timedelta(days=1))
"""Six digits tried, per address of mail: a hit by luck once in a century. Links still work."""
SECOND_FACTOR = Limit("second factor", 5, timedelta(minutes=15))
"""Per staff account; not forgotten by the right password."""
RESET = Limit("reset", 3, timedelta(hours=1))
"""Mails to choose a new password, per address."""
RESET_FROM = Limit("reset from", 30, timedelta(hours=1))
"""Per connection."""
HOLD = Limit("hold", 30, timedelta(minutes=15))
"""Per connection."""
SAY_WHO = Limit("say who", 60, timedelta(minutes=15))
"""Addresses typed as those of who rents, per connection: each one new becomes a row."""


class TooOften(CentralError):
    """Tried more often than a person would."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "too_often"
    sentence = "That was tried too often. Wait {minutes} minutes and try again."

    def __init__(self, wait: timedelta) -> None:
        minutes = max(1, -(-wait // timedelta(minutes=1)))
        super().__init__(minutes=minutes)
        self.headers = {"Retry-After": str(60 * minutes)}


class Throttle:
    """Counts attempts."""

    def __init__(self, secret: str) -> None:
        """Take the secret that keeps the hashes of short things from being guessed."""
        self._secret = secret.encode()

    def take(self, session: Session, limit: Limit, who: str, now: datetime) -> None:
        """Count one more attempt.

        Raises:
            TooOften: it is one too many; it is not counted, so waiting always helps.

        """
        subject = self._subject(limit, who)
        recent = (Attempt.subject == subject, Attempt.at > now - limit.within)
        made, first = session.execute(
            select(func.count(), func.min(Attempt.at)).where(*recent)
        ).one()
        if made >= limit.most:
            raise TooOften(first + limit.within - now)
        session.execute(
            delete(Attempt).where(Attempt.subject == subject, Attempt.at <= now - limit.within)
        )
        session.execute(insert(Attempt), {"subject": subject, "at": now})

    def forget(self, session: Session, limit: Limit, who: str) -> None:
        """Drop somebody's attempts: it was the right person after all."""
        session.execute(delete(Attempt).where(Attempt.subject == self._subject(limit, who)))

    def _subject(self, limit: Limit, who: str) -> bytes:
        return hmac.digest(self._secret, f"{limit.name}\0{who}".encode(), sha256)


def connection_of(host: str | None) -> str:
    """Return what is counted for an address: itself, or the home network of an IPv6 one."""
    try:
        address = ip_address(host or "")
    except ValueError:
        return host or "unknown"
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _IPV6_HOME), strict=False))
    return str(address)
