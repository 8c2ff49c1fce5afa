"""Read the fields of a large form one by one; pure. What is wrong is gathered beside its field."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time

from fastapi import Request

from central.web.forms import read_day, read_time
from central.web.language import Words
from central.web.typed import Problems

_NUMBER = re.compile(r"[0-9]{1,7}")
_MONEY = re.compile(r"€?\s*([0-9]{1,5})(?:[.,]([0-9]{2}))?")
Fields = Mapping[str, tuple[str, ...]]
"""Everything that was typed, by name; a name may come several times."""
_MOST_FIELDS = 3000


async def provided_fields(request: Request) -> Fields:
    """Return what was typed, line ends as ours."""
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        return {
            name: tuple(
                one.replace("\r\n", "\n") for one in form.getlist(name) if isinstance(one, str)
            )
            for name in form
        }


def first(fields: Fields, name: str) -> str:
    """Return what was typed in a field; nothing when it did not come along."""
    return next(iter(fields.get(name, ())), "")


def lines(fields: Fields, name: str, empty: int) -> Sequence[int]:
    """Return the places of lines that a page shows: those typed in, and so many empty ones."""
    used = 0
    while f"{name}-{used}" in fields:
        used += 1
    while used and not first(fields, f"{name}-{used - 1}"):
        used -= 1  # empty ones came along
    return range(used + empty)


@dataclass(slots=True)
class Reader:
    """Reads fields; after that, `problems` holds what is wrong with them."""

    fields: Fields
    words: Words
    today: date
    problems: Problems = field(default_factory=dict)

    def typed(self, name: str) -> str:
        """Return a field without the spaces around it."""
        return first(self.fields, name).strip()

    def wrong(self, name: str, key: str, **values: object) -> None:
        """Say what is wrong with a field, unless something is said of it already."""
        self.problems.setdefault(name, self.words(key, **values))

    def text(self, name: str, most: int, needed: str = "") -> str:
        """Return lines of text of at most so many letters; `needed` is what an empty one is told."""
        text = self.typed(name)
        if needed and not text:
            self.wrong(name, needed)
        if len(text) > most:
            self.wrong(name, "problem.too_long_text", most=most)
        if not all(line.replace("\t", " ").isprintable() for line in text.splitlines()):
            self.wrong(name, "problem.unprintable")
        return text

    def number(self, name: str, least: int, most: int) -> int | None:
        """Return a whole number within bounds, None for nothing."""
        text = self.typed(name)
        if not text:
            return None
        if not _NUMBER.fullmatch(text) or not least <= int(text) <= most:
            self.wrong(name, "hall_admin.problem_number", least=least, most=most)
            return None
        return int(text)

    def needed_number(self, name: str, least: int, most: int) -> int:
        """Return a whole number within bounds, which must be there."""
        found = self.number(name, least, most)
        if found is None:
            self.wrong(name, "hall_admin.problem_number", least=least, most=most)
        return least if found is None else found

    def cents(self, name: str) -> int | None:
        """Return an amount such as 25,50 in cents, None for nothing."""
        text = self.typed(name)
        if not text:
            return None
        found = _MONEY.fullmatch(text)
        if found is None:
            self.wrong(name, "hall_admin.problem_money")
            return None
        return int(found[1]) * 100 + int(found[2] or 0)

    def day(self, name: str) -> date | None:
        """Return a day, None for nothing."""
        text = self.typed(name)
        found = read_day(text)
        if text and found is None:
            self.wrong(name, "problem.day")
        return found

    def minutes(self, name: str, key: str) -> int | None:
        """Return a time of day as minutes after midnight, None for nothing."""
        text = self.typed(name)
        found = read_time(text)
        if text and found is None:
            self.wrong(name, key)
        return None if found is None else _minutes(found)

    def span(self, start: str, end: str) -> tuple[int, int] | None:
        """Return a time from and until; an end not after the start is in the night after."""
        opens = self.minutes(start, "problem.start")
        closes = self.minutes(end, "problem.end")
        if (opens is None) != (closes is None):
            lonely = (start, "problem.start") if opens is None else (end, "problem.end")
            self.wrong(*lonely)
        if opens is None or closes is None:
            return None
        return opens, closes if closes > opens else closes + 24 * 60

    def one_of(self, name: str, options: Collection[str], key: str) -> str:
        """Return what was chosen of a list."""
        chosen = self.typed(name)
        if chosen not in options:
            self.wrong(name, key)
        return chosen


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def clock(minutes: int) -> str:
    """Return minutes after midnight as a field of a form shows them."""
    hour, minute = divmod(minutes % (24 * 60), 60)
    return f"{hour:02}:{minute:02}"


def euros(cents: int | None) -> str:
    """Return an amount as a field of a form shows it."""
    return "" if cents is None else f"{cents // 100},{cents % 100:02}"


def number(value: int | None) -> str:
    """Return a number as a field of a form shows it."""
    return "" if value is None else str(value)
