import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from central.accounts.models import Person
from central.database import Database
from central.errors import NotFound
from central.events import CredentialRevoked, Event, ReservationCancelled, ReservationConfirmed
from central.outbox import service
from central.outbox.models import Delivery, DeliveryState, StoredEvent
from central.outbox.service import Announced, Reaction, Reactions, announce
from central.outbox.worker import KEPT_FOR, LEASE, MOST_ATTEMPTS, Worker, pause
from tests.central.a_city import NOW, Time

START = NOW


def say(database: Database, *events: Event) -> None:
    with database.write() as session:
        for event in events:
            announce(session, event, START)


def people(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Person.email).order_by(Person.id)))


def add_person(session: Session, announced: Announced, now: datetime) -> None:
    """A reaction with an effect that would be seen twice."""
    session.add(Person(email=f"{announced.event.reservation}@x", created_at=now))


def table(*reactions: Reaction) -> Reactions:
    return {ReservationConfirmed: reactions}


def states(database: Database) -> list[tuple[str, DeliveryState, int]]:
    with database.read() as session:
        rows = session.scalars(select(Delivery).order_by(Delivery.event_id, Delivery.reaction))
        return [(row.reaction, row.state, row.attempts) for row in rows]


def test_what_is_announced_reaches_every_reaction_once(database: Database, time: Time) -> None:
    heard: list[object] = []
    worker = Worker(
        database,
        table(
            Reaction("add", inside=add_person),
            Reaction("tell", outside=lambda announced, now: heard.append((announced.event, now))),
        ),
        time,
    )
    say(database, ReservationConfirmed(1), ReservationConfirmed(2))
    assert worker.drain() == 4
    assert worker.drain() == 0
    assert people(database) == ["1@x", "2@x"]
    assert heard == [(ReservationConfirmed(1), START), (ReservationConfirmed(2), START)]


def test_an_event_without_reactions_is_over_at_once(database: Database, time: Time) -> None:
    say(database, ReservationCancelled(1))
    assert Worker(database, table(Reaction("add", inside=add_person)), time).drain() == 0
    assert states(database) == []


def test_what_is_rolled_back_was_never_announced(database: Database, time: Time) -> None:
    with database.write() as session:
        announce(session, ReservationConfirmed(1), START)
        session.rollback()
    assert Worker(database, table(Reaction("add", inside=add_person)), time).drain() == 0


def failing(times: int, then: Callable[[Session, Announced, datetime], None]) -> Reaction:
    left = [times]

    def inside(session: Session, announced: Announced, now: datetime) -> None:
        then(session, announced, now)
        session.flush()
        if left[0]:
            left[0] -= 1
            message = "not yet"
            raise RuntimeError(message)

    return Reaction("add", inside=inside)


def test_a_failed_reaction_leaves_nothing_and_is_tried_again(
    database: Database, time: Time
) -> None:
    worker = Worker(database, table(failing(2, add_person)), time)
    say(database, ReservationConfirmed(1))
    assert worker.drain() == 1
    assert people(database) == []
    assert worker.drain() == 0, "not before its pause is over"
    for _ in range(2):
        time.now += timedelta(seconds=10)
        worker.drain()
    assert people(database) == ["1@x"]
    assert states(database) == [("add", DeliveryState.DONE, 3)]


def test_one_that_fails_holds_up_neither_its_siblings_nor_others(
    database: Database, time: Time
) -> None:
    heard: list[int] = []
    tell = Reaction("tell", outside=lambda one, _now: heard.append(one.event.reservation))
    worker = Worker(database, table(failing(99, add_person), tell), time)
    say(database, ReservationConfirmed(1), ReservationConfirmed(2))
    worker.drain()
    assert heard == [1, 2]


def test_after_many_attempts_it_is_given_up_visible_and_retried_by_hand(
    database: Database, time: Time
) -> None:
    worker = Worker(database, table(failing(MOST_ATTEMPTS, add_person)), time)
    say(database, ReservationConfirmed(1))
    for _ in range(MOST_ATTEMPTS + 3):
        worker.drain()
        time.now += timedelta(hours=3)
    with database.read() as session:
        (dead,) = service.dead_letters(session)
    assert (dead.name, dead.reaction, dead.attempts) == (
        "reservation.confirmed.v1", "add", MOST_ATTEMPTS,
    )  # fmt: skip
    assert dead.error == "RuntimeError: not yet"
    with database.write() as session:
        service.retry(session, dead.event_id, dead.reaction, time.now)
    worker.drain()
    assert people(database) == ["1@x"]
    with database.read() as session:
        assert service.dead_letters(session) == []


def test_only_the_dead_are_retried(database: Database, time: Time) -> None:
    say(database, ReservationConfirmed(1))
    Worker(database, table(Reaction("add", inside=add_person)), time).drain()
    with pytest.raises(NotFound), database.write() as session:
        service.retry(session, 1, "add", START)


class Killed(BaseException):
    """The worker's process ends in the middle of a reaction."""


