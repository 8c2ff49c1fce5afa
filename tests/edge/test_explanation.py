"""What a person at a terminal reads of a pass, an answer, a status and an export."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from contracts.journal import chain, genesis
from edge.errors import EdgeError
from edge.explanation import entry_line, explain, first_broken_in, status_lines, verdict_words
from tests.simulators.city import City, some_claims

EPOCH = b"epochepo"


def test_pass_is_explained_field_by_field() -> None:
    text = City().sign_pass(
        some_claims(areas=0b101, repeats=4, pattern=0x82, accessible=True, may_hold_open=True)
    )
    found = dict(explain(text))
    assert found["kind"] == "renter"
    assert found["areas"] == "0, 2"
    assert found["first window"] == "Tue 2026-11-24 11:30 UTC to Tue 2026-11-24 14:00 UTC"
    assert found["repeats"] == "Tuesday, every second week, 4 weeks after the first"
    assert found["flags"] == "accessible opening, may hold the door open"


@pytest.mark.parametrize("text", ["", "HP1:", "https://example.org", "HP1:" + "A" * 144, "é" * 148])
def test_anything_else_is_said_to_be_no_pass(text: str) -> None:
    ((name, words),) = explain(text)
    assert (name, words.split(":")[0]) == ("form", "not a pass")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"answer": "granted", "window": [0, 60]}, "opens now, until Wed 2025-01-01 01:00 UTC"),
        ({"answer": "denied", "reason": "expired", "detail": ""}, "stays shut: expired."),
        (
            {"answer": "denied", "reason": "not_yet_valid", "opens_at": 60},
            "opens this door from Wed 2025-01-01 01:00 UTC.",
        ),
        ({"answer": "denied", "reason": "unknown_key", "detail": "key 9"}, "(key 9)"),
        ({"answer": "unknown", "detail": "no answer"}, "is unknown: no answer"),
    ],
)
def test_answer_of_the_door_is_a_sentence(answer: dict[str, Any], words: str) -> None:
    assert words in verdict_words(answer)


def test_status_says_faults_in_words() -> None:
    lines = "\n".join(
        status_lines(
            {
                "door": "Zaal A",
                "commissioned": True,
                "unit": "u-abcdefgh",
                "mode": "locked",
                "leaf": "closed",
                "strike": "secured",
                "trust": "signed",
                "journal": {"entries": 9, "unacknowledged": 2},
                "lists_age": None,
                "documents": {"hallpass-config+jws": {"number": 3, "audience": "unit:u-abcdefgh"}},
                "faults": {"camera_covered": "", "clock_untrusted": "floor"},
            }
        )
    )
    assert "Zaal A, in service" in lines
    assert "number 3 for unit:u-abcdefgh" in lines
    assert lines.count("FAULT") == 2
    assert "camera_covered" not in lines


def test_entry_is_one_line_also_without_a_time() -> None:
    event = {"seq": 7, "wall": None, "trust": "none", "kind": "started", "data": {"boot": "ab"}}
    assert entry_line(event).split() == ["7", "none", "started", "boot=ab"]


def an_export(*bodies: dict[str, Any]) -> Iterator[dict[str, Any]]:
    value = genesis(EPOCH)
    yield {"previous": value.hex()}
    for seq, data in enumerate(bodies, 1):
        raw = json.dumps(
            {
                "v": 1,
                "epoch": EPOCH.hex(),
                "seq": seq,
                "boot": "00" * 8,
                "mono": 0,
                "wall": None,
                "trust": "none",
                "kind": "started",
                "data": data,
            }
        )
        value = chain(value, raw.encode())
        yield {"seq": seq, "event": raw, "hash": value.hex()}


def test_whole_export_follows_from_its_beginning() -> None:
    assert first_broken_in(an_export({"a": 1}, {"b": 2}), "it") == (None, 2)


def test_changed_or_missing_entry_of_an_export_is_found() -> None:
    rows = list(an_export({"a": 1}, {"b": 2}, {"c": 3}))
    changed = [dict(row) for row in rows]
    changed[2]["event"] = changed[2]["event"].replace('"b": 2', '"b": 3')
    assert first_broken_in(iter(changed), "it")[0] == 2
    assert first_broken_in(iter([*rows[:2], rows[3]]), "it")[0] == 3


@pytest.mark.parametrize("rows", [[], [{}], [{"previous": "xx"}], [{"previous": ""}, {"seq": "a"}]])
def test_what_is_no_export_is_said_so(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(EdgeError, match="not an export"):
        first_broken_in(iter(rows), "it")
