"""The key set: which keys exist, what each may sign, where and until when; signed by the offline root."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator

from contracts.bodies import NUMBER_ONLY, Body, Minute, PublicKey, Short
from contracts.credential import Kind
from contracts.documents import (
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
MOST_SIGNATURES = 18
"""Nine of an old root and nine of a new one."""
_EPOCH_UNIX = int(EPOCH.timestamp())
_KEY_ID = re.compile("0|[1-9][0-9]{0,4}")  # one spelling for each number


class RootKeys(Body):
    """The keys that sign key sets, and how many of them must."""

    keys: tuple[PublicKey, ...] = Field(min_length=1, max_length=9)
    threshold: int = Field(ge=1)

    def loaded(self) -> dict[str, VerifyKey]:
        """Return the keys by their `kid`."""
        return {root_key_id(raw): VerifyKey.from_bytes(bytes.fromhex(raw)) for raw in self.keys}

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(map(root_key_id, self.keys))) != len(self.keys):
            msg = "the root names a key twice"
            raise ValueError(msg)
        if self.threshold > len(self.keys):
            msg = "the root asks for more keys than it has"
            raise ValueError(msg)
        return self


class KeyEntry(Body):
    """One public key and its limits. Periods are minutes since 2025-01-01T00:00Z."""

    id: Short
    purpose: KeyPurpose
    public: PublicKey
    sites: tuple[Short, ...] | None = None
    """Where it counts; nothing means every site of the city."""
    kinds: tuple[Annotated[Kind, NUMBER_ONLY], ...] = ()
    """Which kinds of credential it may sign; empty for other purposes."""
    sign_from: Minute
    sign_until: Minute
    verify_until: Minute
    longest_span: Minute = 0
    """Minutes from the first start to the last end that a credential (or amendment) may reach."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if not self.sign_from < self.sign_until <= self.verify_until:
            msg = "a key signs before it stops signing, and verifies at least that long"
            raise ValueError(msg)
        if bool(self.kinds) != (self.purpose is KeyPurpose.CREDENTIAL):
            msg = "kinds belong to credential keys, and those need some"
            raise ValueError(msg)
        return self