def test_a_worker_that_dies_is_replaced_and_its_attempt_counted(
    database: Database, time: Time
) -> None:
    def die(_announced: Announced, _now: datetime) -> None:
        raise Killed

    say(database, ReservationConfirmed(1))
    with pytest.raises(Killed):
        Worker(database, table(Reaction("add", outside=die)), time).drain()
    successor = Worker(database, table(Reaction("add", inside=add_person)), time)
    assert successor.drain() == 0, "perhaps it still runs"
    time.now += LEASE
    assert successor.drain() == 1
    assert people(database) == ["1@x"]
    assert states(database) == [("add", DeliveryState.DONE, 2)]


def test_an_event_that_kills_every_worker_is_given_up(database: Database, time: Time) -> None:
    def die(_announced: Announced, _now: datetime) -> None:
        raise Killed

    worker = Worker(database, table(Reaction("add", outside=die)), time)
    say(database, ReservationConfirmed(1))
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(Killed):
            worker.drain()
        time.now += LEASE
    worker.drain()
    assert states(database) == [("add", DeliveryState.DEAD, MOST_ATTEMPTS)]


def test_a_slow_worker_that_lost_its_turn_has_no_second_effect(
    database: Database, time: Time
) -> None:
    """Believed dead while it was only slow: the other's work stands, its own is dropped."""
    other = Worker(database, table(Reaction("add", inside=add_person)), time)

    def slow(_announced: Announced, _now: datetime) -> None:
        time.now += LEASE
        other.drain()

    say(database, ReservationConfirmed(1))
    both = Reaction("add", outside=slow, inside=add_person)
    Worker(database, table(both), time).drain()
    assert people(database) == ["1@x"]


def test_many_workers_deliver_everything_once(database: Database, database_url: str) -> None:
    say(database, *(ReservationConfirmed(number) for number in range(40)))
    reactions = table(Reaction("add", inside=add_person))
    others = [Database(database_url) for _ in range(4)]
    threads = [
        threading.Thread(target=Worker(one, reactions, lambda: START).drain) for one in others
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    Worker(database, reactions, lambda: START).drain()
    for one in others:
        one.close()
    assert sorted(people(database)) == sorted(f"{number}@x" for number in range(40))
    assert {row[1:] for row in states(database)} == {(DeliveryState.DONE, 1)}


def test_an_event_that_this_release_cannot_read_holds_up_nobody(
    database: Database, time: Time
) -> None:
    with database.write() as session:
        for name, fields in (("from.the.future.v9", {}), ("reservation.confirmed.v1", {"x": 1})):
            key = UUID(int=len(name))
            row = {"key": key, "name": name, "fields": fields, "announced_at": START}
            session.execute(insert(StoredEvent), row)
    say(database, ReservationConfirmed(3))
    Worker(database, table(Reaction("add", inside=add_person)), time).drain()
    assert people(database) == ["3@x"]


def test_a_reaction_that_is_gone_is_given_up_visibly(database: Database, time: Time) -> None:
    say(database, ReservationConfirmed(1))
    Worker(database, table(failing(1, add_person)), time).drain()
    time.now += timedelta(minutes=1)
    Worker(database, table(Reaction("renamed", inside=add_person)), time).drain()
    with database.read() as session:
        (dead,) = service.dead_letters(session)
    assert (dead.reaction, dead.error) == ("add", "no such reaction")


@pytest.fixture
def running(database: Database) -> Iterator[list[str]]:
    heard: list[str] = []
    arrived = threading.Event()

    def hear(announced: Announced, _now: datetime) -> None:
        heard.append(announced.event.credential)
        arrived.set()

    worker = Worker(
        database,
        {CredentialRevoked: [Reaction("hear", outside=hear)]},
        lambda: START,
    )
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    say(database, CredentialRevoked("ab", 3))
    assert arrived.wait(5)
    yield heard
    stop.set()
    worker.wake()
    thread.join(5)
    assert not thread.is_alive()


def test_a_running_worker_hears_of_what_is_committed(running: list[str]) -> None:
    assert running == ["ab"]


def test_what_was_delivered_is_forgotten_after_a_month_what_failed_is_not(
    database: Database, time: Time
) -> None:
    def fail(announced: Announced, _now: datetime) -> None:
        if announced.event.reservation == 2:
            raise RuntimeError

    worker = Worker(database, table(Reaction("tell", outside=fail)), time)
    say(database, ReservationConfirmed(1), ReservationConfirmed(2), ReservationCancelled(3))

    def kept() -> list[int]:
        with database.read() as session:
            return list(session.scalars(select(StoredEvent.id).order_by(StoredEvent.id)))

    worker.drain()
    time.now += KEPT_FOR
    worker.tidy()
    assert kept() == [1, 2, 3]
    time.now += timedelta(hours=1)
    worker.tidy()
    assert kept() == [2]
    assert states(database) == [("tell", DeliveryState.WAITING, 1)]


def test_pauses_grow_and_have_an_end() -> None:
    full = [pause(attempts, lambda: 0).total_seconds() for attempts in range(1, MOST_ATTEMPTS + 1)]
    assert full[:4] == [2, 4, 8, 16]
    assert max(full) == full[-1] == 7200
    assert pause(3, lambda: 1) == timedelta(seconds=4)
