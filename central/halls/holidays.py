"""Belgian public holidays; pure. Ten days of the law of 4 January 1974 and its decree of 18 April 1974."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import cache


class Holiday(StrEnum):
    """A public holiday of the whole country."""

    NEW_YEAR = "new_year"
    EASTER_MONDAY = "easter_monday"
    LABOUR_DAY = "labour_day"
    ASCENSION = "ascension"
    WHIT_MONDAY = "whit_monday"
    NATIONAL_DAY = "national_day"
    ASSUMPTION = "assumption"
    ALL_SAINTS = "all_saints"
    ARMISTICE = "armistice"
    CHRISTMAS = "christmas"


_FIXED = {
    (1, 1): Holiday.NEW_YEAR,
    (5, 1): Holiday.LABOUR_DAY,
    (7, 21): Holiday.NATIONAL_DAY,
    (8, 15): Holiday.ASSUMPTION,
    (11, 1): Holiday.ALL_SAINTS,
    (11, 11): Holiday.ARMISTICE,
    (12, 25): Holiday.CHRISTMAS,
}
_AFTER_EASTER = {1: Holiday.EASTER_MONDAY, 39: Holiday.ASCENSION, 50: Holiday.WHIT_MONDAY}
"""Days after Easter Sunday."""


def easter(year: int) -> date:
    """Return Easter Sunday of a Gregorian year (the anonymous algorithm, as Meeus prints it)."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leaps, rest = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - moon + 15) % 30
    quarter, left = divmod(of_century, 4)
    weekday = (32 + 2 * rest + 2 * quarter - epact - left) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int) -> Mapping[date, Holiday]:
    """Return the holidays of a year; where two fall on one day, the one with the fixed date."""
    sunday = easter(year)
    moving = {sunday + timedelta(days=after): name for after, name in _AFTER_EASTER.items()}
    fixed = {date(year, month, day): name for (month, day), name in _FIXED.items()}
    return moving | fixed


def holiday(day: date) -> Holiday | None:
    """Return the public holiday of a day, if it is one."""
    return holidays(day.year).get(day)
