"""The key set: which keys exist, what each may sign, where and until when; signed by the offline root."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field

from contracts import strict_json
from contracts.bodies import Body, Minute, PublicKey, Short
from contracts.credential import Kind
from contracts.documents import (
    LARGEST_DOCUMENT,
    PURPOSE_OF,
    Document,
    DocumentType,
    Envelope,
    FindKey,
    check_signature,
    payload_of,
    read_header,
    sign_parts,
)
from contracts.errors import BadSignature, Malformed, UnknownKey
from contracts.keys import KeyPurpose, Signer, VerifyKey
from contracts.moments import EPOCH

CITY = "city"
"""The audience of a key set."""
_EPOCH_UNIX = int(EPOCH.timestamp())


class RootKeys(Body):
    """The keys that sign key sets, and how many of them must."""

    keys: tuple[PublicKey, ...] = Field(min_length=1, max_length=9)
    threshold: int = Field(ge=1)

    def loaded(self) -> dict[str, VerifyKey]:
        """Return the keys by their `kid`."""
        return {raw[:16]: VerifyKey.from_bytes(bytes.fromhex(raw)) for raw in self.keys}


class KeyEntry(Body):
    """One public key and its limits. Periods are minutes since 2025-01-01T00:00Z."""

    id: Short
    purpose: KeyPurpose
    public: PublicKey
    sites: tuple[Short, ...] | None = None
    """Where it counts; nothing means every site of the city."""
    kinds: tuple[Kind, ...] = ()
    """Which kinds of credential it may sign; empty for other purposes."""
    sign_from: Minute
    sign_until: Minute
    verify_until: Minute
    longest_span: Minute = 0
    """Minutes from the first start to the last end that a credential (or amendment) may reach."""


class KeySetBody(Body):
    """The body of a key set document."""

    keys: tuple[KeyEntry, ...] = Field(max_length=512)
    root: RootKeys


@dataclass(frozen=True, slots=True)
class Key:
    """An entry with its key loaded."""

    entry: KeyEntry
    public: VerifyKey


@dataclass(frozen=True, slots=True)
class KeySet:
    """A key set whose root signatures were right."""

    document: Document
    keys: Mapping[int, Key]
    root: RootKeys

    def credential_key(self, key_id: int) -> Key:
        """Return a key that may sign credentials.

        Raises:
            UnknownKey: there is none of this number and purpose.

        """
        return self._key(key_id, KeyPurpose.CREDENTIAL)

    def finder(self, kind: DocumentType, site: int) -> FindKey:
        """Return how `verify_document` finds the key of a document of this type at this site."""

        def find(key_id: str, envelope: Envelope) -> VerifyKey:
            if not key_id.isascii() or not key_id.isdecimal() or key_id != str(int(key_id[:5])):
                msg = f"key ids are numbers, not {key_id[:32]!r}"
                raise UnknownKey(msg)
            key = self._key(int(key_id), PURPOSE_OF[kind])
            issued = (envelope.iat - _EPOCH_UNIX) // 60
            if not key.entry.sign_from <= issued < key.entry.sign_until:
                msg = f"key {key_id} may not sign at that time"
                raise UnknownKey(msg)
            if key.entry.sites is not None and site not in key.entry.sites:
                msg = f"key {key_id} does not count at site {site}"
                raise UnknownKey(msg)
            return key.public

        return find

    def _key(self, key_id: int, purpose: KeyPurpose) -> Key:
        key = self.keys.get(key_id)
        if key is None or key.entry.purpose is not purpose:
            msg = f"no {purpose} key {key_id}"
            raise UnknownKey(msg)
        return key


def sign_keyset(number: int, issued: int, body: KeySetBody, signers: Sequence[Signer]) -> bytes:
    """Return a key set in JWS JSON serialization with one signature per root key given."""
    payload = Envelope(aud=CITY, num=number, iat=issued, body=body.to_json()).to_bytes()
    parts = [
        sign_parts(DocumentType.KEY_SET, signer.public.hex()[:16], payload, signer)
        for signer in signers
    ]
    signatures = [
        {"protected": head.decode(), "signature": signature.decode()}
        for head, _, signature in parts
    ]
    return strict_json.dumps({"payload": parts[0][1].decode(), "signatures": signatures})


def verify_keyset(raw: bytes, root: RootKeys) -> KeySet:
    """Return the key set once enough root keys are found to have signed it.

    A key set that brings a new root must be signed by enough keys of the old and of the new one.

    Raises:
        Malformed: the form is wrong, a key id or root key stands twice, or a key is unusable.
        BadSignature: fewer right signatures than the root asks for.

    """
    payload, signatures = _split(raw)
    _require_threshold(payload, signatures, root)
    envelope = Envelope.parse(payload_of(_compact(payload, signatures[0])))
    body = KeySetBody.read(envelope.body)
    if envelope.v != 1 or envelope.aud != CITY:
        msg = "not a key set for a city"
        raise Malformed(msg)
    if body.root != root:
        _require_threshold(payload, signatures, body.root)
    keys = {
        entry.id: Key(entry, VerifyKey.from_bytes(bytes.fromhex(entry.public)))
        for entry in body.keys
    }
    if len(keys) != len(body.keys) or len({entry.public for entry in body.keys}) != len(body.keys):
        msg = "a key or key id stands twice in the key set"
        raise Malformed(msg)
    document = Document(
        DocumentType.KEY_SET, CITY, envelope.num, envelope.iat, envelope.body, "root", raw
    )
    return KeySet(document, keys, body.root)


def _split(raw: bytes) -> tuple[str, list[tuple[str, str]]]:
    value = strict_json.loads(raw, LARGEST_DOCUMENT)
    try:
        signatures = [(one["protected"], one["signature"]) for one in value["signatures"]]
        payload = value["payload"]
        extra = set(value) != {"payload", "signatures"} or any(
            len(one) != 2 for one in value["signatures"]
        )
    except (TypeError, KeyError) as error:
        msg = "not a JWS with a list of signatures"
        raise Malformed(msg) from error
    if (
        extra
        or not 1 <= len(signatures) <= 18
        or not all(isinstance(s, str) for s in (payload, *sum(signatures, ())))
    ):
        msg = "not a JWS with a list of signatures"
        raise Malformed(msg)
    return payload, signatures


def _require_threshold(payload: str, signatures: list[tuple[str, str]], root: RootKeys) -> None:
    keys = root.loaded()
    if len(keys) != len(root.keys) or root.threshold > len(keys):
        msg = "the root names a key twice or asks for more keys than it has"
        raise Malformed(msg)
    signed = set()
    for signature in signatures:
        compact = _compact(payload, signature)
        header = read_header(compact)
        key = keys.get(header["kid"])
        if key is not None and header["typ"] == DocumentType.KEY_SET:
            check_signature(compact, key)
            signed.add(header["kid"])
    if len(signed) < root.threshold:
        msg = f"signed by {len(signed)} root keys of the {root.threshold} needed"
        raise BadSignature(msg)


def _compact(payload: str, signature: tuple[str, str]) -> bytes:
    return f"{signature[0]}.{payload}.{signature[1]}".encode()
