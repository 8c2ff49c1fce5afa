"""Read a search as it stands in the address; pure. A mistake is told, and the rest still counts."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from central.booking.search import Wanted
from central.booking.times import NoSuchTime, Period, Which, to_utc
from central.halls.facts import features, kinds
from central.web.forms import Problem, read_day, read_number, read_time

_YEARS = range(2000, 2200)


class SearchForm(BaseModel):
    """The fields of the search exactly as typed."""

    attendees: str = ""
    seated: str = ""
    day: str = ""
    start: str = ""
    end: str = ""
    kind: str = ""
    service: str = ""
    who: str = ""
    """As what one would rent, of who is not logged in: a kind of organisation; empty: for oneself."""
    recognised: str = ""
    postcode: str = ""
    activity: str = ""
    having: list[str] = Field(default=[], max_length=100)
    """Codes of facilities and accessibility."""
    page: str = ""

    def address(self, path: str, **changes: object) -> str:
        """Return the address of a page that is asked the same, with some fields otherwise."""
        asked = {**self.model_dump(exclude={"page"}), **changes}
        return f"{path}?{query}" if (query := _query(asked)) else path

    def booking(self, hall: int, instead: dict[str, str] | None = None) -> str:
        """Return the address that books a hall with everything said so far."""
        asked = {"hall": hall, "day": self.day, "start": self.start, "end": self.end}
        kept = {name: getattr(self, name) for name in _KEPT}
        return f"/book?{_query(asked | kept | (instead or {}))}"


_KEPT = ("attendees", "activity", "who", "recognised", "postcode")
"""What a booking takes over from a search, beside hall and time."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is wanted, and what could not be read of it."""

    wanted: Wanted
    day: date | None
    page: int
    problems: tuple[Problem, ...]


def read_search(form: SearchForm, zone: ZoneInfo) -> Search:
    """Return what a search asks; a time counts only when day, start and end can be read."""
    problems: list[Problem] = []
    people = read_number(form.attendees)
    if form.attendees.strip() and people is None:
        problems.append(Problem("attendees", "problem.attendees"))
    day = _read_day(form.day)
    if form.day.strip() and day is None:
        problems.append(Problem("day", "problem.day"))
    wanted = Wanted(
        people=people or 1,
        seated=bool(form.seated),
        kind=form.kind if form.kind in kinds() else "",
        features=frozenset(form.having) & frozenset(features()),
        service=read_number(form.service),
        activity=form.activity,
    )
    use = _read_use(form, day, zone)
    if isinstance(use, Period):
        wanted = replace(wanted, use=use)
    else:
        problems += use
    return Search(wanted, day, read_number(form.page) or 1, tuple(problems))


def _read_day(text: str) -> date | None:
    """Return a day on which halls can be let: nobody's calendar needs others."""
    day = read_day(text)
    return day if day and day.year in _YEARS else None


def _read_use(form: SearchForm, day: date | None, zone: ZoneInfo) -> Period | list[Problem]:
    said = {"start": form.start.strip(), "end": form.end.strip()}
    if not any(said.values()):
        return []
    start, end = read_time(form.start), read_time(form.end)
    if day is None or start is None or end is None:
        read = {
            "day": day or form.day.strip(),
            "start": start,
            "end": end,
        }  # a bad day is told already
        return [Problem(name, f"problem.{name}") for name, it in read.items() if it in {None, ""}]
    last = day if end > start else day + timedelta(days=1)
    try:
        # In the night that has an hour twice the longest is looked for; booking asks which.
        return Period(
            to_utc(datetime.combine(day, start), zone, Which.FIRST, "start"),
            to_utc(datetime.combine(last, end), zone, Which.SECOND, "end"),
        )
    except NoSuchTime as error:
        where = error.field or "start"
        return [Problem(where, f"error.{error.code}", tuple(error.details.items()))]


def _query(asked: dict[str, object]) -> str:
    return urlencode({name: value for name, value in asked.items() if value}, doseq=True)
