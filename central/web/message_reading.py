"""Note that a message was read: somebody opened its link."""

from collections.abc import Sequence
from datetime import datetime

from central.database import Database
from central.notifications import service


def note_read(database: Database, reservations: Sequence[int], now: datetime) -> None:
    """Note it, and write only if a message about these reservations waits to be read."""
    with database.read() as session:
        if not service.unread(session, reservations):
            return
    with database.write() as session:
        service.read(session, reservations, now)
