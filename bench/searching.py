"""search.p95: a thousand halls, free or not, with the price, for an evening; two years of reservations."""

import gc
import statistics
from collections.abc import Iterator
from datetime import timedelta

from bench.a_thousand_halls import HALLS, NOW, on_disk
from bench.options import Options
from bench.row import Row, at_most, inform
from bench.timing import processor
from central.booking.search import Found, Wanted, search
from central.booking.times import Period
from central.database import Database

NAMES = ("search.p95", "search.median")
_ROUNDS = 60
_MOST_MS = 50.0


def rows(options: Options) -> Iterator[Row]:
    """Measure them, over SQLite, which works in our thread: what other programs do is not counted."""
    database = on_disk(options.scratch)
    try:
        _timed(database, 0)  # what is paid once belongs to nobody
        gc.disable()  # it collects what the benchmarks hold, as in bench/timing.py
        taken = sorted(_timed(database, day) for day in range(_ROUNDS))
    finally:
        gc.enable()
        database.close()
    yield at_most("search.p95", taken[int(_ROUNDS * 0.95)] * 1000, "ms", _MOST_MS)
    yield inform("search.median", statistics.median(taken) * 1000, "ms")


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
