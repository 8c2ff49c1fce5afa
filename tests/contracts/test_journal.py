"""The journal on the wire: events verbatim, one chain, nothing changed, dropped or put elsewhere."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import strict_json
from contracts.errors import ContractError, Malformed
from contracts.journal import (
    LARGEST_BATCH,
    LARGEST_EVENT,
    Batch,
    EventKind,
    chain,
    first_broken,
    genesis,
    read_event,
    read_links,
)
from tests.contracts.strategies import ANY_JSON, ANY_TEXT

EPOCH = bytes(range(8))
DOMAIN = b"hallpass/journal/v1\x00"


def an_event(seq: int = 1, **changes: Any) -> bytes:  # noqa: ANN401 - of each field
    value = {
        "v": 1,
        "epoch": EPOCH.hex(),
        "seq": seq,
        "boot": "00" * 8,
        "mono": 5,
        "wall": None,
        "trust": "none",
        "kind": "started",
        "data": {},
        **changes,
    }
    return strict_json.dumps(value)


def a_batch(events: list[bytes], /, first: int = 1, **changes: Any) -> Batch:  # noqa: ANN401 - of each field
    values: dict[str, Any] = {
        "unit": "u-abcdefgh",
        "epoch": EPOCH.hex(),
        "first": first,
        "previous": genesis(EPOCH).hex(),
        "events": [raw.decode() for raw in events],
        "head": "a.b.c",
        **changes,
    }
    return Batch.read(values)


def hashes(events: list[bytes]) -> list[bytes]:
    """The chain, calculated by the book."""
    found = [hashlib.sha256(DOMAIN + EPOCH).digest()]
    for raw in events:
        found.append(hashlib.sha256(DOMAIN + found[-1] + raw).digest())
    return found


JOURNAL = [an_event(seq, mono=seq) for seq in range(1, 8)]
ROWS = list(zip(range(1, 8), JOURNAL, hashes(JOURNAL)[1:], strict=True))


def test_the_chain_is_sha256_over_domain_hash_before_and_event() -> None:
    assert genesis(EPOCH) == hashes([])[0]
    assert chain(genesis(EPOCH), JOURNAL[0]) == hashes(JOURNAL)[1]


def test_a_batch_gives_its_events_with_their_hashes() -> None:
    links = read_links(a_batch(JOURNAL))
    assert [link.raw for link in links] == JOURNAL
    assert [link.hash for link in links] == hashes(JOURNAL)[1:]
    assert [link.event.seq for link in links] == list(range(1, 8))


def test_a_batch_from_the_middle_goes_on_from_the_hash_before_it() -> None:
    batch = a_batch(JOURNAL[3:], first=4, previous=hashes(JOURNAL)[3].hex())
    assert read_links(batch)[-1].hash == hashes(JOURNAL)[-1]


@given(st.lists(st.dictionaries(ANY_TEXT, ANY_JSON, max_size=3), min_size=1, max_size=5))
def test_events_travel_verbatim(data: list[dict[str, Any]]) -> None:
    events = [an_event(seq, data=item) for seq, item in enumerate(data, 1)]
    travelled = Batch.parse(a_batch(events).to_bytes())
    links = read_links(travelled)
    assert [link.raw for link in links] == events
    assert [link.event.data for link in links] == data
    assert [link.hash for link in links] == hashes(events)[1:]


def test_bytes_that_are_not_canonical_keep_their_own_hash() -> None:
    spaced = json.dumps(json.loads(an_event()), indent=1).encode()
    assert read_links(a_batch([spaced]))[0].hash == hashes([spaced])[1]


@pytest.mark.parametrize(
    "events",
    [
        [JOURNAL[1]],
        [JOURNAL[0], JOURNAL[2]],
        [JOURNAL[1], JOURNAL[0]],
        [JOURNAL[0], JOURNAL[0]],
        [an_event(epoch="11" * 8)],
        [JOURNAL[0], an_event(2, epoch="11" * 8)],
        [b"{}"],
        [b"not json"],
        [JOURNAL[0] + b"{}"],
    ],
    ids=["second", "gap", "swapped", "twice", "epoch", "later epoch", "empty", "text", "two"],
)
def test_an_event_out_of_its_place_refuses_the_batch(events: list[bytes]) -> None:
    with pytest.raises(Malformed):
        read_links(a_batch(events))


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2},
        {"seq": 0},
        {"seq": -1},
        {"seq": 2**53 + 1},
        {"seq": True},
        {"seq": "1"},
        {"epoch": "00" * 7},
        {"epoch": "AA" * 8},
        {"boot": ""},
        {"mono": -1},
        {"mono": None},
        {"wall": -1},
        {"wall": "2026-11-24"},
        {"trust": "sure"},
        {"trust": None},
        {"kind": "opened_by_magic"},
        {"data": []},
        {"data": None},
        {"who": "anna"},
    ],
    ids=repr,
)
def test_an_event_of_another_form_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        read_event(an_event(**changes))


@pytest.mark.parametrize("number", ["1.5", "1e3", "NaN", "Infinity", "-0.0"])
def test_an_event_with_a_broken_number_is_refused(number: str) -> None:
    raw = an_event(data={"x": 7}).replace(b":7", f":{number}".encode())
    with pytest.raises(Malformed):
        read_event(raw)


def test_an_event_has_a_largest_size_in_bytes() -> None:
    room = LARGEST_EVENT - len(an_event(data={"x": ""}))
    assert read_event(an_event(data={"x": "a" * room})).seq == 1
    for text in ("a" * (room + 1), "é" * (room // 2 + 1)):
        raw = an_event(data={"x": text})
        with pytest.raises(Malformed):
            read_event(raw)
        with pytest.raises(Malformed):
            read_links(a_batch([raw]))


def test_a_batch_has_at_least_one_event_and_a_largest_number() -> None:
    many = [an_event(seq) for seq in range(1, LARGEST_BATCH + 2)]
    assert len(read_links(a_batch(many[:-1]))) == LARGEST_BATCH
    for events in ([], many):
        with pytest.raises(Malformed):
            a_batch(events)


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2},
        {"unit": "anna"},
        {"unit": "u-ABCDEFGH"},
        {"epoch": "x"},
        {"first": 0},
        {"first": 2**53 + 1},
        {"previous": "00" * 31},
        {"events": "x"},
        {"events": [{}]},
        {"head": None},
        {"extra": 1},
    ],
    ids=repr,
)
def test_a_batch_of_another_form_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        a_batch(JOURNAL, **changes)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_and_never_crash(raw: bytes) -> None:
    for read in (Batch.parse, read_event):
        with pytest.raises(ContractError):
            read(raw)


# --- the chain in a database


def test_an_unbroken_chain_has_no_broken_number() -> None:
    assert first_broken(genesis(EPOCH), ROWS) is None
    assert first_broken(genesis(EPOCH), []) is None
    assert first_broken(ROWS[2][2], ROWS[3:]) is None


@pytest.mark.parametrize("place", range(7))
def test_whatever_is_done_to_a_row_shows_where(place: int) -> None:
    number, raw, stored = ROWS[place]
    spoiled = {
        "bytes changed": (number, raw.replace(b"none", b"rtc"), stored),
        "hash changed": (number, raw, bytes(32)),
        "renumbered": (number + 1, raw, stored),
        "another's bytes": (number, ROWS[place - 1][1], stored),
    }
    for name, row in spoiled.items():
        rows = [*ROWS[:place], row, *ROWS[place + 1 :]]
        assert first_broken(genesis(EPOCH), rows) == row[0], name


@pytest.mark.parametrize("place", range(6))
def test_a_dropped_or_swapped_row_shows_at_the_next(place: int) -> None:
    assert first_broken(genesis(EPOCH), ROWS[:place] + ROWS[place + 1 :]) == place + 2
    swapped = [*ROWS[:place], ROWS[place + 1], ROWS[place], *ROWS[place + 2 :]]
    assert first_broken(genesis(EPOCH), swapped) == place + 2


def test_bytes_that_are_no_event_are_broken_although_their_hash_fits() -> None:
    for raw in (b"", b"{}", an_event(2)):
        row = (1, raw, chain(genesis(EPOCH), raw))
        assert first_broken(genesis(EPOCH), [row]) == 1


def test_another_epoch_s_chain_does_not_follow() -> None:
    assert first_broken(genesis(bytes(8)), ROWS) == 1


def test_kinds_of_events_are_codes() -> None:
    assert all(kind == kind.name.lower() for kind in EventKind)
