"""The one place where the broker's messages meet the fleet: queues, workers, upkeep.

The channel's thread only puts messages into queues. Each unit's messages are taken in order, by one
worker; an error of one message is noted and stops nothing. Answers go out after the commit.
"""

import contextlib
import logging
import threading
import time
import zlib
from collections.abc import Callable
from datetime import datetime
from queue import Empty, Full, Queue

from central.clock import Clock
from central.database import Database
from central.errors import CentralError
from central.fleet import commands, presence
from central.fleet.channel import Message
from central.fleet.errors import BadMessage, UnknownUnit
from central.fleet.publisher import Publisher
from central.fleet.receiving import Receiver
from central.fleet.trouble import Trouble
from contracts.errors import ContractError, Malformed
from contracts.topics import read_up

MOST_WAITING = 10_000
"""Messages of one worker; what is beyond is dropped, and the units say it again."""
REPAIR_EVERY = 30.0
"""Seconds between comparisons of what units hold with what is in force."""
RENEW_EVERY = 3600.0
REPORT_EVERY = 1.0
GIVE_UP_EVERY = 5.0
_TURN = 0.25  # seconds that a thread waits before it looks whether to stop

log = logging.getLogger(__name__)


class ServiceLoop:
    """Takes in what units say, answers them, and keeps them up to date."""

    def __init__(
        self,
        database: Database,
        receiver: Receiver,
        publisher: Publisher,
        clock: Clock,
        workers: int = 1,
    ) -> None:
        """Serve the units; more than one worker helps only on PostgreSQL."""
        self._database, self._clock = database, clock
        self._receiver, self._publisher = receiver, publisher
        self._queues: list[Queue[Message]] = [Queue(MOST_WAITING) for _ in range(workers)]
        self._trouble = Trouble()
        self._connection: Queue[datetime | None] = Queue()
        # The moment it was lost, or None when it came (back).
        self.dropped = 0
        """Messages that found no place; they come again."""

    def deliver(self, message: Message) -> None:
        """Take a message from the channel's thread; returns at once."""
        unit = message.topic.split("/", 3)[2:3]
        worker = zlib.crc32("".join(unit).encode()) % len(self._queues)
        try:
            self._queues[worker].put_nowait(message)
        except Full:
            self.dropped += 1

    def connected(self) -> None:
        """Note that the channel is up (again)."""
        self._connection.put(None)

    def disconnected(self) -> None:
        """Note that the channel is down: from now on nobody knows who is online."""
        self._connection.put(self._clock())

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set."""
        work = [
            threading.Thread(target=self._work, args=(queue, stop), name=f"fleet-{index}")
            for index, queue in enumerate(self._queues)
        ]
        for thread in work:
            thread.start()
        self._keep_up(stop)
        for thread in work:
            thread.join()

    def handle(self, message: Message) -> None:
        """Take in one message and send the answers; never raises."""
        try:
            unit, kind = read_up(message.topic)
        except Malformed as error:
            log.warning("fleet: %s", error)
            return
        try:
            self._publisher.send(self._receiver.receive(unit, kind, message.payload, self._clock()))
        except UnknownUnit:
            log.warning("fleet: %s is not in service and speaks", unit)
        except (ContractError, BadMessage) as error:
            log.warning("fleet: %s of %s was not believed: %s", kind, unit, error)
            self._trouble.note(unit, f"{kind}: {error}")
        except CentralError as error:
            log.warning("fleet: %s of %s: %s", kind, unit, error)
        except Exception:  # one message never stops the others
            log.exception("fleet: %s of %s was not taken in", kind, unit)

    def _work(self, queue: Queue[Message], stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self.handle(queue.get(timeout=_TURN))
            except Empty:
                continue

    def _keep_up(self, stop: threading.Event) -> None:
        chores = [
            _Chore(REPORT_EVERY, self.report),
            _Chore(GIVE_UP_EVERY, self._give_up),
            _Chore(REPAIR_EVERY, self._publisher.repair),
            _Chore(RENEW_EVERY, self._publisher.renew, at_once=True),
        ]
        while not stop.is_set():
            with contextlib.suppress(Empty):
                self._changed(self._connection.get(timeout=_TURN))
            for chore in chores:
                chore.do_when_due(time.monotonic())

    def report(self) -> None:
        """Write down which units spoke nonsense."""
        self._trouble.report(self._database, self._clock())

    def _changed(self, lost_at: datetime | None) -> None:
        try:
            if lost_at is None:
                self._publisher.everything()
            else:
                with self._database.write() as session:
                    presence.forget_presence(session, lost_at)
        except Exception:  # the next change, or the repair, will do
            log.exception("fleet: could not follow the connection to the broker")

    def _give_up(self) -> None:
        with self._database.write() as session:
            commands.give_up(session, self._clock())


class _Chore:
    """Something to do every so often, whatever became of it the last time."""

    def __init__(self, every: float, do: Callable[[], None], *, at_once: bool = False) -> None:
        self._every, self._do = every, do
        self._due = 0.0 if at_once else time.monotonic() + every

    def do_when_due(self, now: float) -> None:
        if now < self._due:
            return
        self._due = now + self._every
        try:
            self._do()
        except CentralError as error:
            log.warning("fleet: %s", error)
        except Exception:  # the loop outlives a database that comes and goes
            log.exception("fleet: upkeep failed; trying again later")
