"""What the door says is shown, printed or sent; an announcer that cannot be is said in words."""

import io
from collections.abc import Mapping
from typing import Any

import pytest

from edge.drivers.announcer import (
    Announcement,
    NoAnnouncer,
    SilentAnnouncer,
    TerminalAnnouncer,
    announcer_named,
)

WORDS = Announcement("Welkom, u kunt binnen.", "Duw of trek nu aan de deur.", "nl", "open")


def test_terminal_prints_one_line() -> None:
    output = io.StringIO()
    TerminalAnnouncer(output).show(WORDS)
    assert output.getvalue() == "[Welkom, u kunt binnen.] Duw of trek nu aan de deur.\n"


def test_virtual_door_is_sent_the_words() -> None:
    sent: list[Mapping[str, Any]] = []
    announcer_named("simulator", sent.append).show(WORDS)
    assert sent == [
        {
            "announce": {
                "title": WORDS.title,
                "text": WORDS.text,
                "language": "nl",
                "tone": "open",
            }
        }
    ]


def test_unit_without_one_says_nothing() -> None:
    found = announcer_named("none", None)
    assert isinstance(found, SilentAnnouncer)
    found.show(WORDS)


@pytest.mark.parametrize(("name", "words"), [("simulator", "simulator.wire"), ("voice", "voice")])
def test_announcer_that_cannot_be_is_said_in_words(name: str, words: str) -> None:
    with pytest.raises(NoAnnouncer, match=words):
        announcer_named(name, None)
