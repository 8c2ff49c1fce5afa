"""Ed25519 keys (RFC 8032): what may sign, what may verify, and which public keys are never loaded."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contracts.errors import BadSignature, Malformed

PUBLIC_KEY_LENGTH = 32  # bytes
SIGNATURE_LENGTH = 64  # bytes
_P = 2**255 - 19
_SIGN_BIT = 1 << 255
_Y8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
# The y coordinates of the eight points of small order: for them a signature proves nothing.
_SMALL_ORDER_Y = frozenset({0, 1, _P - 1, _Y8, _P - _Y8})


class KeyPurpose(StrEnum):
    """What a key may sign. One key has one purpose."""

    CREDENTIAL = "credential"
    AMENDMENTS = "amendments"
    CONFIG = "config"
    MODES = "modes"
    COMMAND = "command"
    ACK = "ack"
    FRESHNESS = "freshness"
    DENY = "deny"
    RELEASE = "release"


class Signer(Protocol):
    """Something that signs with one Ed25519 key: a file, a token, an HSM."""

    @property
    def public(self) -> bytes:
        """The 32 bytes of the public key."""

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of the signature."""


@dataclass(frozen=True, slots=True)
class VerifyKey:
    """A public key that passed the checks of `from_bytes`."""

    raw: bytes
    _key: Ed25519PublicKey

    @classmethod
    def from_bytes(cls, raw: bytes) -> "VerifyKey":
        """Load 32 bytes.

        Raises:
            Malformed: wrong length, a non-canonical encoding, or a point of small order (OpenSSL
                loads those, and they verify signatures that nobody made).

        """
        if len(raw) != PUBLIC_KEY_LENGTH:
            msg = f"an Ed25519 public key has {PUBLIC_KEY_LENGTH} bytes"
            raise Malformed(msg)
        y = int.from_bytes(raw, "little") & ~_SIGN_BIT
        if y >= _P or y in _SMALL_ORDER_Y:
            msg = "not a usable public key: non-canonical or of small order"
            raise Malformed(msg)
        return cls(raw, Ed25519PublicKey.from_public_bytes(raw))

    def verify(self, signature: bytes, message: bytes) -> None:
        """Return when the signature is right.

        Raises:
            BadSignature: when it is not.

        """
        try:
            self._key.verify(signature, message)
        except InvalidSignature as error:
            msg = "the signature does not fit"
            raise BadSignature(msg) from error


@dataclass(frozen=True, slots=True)
class SoftwareSigner:
    """A private key held in memory."""

    _key: Ed25519PrivateKey

    @classmethod
    def generate(cls) -> "SoftwareSigner":
        """Make a new key from the system's randomness."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, seed: bytes) -> "SoftwareSigner":
        """Load the 32 secret bytes of a key."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def public(self) -> bytes:
        """The 32 bytes of the public key."""
        return self._key.public_key().public_bytes_raw()

    @property
    def verify_key(self) -> VerifyKey:
        """The public half."""
        return VerifyKey.from_bytes(self.public)

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of the signature."""
        return self._key.sign(message)
