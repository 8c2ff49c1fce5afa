"""The form of what a door says: what happened, and what the person can do now."""

import re
from dataclasses import dataclass
from enum import StrEnum

from contracts.reasons import DenyReason, Fault

OPENS = "{opens}"
"""Stands for the moment from which a pass opens, in the reader's own words."""
PHONE = "{phone}"
"""Stands for the duty phone number of the door's site."""
_PLACEHOLDER = re.compile(f"({re.escape(OPENS)}|{re.escape(PHONE)})")
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?]) ")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words for a person at the door, short enough for a small display."""

    says: str
    """What happened. It never accuses, and holds no code."""
    do: str
    """What the person can do now."""

    def filled(self, opens: str = "", phone: str = "") -> "Sentence":
        """Return the words with their placeholders filled in.

        Args:
            opens: from when the pass opens, in words.
            phone: the duty phone number; without one, the sentence that asks to call is left out.

        """
        parts = _BETWEEN_SENTENCES.split(self.do)
        do = " ".join(part for part in parts if phone or PHONE not in part)
        return Sentence(_fill(self.says, opens, phone), _fill(do, opens, phone))


class Greeting(StrEnum):
    """What a door says that is neither a refusal nor a fault."""

    READY = "ready"
    CODE_SEEN = "code_seen"
    OPEN = "open"
    OPEN_FOR_ALL = "open_for_all"
    """The door's mode lets everybody in."""
    GUESTS_MAY_ENTER = "guests_may_enter"
    """A pass was shown twice: the door stays open for its holder's guests."""
    GUESTS_OVER = "guests_over"
    """The pass was shown once more: the door locks again."""
    COME_CLOSER = "come_closer"
    """A code is in view and cannot be read."""
    HELD_OPEN_SOON = "held_open_soon"
    """The held-open alarm comes soon."""
    FAULT = "fault"
    """To anybody who comes while the door cannot read or decide."""
    IDENTIFY = "identify"
    """The door was asked to show which one it is."""


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """Everything that a door says in one language."""

    refusals: dict[DenyReason, Sentence]
    faults: dict[Fault, Sentence]
    greetings: dict[Greeting, Sentence]


def _fill(text: str, opens: str, phone: str) -> str:
    parts = _PLACEHOLDER.split(text)  # not str.format: what is filled in may hold braces
    return "".join({OPENS: opens, PHONE: phone}.get(part, part) for part in parts)
