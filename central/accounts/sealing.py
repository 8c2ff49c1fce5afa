"""Keep short secrets so that the database alone tells nobody: sealed, or as keyed hash. Pure.

The key comes from the city's secret (HALLPASS_SECRET). Whoever changes that secret keeps the old one as
HALLPASS_PREVIOUS_SECRET until what was sealed with it was sealed anew, or enrolled anew.
"""

import hmac
import secrets
from collections.abc import Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12  # bytes


class Sealer:
    """Seals and opens; `purpose` names what a sealed text is for, so that none serves as another."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """Take the secrets that count, the one to seal with last."""
        self._secrets = [one.encode() for one in secrets]

    def seal(self, purpose: str, plain: bytes) -> bytes:
        """Return the sealed form, which only `open` can read."""
        nonce = secrets.token_bytes(_NONCE)
        key = self._key(self._secrets[-1], purpose)
        return nonce + AESGCM(key).encrypt(nonce, plain, purpose.encode())

    def open(self, purpose: str, sealed: bytes) -> bytes | None:
        """Return what was sealed for this purpose; None: not by us, or with a secret long gone."""
        for secret in reversed(self._secrets):
            cipher = AESGCM(self._key(secret, purpose))
            try:
                return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose.encode())
            except (InvalidTag, ValueError):
                continue
        return None

    def keyed_hash(self, purpose: str, text: str) -> bytes:
        """Return a hash for something short that could be guessed from a plain one."""
        return hmac.digest(self._key(self._secrets[-1], f"hash/{purpose}"), text.encode(), sha256)

    @staticmethod
    def _key(secret: bytes, purpose: str) -> bytes:
        info = f"hallpass/seal/{purpose}".encode()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)


def new_secret() -> str:
    """Return 256 random bits, safe in a URL and in a cookie."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> bytes:
    """Return what is stored of a secret of `new_secret`: its randomness makes a fast hash enough."""
    return sha256(secret.encode()).digest()
