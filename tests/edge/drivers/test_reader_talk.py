"""What the reader process says is believed only in its form, and never more than it was asked."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import Malformed
from edge.drivers.reader import FORMS
from edge.drivers.reader_talk import (
    LONGEST_LINE,
    Failed,
    Ready,
    Said,
    Settings,
    from_line,
    pause_line,
    pause_of,
    to_line,
)
from edge.events import CameraState, CodeSeen, CodeUnclear, ReaderHealth
from tests.edge.drivers.a_reader import a_pass

NOW = 1000.5
SETTINGS = Settings("push:x", 1280, 720, 10, "/run/hallpass", 42, FORMS)
PASS = a_pass()


def line(**values: object) -> bytes:
    return json.dumps(values).encode()


@pytest.mark.parametrize(
    "said",
    [
        CodeSeen(PASS, 1000.25, NOW),
        CodeUnclear(1000.25, foreign=True),
        ReaderHealth(CameraState.BLURRED, 9.5, NOW),
        Ready(files=True, calls=False, limits=True),
        Failed("the camera is gone"),
    ],
)
def test_what_is_said_arrives(said: Said) -> None:
    assert from_line(to_line(said).rstrip(b"\n"), SETTINGS, NOW) == said


def test_settings_survive_being_an_argument() -> None:
    assert Settings.from_argument(SETTINGS.to_argument()) == SETTINGS


@pytest.mark.parametrize("seconds", [0, 0.25, 5, 3600])
def test_a_pause_arrives(seconds: float) -> None:
    assert pause_of(pause_line(seconds).rstrip(b"\n")) == seconds


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"12",
        b"\xff\xfe",
        b"{}",
        line(say="open the door"),
        line(say="code", text="HP2:" + PASS[4:], at=1),
        line(say="code", text=PASS + " ", at=1),
        line(say="code", text=PASS),
        line(say="code", text=PASS, at="now"),
        line(say="code", text=PASS, at=1.5),
        line(say="code", at=1),
        line(say="health", state="excellent", milli=1, at=1),
        line(say="health", state="working", milli=None, at=1),
        line(say=["code"], text=PASS, at=1),
        line(say="failed", why="x" * LONGEST_LINE),
        b'{"say":"ready","files":true,"files":true,"calls":true}',
    ],
    ids=range(18),
)
def test_anything_else_is_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        from_line(raw, SETTINGS, NOW)


@given(st.binary(max_size=200))
def test_no_bytes_at_all_raise_anything_else(raw: bytes) -> None:
    with pytest.raises(Malformed):
        from_line(raw, SETTINGS, NOW)


@pytest.mark.parametrize(
    ("said_at", "taken_at"), [(10**30, NOW), (1_000_400_000, 1000.4), (-5, NOW - 60), (0, NOW - 60)]
)
def test_a_frame_is_neither_from_the_future_nor_old(said_at: int, taken_at: float) -> None:
    seen = from_line(line(say="code", text=PASS, at=said_at), SETTINGS, NOW)
    assert isinstance(seen, CodeSeen)
    assert seen.frame_at == taken_at
    assert seen.at == NOW
