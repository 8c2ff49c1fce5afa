"""Log in with another identity provider: go there, come back, prove a mailbox the first time. Never commits.

Linking an identity to an account begins with a form of the account page, never with a link: else another
website could have its own identity linked to a visitor's account.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from central.accounts.identities import Identity
from central.accounts.logging_in import LIFE, LinkSpent, Wish
from central.accounts.models import LogInRequest
from central.accounts.sealing import Sealer, digest_of

_PURPOSE = "pending identity"
_IDENTITY = TypeAdapter(Identity)


def begin(
    session: Session,
    provider: str,
    state: str,
    wish: Wish,
    now: datetime,
    *,
    person_id: int | None = None,
) -> None:
    """Note that this browser goes to a provider.

    Args:
        session: where it is noted.
        provider: its name.
        state: what comes back with the browser; its cookie holds the same.
        wish: where to go on; `remembered` is what the provider wants back.
        now: when.
        person_id: who is logged in and asked to link; None: somebody logs in.

    """
    session.execute(delete(LogInRequest).where(LogInRequest.expires_at < now))
    session.add(
        LogInRequest(
            provider=provider,
            browser=digest_of(state),
            person_id=person_id,
            remembered=wish.remembered,
            then=wish.then,
            stays=wish.stays,
            language=wish.language,
            created_at=now,
            expires_at=now + LIFE,
        )
    )


@dataclass(frozen=True, slots=True)
class Returned:
    """An attempt with which a browser came back."""

    wish: Wish
    person_id: int | None
    """Who asked to link; None: somebody logs in."""


def back(
    session: Session, provider: str, state: str, browser: str | None, now: datetime
) -> Returned:
    """Return the attempt of a browser that comes back; it is used up.

    Raises:
        LinkSpent: used, too old, not of this browser, or not begun here.

    """
    if not hmac.compare_digest(state.encode(), (browser or "").encode()):
        raise LinkSpent
    wanted = select(LogInRequest).where(LogInRequest.browser == digest_of(state))
    row = session.scalar(wanted.with_for_update())
    is_good = row is not None and row.provider == provider and row.used_at is None
    if row is None or not is_good or row.expires_at <= now:
        raise LinkSpent
    row.used_at = now
    wish = Wish("", row.then, row.stays, row.language, row.remembered)
    return Returned(wish, row.person_id)


def carried(sealer: Sealer, identity: Identity, browser: str, now: datetime) -> str:
    """Return an identity as a form carries it while the mailbox is being proven, for this browser only."""
    told = _IDENTITY.dump_json(identity)
    until = str(int((now + LIFE).timestamp())).encode()
    sealed = sealer.seal(_PURPOSE, b"\n".join((until, _digest(browser), told)))
    return urlsafe_b64encode(sealed).decode()


def uncarried(
    sealer: Sealer, text: str, now: datetime, browser: str | None = None
) -> Identity | None:
    """Return the identity that a form, or the attempt made of it, carried; None when it counts no more.

    `browser` is given for a form: it must be the one that came back from the provider.
    """
    try:
        opened = sealer.open(_PURPOSE, urlsafe_b64decode(text.encode()))
        if opened is None:
            return None
        until, of_browser, told = opened.split(b"\n", 2)
        if int(until) < now.timestamp():
            return None
        identity = _IDENTITY.validate_json(told)
    except (ValueError, ValidationError):
        return None
    is_same = browser is None or hmac.compare_digest(of_browser, _digest(browser))
    return identity if is_same else None


def _digest(browser: str) -> bytes:
    return digest_of(browser).hex().encode()
