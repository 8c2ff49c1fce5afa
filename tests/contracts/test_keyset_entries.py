"""What a key set may say: each key once, with one purpose and limits that make sense."""

import pytest

from contracts.credential import Kind
from contracts.errors import Malformed
from contracts.keys import SoftwareSigner
from contracts.keyset import KeyEntry, KeySetBody, RootKeys, verify_keyset
from tests.contracts.test_keys import SMALL_ORDER
from tests.simulators.city import City

A_CITY = City()
ROOT = A_CITY.root_keys
STRANGER = SoftwareSigner.generate()


def an_entry(**changes: object) -> KeyEntry:
    values = {**A_CITY.entries[0].to_json(), **changes}
    return KeyEntry.read(values)


@pytest.mark.parametrize(
    "changes",
    [
        {"sign_from": 5, "sign_until": 5, "verify_until": 9},
        {"sign_from": 6, "sign_until": 5, "verify_until": 9},
        {"sign_from": 1, "sign_until": 9, "verify_until": 8},
        {"kinds": []},
        {"kinds": [0]},
        {"kinds": [5]},
        {"purpose": "config"},
        {"purpose": "root"},
        {"id": 65536},
        {"sites": [65536]},
        {"public": "00" * 31},
        {"public": "FF" * 32},
    ],
    ids=repr,
)
def test_an_entry_that_makes_no_sense_is_refused(changes: dict[str, object]) -> None:
    assert an_entry().kinds == tuple(Kind)
    with pytest.raises(Malformed):
        an_entry(**changes)


@pytest.mark.parametrize("public", SMALL_ORDER.values(), ids=SMALL_ORDER)
def test_a_key_of_small_order_refuses_the_whole_set(public: str) -> None:
    raw = A_CITY.keyset(entries=(an_entry(public=public),))
    with pytest.raises(Malformed):
        verify_keyset(raw, ROOT)


def body(entries: list[KeyEntry], root: RootKeys = ROOT) -> KeySetBody:
    return KeySetBody.read({"keys": [one.to_json() for one in entries], "root": root.to_json()})


def test_a_number_stands_in_the_set_once() -> None:
    with pytest.raises(Malformed, match="twice"):
        body([an_entry(), an_entry(public=STRANGER.public.hex())])


def test_a_key_has_one_purpose() -> None:
    with pytest.raises(Malformed, match="one key has one purpose"):
        body([an_entry(), an_entry(id=99, purpose="config", kinds=[])])


def test_a_root_key_signs_nothing_but_key_sets() -> None:
    with pytest.raises(Malformed, match="one key has one purpose"):
        body([an_entry(public=ROOT.keys[0])])


@pytest.mark.parametrize(
    ("keys", "threshold"),
    [
        ([], 1),
        (ROOT.keys, 0),
        (ROOT.keys, 4),
        (ROOT.keys[:1] * 2, 1),
        (["00" * 31], 1),
        ([f"{number:02}" * 32 for number in range(10)], 1),
    ],
)
def test_a_root_that_makes_no_sense_is_refused(keys: list[str], threshold: int) -> None:
    with pytest.raises(Malformed):
        RootKeys.read({"keys": list(keys), "threshold": threshold})
