"""A city with keys, bookings and units, driven as central's processes would drive it."""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from central.accounts.mailer import Mailbox, PostOffice
from central.booking import service as booking
from central.booking.models import Order, Reservation
from central.booking.times import Period
from central.credentials.models import Credential, Grant
from central.credentials.texts import text_of
from central.database import Database
from central.documents import service as documents
from central.documents.authority import Authority
from central.documents.models import SignedDocument
from central.fleet import units
from central.fleet.channel import Message
from central.fleet.configuring import CityWide
from central.fleet.publisher import Publisher
from central.fleet.receiving import Receiver
from central.fleet.service_loop import ServiceLoop
from central.fleet.units import NewUnit
from central.halls.models import Door
from central.outbox.models import Delivery, DeliveryState
from central.outbox.worker import Worker
from central.reactions import reactions
from contracts.documents import DocumentType, site_audience
from contracts.keys import SoftwareSigner
from contracts.keyset import KeyEntry
from contracts.topics import Up, up
from tests.central.a_city import ANNA, SITE, Time, a_wish
from tests.central.a_city import City as Halls
from tests.central.an_authority import More, an_authority
from tests.central.an_office import an_office
from tests.simulators.city import City as Keys
from tests.simulators.unit import SimulatedUnit

TOPIC_KINDS = {
    "keys": DocumentType.KEY_SET,
    "config": DocumentType.CONFIG,
    "amendments": DocumentType.AMENDMENTS,
    "modes": DocumentType.MODES,
    "deny": DocumentType.DENY,
}


@dataclass
class Published:
    """A broker's memory: everything sent, and what is retained."""

    sent: list[tuple[str, bytes]] = field(default_factory=list)
    retained: dict[str, bytes] = field(default_factory=dict)
    is_up: bool = True

    def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, expiry: int | None = None
    ) -> bool:
        del expiry
        if not self.is_up:
            return False
        self.sent.append((topic, payload))
        if retain and payload:
            self.retained[topic] = payload
        elif retain:
            self.retained.pop(topic, None)
        return True

    def last(self, unit: str, kind: str) -> bytes:
        found = [payload for topic, payload in self.sent if topic.endswith(f"{unit}/down/{kind}")]
        assert found, f"nothing was sent to {unit}/down/{kind}"
        return found[-1]

    def count(self, unit: str, kind: str) -> int:
        return sum(topic.endswith(f"{unit}/down/{kind}") for topic, _ in self.sent)


class Town:
    """One database with everything above it."""

    def __init__(self, database: Database, halls: Halls, keys: Keys, time: Time) -> None:
        self.database, self.halls, self.keys, self.time = database, halls, keys, time
        self.broker = Published()
        self.more: More = []
        self.authority: Authority = an_authority(database, keys, self.more)
        self.publisher = Publisher(database, self.authority, self.broker, time, CityWide())
        self.receiver = Receiver(database, self.authority)
        self.loop = ServiceLoop(database, self.receiver, self.publisher, time)
        self.post = PostOffice(database, Mailbox())
        table = reactions(self.authority, self.publisher, self.post, an_office(database))
        self.worker = Worker(database, table, time)

    def settle(self) -> None:
        """Let everything that follows happen; nothing of it may fail."""
        self.worker.drain()
        with self.database.read() as session:
            waiting = session.scalars(
                select(Delivery).where(Delivery.state != DeliveryState.DONE)
            ).all()
            assert [(one.reaction, one.error) for one in waiting] == []

    def add_key(self, entry: KeyEntry, signer: SoftwareSigner, number: int = 2) -> None:
        """Make one more signing key, and a key set that names it."""
        self.more.append((entry, signer))
        entries = (*self.keys.entries, *(one for one, _ in self.more))
        with self.database.write() as session:
            raw = self.keys.keyset(number, entries)
            self.authority.import_keyset(session, raw, self.time())

    def book(self, hall: int, period: Period | None = None) -> Reservation:
        with self.database.write() as session:
            wish = a_wish(hall, period)
            order: Order = booking.hold(session, ANNA, [wish], timedelta(minutes=15), self.time())
            booking.confirm(session, order.id, self.time())
            (reservation,) = order.reservations
        self.settle()
        return reservation

    def move(self, reservation: Reservation, hall: int, period: Period) -> None:
        with self.database.write() as session:
            booking.move(session, reservation.id, a_wish(hall, period), self.time())
        self.settle()

    def cancel(self, reservation: Reservation) -> None:
        with self.database.write() as session:
            booking.cancel(session, reservation.id, self.time())
        self.settle()

    def passes(self, reservation: Reservation) -> list[Credential]:
        with self.database.read() as session:
            return list(
                session.scalars(
                    select(Credential)
                    .join(Grant, Grant.id == Credential.grant_id)
                    .where(Grant.reservation_id == reservation.id)
                    .order_by(Credential.issue)
                )
            )

    def text(self, reservation: Reservation) -> str:
        return text_of(self.passes(reservation)[-1])

    def list_in_force(self, site: int = SITE) -> SignedDocument:
        with self.database.read() as session:
            found = documents.current(session, DocumentType.AMENDMENTS, site_audience(site))
        assert found is not None
        return found

    def door(self, name: str) -> int:
        with self.database.read() as session:
            return session.scalars(select(Door.id).where(Door.name == name)).one()

    def add_unit(self, door: str) -> SimulatedUnit:
        """Take a unit into service, and let it take what it is sent and say so."""
        unit = SimulatedUnit(self.keys.root_keys)
        new = NewUnit(
            unit=unit.id,
            door=self.door(door),
            statement_key=unit.signer.public,
            certificate_sha256=unit.signer.public.hex(),
            is_commissioned=True,
        )
        with self.database.write() as session:
            units.register(session, new, self.time())
        self.settle()
        self.publisher.everything()
        self.bring(unit)
        return unit

    def bring(self, unit: SimulatedUnit) -> None:
        """Let a unit take what the broker retains for it, ask for freshness, and say what it holds."""
        for kind, document in TOPIC_KINDS.items():
            raw = self.broker.retained.get(f"hallpass/v1/{unit.id}/down/{kind}")
            if raw is not None:
                unit.takes(document, raw)
        self.say(unit, Up.FRESHNESS, unit.asks_freshness())
        unit.takes_freshness(self.broker.last(unit.id, "freshness"))
        self.say(unit, Up.HELD, unit.holding())

    def say(self, unit: SimulatedUnit, kind: Up, payload: bytes) -> None:
        """Hand central a message as the broker would."""
        self.loop.handle(Message(up(unit.id, kind), payload))
