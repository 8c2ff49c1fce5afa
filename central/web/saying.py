"""Say a refusal in a visitor's words, with days as people write them."""

from datetime import date

from central.errors import CentralError
from central.web.language import Words

_DAYS = frozenset({"since", "until", "day"})
"""Details of refusals that are days, in ISO form."""


def details_said(error: CentralError, words: Words) -> dict[str, object]:
    """Return the details of a refusal, for its sentence."""
    said: dict[str, object] = dict(error.details)
    for name in _DAYS & said.keys():
        said[name] = _day(str(said[name]), words)
    return said


def refusal_said(error: CentralError, words: Words) -> str:
    """Return what a refusal says."""
    return words(f"error.{error.code}", **details_said(error, words))


def _day(text: str, words: Words) -> str:
    try:
        return words.day(date.fromisoformat(text))
    except ValueError:
        return text
