"""Sends units what is in force for them: on change, after a broken connection, and where it differs."""

import logging
from collections.abc import Iterable

from central.clock import Clock
from central.database import Database
from central.documents import service as documents
from central.documents.authority import Authority
from central.fleet import commands, configuring, publishing, units
from central.fleet.channel import Channel
from central.fleet.configuring import CityWide
from central.fleet.publishing import Reply, reply_with
from contracts.documents import DocumentType
from contracts.topics import Down, down

log = logging.getLogger(__name__)


class Publisher:
    """Publishes over one channel. What cannot be sent now is sent by `repair`, or on connecting."""

    def __init__(
        self,
        database: Database,
        authority: Authority,
        channel: Channel,
        clock: Clock,
        city: CityWide,
    ) -> None:
        """Read from a database and speak over a channel."""
        self.city = city
        """What every unit is configured to be, so far as the city's settings say it."""
        self._database, self._authority = database, authority
        self._channel, self._clock = channel, clock

    def send(self, replies: Iterable[Reply]) -> None:
        """Hand messages to the broker."""
        for reply in replies:
            self._channel.publish(
                reply.topic, reply.payload, retain=reply.retain, expiry=reply.expiry
            )

    def document(self, kind: DocumentType, audience: str) -> None:
        """Bring a document in force to the units it is for."""
        with self._database.read() as session:
            found = documents.current(session, kind, audience)
            if found is None or kind not in publishing.TOPICS:
                return
            replies = [reply_with(unit, found) for unit in units.all_in_service(session, audience)]
        self.send(replies)

    def everything(self) -> None:
        """Bring every unit everything: what a restarted broker retained may be gone."""
        with self._database.read() as session:
            replies = [
                reply_with(unit, found)
                for unit in units.all_in_service(session)
                for found in publishing.desired(session, unit)
            ]
        self.send(replies)

    def repair(self) -> None:
        """Bring each unit what it did not say it holds."""
        with self._database.read() as session:
            replies = [
                reply_with(unit, found)
                for unit in units.all_in_service(session)
                for found in publishing.missing(session, unit)
            ]
        self.send(replies)

    def nonce_request(self, command: str) -> None:
        """Send the first message of a command."""
        with self._database.read() as session:
            asked = commands.nonce_request(session, command, self._clock())
        if asked is not None:
            unit, payload = asked
            self.send([Reply(down(unit, Down.COMMAND), payload, expiry=commands.EXPIRY)])

    def withdraw(self, unit: str) -> None:
        """Remove what the broker keeps for a unit that is out of service."""
        self.send(publishing.withdrawal(unit))

    def renew(self) -> None:
        """Sign anew what runs out, and say which keys will."""
        now = self._clock()
        with self._database.read() as session:
            known = units.all_in_service(session)
            warnings = self._authority.ring(session).warnings(now)
        for words in warnings:
            log.warning("keys: %s", words)
        for unit in known:
            with self._database.write() as session:
                configuring.renew(session, unit.id, self._authority, now, self.city)
