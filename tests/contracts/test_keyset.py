"""The key set: two of three root keys must have signed it, and it names each key once."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.documents import DocumentType, is_newer, sign_document
from contracts.errors import (
    BadSignature,
    ContractError,
    Equivocation,
    Malformed,
    Rollback,
    UnknownKey,
)
from contracts.keys import KeyPurpose, SoftwareSigner
from contracts.keyset import (
    CITY,
    KeySetBody,
    RootKeys,
    root_key_id,
    sign_keyset,
    verify_keyset,
)
from contracts.modes import DoorMode, Modes
from tests.contracts.forge import decoded, encoded, header, malleable, signed_document
from tests.contracts.test_keys import SMALL_ORDER
from tests.simulators.city import KEY_IDS, SITE, City

A_CITY = City()
ROOT = A_CITY.root_keys
GOOD = A_CITY.keyset()
STRANGER = SoftwareSigner.generate()


def signed_by(*signers: SoftwareSigner, root: RootKeys = ROOT, number: int = 1) -> bytes:
    return sign_keyset(number, 1, KeySetBody(keys=A_CITY.entries, root=root), signers)


def edited(edit: Callable[[dict[str, Any]], None], raw: bytes = GOOD) -> bytes:
    value = json.loads(raw)
    edit(value)
    return json.dumps(value).encode()


def assert_refused(raw: bytes, error: type[ContractError] = BadSignature) -> None:
    with pytest.raises(error):
        verify_keyset(raw, ROOT)


def test_a_key_set_says_which_keys_count() -> None:
    keyset = verify_keyset(GOOD, ROOT)
    assert keyset.root == ROOT
    assert (keyset.document.kind, keyset.document.audience) == (DocumentType.KEY_SET, CITY)
    assert {number: key.entry for number, key in keyset.keys.items()} == {
        entry.id: entry for entry in A_CITY.entries
    }
    found = keyset.credential_key(KEY_IDS[KeyPurpose.CREDENTIAL])
    assert found.public.raw == A_CITY.keys[KeyPurpose.CREDENTIAL].public


def test_a_credential_key_is_asked_for_by_number_and_purpose() -> None:
    keyset = verify_keyset(GOOD, ROOT)
    for number in (0, 99, KEY_IDS[KeyPurpose.CONFIG]):
        with pytest.raises(UnknownKey):
            keyset.credential_key(number)


# --- how many root keys signed


@pytest.mark.parametrize("who", [(0, 1), (1, 0), (0, 2), (1, 2), (0, 1, 2)], ids=repr)
def test_any_two_of_three_root_keys_are_enough(who: tuple[int, ...]) -> None:
    raw = signed_by(*(A_CITY.root[one] for one in who))
    assert verify_keyset(raw, ROOT).document.number == 1


@pytest.mark.parametrize("who", [(0,), (1,), (2,), (0, 0), (1, 1, 1)], ids=repr)
def test_one_root_key_is_not_enough_however_often_it_signs(who: tuple[int, ...]) -> None:
    assert_refused(signed_by(*(A_CITY.root[one] for one in who)))


def test_keys_that_are_not_the_root_s_do_not_count() -> None:
    assert_refused(signed_by(A_CITY.root[0], STRANGER))
    assert_refused(signed_by(STRANGER, SoftwareSigner.generate()))
    config = A_CITY.keys[KeyPurpose.CONFIG]
    assert_refused(signed_by(A_CITY.root[0], config))


def test_a_stranger_s_signature_beside_enough_of_the_root_s_changes_nothing() -> None:
    raw = signed_by(STRANGER, *A_CITY.root[:2])
    assert verify_keyset(raw, ROOT).document.number == 1


def test_a_wrong_signature_under_a_root_key_s_name_refuses_the_whole() -> None:
    three = signed_by(*A_CITY.root)

    def spoil(value: dict[str, Any]) -> None:
        signature = decoded(value["signatures"][2]["signature"].encode())
        value["signatures"][2]["signature"] = encoded(malleable(signature)).decode()

    assert_refused(edited(spoil, three))


def test_nobody_signs_no_key_set() -> None:
    with pytest.raises(Malformed):
        signed_by()
    assert_refused(edited(lambda value: value.update(signatures=[])), Malformed)


def test_a_key_set_of_more_signatures_than_two_roots_have_is_refused() -> None:
    def repeat(value: dict[str, Any]) -> None:
        value["signatures"] = value["signatures"][:1] * 19

    assert_refused(edited(repeat), Malformed)


@pytest.mark.parametrize("threshold", [1, 3])
def test_the_root_says_how_many_are_enough(threshold: int) -> None:
    root = ROOT.model_copy(update={"threshold": threshold})
    one, two, three = (signed_by(*A_CITY.root[:count], root=root) for count in (1, 2, 3))
    enough = {1: [one, two, three], 3: [three]}[threshold]
    for raw in (one, two, three):
        if raw in enough:
            assert verify_keyset(raw, root).root == root
        else:
            with pytest.raises(BadSignature):
                verify_keyset(raw, root)


# --- a new root


NEW = [SoftwareSigner.generate() for _ in range(3)]
NEW_ROOT = RootKeys(keys=tuple(key.public.hex() for key in NEW), threshold=2)


def test_a_new_root_is_signed_by_the_old_and_by_the_new_one() -> None:
    raw = signed_by(*A_CITY.root[:2], *NEW[:2], root=NEW_ROOT)
    assert verify_keyset(raw, ROOT).root == NEW_ROOT
    assert verify_keyset(raw, NEW_ROOT).root == NEW_ROOT


@pytest.mark.parametrize(("old", "new"), [(2, 0), (2, 1), (0, 2), (1, 2), (1, 1), (3, 1), (1, 3)])
def test_too_few_of_either_root_are_refused(old: int, new: int) -> None:
    assert_refused(signed_by(*A_CITY.root[:old], *NEW[:new], root=NEW_ROOT))


def test_a_key_that_stays_in_the_new_root_counts_for_both() -> None:
    root = RootKeys(keys=(ROOT.keys[0], *NEW_ROOT.keys[:2]), threshold=2)
    raw = signed_by(A_CITY.root[0], A_CITY.root[1], NEW[0], root=root)
    assert verify_keyset(raw, ROOT).root == root
    assert_refused(signed_by(A_CITY.root[0], A_CITY.root[1], root=root))


def test_a_lower_threshold_is_a_new_root_and_asks_the_old_number_first() -> None:
    root = ROOT.model_copy(update={"threshold": 1})
    assert_refused(signed_by(A_CITY.root[0], root=root))
    assert verify_keyset(signed_by(*A_CITY.root[:2], root=root), ROOT).root == root


def test_a_root_key_of_small_order_is_refused() -> None:
    weak = SMALL_ORDER["order 8"]
    root = RootKeys(keys=(*ROOT.keys[:2], weak), threshold=2)
    assert_refused(signed_by(*A_CITY.root[:2], root=root), Malformed)
    with pytest.raises(Malformed):
        verify_keyset(GOOD, root)


# --- what it is, and for whom


def resigned(kind: str, envelope: dict[str, Any]) -> bytes:
    """A key set with another header or envelope, signed by the root all the same."""
    parts = [
        signed_document(
            header(kind, root_key_id(one.public.hex())),  # type: ignore[arg-type]
            envelope,
            one,
        ).split(b".")
        for one in A_CITY.root
    ]
    signatures = [{"protected": h.decode(), "signature": s.decode()} for h, _, s in parts]
    return json.dumps({"payload": parts[0][1].decode(), "signatures": signatures}).encode()


def envelope() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(decoded(json.loads(GOOD)["payload"].encode()))
    return value


def test_the_resigned_key_set_is_good_when_nothing_else_changed() -> None:
    assert verify_keyset(resigned(DocumentType.KEY_SET, envelope()), ROOT).root == ROOT


@pytest.mark.parametrize("kind", [kind for kind in DocumentType if kind != DocumentType.KEY_SET])
def test_a_root_s_signature_on_another_type_does_not_count(kind: DocumentType) -> None:
    assert_refused(resigned(kind, envelope()))


@pytest.mark.parametrize(
    "change",
    [{"aud": "unit:u-abcdefgh"}, {"aud": ""}, {"v": 2}, {"num": -1}, {"x": 1}, {"body": {}}],
    ids=repr,
)
def test_another_envelope_is_refused(change: dict[str, Any]) -> None:
    assert_refused(resigned(DocumentType.KEY_SET, {**envelope(), **change}), Malformed)


def test_a_compact_document_is_no_key_set() -> None:
    body = KeySetBody(keys=A_CITY.entries, root=ROOT)
    kid = root_key_id(ROOT.keys[0])
    compact = sign_document(
        DocumentType.KEY_SET, CITY, 1, 1, body, key_id=kid, signer=A_CITY.root[0]
    )
    assert_refused(compact, Malformed)


def test_a_root_key_signs_no_other_document() -> None:
    kid = root_key_id(ROOT.keys[0])
    body = Modes(mode=DoorMode.LOCKED, cause="test")
    raw = sign_document(DocumentType.MODES, CITY, 1, 1, body, key_id=kid, signer=A_CITY.root[0])
    find = verify_keyset(GOOD, ROOT).finder(DocumentType.MODES, SITE)
    with pytest.raises(UnknownKey):
        find(kid, None)  # type: ignore[arg-type]
    assert kid.encode() not in raw  # it stands inside base64


@pytest.mark.parametrize(
    "edit",
    [
        lambda value: value.update(extra=1),
        lambda value: value.pop("payload"),
        lambda value: value.update(payload=value["payload"] + "="),
        lambda value: value.update(signatures=value["signatures"][0]),
        lambda value: value["signatures"][0].update(header={"kid": "x"}),
        lambda value: value["signatures"][0].update(protected=""),
        lambda value: value["signatures"][0].update(protected="é"),
        lambda value: value["signatures"][0].update(signature=""),
        lambda value: value["signatures"][0].update(signature="AAAA"),
    ],
)
def test_another_serialization_is_refused(edit: Callable[[dict[str, Any]], None]) -> None:
    assert_refused(edited(edit), Malformed)


def test_every_flipped_bit_is_refused() -> None:
    for index in range(0, len(GOOD), 3):
        changed = bytearray(GOOD)
        changed[index] ^= 1 << index % 8
        with pytest.raises(ContractError):
            verify_keyset(bytes(changed), ROOT)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_and_never_crash(raw: bytes) -> None:
    with pytest.raises(ContractError):
        verify_keyset(raw, ROOT)


# --- its numbers


def test_numbers_of_key_sets_only_rise() -> None:
    first, second = (verify_keyset(A_CITY.keyset(number), ROOT).document for number in (1, 2))
    assert is_newer(second, first)
    with pytest.raises(Rollback):
        is_newer(first, second)
    other = verify_keyset(A_CITY.keyset(2, A_CITY.entries[:1]), ROOT).document
    with pytest.raises(Equivocation):
        is_newer(other, second)


def test_the_same_key_set_signed_by_others_of_the_root_is_the_same() -> None:
    one, other = signed_by(*A_CITY.root[:2]), signed_by(*A_CITY.root[1:])
    assert one != other
    assert not is_newer(verify_keyset(one, ROOT).document, verify_keyset(other, ROOT).document)
