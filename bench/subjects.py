"""Everything that is measured, in the order of the table.

A subject is a module with `NAMES` (its rows, for the filter) and `rows(options)`.
"""

from collections.abc import Iterator
from typing import Protocol

from bench import (
    journalling,
    opening,
    photos,
    reserving,
    searching,
    verifying,
    visiting,
    whole_unit,
)
from bench.options import Options
from bench.row import Row


class Subject(Protocol):
    """A module that measures something."""

    @property
    def NAMES(self) -> tuple[str, ...]:  # noqa: N802 - it is a constant of the module
        """The names of its rows."""

    def rows(self, options: Options, /) -> Iterator[Row]:
        """Measure, and give a row for each name."""


SUBJECTS: tuple[Subject, ...] = (
    photos,
    verifying,
    journalling,
    opening,
    whole_unit,
    searching,
    visiting,
    reserving,
)


def wanted(filters: list[str]) -> list[Subject]:
    """Return the subjects with a name that contains one of the filters; all without filters."""
    return [subject for subject in SUBJECTS if any(is_wanted(n, filters) for n in subject.NAMES)]


def is_wanted(name: str, filters: list[str]) -> bool:
    """Tell whether a name contains one of the filters, or there are none."""
    return not filters or any(part in name for part in filters)
