"""Read what people typed; pure. Whatever is wrong comes back beside its field, nothing is lost."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from central.accounts.people import Renter
from central.booking.times import AmbiguousTime, NoSuchTime, Period, Which, to_utc

_DAY = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
_TIME = re.compile(r"(\d{1,2})\s*(?:[:.uhUH]\s*(\d{2})?)?\s*(?:u|uur|h)?")
_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_LONGEST = {"name": 120, "email": 254, "purpose": 200}


class WhenForm(BaseModel):
    """A day and its hours exactly as typed."""

    day: str = ""
    start: str = ""
    end: str = ""
    which_start: str = ""
    which_end: str = ""
    show_free: str = ""
    """The button beside the day: only show the free hours."""


class BookForm(WhenForm):
    """The fields of the first screen of booking, and what the search said already."""

    hall: str = ""
    order: str = ""
    """Link of the order that is being chosen, to which this is added."""
    attendees: str = ""
    activity: str = ""
    who: str = ""
    recognised: str = ""
    postcode: str = ""


class DetailsForm(BaseModel):
    """What a hall is used for, and what goes with it, exactly as typed."""

    attendees: str = ""
    activity: str = ""
    purpose: str = ""
    accessible: str = ""
    extra: list[str] = Field(default=[], max_length=100)
    """Codes of extras, in the order of `count`."""
    count: list[str] = Field(default=[], max_length=100)

    def counts(self) -> dict[str, str]:
        """Return how many of each extra, as typed."""
        return dict(zip(self.extra, self.count, strict=False))


class RenterForm(BaseModel):
    """Who rents, exactly as typed."""

    name: str = ""
    email: str = ""
    agreed: str = ""
    """The changes of right and price that were shown and agreed to."""


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


def read_details(form: DetailsForm) -> tuple[int, tuple[tuple[str, int], ...]] | list[Problem]:
    """Return how many people, and which extras, or all that is wrong, in the order of the page."""
    problems = []
    attendees = read_number(form.attendees)
    if attendees is None:
        problems.append(Problem("attendees", "problem.attendees"))
    if len(form.purpose) > _LONGEST["purpose"]:
        most = (("most", _LONGEST["purpose"]),)
        problems.append(Problem("purpose", "problem.too_long_text", most))
    extras = []
    for code, typed in form.counts().items():
        count = read_number(typed)
        if count is None and typed.strip() not in {"", "0"}:
            problems.append(Problem(f"extra-{code}", "problem.count"))
        extras.append((code, count or 0))
    if problems or attendees is None:
        return problems
    return attendees, tuple(one for one in extras if one[1])


def read_renter(form: RenterForm, language: str) -> Renter | list[Problem]:
    """Return who rents, or all that is wrong, in the order of the page."""
    problems = []
    if not form.name.strip():
        problems.append(Problem("name", "problem.name"))
    if not _EMAIL.fullmatch(form.email.strip()):
        problems.append(Problem("email", "problem.email"))
    for field in ("name", "email"):
        if len(getattr(form, field)) > _LONGEST[field]:
            most = (("most", _LONGEST[field]),)
            problems.append(Problem(field, "problem.too_long_text", most))
    return problems or Renter(form.email.strip(), form.name.strip(), language)


def is_email(text: str) -> bool:
    """Tell whether this can be an address of mail."""
    plain = text.strip()
    is_short = len(plain) <= _LONGEST["email"] and plain.isprintable()
    return is_short and _EMAIL.fullmatch(plain) is not None


def read_use(form: WhenForm, zone: ZoneInfo) -> Period | list[Problem]:
    """Return the time that was typed, or what is wrong with it."""
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
