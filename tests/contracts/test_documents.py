"""Signed documents: taken when rightly signed for this purpose, site, time and audience; else refused."""

import base64
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.amendments import Amendments
from contracts.bodies import Body
from contracts.documents import (
    CENTRAL,
    PURPOSE_OF,
    Document,
    DocumentType,
    is_newer,
    payload_of,
    read_header,
    sign_document,
    site_audience,
    unit_audience,
    verify_document,
)
from contracts.errors import BadSignature, Equivocation, Malformed, Rollback, UnknownKey
from contracts.freshness import Ack
from contracts.keys import KeyPurpose, SoftwareSigner, VerifyKey
from contracts.keyset import KeySet, verify_keyset
from contracts.modes import DoorMode, Modes
from contracts.moments import minute_of
from tests.simulators.city import KEY_IDS, NOW, SITE, UNIT, YEAR, City

CITY = City()
KEYSET = verify_keyset(CITY.keyset(), CITY.root_keys)
MINE = unit_audience(UNIT)
KINDS = list(PURPOSE_OF)
MINUTE = minute_of(NOW)


class Anything(Body):
    """A body of one field."""

    said: str = ""


def signed(kind: DocumentType = DocumentType.MODES, number: int = 1, said: str = "") -> bytes:
    return CITY.document(kind, MINE, number, Anything(said=said))


def verified(raw: bytes, kind: DocumentType = DocumentType.MODES) -> Document:
    return verify_document(raw, kind, KEYSET.finder(kind, SITE), MINE)


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_says_what_was_signed(kind: DocumentType) -> None:
    raw = signed(kind, 7, "é")
    document = verified(raw, kind)
    assert (document.kind, document.audience, document.number) == (kind, MINE, 7)
    assert document.issued == int(NOW.timestamp())
    assert document.read(Anything) == Anything(said="é")
    assert document.key_id == str(KEY_IDS[PURPOSE_OF[kind]])
    assert document.raw == raw
    assert document.digest == hashlib.sha256(document.payload).hexdigest()


def test_a_document_is_a_compact_jws_with_canonical_json() -> None:
    head, payload, signature = (
        base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)) for part in signed().split(b".")
    )
    assert head == b'{"alg":"Ed25519","kid":"4","typ":"hallpass-modes+jws"}'
    assert payload == (
        b'{"aud":"unit:u-abcdefgh","body":{"said":""},"iat":%d,"num":1,"v":1}' % NOW.timestamp()
    )
    assert len(signature) == 64
    assert read_header(signed()).typ == DocumentType.MODES
    assert payload_of(signed()) == payload


def test_the_city_s_own_documents_are_taken() -> None:
    ends = int(NOW.timestamp()) + 60
    modes = verified(CITY.modes(DoorMode.UNLOCKED, ends)).read(Modes)
    assert modes == Modes(mode=DoorMode.UNLOCKED, until=ends, cause="test")
    raw = CITY.amendments(2, revoked=["00" * 8])
    kind = DocumentType.AMENDMENTS
    found = verify_document(raw, kind, KEYSET.finder(kind, SITE), site_audience(SITE))
    assert found.read(Amendments).revoked == ("00" * 8,)


# --- purpose


@pytest.mark.parametrize("kind", DocumentType)
def test_no_document_is_taken_for_another_type(kind: DocumentType) -> None:
    signer = CITY.keys[KeyPurpose.ACK]
    raw = sign_document(kind, MINE, 1, 1, Anything(), key_id="6", signer=signer)
    for other in set(DocumentType) - {kind}:
        with pytest.raises(Malformed):
            verify_document(raw, other, lambda *_: signer.verify_key, MINE)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("purpose", KeyPurpose)
def test_only_a_key_of_its_purpose_signs_a_document(
    kind: DocumentType, purpose: KeyPurpose
) -> None:
    raw = sign_document(
        kind,
        MINE,
        1,
        int(NOW.timestamp()),
        Anything(),
        key_id=str(KEY_IDS[purpose]),
        signer=CITY.keys[purpose],
    )
    if purpose is PURPOSE_OF[kind]:
        assert verified(raw, kind).number == 1
    else:
        with pytest.raises(UnknownKey):
            verified(raw, kind)


def test_a_key_that_borrows_another_s_number_is_refused() -> None:
    signer = CITY.keys[KeyPurpose.ACK]
    number = str(KEY_IDS[KeyPurpose.MODES])
    raw = sign_document(
        DocumentType.MODES, MINE, 1, int(NOW.timestamp()), Anything(), key_id=number, signer=signer
    )
    with pytest.raises(BadSignature):
        verified(raw)


# --- site and time of the key


def limited(**limits: object) -> KeySet:
    entries = tuple(
        entry.model_copy(update=limits) if entry.purpose is KeyPurpose.MODES else entry
        for entry in CITY.entries
    )
    return verify_keyset(CITY.keyset(entries=entries), CITY.root_keys)


@pytest.mark.parametrize(
    ("limits", "counts"),
    [
        ({}, True),
        ({"sites": (SITE, SITE + 1)}, True),
        ({"sites": (SITE + 1,)}, False),
        ({"sites": ()}, False),
        ({"sign_from": MINUTE}, True),
        ({"sign_from": MINUTE + 1}, False),
        ({"sign_until": MINUTE + 1}, True),
        ({"sign_until": MINUTE}, False),
    ],
    ids=repr,
)
def test_a_key_counts_where_and_when_the_key_set_says(
    limits: dict[str, object],
    counts: bool,  # noqa: FBT001 - a row of the table
) -> None:
    find = limited(**limits).finder(DocumentType.MODES, SITE)
    if counts:
        assert verify_document(signed(), DocumentType.MODES, find).number == 1
    else:
        with pytest.raises(UnknownKey):
            verify_document(signed(), DocumentType.MODES, find)


