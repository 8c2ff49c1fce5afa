"""The city's pen: signs passes and documents with the keys at hand, as the key set in force allows."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy.orm import Session

from central.documents import service
from central.documents.models import SignedDocument
from central.documents.service import NewDocument
from central.keys.errors import KeysError, KeySetRefused
from central.keys.files import HeldKey, load_folder, read_root
from central.keys.ring import KeyRing, Need
from contracts.bodies import Body
from contracts.documents import (
    PURPOSE_OF,
    Document,
    DocumentType,
    is_newer,
    payload_of,
    sign_document,
)
from contracts.errors import ContractError
from contracts.keyset import CITY, KeySet, RootKeys, verify_keyset


@dataclass(frozen=True, slots=True)
class Keys:
    """What a process needs to sign: the root's public keys, and private keys with a purpose."""

    root: RootKeys
    held: tuple[HeldKey, ...]


class Authority:
    """Signs for the city. Keys are loaded when they are first needed, and with each new key set.

    So central starts before its keys are made, and takes up new ones without a restart.
    """

    def __init__(self, load: Callable[[], Keys]) -> None:
        """Take what loads the keys; it may raise KeysError as long as there are none."""
        self._load = load
        self._last: KeyRing | None = None

    def ring(self, session: Session) -> KeyRing:
        """Return the keys under the key set in force.

        Raises:
            KeysError: no key set was imported, or it does not fit the root or the keys.

        """
        number = service.number_in_force(session, DocumentType.KEY_SET, CITY)
        last = self._last  # another thread may replace it meanwhile
        if last is None or last.keyset.document.number != number:
            keys = self._load()
            last = self._last = _ring(keys, _keyset(session, keys.root))
        return last

    def import_keyset(self, session: Session, raw: bytes, now: datetime) -> KeySet:
        """Put a key set in force, if the root signed it and it is not older than the one there is.

        Raises:
            KeySetRefused: with the reason.
            KeysError: a key at hand is another one than the key set says.

        """
        keys = self._load()
        try:
            held = _follow(service.all_of(session, DocumentType.KEY_SET, CITY), keys.root)
            keyset = verify_keyset(raw, held.root if held else keys.root)
            is_new = is_newer(keyset.document, held.document if held else None)
        except ContractError as error:
            raise KeySetRefused(f"{error}.") from error
        _ring(keys, keyset)
        if is_new:
            _keep_keyset(session, keyset.document, now)
        return keyset

    def sign(  # noqa: PLR0913 - what a document says of itself, and who may say it
        self,
        session: Session,
        kind: DocumentType,
        audience: str,
        body: Body,
        now: datetime,
        *,
        site: int | None,
        span: int = 0,
        number: int | None = None,
        besides: int | None = None,
    ) -> NewDocument:
        """Return a signed document; nothing of it is stored but its number.

        Args:
            session: writing.
            kind: what it is.
            audience: whom it is for.
            body: what it says.
            now: the moment.
            site: where it must count; None: everywhere.
            span: minutes that its widest grant reaches, for amendments.
            number: taken before, from `service.next_number`.
            besides: number of a key that shall not sign it, if another one may.

        Raises:
            NoKeyFor: no key may sign it.

        """
        key = self.ring(session).signer(
            Need(PURPOSE_OF[kind], site, span=span, besides=besides), now
        )
        if number is None:
            number = service.next_number(session, kind, audience)
        issued = int(now.timestamp())
        raw = sign_document(kind, audience, number, issued, body, key_id=key.kid, signer=key.signer)
        return NewDocument(kind, audience, number, raw, _digest(raw), site, key.entry.verify_until)


def _ring(keys: Keys, keyset: KeySet) -> KeyRing:
    return KeyRing({key.id: key for key in keys.held}, keyset)


def _keyset(session: Session, root: RootKeys) -> KeySet:
    try:
        keyset = _follow(service.all_of(session, DocumentType.KEY_SET, CITY), root)
    except ContractError as error:
        raise KeysError(f"the stored key set does not follow from the root: {error}.") from error
    if keyset is None:
        raise KeysError("there is no key set yet: `hallpass-central keys import KEYSET_FILE`.")
    return keyset


def _follow(known: Iterable[SignedDocument], root: RootKeys) -> KeySet | None:
    """Return the newest key set, each one verified by the root that the one before it named."""
    keyset = None
    for stored in known:
        keyset = verify_keyset(stored.raw, root)
        root = keyset.root
    return keyset


def _keep_keyset(session: Session, document: Document, now: datetime) -> None:
    number = service.next_number(session, document.kind, document.audience, document.number)
    if number != document.number:
        raise KeySetRefused("another one was imported at the same time.")
    new = NewDocument(document.kind, CITY, number, document.raw, document.digest, None, None)
    service.keep(session, new, now)


def _digest(raw: bytes) -> str:
    return hashlib.sha256(payload_of(raw)).hexdigest()


def open_authority(folder: Path, passphrase: SecretStr, root: Path) -> Authority:
    """Return the authority over the keys in a folder; nothing is read yet."""
    return Authority(
        lambda: Keys(read_root(root), load_folder(folder, passphrase.get_secret_value()))
    )
