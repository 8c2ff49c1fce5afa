"""Talks to providers, never inside a transaction, and writes down what they say.

    cashier.start(payment)      a way to pay is asked for
    cashier.told(...)           a callback arrived: the provider is asked how the payment stands
    cashier.look(payment)       the payer came back, or nothing was heard for a while
    cashier.give_back(refund)   money is owed

Each may be repeated, at once with others, and has the effect of one.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from central.clock import Clock
from central.database import Database
from central.errors import NotFound
from central.payments import ledger, refunding, settling, starting
from central.payments.models import Payment, Refund, Via
from central.payments.payment import UNPAID, State, Transition
from central.payments.provider import CallbackRefused, Charge, PaymentProvider, Report, Standing
from central.payments.refund import State as RefundState
from central.payments.settling import Money

log = logging.getLogger(__name__)
_CLOSING = {
    Standing.REFUSED: Transition.REFUSE,
    Standing.ABANDONED: Transition.ABANDON,
    Standing.EXPIRED: Transition.EXPIRE,
}


@dataclass(frozen=True, slots=True)
class Where:
    """What a payer reads at the provider, and where the payer comes back."""

    return_url: str
    says: str


class Cashier:
    """All providers of a city."""

    def __init__(
        self,
        database: Database,
        providers: Sequence[PaymentProvider],
        clock: Clock,
        base_url: str,
    ) -> None:
        self._database = database
        self._providers = {one.name: one for one in providers}
        self._clock = clock
        self._base_url = base_url

    @property
    def names(self) -> list[str]:
        """The ways of paying online."""
        return list(self._providers)

    def start(self, payment_id: int, where: Where) -> Payment:
        """Let somebody pay at the provider; a payment that can be paid already stays as it is.

        Raises:
            ProviderUnreachable: not now.

        """
        with self._database.read() as session:
            one = session.get_one(Payment, payment_id)
        if one.state is not State.BEGUN:
            return one
        charge = Charge(
            one.reference,
            one.cents,
            where.says,
            where.return_url,
            f"{self._base_url}/payments/callbacks/{one.way}",
            one.expires_at,
        )
        started = self.provider(one.way).start(charge)
        with self._database.write() as session:
            return starting.offered(
                session, one.id, started.provider_reference, started.checkout_url, self._clock()
            )

    def told(self, name: str, headers: Mapping[str, str], body: bytes) -> None:
        """Take a callback.

        Raises:
            NotFound: no such provider, or not one of our payments.
            CallbackRefused: not from the provider.
            ProviderUnreachable: it cannot be asked now; it will call again.

        """
        try:
            about = self.provider(name).told(headers, body, self._clock())
        except CallbackRefused:
            log.warning("a callback that claims to come from a payment provider was refused")
            raise
        with self._database.read() as session:
            one = ledger.payment_of(session, about.reference)
        if one.way != name:
            raise NotFound("payment")
        self.look(one.id)

    def look(self, payment_id: int) -> Payment:
        """Ask a provider how a payment stands, and act on it.

        Raises:
            ProviderUnreachable: not now.

        """
        with self._database.read() as session:
            one = session.get_one(Payment, payment_id)
        if one.way not in self._providers or one.state not in UNPAID:
            return one
        # First: who cannot be asked waits for its turn again like all others.
        with self._database.write() as session:
            asked = update(Payment).where(Payment.id == one.id).values(asked_at=self._clock())
            session.execute(asked)
        report = self._providers[one.way].read(one.reference)
        with self._database.write() as session:
            self._note(session, one, report, self._clock())
        with self._database.read() as session:
            return session.get_one(Payment, payment_id)

    def give_back(self, refund_id: int) -> None:
        """Ask a provider to give money back, or how that stands.

        Raises:
            ProviderUnreachable: not now; call again.

        """
        with self._database.read() as session:
            one = session.get_one(Refund, refund_id)
            paid = session.get_one(Payment, one.payment_id)
        if one.state not in {RefundState.DUE, RefundState.SENT}:
            return
        said = self.provider(paid.way).give_back(paid.reference, one.cents, one.reference)
        with self._database.write() as session:
            refunding.answered(session, one.id, said, self._clock())

    def provider(self, name: str) -> PaymentProvider:
        """Return a provider by its name.

        Raises:
            NotFound: this city has none of that name.

        """
        found = self._providers.get(name)
        if found is None:
            raise NotFound("payment provider")
        return found

    @staticmethod
    def _note(session: Session, one: Payment, report: Report, now: datetime) -> None:
        if report.standing is Standing.PAID and report.cents <= 0:
            log.warning("a payment provider calls payment %s paid, with no money", one.id)
        elif report.standing is Standing.PAID:
            key = f"{one.way}:{one.reference}"
            settling.receive(session, one.id, Money(report.cents, key, Via.PROVIDER, now), now)
        elif report.standing in _CLOSING:
            starting.close(session, one.id, _CLOSING[report.standing], now)
