"""search.p95: a thousand halls, free or not, with right and price for one's group, for an evening.

Two years of reservations, the rules and tariffs of four city services; over both databases.
"""

import gc
import statistics
from collections.abc import Callable, Iterator
from datetime import timedelta

from bench.a_thousand_halls import HALLS, NOW, build, on_disk
from bench.options import Options, Unmeasurable
from bench.row import Row, at_most, inform
from bench.timing import processor
from central.booking.search import Found, Wanted, search
from central.booking.times import Period
from central.database import Database
from tests.central import postgresql

NAMES = ("search.p95", "search.median", "search.postgresql.p95")
_ROUNDS = 60
_MOST_MS = 50.0


def rows(options: Options) -> Iterator[Row]:
    """Measure them: the processor's time in our thread, so that what other programs do is not counted.

    SQLite works in our thread; what a PostgreSQL server works beside it is not counted.
    """
    taken = _measured(lambda: on_disk(options.scratch))
    yield at_most("search.p95", _p95(taken), "ms", _MOST_MS)
    yield inform("search.median", statistics.median(taken) * 1000, "ms")
    try:
        postgresql.program("initdb")
    except AssertionError as error:
        raise Unmeasurable(str(error)) from error
    with postgresql.cluster() as server:
        taken = _measured(lambda: build(server.url(server.create())))
    yield at_most("search.postgresql.p95", _p95(taken), "ms", _MOST_MS)


def _measured(make: Callable[[], Database]) -> list[float]:
    database = make()
    try:
        _timed(database, 0)  # what is paid once belongs to nobody
        gc.disable()  # it collects what the benchmarks hold, as in bench/timing.py
        return sorted(_timed(database, day) for day in range(_ROUNDS))
    finally:
        gc.enable()
        database.close()


def _p95(taken: list[float]) -> float:
    return taken[int(len(taken) * 0.95)] * 1000


def _timed(database: Database, day: int) -> float:
    """Search an evening and return the seconds it took; what it found must be everything."""
    began = processor()
    found = _evening(database, day)
    seconds = processor() - began
    if found.total != HALLS or not 0 < found.free < HALLS:
        message = f"the search found {found.total} halls, {found.free} free"
        raise AssertionError(message)
    return seconds


def _evening(database: Database, day: int) -> Found:
    start = NOW.replace(hour=19) + timedelta(days=1 + day)
    with database.read() as session:
        use = Period(start, start + timedelta(hours=3))
        return search(session, Wanted(people=10, use=use), NOW)
