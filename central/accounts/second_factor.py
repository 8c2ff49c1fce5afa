"""The second factor of staff: an authenticator app, and recovery codes for when it is gone. Never commits."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from central.accounts import totp
from central.accounts.roles import Role
from central.accounts.sealing import Sealer, digest_of
from central.accounts.staff_models import RecoveryCode, Staff
from central.accounts.throttle import SECOND_FACTOR, Throttle
from central.audit.service import record
from central.errors import CentralError, NotFound

RECOVERY_CODES = 10
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: nothing that reads like another
_LOOK_ALIKES = str.maketrans("OIL", "011")
_CODE_LENGTH = 16  # characters: 80 bits, so that a plain hash is enough
_PURPOSE = "staff totp"


class WrongFactor(CentralError):
    """Not the code of now, or one that was used already."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "wrong_factor"
    sentence = "This code is not right, or it was used already. Wait for the next one."


class FactorInUse(CentralError):
    """The account has an authenticator app already."""

    status = HTTPStatus.CONFLICT
    code = "factor_in_use"
    sentence = "This account has an authenticator app already."


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret to put into an app; it counts after `prove_first`."""

    secret: bytes
    address: str
    """For the QR code."""
    spoken: str
    """For typing."""


class SecondFactor:
    """Second factors of the accounts of one application."""

    def __init__(self, sealer: Sealer, throttle: Throttle, city: str) -> None:
        self._sealer = sealer
        self._throttle = throttle
        self._city = city

    def offer(self, session: Session, staff_id: int) -> Offer:
        """Return the secret to enrol; the same again until it is proven, so that a page can be reloaded.

        Raises:
            FactorInUse: an app is in use; `forget_app` first.

        """
        staff = _locked(session, staff_id)
        if staff.has_second_factor:
            raise FactorInUse
        secret = self._secret(staff)
        if secret is None:
            secret = secrets.token_bytes(totp.SECRET_BYTES)
            staff.totp_secret = self._sealer.seal(_PURPOSE, secret)
        return Offer(secret, totp.address(secret, staff.email, self._city), totp.spoken(secret))

    def prove_first(self, session: Session, staff_id: int, code: str, now: datetime) -> list[str]:
        """Take the app into use after its first right code; return the recovery codes, shown once.

        Raises:
            WrongFactor: it is not the app's code.

        """
        staff = _locked(session, staff_id)
        secret = None if staff.has_second_factor else self._secret(staff)
        step = None if secret is None else totp.matching_step(secret, code, now)
        if step is None:
            raise WrongFactor(field="code")
        staff.totp_proven_at, staff.totp_last_step = now, step
        self._throttle.forget(session, SECOND_FACTOR, str(staff_id))
        record(session, f"staff:{staff_id}", "staff.factor_enrolled", f"staff:{staff_id}", now)
        return self.new_recovery_codes(session, staff_id, now)

    def new_recovery_codes(self, session: Session, staff_id: int, now: datetime) -> list[str]:
        """Return new recovery codes; the old ones count no more."""
        session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
        codes = [
            "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
            for _ in range(RECOVERY_CODES)
        ]
        session.add_all(
            RecoveryCode(hash=digest_of(one), staff_id=staff_id, created_at=now) for one in codes
        )
        return ["-".join(one[at : at + 4] for at in range(0, _CODE_LENGTH, 4)) for one in codes]

    def count_try(self, session: Session, staff_id: int, now: datetime) -> None:
        """Count one more try; in a transaction of its own, so that a refusal counts.

        Raises:
            TooOften: wait.

        """
        self._throttle.take(session, SECOND_FACTOR, str(staff_id), now)

    def check(self, session: Session, staff_id: int, typed: str, now: datetime) -> None:
        """Accept a code of the app, or a recovery code; neither counts twice.

        Raises:
            WrongFactor: neither.

        """
        staff = _locked(session, staff_id)
        if not (
            self._is_of_the_app(session, staff, typed, now)
            or _is_recovery(session, staff, typed, now)
        ):
            raise WrongFactor(field="code")
        self._throttle.forget(session, SECOND_FACTOR, str(staff_id))

    def _is_of_the_app(self, session: Session, staff: Staff, typed: str, now: datetime) -> bool:
        secret = self._secret(staff) if staff.has_second_factor else None
        step = None if secret is None else totp.matching_step(secret, typed, now)
        if step is None or (staff.totp_last_step is not None and step <= staff.totp_last_step):
            return False
        staff.totp_last_step = step
        session.flush()
        return True

    def _secret(self, staff: Staff) -> bytes | None:
        sealed = staff.totp_secret
        return None if sealed is None else self._sealer.open(_PURPOSE, sealed)


def forget_app(
    session: Session, staff_id: int, actor: str, now: datetime, reason: str = ""
) -> None:
    """Take app and recovery codes out of use; the next log-in enrols anew where it must.

    Raises:
        NotFound: there is no such account.

    """
    staff = _locked(session, staff_id)
    staff.totp_secret = staff.totp_proven_at = staff.totp_last_step = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    subject = f"staff:{staff_id}"
    record(session, actor, "staff.factor_reset", subject, now, reason=reason)


def must_have(roles: frozenset[Role], *, demo: bool) -> bool:
    """Tell whether an account with these roles may not do without a second factor."""
    return Role.ADMIN in roles and not demo


def recovery_codes_left(session: Session, staff_id: int) -> int:
    """Return how many recovery codes still count."""
    unused = (RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(*unused)) or 0


def _is_recovery(session: Session, staff: Staff, typed: str, now: datetime) -> bool:
    plain = "".join(one for one in typed.upper() if one.isalnum()).translate(_LOOK_ALIKES)
    if len(plain) != _CODE_LENGTH or not staff.has_second_factor:
        return False
    used = session.scalar(
        update(RecoveryCode)
        .where(RecoveryCode.hash == digest_of(plain), RecoveryCode.staff_id == staff.id)
        .where(RecoveryCode.used_at.is_(None))
        .values(used_at=now)
        .returning(RecoveryCode.staff_id)
    )
    if used is None:
        return False
    record(session, f"staff:{staff.id}", "staff.recovery_code_used", f"staff:{staff.id}", now)
    return True


def _locked(session: Session, staff_id: int) -> Staff:
    staff = session.get(Staff, staff_id, with_for_update=True, populate_existing=True)
    if staff is None:
        raise NotFound("account")
    return staff
