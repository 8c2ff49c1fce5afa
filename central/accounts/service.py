"""Staff accounts and their tokens. Never commits."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from central.accounts import invitations
from central.accounts.roles import Right, Role
from central.accounts.sessions import hash_password, revoke_all_sessions
from central.accounts.staff_models import AccountLinkPurpose, ApiToken, Staff, StaffRole
from central.audit.service import SYSTEM, record
from central.errors import CentralError, NotFound

SHORTEST_PASSWORD = 12  # characters
LONGEST_PASSWORD = 1000  # characters; argon2 is slow enough already


class PasswordTooShort(CentralError):
    """The password would be guessed."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "password_too_short"
    sentence = "A password has at least {least} characters. A few words in a row are easy to keep."


class EmailInUse(CentralError):
    """Somebody of staff has this address already."""

    status = HTTPStatus.CONFLICT
    code = "email_in_use"
    sentence = "There is an account with this e-mail address already."


class NoSuchScope(CentralError):
    """A role for a city service or hall that does not exist."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "no_such_scope"
    sentence = "There is no such city service or hall."


class LastAdmin(CentralError):
    """Nobody could manage accounts any more."""

    status = HTTPStatus.CONFLICT
    code = "last_admin"
    sentence = "This is the last administrator of the city. Make somebody else administrator first."


def checked_hash(password: str) -> str:
    """Return the hash of a new password. Slow on purpose: call it outside a writing session.

    Raises:
        PasswordTooShort: it is.

    """
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort(field="password", least=SHORTEST_PASSWORD)
    return hash_password(password)


def add_staff(
    session: Session,
    email: str,
    name: str,
    password_hash: str,
    roles: Collection[Role | Right],
    now: datetime,
    *,
    actor: str = SYSTEM,
) -> Staff:
    """Make an account; a bare role counts in the whole city.

    Raises:
        EmailInUse: the address has one.

    """
    email = email.strip().lower()
    if session.scalar(select(Staff.id).where(Staff.email == email)) is not None:
        raise EmailInUse(field="email")
    staff = Staff(
        email=email, name=name.strip(), password_hash=password_hash, is_active=True, created_at=now
    )
    staff.roles = _rows(roles)
    session.add(staff)
    _write(session)
    record(session, actor, "staff.added", subject_of(staff.id), now, after=facts(staff))
    return staff


def invite(
    session: Session,
    email: str,
    name: str,
    roles: Collection[Role | Right],
    actor: str,
    now: datetime,
) -> tuple[Staff, str]:
    """Make an account whose holder chooses the password; return it and the text of the link.

    Raises:
        EmailInUse: the address has one.

    """
    staff = add_staff(session, email, name, "", roles, now, actor=actor)
    return staff, invitations.make(session, staff.id, AccountLinkPurpose.INVITATION, now)


def invite_again(session: Session, staff_id: int, actor: str, now: datetime) -> tuple[Staff, str]:
    """Make a new invitation; the old one counts no more.

    Raises:
        NotFound: there is no such account, or it has a password.

    """
    staff = staff_of(session, staff_id)
    if staff.password_hash:
        raise NotFound("invitation")
    record(session, actor, "staff.invited_again", subject_of(staff_id), now)
    return staff, invitations.make(session, staff.id, AccountLinkPurpose.INVITATION, now)


def all_staff(session: Session) -> list[Staff]:
    """Return every account, by name."""
    return list(session.scalars(select(Staff).order_by(Staff.name, Staff.id)))


def staff_by_email(session: Session, email: str) -> Staff:
    """Return the account with an address.

    Raises:
        NotFound: there is none.

    """
    staff = session.scalar(select(Staff).where(Staff.email == email.strip().lower()))
    if staff is None:
        raise NotFound("account")
    return staff


def staff_of(session: Session, staff_id: int) -> Staff:
    """Return an account, locked until the transaction ends.

    Raises:
        NotFound: there is none.

    """
    staff = session.get(Staff, staff_id, with_for_update=True)
    if staff is None:
        raise NotFound("account")
    return staff


@dataclass(frozen=True, slots=True)
class Change:
    """What to change of an account; None stays as it is."""

    name: str | None = None
    roles: Collection[Role | Right] | None = None
    is_active: bool | None = None
    password_hash: str | None = None


def change_staff(
    session: Session,
    staff_id: int,
    change: Change,
    now: datetime,
    *,
    actor: str = SYSTEM,
    reason: str = "",
) -> Staff:
    """Change an account; whoever may do less, or has a new password, must log in again.

    Raises:
        NotFound: there is none.
        LastAdmin: nobody would be administrator of the whole city any more.

    """
    staff = staff_of(session, staff_id)
    before, was_admin = facts(staff), _manages_the_city(staff)
    _fill(staff, change)
    _write(session)
    if was_admin and not _manages_the_city(staff):
        _check_admins(session)
    revoke_all_sessions(session, staff_id)
    subject, after = subject_of(staff_id), facts(staff)
    action = "staff.changed" if change.password_hash is None else "staff.password_changed"
    record(session, actor, action, subject, now, reason=reason, before=before, after=after)
    return staff


def _fill(staff: Staff, change: Change) -> None:
    if change.name is not None:
        staff.name = change.name.strip()
    if change.roles is not None:
        staff.roles = _rows(change.roles)
    if change.is_active is not None:
        staff.is_active = change.is_active
    if change.password_hash is not None:
        staff.password_hash = change.password_hash


def _write(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:  # halls are not known here; the database knows them
        raise NoSuchScope(field="roles") from error


def facts(staff: Staff) -> dict[str, object]:
    """Return what the audit keeps of an account."""
    return {
        "name": staff.name,
        "is_active": staff.is_active,
        "roles": [said(one.right) for one in staff.roles],
    }


def subject_of(staff_id: int) -> str:
    """Return how the audit names an account."""
    return f"staff:{staff_id}"


def tokens_of(session: Session, staff_id: int) -> list[ApiToken]:
    """Return somebody's tokens, newest first."""
    return list(
        session.scalars(
            select(ApiToken).where(ApiToken.staff_id == staff_id).order_by(ApiToken.id.desc())
        )
    )


def revoke_token(session: Session, staff_id: int, token_id: int, now: datetime) -> None:
    """End a token of somebody's own.

    Raises:
        NotFound: there is none.

    """
    token = session.get(ApiToken, token_id)
    if token is None or token.staff_id != staff_id:
        raise NotFound("token")
    token.revoked_at = token.revoked_at or now


def _check_admins(session: Session) -> None:
    """Let the change pass as long as somebody still manages the whole city."""
    if not any(_manages_the_city(one) for one in session.scalars(select(Staff))):
        raise LastAdmin


def _manages_the_city(staff: Staff) -> bool:
    return staff.is_active and bool(staff.password_hash) and Right(Role.ADMIN) in staff.rights


def _rows(roles: Collection[Role | Right]) -> list[StaffRole]:
    """Return the rows of some rights; a bare role counts in the whole city."""
    rights = {one if isinstance(one, Right) else Right(one) for one in roles}
    return [StaffRole.of(one) for one in sorted(rights, key=str)]


def said(right: Right) -> str:
    """Return a right in words for the audit and the command line."""
    if right.hall is not None:
        return f"{right.role} of hall:{right.hall}"
    return str(right.role) if right.service is None else f"{right.role} of service:{right.service}"
