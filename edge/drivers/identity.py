"""The unit's identity folder: its two private keys, its certificate, the city's CA and root keys.

`hallpass-provision` or enrolment writes it; `root.json` alone changes later, when the city's root
does (the new one is signed by the old).
"""

import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import ValidationError

from contracts.errors import Malformed
from contracts.keys import SoftwareSigner
from contracts.keyset import RootKeys
from edge.drivers.store import write_atomically
from edge.errors import EdgeError

SIGNING_KEY = "signing.key"
CERTIFICATE = "tls.crt"
ROOT = "root.json"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class BadIdentity(EdgeError):
    """A file of the identity folder is missing, exposed or not what it should be."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this unit is and whom it believes."""

    folder: Path
    signer: SoftwareSigner
    root: RootKeys

    def keep_root(self, root: RootKeys) -> None:
        """Write down the root that the newest key set named."""
        write_atomically(self.folder / ROOT, root.to_bytes())

    def certificate_ends(self) -> datetime | None:
        """Return when the certificate for the broker ends (aware UTC); None when there is none."""
        try:
            pem = (self.folder / CERTIFICATE).read_bytes()
            return x509.load_pem_x509_certificate(pem).not_valid_after_utc
        except (OSError, ValueError):
            return None


def load_identity(folder: Path) -> Identity:
    """Return the identity in a folder.

    Raises:
        BadIdentity: with the file and what to do.

    """
    return Identity(folder, _signer(folder / SIGNING_KEY), _root(folder / ROOT))


def _signer(path: Path) -> SoftwareSigner:
    raw = _read(path)
    if stat.S_IMODE(path.stat().st_mode) & _OTHERS:
        msg = f"others may read {path}: chmod 600 it, and enrol the unit anew if anybody did"
        raise BadIdentity(msg)
    try:
        key = load_pem_private_key(raw, password=None)
    except (ValueError, TypeError) as error:
        msg = f"{path} is no private key: {error}"
        raise BadIdentity(msg) from error
    if not isinstance(key, Ed25519PrivateKey):
        msg = f"{path} is no Ed25519 key"
        raise BadIdentity(msg)
    return SoftwareSigner(key)


def _root(path: Path) -> RootKeys:
    try:
        root = RootKeys.model_validate_json(_read(path))
        root.loaded()
    except (ValidationError, Malformed) as error:
        msg = f"{path} does not hold the city's root public keys"
        raise BadIdentity(msg) from error
    return root


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"{path}: {error.strerror}; enrol the unit, or `hallpass-provision units create`"
        raise BadIdentity(msg) from error
