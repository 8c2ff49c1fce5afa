"""Signing keys in a folder: encrypted PKCS#8 files named `<key id>-<purpose>.pem`, one passphrase.

`hallpass-provision keys create` makes them. Whatever else can sign (a token, an HSM through
PKCS#11) gives `HeldKey`s of its own; nothing behind this file knows where a key lives.
"""

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import ValidationError

from central.keys.errors import Exposed, KeysError, WrongPassphrase
from contracts.keys import KeyPurpose, Signer, SoftwareSigner
from contracts.keyset import RootKeys

_NAME = re.compile(rf"(?P<id>0|[1-9][0-9]{{0,4}})-(?P<purpose>{'|'.join(KeyPurpose)})\.pem")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A private key that central can sign with; what it may sign is the key set's to say."""

    id: int
    purpose: KeyPurpose
    signer: Signer


def load_folder(folder: Path, passphrase: str) -> tuple[HeldKey, ...]:
    """Return every key in a folder.

    Raises:
        WrongPassphrase: it does not open a file.
        Exposed: a file can be read by others.
        KeysError: no folder, a file that is no encrypted Ed25519 key, or one number twice.

    """
    if not folder.is_dir():
        raise KeysError(f"there is no folder {folder}; `hallpass-provision keys create` makes it.")
    held = tuple(_load(path, passphrase) for path in sorted(folder.glob("*.pem")))
    _require_once(held)
    return held


def read_root(path: Path) -> RootKeys:
    """Return the root's public keys from their JSON file.

    Raises:
        KeysError: the file is missing or is something else.

    """
    try:
        return RootKeys.model_validate_json(path.read_bytes())
    except OSError as error:
        raise KeysError(f"{path}: {error.strerror}. It holds the root's public keys.") from error
    except ValidationError as error:
        raise KeysError(f"{path} does not hold the root's public keys.") from error


def _load(path: Path, passphrase: str) -> HeldKey:
    named = _NAME.fullmatch(path.name)
    if named is None:
        raise KeysError(f"{path.name} is not named <key id>-<purpose>.pem.")
    key = _private_key(_read_guarded(path), path.name, passphrase)
    return HeldKey(int(named["id"]), KeyPurpose(named["purpose"]), SoftwareSigner(key))


def _read_guarded(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & _OTHERS:
                raise Exposed(f"others may read {path}: chmod 600 it, and think about a new key.")
            return file.read()
    except OSError as error:
        raise KeysError(f"{path}: {error.strerror}.") from error


def _private_key(pem: bytes, name: str, passphrase: str) -> Ed25519PrivateKey:
    if b"BEGIN ENCRYPTED PRIVATE KEY" not in pem:
        raise KeysError(f"{name} is not an encrypted PKCS#8 file.")
    try:
        key = load_pem_private_key(pem, passphrase.encode())
    except ValueError as error:  # also when the file is damaged: OpenSSL cannot tell them apart
        raise WrongPassphrase(f"the passphrase does not open {name}.") from error
    except (TypeError, UnsupportedAlgorithm) as error:
        raise KeysError(f"{name} cannot be read: {error}.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeysError(f"{name} is no Ed25519 key.")
    return key


def _require_once(held: Iterable[HeldKey]) -> None:
    seen: set[int] = set()
    for key in held:
        if key.id in seen:
            raise KeysError(f"two files carry key number {key.id}.")
        seen.add(key.id)
