"""A city that is paid first: orders that wait for money, a bank, and what follows."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from central.accounts.mail_models import StoredMail
from central.accounts.mailer import Mailbox, PostOffice
from central.booking import rules, service
from central.booking.models import Order, Reservation
from central.booking.reservation import State
from central.booking.rules import Policy
from central.booking.times import Period
from central.database import Database
from central.main import till_of
from central.outbox.models import Delivery, DeliveryState
from central.outbox.worker import Worker
from central.payments import settling, starting
from central.payments.cashier import Where
from central.payments.models import TRANSFER, Deposit, Payment, Refund, Via
from central.payments.provider import Standing
from central.payments.reconciling import Reconciling
from central.payments.settling import Money
from central.payments.simulated_bank import NAME, SimulatedBank
from central.reactions import reactions
from central.settings import Settings
from tests.central.a_city import ANNA, NOW, City, Time, a_wish
from tests.central.an_office import an_office
from tests.central.booking.test_rules_api import service_with

LIFE = timedelta(minutes=15)
PRICE = 5100
"""Of two hours in hall A."""


def pays_first(database: Database, hall: int, **more: object) -> int:
    number, _ = service_with(database, hall)
    with database.write() as session:
        policy = Policy(pays_first=True, **more)  # type: ignore[arg-type]
        rules.put_policy(session, number, policy, "system", NOW)
    return number


@dataclass
class Till:
    """Everything about money over one database."""

    database: Database
    city: City
    time: Time
    folder: Path
    lost: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.settings = Settings(demo=True, data=self.folder, base_url="http://testserver")
        self.till = till_of(self.settings, self.database, self.time)
        self.cashier = self.till.cashier
        bank = self.cashier.provider(NAME)
        assert isinstance(bank, SimulatedBank)
        self.bank = bank
        self.reconciling = Reconciling(self.database, self.cashier, self.time)
        post = PostOffice(self.database, Mailbox())
        table = reactions(None, None, post, an_office(self.database), self.till)  # type: ignore[arg-type]
        ours = {
            kind: tuple(one for one in row if one.name.startswith("payments."))
            for kind, row in table.items()
        }
        self.worker = Worker(self.database, ours, self.time)

    def order(self, *uses: Period, hall: int | None = None) -> Order:
        """An order that was sent, and waits for its money."""
        wishes = [a_wish(hall or self.city.a, one) for one in uses] or [a_wish(self.city.a)]
        with self.database.write() as session:
            order = service.hold(session, ANNA, wishes, LIFE, self.time())
            return service.confirm(session, order.id, self.time())

    def begin(self, order: Order, way: str = NAME) -> Payment:
        with self.database.write() as session:
            one = starting.begin(session, order.id, way, self.time(), "renter")
        if way == TRANSFER:
            return one
        return self.cashier.start(one.id, Where("http://testserver/orders/x", "Stad Test"))

    def pay(
        self, one: Payment, standing: Standing = Standing.PAID, cents: int | None = None
    ) -> None:
        """Somebody does something at the bank, which tells it."""
        self.bank.decide(one.reference, standing, cents)
        self.tell(one, standing)

    def tell(self, one: Payment, standing: Standing = Standing.PAID) -> None:
        callback = self.bank.callback(one.reference, standing, self.time())
        self.cashier.told(NAME, callback.headers, callback.body)

    def transfer(self, one: Payment, cents: int, key: str = "k1", iban: str = "") -> Payment:
        money = Money(cents, key, Via.TRANSFER, self.time(), "staff:7", iban)
        with self.database.write() as session:
            return settling.receive(session, one.id, money, self.time())

    def settle(self) -> None:
        """Let everything that follows happen; nothing of it may fail."""
        self.worker.drain()
        with self.database.read() as session:
            waiting = session.scalars(
                select(Delivery).where(Delivery.state != DeliveryState.DONE)
            ).all()
            assert [(one.reaction, one.error) for one in waiting] == []

    def cancel(self, reservation: int, actor: str = service.RENTER) -> None:
        with self.database.write() as session:
            service.cancel(session, reservation, self.time(), actor)

    def payment(self, one: Payment) -> Payment:
        with self.database.read() as session:
            return session.get_one(Payment, one.id)

    def states(self, order: Order) -> list[State]:
        with self.database.read() as session:
            wanted = select(Reservation.state).where(Reservation.order_id == order.id)
            return list(session.scalars(wanted.order_by(Reservation.starts_at)))

    def refunds(self) -> list[tuple[str, int, str]]:
        with self.database.read() as session:
            rows = session.scalars(select(Refund).order_by(Refund.id)).all()
        return [(one.cause.value, one.cents, one.state.value) for one in rows]

    def deposits(self) -> list[Deposit]:
        with self.database.read() as session:
            return list(session.scalars(select(Deposit).order_by(Deposit.id)))

    def subjects(self) -> list[str]:
        with self.database.read() as session:
            return list(session.scalars(select(StoredMail.subject).order_by(StoredMail.id)))

    def later(self, **by: float) -> datetime:
        self.time.now += timedelta(**by)
        return self.time.now
