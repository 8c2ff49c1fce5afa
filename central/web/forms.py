"""Read what people typed; pure. Whatever is wrong comes back beside its field, nothing is lost."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from central.accounts.people import Renter
from central.booking.times import AmbiguousTime, NoSuchTime, Period, Which, to_utc
from central.booking.wishes import Wish

_DAY = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
_TIME = re.compile(r"(\d{1,2})\s*(?:[:.uhUH]\s*(\d{2})?)?\s*(?:u|uur|h)?")
_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_LONGEST = {"name": 120, "email": 254, "purpose": 200}


class BookForm(BaseModel):
    """The fields of the booking page exactly as typed."""

    hall: str = ""
    day: str = ""
    start: str = ""
    end: str = ""
    which_start: str = ""
    which_end: str = ""
    attendees: str = ""
    name: str = ""
    email: str = ""
    purpose: str = ""
    accessible: str = ""
    show_free: str = ""
    """The button beside the day: only show the free hours."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A field, and the key of the text that says what is wrong with it."""

    field: str
    key: str
    values: tuple[tuple[str, object], ...] = ()


def read_day(text: str) -> date | None:
    """Return the day of 2026-12-05, 5-12-2026 or 5/12/2026; None for anything else."""
    text = text.strip()
    try:
        if found := _DAY.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    """Return the time of 14:00, 14.00, 14u, 14u30, 14 uur; None for anything else."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    try:
        return time(int(found[1]), int(found[2] or 0))
    except ValueError:
        return None


def read_number(text: str) -> int | None:
    """Return a whole number of 1 or more; None for anything else."""
    found = _NUMBER.fullmatch(text.strip())
    return int(found[0]) if found else None


def read_which(text: str) -> Which | None:
    """Return which of two equal times was meant, if it was said."""
    return Which(text) if text in set(Which) else None


def read_booking(form: BookForm, zone: ZoneInfo | None) -> tuple[Renter, Wish] | list[Problem]:
    """Return what is wanted and by whom, or all that is wrong, in the order of the page.

    `zone` is that of the chosen hall; None when no hall was chosen.
    """
    problems = [Problem("hall", "problem.hall")] if zone is None else []
    use = _read_use(form, zone or ZoneInfo("UTC"))
    if not isinstance(use, Period):
        problems += use
    attendees = read_number(form.attendees)
    if attendees is None:
        problems.append(Problem("attendees", "problem.attendees"))
    problems += _read_person(form)
    if problems or attendees is None or not isinstance(use, Period):
        return problems
    wish = Wish(int(form.hall), use, attendees, form.purpose.strip(), bool(form.accessible))
    return Renter(form.email.strip(), form.name.strip()), wish


def is_email(text: str) -> bool:
    """Tell whether this can be an address of mail."""
    plain = text.strip()
    is_short = len(plain) <= _LONGEST["email"] and plain.isprintable()
    return is_short and _EMAIL.fullmatch(plain) is not None


def _read_person(form: BookForm) -> list[Problem]:
    problems = []
    if not form.name.strip():
        problems.append(Problem("name", "problem.name"))
    if not _EMAIL.fullmatch(form.email.strip()):
        problems.append(Problem("email", "problem.email"))
    for field, most in _LONGEST.items():
        if len(getattr(form, field)) > most:
            problems.append(Problem(field, "problem.too_long_text", (("most", most),)))
    return problems


def _read_use(form: BookForm, zone: ZoneInfo) -> Period | list[Problem]:
    day, start, end = read_day(form.day), read_time(form.start), read_time(form.end)
    read = {"day": day, "start": start, "end": end}
    if day is None or start is None or end is None:
        return [Problem(name, f"problem.{name}") for name, value in read.items() if value is None]
    last = day if end > start else day + timedelta(days=1)
    try:
        return Period(
            to_utc(datetime.combine(day, start), zone, read_which(form.which_start), "start"),
            to_utc(datetime.combine(last, end), zone, read_which(form.which_end), "end"),
        )
    except (NoSuchTime, AmbiguousTime) as error:
        return [
            Problem(error.field or "start", f"error.{error.code}", tuple(error.details.items()))
        ]
    except ValueError:  # in the night that has an hour twice, "second" may come before "first"
        return [Problem("end", "problem.end")]
