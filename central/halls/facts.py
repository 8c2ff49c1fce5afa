"""What can be said of a hall: kinds, facilities and accessibility, after OSLO Zaalreservatie."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from http import HTTPStatus
from pathlib import Path

from central.errors import CentralError

_FILE = Path(__file__).with_name("facts.toml")
LANGUAGES = ("nl", "fr", "en", "de")


class Subject(StrEnum):
    """What a fact is about; each has its own list."""

    KIND = "kind"
    FACILITY = "facility"
    ACCESSIBILITY = "accessibility"


class UnknownFact(CentralError):
    """No list has this code."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "unknown_fact"
    sentence = "The lists do not have: {codes}."


@dataclass(frozen=True, slots=True)
class Fact:
    """A code that programs keep, with words that people read."""

    subject: Subject
    code: str
    oslo: str
    """Name of the concept in OSLO's list."""
    words: Mapping[str, str]

    def said(self, language: str) -> str:
        """Return it in a language, else in Dutch."""
        return self.words.get(language, self.words["nl"])


@cache
def facts(*subjects: Subject) -> Mapping[str, Fact]:
    """Return the facts about some subjects by code, in the order of the lists."""
    listed = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        code: Fact(subject, code, row["oslo"], {one: row[one] for one in LANGUAGES})
        for subject in subjects
        for code, row in listed[subject].items()
    }


def kinds() -> Mapping[str, Fact]:
    """Return the kinds of hall."""
    return facts(Subject.KIND)


def features() -> Mapping[str, Fact]:
    """Return all that a hall can have: facilities, then accessibility."""
    return facts(Subject.FACILITY, Subject.ACCESSIBILITY)


def check(kind: str, having: Collection[str]) -> None:
    """Let pass what the lists have.

    Raises:
        UnknownFact: one is on none.

    """
    if kind not in kinds():
        raise UnknownFact(field="kind", codes=kind)
    if missing := set(having) - set(features()):
        raise UnknownFact(field="features", codes=", ".join(sorted(missing)))
