"""Links with which staff choose a password: invitation and reset. One use, for a while. Never commits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from central.accounts.sealing import digest_of, new_secret
from central.accounts.sessions import revoke_all_sessions
from central.accounts.staff_models import AccountLink, AccountLinkPurpose, Staff
from central.audit.service import record
from central.errors import CentralError

LIVES = {
    AccountLinkPurpose.INVITATION: timedelta(days=7),
    AccountLinkPurpose.PASSWORD_RESET: timedelta(minutes=30),
}


class AccountLinkRefused(CentralError):
    """The link is used, ended, replaced by a newer one, or not ours."""

    status = HTTPStatus.FORBIDDEN
    code = "account_link_refused"
    sentence = "This link counts no more. Ask for a new one at log-in, or ask an administrator."


@dataclass(frozen=True, slots=True)
class LinkedAccount:
    """The account that the holder of a link may give a password."""

    staff: int
    name: str
    email: str
    purpose: AccountLinkPurpose


def make(session: Session, staff_id: int, purpose: AccountLinkPurpose, now: datetime) -> str:
    """Return the text of a new link; older ones of the account count no more."""
    secret = new_secret()
    session.execute(delete(AccountLink).where(AccountLink.staff_id == staff_id))
    session.add(
        AccountLink(
            hash=digest_of(secret),
            staff_id=staff_id,
            purpose=purpose,
            created_at=now,
            expires_at=now + LIVES[purpose],
        )
    )
    session.flush()
    return secret


def make_reset(session: Session, email: str, now: datetime) -> tuple[str, Staff] | None:
    """Return a link for a new password and whose it is; None when nobody has this address."""
    wanted = select(Staff).where(Staff.email == email.strip().lower(), Staff.is_active)
    staff = session.scalar(wanted)
    if staff is None:
        return None
    # Who was invited and has no password yet has lost the invitation, and gets one anew.
    purposes = AccountLinkPurpose
    purpose = purposes.PASSWORD_RESET if staff.password_hash else purposes.INVITATION
    return make(session, staff.id, purpose, now), staff


def account_of(session: Session, secret: str, now: datetime) -> LinkedAccount:
    """Return whose link this is.

    Raises:
        AccountLinkRefused: nobody's any more.

    """
    return _told(*_open(session, secret, now))


def use(session: Session, secret: str, password_hash: str, now: datetime) -> LinkedAccount:
    """Give the account its password, and use the link up; every browser is logged out.

    Raises:
        AccountLinkRefused: nobody's any more.

    """
    link, staff = _open(session, secret, now, to_use=True)
    link.used_at = now
    staff.password_hash = password_hash
    revoke_all_sessions(session, staff.id)
    action = (
        "staff.joined" if link.purpose is AccountLinkPurpose.INVITATION else "staff.password_reset"
    )
    record(session, f"staff:{staff.id}", action, f"staff:{staff.id}", now)
    return _told(link, staff)


def _open(
    session: Session, secret: str, now: datetime, *, to_use: bool = False
) -> tuple[AccountLink, Staff]:
    wanted = select(AccountLink).where(AccountLink.hash == digest_of(secret))
    link = session.scalar(wanted.with_for_update() if to_use else wanted)
    if link is None or link.used_at is not None or link.expires_at <= now:
        raise AccountLinkRefused
    staff = session.get_one(Staff, link.staff_id)
    if not staff.is_active:
        raise AccountLinkRefused
    return link, staff


def _told(link: AccountLink, staff: Staff) -> LinkedAccount:
    return LinkedAccount(staff.id, staff.name, staff.email, link.purpose)
