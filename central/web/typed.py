"""What the forms of accounts have in common: fields as typed, and what is wrong with them."""

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from central.errors import CentralError
from central.settings import Settings
from central.web.forms import read_day
from central.web.language import Words

Texts = Mapping[str, int]
"""Fields of a form, and how many characters each may have."""
Problems = dict[str, str]
"""What is wrong, beside which field."""


def too_long(words: Words, form: BaseModel, longest: Texts) -> Problems:
    """Return the fields that hold more than they may, or what no field may hold."""
    problems: Problems = {}
    for name, most in longest.items():
        text = str(getattr(form, name))
        if len(text.strip()) > most:
            problems[name] = words("problem.too_long_text", most=most)
        elif not text.strip().isprintable():
            problems[name] = words("problem.unprintable")
    return problems


def beside(words: Words, error: CentralError, otherwise: str) -> Problems:
    """Return a refusal as what is wrong with a field."""
    return {error.field or otherwise: words(f"error.{error.code}", **error.details)}


def read_optional_day(text: str) -> date | str | None:
    """Return the day that was typed, None for nothing; the text itself when it is no day."""
    if not text.strip():
        return None
    return read_day(text) or text


def zone_of(settings: Settings) -> ZoneInfo:
    """Return the city's time zone."""
    return ZoneInfo(settings.zone)