class KeySetBody(Body):
    """The body of a key set document."""

    keys: tuple[KeyEntry, ...] = Field(max_length=512)
    root: RootKeys

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        public = {*self.root.keys, *(entry.public for entry in self.keys)}
        if len(public) != len(self.root.keys) + len(self.keys):
            msg = "a key has two places in the key set, and one key has one purpose"
            raise ValueError(msg)
        if len({entry.id for entry in self.keys}) != len(self.keys):
            msg = "a key id stands twice in the key set"
            raise ValueError(msg)
        return self


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

    def finder(self, kind: DocumentType, site: int, minute: int | None = None) -> FindKey:
        """Return how `verify_document` finds the key of a document of this type at this site.

        Args:
            kind: one of `documents.PURPOSE_OF`.
            site: where the document will count.
            minute: the time, if it is trusted: then a key that may no longer verify is refused.

        """
        purpose = PURPOSE_OF[kind]

        def find(key_id: str, envelope: Envelope) -> VerifyKey:
            if not _KEY_ID.fullmatch(key_id):
                msg = f"key ids are numbers, not {key_id!r}"
                raise UnknownKey(msg)
            key = self._key(int(key_id), purpose)
            _require_limits(key.entry, site, (envelope.iat - _EPOCH_UNIX) // 60, minute)
            return key.public

        return find

    def _key(self, key_id: int, purpose: KeyPurpose) -> Key:
        key = self.keys.get(key_id)
        if key is None or key.entry.purpose is not purpose:
            msg = f"no {purpose} key {key_id}"
            raise UnknownKey(msg)
        return key


class RootSignature(Body):
    """One signature of RFC 7515's general JSON serialization."""

    protected: str
    signature: str


class SignedByRoot(Body):
    """What the root signed as it travels: a key set, or a floor reset."""

    payload: str
    signatures: tuple[RootSignature, ...] = Field(min_length=1, max_length=MOST_SIGNATURES)

    def compact(self) -> tuple[bytes, ...]:
        """Return each signature with the payload as a compact JWS."""
        return tuple(
            f"{one.protected}.{self.payload}.{one.signature}".encode() for one in self.signatures
        )


def _require_limits(entry: KeyEntry, site: int, issued: int, minute: int | None) -> None:
    if not entry.sign_from <= issued < entry.sign_until:
        msg = f"key {entry.id} may not sign at that time"
        raise UnknownKey(msg)
    if minute is not None and minute >= entry.verify_until:
        msg = f"key {entry.id} counts no longer"
        raise UnknownKey(msg)
    if entry.sites is not None and site not in entry.sites:
        msg = f"key {entry.id} does not count at site {site}"
        raise UnknownKey(msg)


def sign_keyset(number: int, issued: int, body: KeySetBody, signers: Sequence[Signer]) -> bytes:
    """Return a key set in JWS JSON serialization with one signature per root key given.

    Raises:
        Malformed: none was given.

    """
    payload = Envelope(aud=CITY, num=number, iat=issued, body=body.to_json()).to_bytes()
    return sign_by_root(DocumentType.KEY_SET, payload, signers)


def sign_by_root(kind: DocumentType, payload: bytes, signers: Sequence[Signer]) -> bytes:
    """Return an envelope in JWS JSON serialization with one signature per root key given.

    Raises:
        Malformed: none was given.

    """
    if not signers:
        msg = "a document of the root that nobody signs"
        raise Malformed(msg)
    parts = [
        sign_parts(kind, root_key_id(signer.public.hex()), payload, signer) for signer in signers
    ]
    signatures = tuple(
        RootSignature(protected=head.decode(), signature=signature.decode())
        for head, _, signature in parts
    )
    return SignedByRoot(payload=parts[0][1].decode(), signatures=signatures).to_bytes()


def verify_keyset(raw: bytes, root: RootKeys) -> KeySet:
    """Return the key set once enough root keys are found to have signed it.

    A key set that brings a new root must be signed by enough keys of the old and of the new one.

    Raises:
        Malformed: the form is wrong, a key id or root key stands twice, or a key is unusable.
        BadSignature: fewer right signatures than the root asks for.

    """
    signed = SignedByRoot.parse(raw).compact()
    require_threshold(signed, root, DocumentType.KEY_SET)
    payload = payload_of(signed[0])
    envelope = Envelope.parse(payload)
    body = KeySetBody.read(envelope.body)
    if envelope.aud != CITY:
        msg = "not a key set for a city"
        raise Malformed(msg)
    if body.root != root:
        require_threshold(signed, body.root, DocumentType.KEY_SET)
    keys = {
        entry.id: Key(entry, VerifyKey.from_bytes(bytes.fromhex(entry.public)))
        for entry in body.keys
    }
    document = Document(
        DocumentType.KEY_SET, CITY, envelope.num, envelope.iat, envelope.body, "root", raw, payload
    )
    return KeySet(document, keys, body.root)


def root_key_id(public: str) -> str:
    """Return the `kid` of a root key: the first eight of its bytes, in hexadecimal."""
    return public[:16]


def require_threshold(
    signed: Sequence[bytes], root: RootKeys, kind: DocumentType
) -> frozenset[str]:
    """Return the `kid` of each root key that signed a document of this type, if they are enough.

    Raises:
        Malformed: a compact JWS is none.
        BadSignature: they are too few, or a signature under the name of a root key is wrong.

    """
    keys = root.loaded()
    signers = set()
    for compact in signed:
        header = read_header(compact)
        key = keys.get(header.kid)
        if key is not None and header.typ == kind:
            check_signature(compact, key)
            signers.add(header.kid)
    if len(signers) < root.threshold:
        msg = f"signed by {len(signers)} root keys of the {root.threshold} needed"
        raise BadSignature(msg)
    return frozenset(signers)
