"""What may never go down, merged from two places, sealed, and refused when a byte of it changed."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import strict_json
from edge.drivers.summary import _DOMAIN, FORGET_AFTER_MS, LARGEST, MOST_LEARNED, Summary, opened

FULL = Summary(
    epoch="ab" * 8,
    seq=40,
    floor_ms=1_795_000_000_000,
    session=7,
    generation=1,
    numbers={"config": 3, "amendments": 12},
    spent={"70" * 8: 2},
    ends={"70" * 8: 1_795_000_000_000},
)


def resealed(**changes: object) -> bytes:
    """Return sealed bytes as somebody at the card could make them: right checksum, other content."""
    values = {name: getattr(FULL, name) for name in Summary.__slots__}
    body = strict_json.dumps({**values, **changes})
    return hashlib.sha256(_DOMAIN + body).hexdigest().encode() + b"\n" + body


def test_what_was_sealed_is_opened() -> None:
    assert opened(FULL.sealed()) == FULL
    assert opened(replace(FULL, lost=True).sealed()) == replace(FULL, lost=True)


def test_every_changed_byte_and_every_missing_end_is_noticed() -> None:
    raw = FULL.sealed()
    for index in range(len(raw)):
        assert opened(raw[:index] + bytes([raw[index] ^ 1]) + raw[index + 1 :]) is None
        assert opened(raw[:index]) is None
    assert opened(raw + b" ") is None


@pytest.mark.parametrize(
    "changes",
    [
        {"floor_ms": "late"},
        {"floor_ms": None},
        {"seq": True},
        {"numbers": None},
        {"numbers": [1, 2]},
        {"numbers": {"config": "3"}},
        {"spent": {"ab": None}},
        {"lost": 1},
    ],
)
def test_values_of_another_type_are_refused(changes: dict[str, object]) -> None:
    assert opened(resealed(**changes)) is None


@pytest.mark.parametrize("raw", [b"", b"\n", b"{}", FULL.sealed().replace(b"\n", b"")])
def test_what_is_no_summary_at_all_is_refused(raw: bytes) -> None:
    assert opened(raw) is None


def test_a_newer_release_may_have_added_something() -> None:
    assert opened(resealed(colour="blue")) == FULL


def test_an_older_release_may_not_have_known_something() -> None:
    body = strict_json.dumps({"epoch": "", "seq": 1, "floor_ms": 2, "session": 3, "lost": False})
    raw = hashlib.sha256(_DOMAIN + body).hexdigest().encode() + b"\n" + body
    assert opened(raw) == Summary(seq=1, floor_ms=2, session=3)


def test_a_ledger_of_years_still_fits() -> None:
    spent = {f"{number:016x}": 1 for number in range(50_000)}
    assert opened(replace(FULL, spent=spent).sealed()) == replace(FULL, spent=spent)


def test_what_is_longer_than_anything_that_is_written_is_still_read() -> None:
    spent = {f"{number:016x}": 1 for number in range(LARGEST // 20)}
    raw = replace(FULL, spent=spent).sealed()
    assert len(raw) > LARGEST
    assert opened(raw) == replace(FULL, spent=spent)


@pytest.mark.parametrize(
    ("known", "spent", "learned"),
    [
        (0, {"new": 1}, {"new": 1}),
        (MOST_LEARNED - 1, {"new": 1, "other": 1}, {"new": 1}),
        (MOST_LEARNED, {"new": 1}, {}),
        (MOST_LEARNED + 9, {"new": 1, "0": 2, "1": 1}, {"0": 2}),
    ],
    ids=["room", "room for one", "full", "fuller by uses at this door"],
)
def test_central_fills_the_ledger_only_so_far_and_always_counts_on(
    known: int, spent: dict[str, int], learned: dict[str, int]
) -> None:
    here = Summary(spent={f"{number}": 1 for number in range(known)})
    assert here.learned(spent) == learned


def test_merging_takes_the_higher_of_every_value() -> None:
    other = replace(
        FULL,
        floor_ms=FULL.floor_ms + 1,
        session=3,
        numbers={"config": 9, "modes": 1},
        spent={"70" * 8: 1, "71" * 8: 1},
    )
    merged = FULL.merged(other)
    assert merged.floor_ms == FULL.floor_ms + 1
    assert merged.session == 7
    assert merged.numbers == {"config": 9, "amendments": 12, "modes": 1}
    assert merged.spent == {"70" * 8: 2, "71" * 8: 1}


def test_merging_keeps_whose_it_is() -> None:
    merged = FULL.merged(Summary(epoch="cd" * 8, seq=99, lost=True))
    assert (merged.epoch, merged.seq, merged.lost) == (FULL.epoch, 40, False)


def test_a_dropped_number_does_not_come_back_from_the_other_place() -> None:
    dropped = FULL.without("amendments")
    assert dropped.merged(FULL).numbers == {"config": 3}
    assert FULL.merged(dropped).numbers == {"config": 3}
    anew = replace(dropped, numbers={"config": 3, "amendments": 1})
    assert FULL.merged(anew).numbers == {"config": 3, "amendments": 1}
    assert replace(anew, numbers={"amendments": 2}).merged(anew).numbers == {
        "config": 3,
        "amendments": 2,
    }


def test_uses_of_a_pass_that_has_long_been_over_are_forgotten() -> None:
    assert FORGET_AFTER_MS == 7_776_000_000  # ninety days
    end = FULL.ends["70" * 8]
    just = replace(FULL, floor_ms=end + FORGET_AFTER_MS)
    assert just.tidied() == just
    later = replace(FULL, floor_ms=end + FORGET_AFTER_MS + 1).tidied()
    assert (later.spent, later.ends) == ({}, {})


@pytest.mark.parametrize(
    ("ends", "moved"),
    [
        ({77: 11}, {"a": 11}),
        ({77: 10}, {}),
        ({77: 9}, {}),
        ({78: 11}, {}),
    ],
    ids=["later", "the same", "earlier", "of another grant"],
)
def test_only_a_later_end_of_the_same_grant_moves_an_end_on(
    ends: dict[int, int], moved: dict[str, int]
) -> None:
    spent = {"a": 1, "endless": 1, "of an earlier release": 1}
    known = {"a": 10, "of an earlier release": 10}
    here = Summary(spent=spent, ends=known, grants={"a": 77, "endless": 77})
    assert here.moved_on(ends) == moved


def test_uses_of_a_pass_whose_end_nobody_knows_are_never_forgotten() -> None:
    forever = replace(FULL, ends={}, floor_ms=2**50)
    assert forever.tidied() == forever


COUNTS = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 9))
SUMMARIES = st.builds(
    Summary,
    floor_ms=st.integers(0, 9),
    session=st.integers(0, 9),
    numbers=COUNTS,
    spent=COUNTS,
)


@given(SUMMARIES, SUMMARIES)
def test_merging_never_lowers_anything_and_does_not_mind_the_order(
    one: Summary, other: Summary
) -> None:
    merged = one.merged(other)
    assert merged == replace(other.merged(one), epoch=one.epoch)
    for before in (one, other):
        assert merged.floor_ms >= before.floor_ms
        assert merged.session >= before.session
        assert all(merged.numbers[name] >= number for name, number in before.numbers.items())
        assert all(merged.spent[name] >= count for name, count in before.spent.items())
    assert merged.merged(other) == merged