@pytest.mark.parametrize(("minute", "counts"), [(None, True), (MINUTE, False), (MINUTE - 1, True)])
def test_a_key_counts_until_it_stops_verifying_as_far_as_the_time_is_known(
    minute: int | None,
    counts: bool,  # noqa: FBT001 - a row of the table
) -> None:
    keyset = limited(sign_until=MINUTE, verify_until=MINUTE, sign_from=MINUTE - YEAR)
    earlier = City(moment=NOW.replace(hour=1), root=CITY.root, keys=CITY.keys)
    raw = earlier.document(DocumentType.MODES, MINE, 1, Anything())
    find = keyset.finder(DocumentType.MODES, SITE, minute)
    if counts:
        assert verify_document(raw, DocumentType.MODES, find).number == 1
    else:
        with pytest.raises(UnknownKey):
            verify_document(raw, DocumentType.MODES, find)


@pytest.mark.parametrize(
    "key_id", ["", "04", "+4", "-4", " 4", "4 ", "4.0", "4e0", "0x4", "٤", "99999", "99", "4\n"]
)
def test_a_key_has_one_name(key_id: str) -> None:
    signer = CITY.keys[KeyPurpose.MODES]
    raw = sign_document(
        DocumentType.MODES, MINE, 1, int(NOW.timestamp()), Anything(), key_id=key_id, signer=signer
    )
    with pytest.raises(UnknownKey):
        verified(raw)


# --- audience


@pytest.mark.parametrize(
    "audience",
    ["city", CENTRAL, "site:3", "unit:u-abcdefgi", "unit:", "", f"{MINE} ", MINE.upper()],
)
def test_a_document_for_somebody_else_is_refused(audience: str) -> None:
    with pytest.raises(Malformed, match="not for"):
        verified(CITY.document(DocumentType.MODES, audience, 1, Anything()))


def test_without_an_audience_asked_for_it_is_only_told() -> None:
    raw = CITY.document(DocumentType.MODES, "unit:u-zzzzzzzz", 1, Anything())
    find = KEYSET.finder(DocumentType.MODES, SITE)
    assert verify_document(raw, DocumentType.MODES, find).audience == "unit:u-zzzzzzzz"


def test_the_key_is_looked_for_with_what_the_document_claims() -> None:
    asked = []

    def find(key_id: str, envelope: object) -> VerifyKey:
        asked.append((key_id, envelope.num))  # type: ignore[attr-defined]
        return CITY.keys[KeyPurpose.MODES].verify_key

    verify_document(signed(number=9), DocumentType.MODES, find)
    assert asked == [("4", 9)]


# --- numbers


def test_the_first_document_is_new() -> None:
    assert is_newer(verified(signed()), None)


def test_a_higher_number_replaces_a_lower_one() -> None:
    assert is_newer(verified(signed(number=6)), verified(signed(number=5)))


def test_a_lower_number_is_refused() -> None:
    with pytest.raises(Rollback):
        is_newer(verified(signed(number=4)), verified(signed(number=5)))


def test_the_same_document_again_is_no_news() -> None:
    assert not is_newer(verified(signed()), verified(signed()))


def test_two_documents_with_one_number_are_an_equivocation() -> None:
    with pytest.raises(Equivocation):
        is_newer(verified(signed(said="a")), verified(signed(said="b")))


def test_a_number_says_nothing_about_another_kind_or_audience() -> None:
    kind = DocumentType.MODES
    other = CITY.document(kind, "unit:u-zzzzzzzz", 9, Anything())
    for stranger in (
        verify_document(other, kind, KEYSET.finder(kind, SITE)),
        verified(signed(DocumentType.CONFIG, 9), DocumentType.CONFIG),
    ):
        with pytest.raises(Malformed):
            is_newer(stranger, verified(signed()))


def test_a_document_signed_anew_by_another_key_is_still_the_same_one() -> None:
    """Key renewal signs the same payload again; who signed it is not part of it."""
    other = SoftwareSigner.generate()
    payload = json.loads(payload_of(signed()))
    again = sign_document(
        DocumentType.MODES,
        MINE,
        payload["num"],
        payload["iat"],
        Anything.read(payload["body"]),
        key_id="99",
        signer=other,
    )
    kind = DocumentType.MODES
    renewed = verify_document(again, kind, lambda *_: other.verify_key, MINE)
    assert renewed.digest == verified(signed()).digest
    assert not is_newer(renewed, verified(signed()))


# --- bodies


def test_a_body_of_another_form_is_refused_when_it_is_read() -> None:
    with pytest.raises(Malformed):
        verified(signed()).read(Ack)


@given(
    st.sampled_from(KINDS),
    st.integers(0, 2**53),
    st.text(st.characters(exclude_categories=["Cs"])),
)
def test_what_is_signed_is_what_is_read(kind: DocumentType, number: int, said: str) -> None:
    document = verified(signed(kind, number, said), kind)
    assert (document.number, document.read(Anything).said) == (number, said)
