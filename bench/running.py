"""Runs the subjects one after the other."""

from collections.abc import Callable, Iterator

from bench.options import DoesNotWork, Options, Unmeasurable
from bench.row import Row, broken
from bench.subjects import Subject, is_wanted, wanted


def run(filters: list[str], options: Options, say: Callable[[str], object]) -> list[Row]:
    """Return the wanted rows; what cannot be measured here is said and left out."""
    rows: list[Row] = []
    for subject in wanted(filters):
        say(f"measuring {subject.NAMES[0].partition('.')[0]} ...")
        try:
            rows += [row for row in _rows(subject, options, say) if is_wanted(row.name, filters)]
        except Unmeasurable as error:
            say(f"  not measured: {error}")
    return rows


def _rows(subject: Subject, options: Options, say: Callable[[str], object]) -> Iterator[Row]:
    """Give a subject's rows; when it stops working, the others of its names as failures."""
    given: set[str] = set()
    try:
        for row in subject.rows(options):
            given.add(row.name)
            yield row
    except DoesNotWork as error:
        say(f"  DOES NOT WORK: {error}")
        yield from (broken(name) for name in subject.NAMES if name not in given)
