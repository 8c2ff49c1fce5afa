"""A town whose central hangs on a real broker: the real channel and service loop, each in its thread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from central.clock import utc_now
from central.database import Database
from central.fleet import units
from central.fleet.configuring import CityWide
from central.fleet.faults import current_faults
from central.fleet.models import Entry, UnitState
from central.fleet.publisher import Publisher
from central.fleet.service_loop import ServiceLoop
from central.fleet.units import NewUnit
from central.integrations.mqtt import Address, MqttChannel
from central.migrations import models, upgrade
from contracts.reasons import Fault
from tests.central.a_city import Time, found
from tests.central.a_town import Town
from tests.simulators.broker import Pki
from tests.simulators.city import City as Keys

PATIENT = 30.0  # seconds


class LiveTown:
    """Central's database and what works on it; `online()` connects it."""

    def __init__(self, database: Database, keys: Keys, pki: Pki, port: int) -> None:
        self.town = Town(database, found(database), keys, Time())
        self.database = database
        self._pki, self._port = pki, port

    def enrol(self, unit: str, public: bytes, door: str = "Zaal A") -> None:
        """Take a unit into service, and have everything made that it is to hold."""
        new = NewUnit(unit, self.town.door(door), public, public.hex(), is_commissioned=True)
        with self.database.write() as session:
            units.register(session, new, self.town.time())
        self.town.settle()

    @contextmanager
    def online(self) -> Iterator[ServiceLoop]:
        """Run central at the broker; ends as a stopped program does."""
        address = Address("localhost", self._port, self._pki.central())
        channel = MqttChannel(address, utc_now, lambda: 0.1)
        publisher = Publisher(
            self.database, self.town.authority, channel, self.town.time, CityWide()
        )
        loop = ServiceLoop(self.database, self.town.receiver, publisher, self.town.time)
        stop = threading.Event()
        work: list[Callable[[], None]] = [
            lambda: loop.run(stop),
            lambda: channel.run(loop, stop),
        ]
        threads = [threading.Thread(target=one) for one in work]
        for thread in threads:
            thread.start()
        try:
            yield loop
        finally:
            stop.set()
            for thread in threads:
                thread.join(PATIENT)
                assert not thread.is_alive()

    # --- what central knows

    def stored(self, unit: str) -> list[tuple[int, bytes]]:
        """Every entry of a unit, in the order in which it was taken in."""
        with self.database.read() as session:
            rows = session.execute(
                select(Entry.seq, Entry.raw).where(Entry.unit_id == unit).order_by(Entry.id)
            )
            return [(seq, raw) for seq, raw in rows]

    def count(self, unit: str) -> int:
        with self.database.read() as session:
            count = select(func.count()).select_from(Entry).where(Entry.unit_id == unit)
            return session.scalar(count) or 0

    def state(self, unit: str) -> UnitState:
        with self.database.read() as session:
            return session.get_one(UnitState, unit)

    def faults(self, unit: str) -> list[Fault]:
        self.town.loop.report()
        with self.database.read() as session:
            return [one.code for one in current_faults(session, unit)]


@contextmanager
def live_town(folder: Path, pki: Pki, port: int, keys: Keys) -> Iterator[LiveTown]:
    """Make a city with a database in a folder; `keys` must be of the root that `pki` gives units."""
    assert models.metadata.tables  # every table is known before one of them is used
    database = Database(f"sqlite:///{folder / 'central.db'}")
    upgrade(database)
    try:
        yield LiveTown(database, keys, pki, port)
    finally:
        database.close()
