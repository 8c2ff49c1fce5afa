"""Times two ways of doing something in turn, so that a busy moment of the machine meets both."""

import gc
import statistics
import time
from collections.abc import Callable

Clock = Callable[[], float]

processor: Clock = time.thread_time
"""For what only computes: what other programs do meanwhile is not counted."""
wall: Clock = time.perf_counter
"""For what waits, such as for a disk."""


def medians(*ways: Callable[[], object], rounds: int, clock: Clock) -> list[float]:
    """Return the median seconds of each way over so many rounds, all ways in each round."""
    for way in ways:
        way()  # what is paid once belongs to nobody
    taken: list[list[float]] = [[] for _ in ways]
    gc.disable()
    try:
        for _ in range(rounds):
            for way, times in zip(ways, taken, strict=True):
                began = clock()
                way()
                times.append(clock() - began)
    finally:
        gc.enable()
    return [statistics.median(times) for times in taken]
