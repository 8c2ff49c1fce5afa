"""Staff accounts and their tokens. Never commits."""

from collections.abc import Collection
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from central.accounts.roles import Right, Role
from central.accounts.sessions import hash_password
from central.accounts.staff_models import ApiToken, Staff, StaffRole, StaffSession
from central.errors import CentralError, NotFound

SHORTEST_PASSWORD = 12  # characters


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
) -> Staff:
    """Make an account.

    Raises:
        EmailInUse: the address has one.

    """
    email = email.strip().lower()
    if session.scalar(select(Staff.id).where(Staff.email == email)) is not None:
        raise EmailInUse(field="email")
    staff = Staff(
        email=email, name=name, password_hash=password_hash, is_active=True, created_at=now
    )
    staff.roles = _rows(roles)
    session.add(staff)
    session.flush()
    return staff


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
    """Return an account.

    Raises:
        NotFound: there is none.

    """
    staff = session.get(Staff, staff_id, with_for_update=True)
    if staff is None:
        raise NotFound("account")
    return staff


def change_staff(
    session: Session,
    staff_id: int,
    *,
    roles: Collection[Role | Right] | None = None,
    is_active: bool | None = None,
    password_hash: str | None = None,
) -> Staff:
    """Change an account; whoever may do less, or has a new password, must log in again.

    Raises:
        NotFound: there is none.

    """
    staff = staff_of(session, staff_id)
    if roles is not None:
        staff.roles = _rows(roles)
    if is_active is not None:
        staff.is_active = is_active
    if password_hash is not None:
        staff.password_hash = password_hash
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))
    session.flush()
    return staff


def _rows(roles: Collection[Role | Right]) -> list[StaffRole]:
    """Return the rows of some rights; a bare role counts in the whole city."""
    rights = {one if isinstance(one, Right) else Right(one) for one in roles}
    return [StaffRole.of(one) for one in sorted(rights, key=str)]


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
