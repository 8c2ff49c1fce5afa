"""Freshness answers, acknowledgements and deny lists: what they may say, and nothing more."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.bodies import U32
from contracts.documents import DocumentType
from contracts.errors import Malformed
from contracts.freshness import Ack, DeniedKey, DenyList, Freshness, FreshnessRequest

ID, NONCE, DIGEST = "0123456789abcdef", "ab" * 16, "cd" * 32
ANSWER: dict[str, Any] = {"nonce": NONCE, "unix_ms": 1, "numbers": {}}


@given(
    st.dictionaries(st.sampled_from(DocumentType), st.integers(0, 2**53)),
    st.dictionaries(st.binary(min_size=8, max_size=8).map(bytes.hex), st.integers(0, 255)),
    st.integers(0, 1000 * U32),
)
def test_an_answer_is_read_as_it_was_written(
    numbers: dict[DocumentType, int], spent: dict[str, int], unix_ms: int
) -> None:
    answer = Freshness(nonce=NONCE, unix_ms=unix_ms, numbers=numbers, spent=spent)
    assert Freshness.parse(answer.to_bytes()) == answer


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": ""},
        {"unix_ms": -1},
        {"unix_ms": 1000 * U32 + 1},
        {"numbers": {"hallpass-pardon+jws": 1}},
        {"numbers": {"hallpass-config+jws": -1}},
        {"numbers": {"hallpass-config+jws": None}},
        {"numbers": []},
        {"spent": {"00": 1}},
        {"spent": {ID: 256}},
        {"spent": {ID: -1}},
        {"spent": {number.to_bytes(8).hex(): 1 for number in range(4097)}},
        {"trust_me": True},
    ],
    ids=lambda change: str(change)[:40],
)
def test_an_answer_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        Freshness.read({**ANSWER, **change})


@pytest.mark.parametrize(
    "change",
    [
        {"epoch": ""},
        {"upto": -1},
        {"upto": 2**53 + 1},
        {"head": "00"},
        {"resend_from": -1},
        {"x": 1},
    ],
    ids=repr,
)
def test_an_ack_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    good = {"epoch": ID, "upto": 5, "head": DIGEST}
    assert Ack.read(good).resend_from is None
    with pytest.raises(Malformed):
        Ack.read({**good, **change})


def test_a_deny_list_only_removes_and_keeps() -> None:
    body = DenyList.read({"removed": [{"key": 1, "keep": [ID]}, {"key": 2}]})
    assert body.removed == (DeniedKey(key=1, keep=(ID,)), DeniedKey(key=2))
    more = {"key": 1, "public": DIGEST}
    wrongs: tuple[dict[str, Any], ...] = ({}, {"added": []}, {"removed": [more]})
    for wrong in wrongs:
        with pytest.raises(Malformed):
            DenyList.read(wrong)


def test_a_question_says_which_key_is_doubted_only_when_one_is() -> None:
    assert FreshnessRequest(nonce=NONCE).to_json() == {"nonce": NONCE}
    doubting = FreshnessRequest(nonce=NONCE, doubts=7)
    assert doubting.to_json() == {"nonce": NONCE, "doubts": 7}
    assert FreshnessRequest.parse(doubting.to_bytes()) == doubting
    for wrong in (-1, 65536, "7", True):
        with pytest.raises(Malformed):
            FreshnessRequest.read({"nonce": NONCE, "doubts": wrong})
