"""The table for people and the file for programs."""

import json
import platform
from collections.abc import Iterable
from pathlib import Path

from bench.row import Row

HEADINGS = ("name", "value", "unit", "reference", "target", "ok")


def cells(row: Row) -> tuple[str, ...]:
    """Return what the table shows of a row."""
    ok = {True: "ok", False: "NOT OK", None: ""}[row.ok]
    return row.name, number(row.value), row.unit, number(row.reference), row.target or "", ok


def number(value: float | None) -> str:
    """Return a number with three significant digits, whole ones whole."""
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else f"{value:.3g}"


def table(rows: Iterable[Row]) -> str:
    """Return the whole table."""
    lines = [HEADINGS, *map(cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join(_line(line, widths) for line in lines)


def _line(line: tuple[str, ...], widths: list[int]) -> str:
    numeric = {1, 3}  # columns of numbers stand right
    padded = [
        cell.rjust(width) if column in numeric else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]
    return "  ".join(padded).rstrip()


def write(path: Path, rows: Iterable[Row]) -> None:
    """Write the rows where a program finds them, with the machine they were measured on."""
    machine = f"{platform.machine()}, {platform.system()} {platform.release()}"
    python = platform.python_version()
    document = {"machine": machine, "python": python, "rows": [row.as_json() for row in rows]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
