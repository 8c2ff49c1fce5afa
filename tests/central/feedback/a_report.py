"""A hall in use, the links of whoever reports, and staff of one city service or hall."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from fastapi import FastAPI

from central.accounts.links import Links
from central.accounts.roles import Right
from central.accounts.service import add_staff
from central.accounts.sessions import new_token
from central.booking import service as booking
from central.booking.models import Reservation
from central.booking.times import Period
from central.database import Database
from central.events import Event, load
from central.feedback import who
from central.outbox.models import StoredEvent
from tests.central.a_city import ANNA, NOW, City, Time, a_wish


@dataclass
class Reporting:
    """What the tests of feedback start from."""

    app: FastAPI
    database: Database
    city: City
    time: Time

    @property
    def links(self) -> Links:
        links: Links = self.app.state.links
        return links

    def sheet(self, hall: int | None = None) -> str:
        return who.sheet_link(self.links, hall or self.city.a, NOW)

    def book(self, hall: int | None = None, period: Period | None = None) -> Reservation:
        with self.database.write() as session:
            wish = a_wish(hall or self.city.a, period)
            order = booking.hold(session, ANNA, [wish], timedelta(minutes=15), self.time())
            booking.confirm(session, order.id, self.time())
            return order.reservations[0]

    def use(self, hall: int | None = None) -> str:
        """The link of a reservation whose time has come."""
        reservation = self.book(hall)
        self.time.now = reservation.starts_at
        return who.use_link(self.links, reservation)

    def headers(self, *rights: Right) -> dict[str, str]:
        with self.database.write() as session:
            one = add_staff(session, f"{uuid4().hex}@stad.be", "Mia", "x", rights, NOW)
            token = new_token(session, one.id, "t", timedelta(days=60), NOW)
        return {"Authorization": f"Bearer {token}"}

    def events(self, *kinds: type[Event]) -> list[Event]:
        with self.database.read() as session:
            rows = session.query(StoredEvent).order_by(StoredEvent.id).all()
            all_of_them = [load(row.name, row.fields) for row in rows]
        return [one for one in all_of_them if isinstance(one, kinds)]
