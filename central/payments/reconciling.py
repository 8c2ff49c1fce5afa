"""Payments that look open are asked again; what nobody waits for any more is closed.

Callbacks get lost, and banks say yes to what was given up: nothing depends on being told.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from central.clock import Clock
from central.database import Database
from central.errors import Busy
from central.payments import deposits, settling, starting
from central.payments.cashier import Cashier
from central.payments.models import TRANSFER, Payment, Receipt, Refund
from central.payments.payment import UNPAID, WAITING, State
from central.payments.provider import ProviderUnreachable
from central.payments.refund import State as RefundState

EVERY = 60.0  # seconds
FIRST_AFTER = timedelta(minutes=1)
ASKED_FOR = timedelta(days=3)
"""How long a payment is still asked about once it was refused, abandoned or too slow."""
ACCOUNTS_KEPT_FOR = timedelta(days=2 * 366)
"""How long the account of a payer is known: a use may be booked a year ahead, and a deposit follows."""
_AT_ONCE = 200  # payments in one round

log = logging.getLogger(__name__)


def asked_again_at(created_at: datetime, asked_at: datetime) -> datetime:
    """Return when to ask about a payment again: after a tenth of its age then, at least a minute."""
    return asked_at + max(FIRST_AFTER, (asked_at - created_at) / 10)


class Reconciling:
    """Keeps payments true when nobody tells. Nothing depends on how often it runs."""

    def __init__(self, database: Database, cashier: Cashier, clock: Clock) -> None:
        self._database, self._cashier, self._clock = database, cashier, clock

    def run(self, stop: threading.Event) -> None:
        """Look every minute until `stop` is set."""
        while not stop.wait(EVERY):
            try:
                self.reconcile()
            except Busy:
                log.warning("reconciling: the database was busy")
            except Exception:  # the loop outlives a database that comes and goes
                log.exception("reconciling failed; trying again")

    def reconcile(self) -> None:
        """Ask about what may have been paid; close what is over; return deposits that are due."""
        now = self._clock()
        self._each(self._found(to_ask, now), self._cashier.look)
        self._each(self._found(refunds_under_way, now), self._cashier.give_back)
        self._each(self._found(over, now), self._inside(starting.expire))
        self._each(self._found(partly, now), self._inside(settling.give_up_waiting))
        self._each(self._found(deposits.overdue, now), self._inside(_give_deposit_back))
        if self._found(old_accounts, now):
            with self._database.write() as session:
                forget_accounts(session, now)

    def _found(self, query: Callable[[Session, datetime], list[int]], now: datetime) -> list[int]:
        with self._database.read() as session:
            return query(session, now)

    def _inside(self, act: Callable[[Session, int, datetime], None]) -> Callable[[int], None]:
        def acted(number: int) -> None:
            with self._database.write() as session:
                act(session, number, self._clock())

        return acted

    @staticmethod
    def _each(numbers: list[int], act: Callable[[int], object]) -> None:
        """Do it with each: one that cannot be handled keeps no other one's money waiting."""
        for number in numbers:
            try:
                act(number)
            except ProviderUnreachable:
                log.warning("reconciling: a payment provider gives no answer")
            except Busy:
                log.warning("reconciling: the database was busy")
            except Exception:
                log.exception("reconciling: number %s fails; going on", number)


def _give_deposit_back(session: Session, number: int, now: datetime) -> None:
    deposits.give_back(session, number, "system", now)


def to_ask(session: Session, now: datetime) -> list[int]:
    """Return the payments at providers that are to be asked about now."""
    wanted = select(Payment.id, Payment.created_at, Payment.asked_at).where(
        Payment.way != TRANSFER,
        Payment.state.in_(UNPAID),
        # Some may be paid for days, and the last moment counts; an early end does not shorten it.
        or_(Payment.created_at > now - ASKED_FOR, Payment.expires_at > now - ASKED_FOR),
        Payment.asked_at <= now - FIRST_AFTER,
    )
    rows = session.execute(wanted.order_by(Payment.asked_at).limit(_AT_ONCE))
    return [number for number, made, asked in rows if asked_again_at(made, asked) <= now]


def over(session: Session, now: datetime) -> list[int]:
    """Return the payments that nobody waits for any more, and of which nothing arrived."""
    wanted = select(Payment.id).where(Payment.state.in_(WAITING), Payment.expires_at <= now)
    return list(session.scalars(wanted.order_by(Payment.id).limit(_AT_ONCE)))


def partly(session: Session, now: datetime) -> list[int]:
    """Return the payments of which a part arrived, and whose time is over."""
    wanted = select(Payment.id).where(Payment.state == State.PARTLY, Payment.expires_at <= now)
    return list(session.scalars(wanted.order_by(Payment.id).limit(_AT_ONCE)))


def old_accounts(session: Session, now: datetime) -> list[int]:
    """Return money whose payer's account need not be known any more; at most one, to see whether."""
    return list(session.scalars(select(Receipt.id).where(*_is_old(now)).limit(1)))


def forget_accounts(session: Session, now: datetime) -> None:
    """Drop the accounts of payers from which nothing is to go back there any more."""
    session.execute(update(Receipt).where(*_is_old(now)).values(payer_iban=""))


def _is_old(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Receipt.payer_iban != "", Receipt.at < now - ACCOUNTS_KEPT_FOR


def refunds_under_way(session: Session, now: datetime) -> list[int]:
    """Return the refunds that a provider promised, and has not said to be done."""
    wanted = select(Refund.id).where(
        Refund.state == RefundState.SENT, Refund.changed_at <= now - FIRST_AFTER
    )
    return list(session.scalars(wanted.order_by(Refund.id).limit(_AT_ONCE)))
