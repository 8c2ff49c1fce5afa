"""Forget what need not be kept: old mail, attempts to log in, sessions that ended, the audit at its age."""

import logging
import threading
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from central.accounts import mailer
from central.accounts.models import Attempt, LogInRequest, RenterSession
from central.accounts.staff_models import AccountLink, StaffSession
from central.audit import service as audit
from central.clock import Clock
from central.database import Database
from central.errors import Busy

EVERY = 3600.0  # seconds
AUDIT_KEPT_FOR = timedelta(days=5 * 366)
"""How long one can ask who changed what."""
_ATTEMPTS_COUNT_FOR = timedelta(days=1)
"""The longest limit of `throttle.py`."""
_LINKS_SHOWN_FOR = timedelta(days=30)

log = logging.getLogger(__name__)


class Forgetting:
    """Drops what is older than it may be. Nothing depends on how often it runs."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def run(self, stop: threading.Event) -> None:
        """Forget every hour until `stop` is set."""
        while not stop.wait(EVERY):
            try:
                with self._database.write() as session:
                    forget(session, self._clock())
            except Busy:
                log.warning("forgetting: the database was busy")
            except Exception:  # the loop outlives a database that comes and goes
                log.exception("forgetting failed; trying again")


def forget(session: Session, now: datetime) -> None:
    """Drop what need not be kept any more."""
    mailer.forget(session, now)
    audit.forget(session, now - AUDIT_KEPT_FOR)
    session.execute(delete(LogInRequest).where(LogInRequest.expires_at < now))
    session.execute(delete(RenterSession).where(RenterSession.expires_at < now))
    session.execute(delete(StaffSession).where(StaffSession.expires_at < now))
    session.execute(delete(AccountLink).where(AccountLink.expires_at < now - _LINKS_SHOWN_FOR))
    session.execute(delete(Attempt).where(Attempt.at < now - _ATTEMPTS_COUNT_FOR))
