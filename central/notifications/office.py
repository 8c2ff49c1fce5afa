"""What sends a city's messages: its writer, its ways and its settings, for the table of reactions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from central.database import Database
from central.notifications import service
from central.notifications.channels import (
    Letters,
    NumberRefused,
    TextGateway,
    Writer,
    notifiers_of,
)
from central.notifications.models import Notification
from central.notifications.notification import State


@dataclass(frozen=True, slots=True)
class MessageOffice:
    """Sends what is due."""

    database: Database
    writer: Writer
    letters: Letters
    pass_days: int
    """How many days before the use the pass is sent."""
    gateway: TextGateway | None = None
    """To mobile phones; None: the city has none."""

    def send(self, session: Session, number: int, now: datetime) -> None:
        """Send one message; it is posted if this commits."""
        service.send(session, number, self.writer, notifiers_of(self.gateway), now)

    def text(self, number: int, key: UUID, now: datetime) -> None:
        """Hand a text message to the gateway; no transaction is open meanwhile."""
        with self.database.read() as session:
            about = session.get(Notification, number)
            is_sent = about is not None and about.state is State.SENT
            draft = self.writer.write(session, about, now) if about and is_sent else None
        if draft is None or self.gateway is None:
            return
        try:
            self.gateway.send(draft.phone, draft.short, key)
        except NumberRefused:
            with self.database.write() as session:
                service.refused(session, number, now)
