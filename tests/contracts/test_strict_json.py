"""JSON with one reading, whoever reads it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import strict_json
from contracts.errors import Malformed
from contracts.strict_json import DEEPEST, LARGEST, dumps, loads
from tests.contracts.strategies import ANY_JSON, TOO_DEEP, nested


@given(ANY_JSON)
def test_what_is_written_can_be_read_again(value: Any) -> None:  # noqa: ANN401 - any JSON value
    assert loads(dumps(value)) == value


@given(ANY_JSON)
def test_there_is_one_way_to_write_a_value(value: Any) -> None:  # noqa: ANN401 - any JSON value
    raw = dumps(value)
    assert dumps(loads(raw)) == raw
    assert b"\n" not in raw


def test_names_are_sorted_and_letters_stay_letters() -> None:
    assert dumps({"b": [1, True, None], "a": "é€\n"}) == '{"a":"é€\\n","b":[1,true,null]}'.encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"nul",
        b"{} {}",
        b"{'a':1}",
        b'{"a":1,}',
        b'{"a":1,"a":1}',
        b'{"a":1,"\\u0061":2}',
        b'[{"x":{"a":1,"a":2}}]',
        b"1.0",
        b"1e2",
        b"-0.0",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b'{"a":1.5}',
        b"01",
        b"+1",
        b"0x1",
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
        b'{"\\ud800":1}',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'"a\nb"',
        b'"\\x41"',
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        "{}".encode("utf-32"),
        b"9" * 5000,
    ],
)
def test_what_has_two_readings_or_none_is_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        loads(raw)


@pytest.mark.parametrize("value", [1.0, float("nan"), b"bytes", {1: 2}, {None: 1}, {"a"}, object()])
def test_what_could_not_be_read_again_is_not_written(value: object) -> None:
    for nesting in (value, [value], {"a": value}):
        with pytest.raises(Malformed):
            dumps(nesting)


@pytest.mark.parametrize("text", ["\ud800", "a\udfff"])
def test_half_a_character_is_not_written(text: str) -> None:
    for value in (text, {text: 1}):
        with pytest.raises(Malformed):
            dumps(value)


def test_a_whole_surrogate_pair_is_one_character() -> None:
    assert loads(b'"\\ud83d\\ude00"') == "\U0001f600"


def test_the_deepest_value_is_read_and_written() -> None:
    assert loads(dumps(nested(DEEPEST))) == nested(DEEPEST)


def test_a_deeper_value_is_neither_read_nor_written() -> None:
    with pytest.raises(Malformed, match="inside each other"):
        dumps(TOO_DEEP)
    with pytest.raises(Malformed, match="inside each other"):
        loads(json.dumps(TOO_DEEP).encode())


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_an_abyss_is_refused_without_falling_in(opening: bytes) -> None:
    with pytest.raises(Malformed):
        loads(opening * (LARGEST // len(opening)))


def test_many_shallow_brackets_are_no_depth() -> None:
    wide: list[Any] = [[] for _ in range(10 * DEEPEST)]
    assert loads(dumps(wide)) == wide


def test_brackets_in_text_are_no_depth() -> None:
    assert loads(dumps("[{" * DEEPEST)) == "[{" * DEEPEST


def test_a_value_inside_itself_is_not_written() -> None:
    circle: list[Any] = []
    circle += [circle, circle]
    with pytest.raises(Malformed):
        dumps(circle)


def test_length_counts_in_bytes() -> None:
    assert loads(b'"ab"', limit=4) == "ab"
    with pytest.raises(Malformed):
        loads('"é"'.encode(), limit=3)
    with pytest.raises(Malformed):
        loads(b" " * (strict_json.LARGEST - 1) + b"{}")


@given(st.binary(max_size=64) | ANY_JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_read_or_refused_and_never_crash(raw: bytes) -> None:
    try:
        value = loads(raw)
    except Malformed:
        return
    assert loads(dumps(value)) == value
