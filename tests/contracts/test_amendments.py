"""The list of what changed after passes were signed: one entry per grant, nothing ambiguous."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.amendments import AmendmentIndex, Amendments, GrantAmendment
from contracts.bodies import U8, U24, U32
from contracts.errors import Malformed

MOST_DAYS = 2 * U24 // 1440 + 1
SPANS = st.tuples(st.integers(0, U24), st.integers(1, U24)).map(lambda s: (s[0], s[0] + s[1]))
GRANTS = st.builds(
    GrantAmendment,
    grant=st.integers(0, U32),
    minimum_issue=st.integers(0, U8),
    windows=st.none() | st.lists(SPANS, max_size=4).map(tuple),
    areas=st.none() | st.integers(0, U32),
    cancelled=st.lists(st.integers(0, MOST_DAYS), max_size=4).map(tuple),
    added=st.lists(SPANS, max_size=4).map(tuple),
)
LISTS = st.builds(
    Amendments,
    revoked=st.lists(st.binary(min_size=8, max_size=8).map(bytes.hex), unique=True).map(tuple),
    grants=st.lists(GRANTS, unique_by=lambda one: one.grant, max_size=5).map(tuple),
)


@given(LISTS)
def test_a_list_is_read_as_it_was_written(body: Amendments) -> None:
    assert Amendments.parse(body.to_bytes()) == body


@given(LISTS)
def test_the_index_finds_all_that_the_list_says_and_nothing_else(body: Amendments) -> None:
    index = AmendmentIndex.of(body)
    assert {one.hex() for one in index.revoked} == set(body.revoked)
    assert [index.grant(one.grant) for one in body.grants] == list(body.grants)
    others = set(range(20)) - {one.grant for one in body.grants}
    assert [index.grant(other) for other in others] == [None] * len(others)


def test_no_list_at_all_changes_nothing() -> None:
    assert AmendmentIndex().grant(1) is None
    assert AmendmentIndex().revoked == frozenset()


def test_an_absent_field_and_an_empty_one_are_two_things() -> None:
    assert GrantAmendment.parse(b'{"grant":1}').windows is None
    assert GrantAmendment.parse(b'{"grant":1,"windows":null}').windows is None
    assert GrantAmendment.parse(b'{"grant":1,"windows":[]}').windows == ()
    assert GrantAmendment.parse(b'{"areas":0,"grant":1}').areas == 0


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"grant": -1},
        {"grant": 1 << 32},
        {"grant": 1, "minimum_issue": 256},
        {"grant": 1, "areas": 1 << 32},
        {"grant": 1, "windows": [[5, 5]]},
        {"grant": 1, "windows": [[6, 5]]},
        {"grant": 1, "windows": [[1, 2], [6, 5]]},
        {"grant": 1, "windows": [[-1, 5]]},
        {"grant": 1, "windows": [[1]]},
        {"grant": 1, "windows": [[1, 2, 3]]},
        {"grant": 1, "windows": [1, 2]},
        {"grant": 1, "windows": [[1, 2 * U24 + 1]]},
        {"grant": 1, "added": [[5, 5]]},
        {"grant": 1, "added": None},
        {"grant": 1, "cancelled": [-1]},
        {"grant": 1, "cancelled": [MOST_DAYS + 1]},
        {"grant": 1, "cancelled": ["2026-11-24"]},
        {"grant": 1, "extended": [[1, 2]]},
    ],
    ids=repr,
)
def test_a_broken_entry_refuses_the_whole_list(entry: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        Amendments.read({"grants": [{"grant": 5}, entry]})


def test_a_grant_or_a_credential_stands_in_the_list_once() -> None:
    with pytest.raises(Malformed, match="twice"):
        Amendments.read({"grants": [{"grant": 1}, {"grant": 2}, {"grant": 1, "areas": 1}]})
    with pytest.raises(Malformed, match="twice"):
        Amendments.read({"revoked": ["00" * 8, "11" * 8, "00" * 8]})


@pytest.mark.parametrize("revoked", ["00" * 7, "00" * 9, "AA" * 8, "00" * 8 + "\n", "zz" * 8, ""])
def test_a_credential_is_named_by_eight_bytes(revoked: str) -> None:
    with pytest.raises(Malformed):
        Amendments.read({"revoked": [revoked]})


def test_a_list_has_an_end() -> None:
    with pytest.raises(Malformed):
        Amendments.read({"revoked": [number.to_bytes(8).hex() for number in range(8193)]})
    with pytest.raises(Malformed):
        Amendments.read({"grants": [{"grant": number} for number in range(4097)]})
