"""One line of the table: what was measured, against what, and whether that is good enough."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """A measured value. A row without a target informs; one with a target can fail the run."""

    name: str
    value: float | None
    """None when what was measured did not work."""
    unit: str
    reference: float | None = None
    """The same unit, measured in the same run: another program, or the bare operation beneath."""
    target: str | None = None
    """In words a person and a program can read: `<= 2`, `> 166`."""
    ok: bool | None = None
    """None exactly when there is no target."""

    def as_json(self) -> dict[str, Any]:
        """Return the row as `build/bench.json` has it."""
        return asdict(self)


def broken(name: str) -> Row:
    """Return the row of what did not work: never good, whatever its target would have been."""
    return Row(name, None, "", None, "works", ok=False)


def inform(name: str, value: float, unit: str, reference: float | None = None) -> Row:
    """Return a row without a target."""
    return Row(name, value, unit, reference)


def at_most(
    name: str, value: float, unit: str, limit: float, reference: float | None = None
) -> Row:
    """Return a row that is good up to a limit."""
    return Row(name, value, unit, reference, f"<= {limit:g}", value <= limit)


def at_least(
    name: str, value: float, unit: str, limit: float, reference: float | None = None
) -> Row:
    """Return a row that is good from a limit on."""
    return Row(name, value, unit, reference, f">= {limit:g}", value >= limit)


def more_than(name: str, value: float, unit: str, reference: float) -> Row:
    """Return a row that is good when it beats its reference."""
    return Row(name, value, unit, reference, f"> {reference:g}", value > reference)
