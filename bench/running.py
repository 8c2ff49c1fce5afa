"""Runs the subjects one after the other."""

from collections.abc import Callable

from bench.options import Options, Unmeasurable
from bench.row import Row
from bench.subjects import is_wanted, wanted


def run(filters: list[str], options: Options, say: Callable[[str], object]) -> list[Row]:
    """Return the wanted rows; what cannot be measured here is said and left out."""
    rows: list[Row] = []
    for subject in wanted(filters):
        say(f"measuring {subject.NAMES[0].partition('.')[0]} ...")
        try:
            rows += [row for row in subject.rows(options) if is_wanted(row.name, filters)]
        except Unmeasurable as error:
            say(f"  not measured: {error}")
    return rows
