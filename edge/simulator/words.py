"""The words of the virtual door's pages: one TOML file per language, whose keys a test compares."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request

FOLDER = Path(__file__).parent / "texts"
DEFAULT = "nl"
COOKIE = "hallpass_language"
"""The same as central's: who chose a language there finds it here."""


@dataclass(frozen=True, slots=True)
class Words:
    """All texts of one language."""

    code: str
    texts: Mapping[str, str]

    def __call__(self, key: str) -> str:
        """Return a text."""
        return self.texts[key]

    def has(self, key: str) -> bool:
        """Tell whether there is such a text."""
        return key in self.texts


@cache
def languages() -> Mapping[str, Words]:
    """Return every language, the default first."""
    codes = sorted((path.stem for path in FOLDER.glob("*.toml")), key=lambda one: one != DEFAULT)
    return {code: Words(code, _read(code)) for code in codes}


def language_of(request: Request) -> Words:
    """Return the language of a visitor: chosen, remembered, or the browser's."""
    accepted = request.headers.get("accept-language", "").split(",")
    wishes = (
        request.query_params.get("lang", ""),
        request.cookies.get(COOKIE, ""),
        *(tag.split(";")[0].strip()[:2].lower() for tag in accepted),
    )
    return next((languages()[one] for one in wishes if one in languages()), languages()[DEFAULT])


def _read(code: str) -> dict[str, str]:
    texts = tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8"))
    return dict(_flat(texts))


def _flat(texts: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in texts.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
