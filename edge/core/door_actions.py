"""What the door's rules ask of the world, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.journal import EventKind
from contracts.reasons import Fault


@dataclass(frozen=True, slots=True)
class Release:
    """Let the strike go for at most `seconds`; None while a mode lasts. `cause` was journalled."""

    seconds: float | None
    cause: int


@dataclass(frozen=True, slots=True)
class Secure:
    """Lock the strike."""


@dataclass(frozen=True, slots=True)
class Record:
    """Write a fact into the journal."""

    kind: EventKind
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Raise:
    """A fault began."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class Clear:
    """A fault ended."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class Warn:
    """Warn that the held-open alarm comes soon."""


Action = Release | Secure | Record | Raise | Clear | Warn
