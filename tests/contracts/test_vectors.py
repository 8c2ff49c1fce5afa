"""The golden vectors stand as they were, and a second reader, written from the document, agrees."""

import json
import struct
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from contracts.credential import parse, verify
from contracts.documents import DocumentType, Envelope, verify_document
from contracts.errors import BadSignature, ContractError, Malformed, UnknownKey
from contracts.floor_reset import verify_floor_reset
from contracts.journal import Batch, read_links
from contracts.keys import VerifyKey
from contracts.keyset import RootKeys, verify_keyset
from contracts.statements import verify_statement
from tests.contracts.vectors.files import FILES, content, path_of

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
ERRORS = {"malformed": Malformed, "unknown key": UnknownKey, "bad signature": BadSignature}


def vectors(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path_of(name).read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", FILES)
def test_the_vectors_stand_as_they_were(name: str) -> None:
    assert path_of(name).read_text(encoding="utf-8") == content(name)


@pytest.mark.parametrize("name", FILES)
def test_every_vector_has_a_name_of_its_own(name: str) -> None:
    for cases in (value for value in vectors(name).values() if isinstance(value, list)):
        names = [json.dumps(case.get("name", case)) for case in cases]
        assert len(set(names)) == len(names)


# --- a second reader of credentials, from docs/credential-format.md and nothing else


def unpacked(text: str) -> bytes:
    if len(text) != 148 or text[:4] != "HP1:" or set(text[4:]) - set(ALPHABET):
        raise ValueError(text)
    packed = b""
    for start in range(4, 148, 3):
        first, second, third = map(ALPHABET.index, text[start : start + 3])
        packed += (first + 45 * second + 2025 * third).to_bytes(2)  # OverflowError above 65535
    return packed


def fields(body: bytes) -> dict[str, Any]:
    head, flags, key, site, areas = struct.unpack_from(">BBHHI", body)
    repeats, pattern, credential, grant, issue, uses = struct.unpack_from(">BB8sIBB", body, 16)
    start, duration = int.from_bytes(body[10:13]), int.from_bytes(body[13:16])
    days = pattern & 0x7F
    canonical = (
        head >> 4 == 1
        and 1 <= head & 15 <= 4
        and not flags & 0xC0
        and flags >> 3 <= 4
        and areas
        and duration
        and bool(repeats) == bool(days)
        and (pattern < 0x80 or (repeats and repeats % 2 == 0))
        and (not uses or areas & (areas - 1) == 0)
    )
    if not canonical:
        raise ValueError(body)
    return {
        "kind": head & 15,
        "key_id": key,
        "site": site,
        "areas": areas,
        "valid_from": start,
        "duration": duration,
        "credential_id": credential.hex(),
        "grant_id": grant,
        "issue": issue,
        "repeats": repeats,
        "pattern": pattern,
        "uses": uses,
        "language": flags >> 3,
        "accessible": bool(flags & 1),
        "may_hold_open": bool(flags & 2),
        "dynamic_required": bool(flags & 4),
    }


def read(text: str, public: bytes) -> dict[str, Any]:
    packed = unpacked(text)
    found = fields(packed[:32])
    message = b"hallpass/credential/v1\0" + packed[:32]
    Ed25519PublicKey.from_public_bytes(public).verify(packed[32:], message)
    return found


PUBLIC = bytes.fromhex(vectors("credentials")["key"]["public"])


@pytest.mark.parametrize("case", vectors("credentials")["taken"], ids=lambda case: case["name"])
def test_a_second_reader_takes_the_same_credentials(case: dict[str, Any]) -> None:
    assert read(case["text"], PUBLIC) == case["claims"]
    assert unpacked(case["text"]).hex() == case["body"] + case["signature"]


@pytest.mark.parametrize("case", vectors("credentials")["refused"], ids=lambda case: case["name"])
def test_a_second_reader_refuses_the_same_credentials(case: dict[str, Any]) -> None:
    with pytest.raises((ValueError, OverflowError, InvalidSignature)) as refusal:
        read(case["text"], PUBLIC)
    assert (refusal.type is InvalidSignature) == (case["error"] == "bad signature")


# --- ours, from the files


@pytest.mark.parametrize("case", vectors("credentials")["refused"], ids=lambda case: case["name"])
def test_we_refuse_the_same_credentials(case: dict[str, Any]) -> None:
    with pytest.raises(ERRORS[case["error"]]):
        verify(parse(case["text"]), VerifyKey.from_bytes(PUBLIC))


@pytest.mark.parametrize(
    "case", vectors("credentials")["public_keys_refused"], ids=lambda case: case["name"]
)
def test_we_load_none_of_the_keys(case: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        VerifyKey.from_bytes(bytes.fromhex(case["public"]))


def find(kind: DocumentType) -> VerifyKey | None:
    keys = vectors("documents")["keys"]
    short = kind.removeprefix("hallpass-").removesuffix("+jws")
    public = [key["public"] for key in keys if short.split("-")[0] == key["for"]]
    return VerifyKey.from_bytes(bytes.fromhex(public[0]))


@pytest.mark.parametrize("case", vectors("documents")["taken"], ids=lambda case: case["typ"])
def test_documents_are_taken(case: dict[str, str]) -> None:
    kind, raw = DocumentType(case["typ"]), case["raw"].encode()
    key = find(kind)
    assert key
    if "unit" in kind:
        document = verify_statement(raw, kind, "u-abcdefgh", key)
    else:
        document = verify_document(raw, kind, lambda *_: key, "unit:u-abcdefgh")
    assert document.payload.decode() == case["payload"]
    assert document.number == 7


@pytest.mark.parametrize("case", vectors("documents")["refused"], ids=lambda case: case["name"])
def test_documents_are_refused(case: dict[str, str]) -> None:
    kind = DocumentType(case["typ"])
    key = find(kind)
    assert key

    def only_four(key_id: str, _envelope: Envelope) -> VerifyKey:
        if key_id != "4":
            raise UnknownKey(key_id)
        return key

    with pytest.raises(ERRORS[case["error"]]):
        verify_document(case["raw"].encode(), kind, only_four)


@pytest.mark.parametrize("case", vectors("keysets")["cases"], ids=lambda case: case["name"])
def test_key_sets_are_taken_or_refused(case: dict[str, Any]) -> None:
    root = RootKeys.read(vectors("keysets")["root"])
    if case["taken"]:
        assert verify_keyset(case["raw"].encode(), root).document.number == 1
    else:
        with pytest.raises(ContractError):
            verify_keyset(case["raw"].encode(), root)


def test_the_journal_s_chain_and_head_follow() -> None:
    journal = vectors("journals")
    batch = Batch.parse(journal["batch"].encode())
    links = read_links(batch)
    assert [link.hash.hex() for link in links] == [one["hash"] for one in journal["events"][1:]]
    key = VerifyKey.from_bytes(bytes.fromhex(journal["unit"]["public"]))
    head = verify_statement(batch.head.encode(), DocumentType.HEAD, batch.unit, key)
    assert head.body["hash"] == journal["events"][-1]["hash"]


@pytest.mark.parametrize("case", vectors("floor_resets")["cases"], ids=lambda case: case["name"])
def test_floor_resets_are_taken_or_not(case: dict[str, Any]) -> None:
    root = RootKeys.read(vectors("floor_resets")["root"])
    if case["taken"]:
        found = verify_floor_reset(case["raw"].encode(), root)
        asked = vectors("floor_resets")["request"]
        assert (found.audience, found.body.nonce) == (f"unit:{asked['unit']}", asked["nonce"])
    else:
        with pytest.raises(ContractError):
            verify_floor_reset(case["raw"].encode(), root)
