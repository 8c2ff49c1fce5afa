"""The words of the pages, and how each language writes days, times and money.

A folder per language in `texts/`, a TOML file per subject; a test compares keys and placeholders.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from starlette.requests import Request

FOLDER = Path(__file__).parent / "texts"
DEFAULT = "nl"
COOKIE = "hallpass_language"


@dataclass(frozen=True, slots=True)
class Words:
    """All texts of one language."""

    code: str
    texts: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with its values filled in."""
        return self.texts[key].format_map(values)

    def has(self, key: str) -> bool:
        """Tell whether there is such a text."""
        return key in self.texts

    def day(self, day: date) -> str:
        """Return a day with its weekday: zaterdag 5 december 2026."""
        weekday = self.texts["days"].split()[day.weekday()]
        month = self.texts["months"].split()[day.month - 1]
        return f"{weekday} {day.day} {month} {day.year}"

    def month(self, day: date) -> str:
        """Return the month of a day: december 2026."""
        return f"{self.texts['months'].split()[day.month - 1]} {day.year}"

    def number(self, number: float) -> str:
        """Return a number with one decimal: 4,2 in Dutch, 4.2 in English."""
        return f"{number:.1f}" if self.code == "en" else f"{number:.1f}".replace(".", ",")

    def time(self, moment: datetime) -> str:
        """Return a wall time: 14.00 in Dutch, 14:00 in English."""
        return moment.strftime(self.texts["time_format"])

    def money(self, cents: int) -> str:
        """Return an amount: € 1.234,50 in Dutch, €1,234.50 in English."""
        amount = f"{cents / 100:,.2f}"
        if self.code != "en":
            amount = amount.translate(str.maketrans(",.", ".,"))
        return self.texts["money_format"].format(amount)


@cache
def languages() -> Mapping[str, Words]:
    """Return every language, the default first."""
    codes = sorted((path.name for path in FOLDER.iterdir()), key=lambda one: one != DEFAULT)
    return {code: Words(code, _read(code)) for code in codes}


def language_of(request: Request) -> Words:
    """Return the language of a visitor: chosen, remembered, or the browser's."""
    there = languages()
    chosen = (request.query_params.get("lang"), request.cookies.get(COOKIE))
    accepted = request.headers.get("accept-language", "").split(",")
    for one in (*chosen, *(tag.split(";")[0].strip()[:2].lower() for tag in accepted)):
        if one is not None and one in there:
            return there[one]
    return there[DEFAULT]


def _read(code: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((FOLDER / code).glob("*.toml")):
        found |= dict(_flat(tomllib.loads(path.read_text(encoding="utf-8"))))
    return found


def _flat(texts: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in texts.items():
        if isinstance(value, dict):
            found += _flat(value, f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", str(value)))
    return found
