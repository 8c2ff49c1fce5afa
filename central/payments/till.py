"""All that follows events about money, in one hand: who asks providers, and who tells renters."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from central.payments.cashier import Cashier


class Letters(Protocol):
    """Tells renters what happened with their money; stored with what caused it, sent afterwards."""

    def late(self, session: Session, payment_id: int, now: datetime, *, is_kept: bool) -> None:
        """Tell that money came late, and whether the place was still free."""

    def short(self, session: Session, payment_id: int, now: datetime) -> None:
        """Tell that too little came."""

    def refund_due(self, session: Session, refund_id: int, now: datetime) -> None:
        """Tell that money goes back, and why."""

    def asked_more(
        self, session: Session, order_id: int, cents: int, key: str, now: datetime
    ) -> None:
        """Tell that a changed reservation costs more, and how to pay that; told once per key."""

    def retained(self, session: Session, deposit_id: int, now: datetime) -> None:
        """Tell that a part of a deposit is kept, and why."""


@dataclass(frozen=True, slots=True)
class Till:
    """What reactions about money need."""

    cashier: Cashier
    letters: Letters
