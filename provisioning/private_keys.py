"""Private keys as PKCS#8 files: encrypted for people and central, plain on a unit that must start alone.

The library's own encryption derives the key with 2,048 rounds, too few for a passphrase that a
person can remember and a stick that can be stolen. So the envelope (RFC 5958, RFC 8018: PBES2 with
PBKDF2-HMAC-SHA256 and AES-256-CBC) is put together here; OpenSSL and `cryptography` read it.
"""

import base64
import os
import textwrap
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from provisioning import files
from provisioning.errors import BadPassphrase, Unusable

PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey
ROUNDS = 600_000
"""Of PBKDF2: about 70 ms for whoever knows the passphrase, and for each guess of whoever does not."""
_ENCRYPTED = "ENCRYPTED PRIVATE KEY"
_BLOCK = 16  # bytes, of AES
_SEQUENCE, _INTEGER, _OCTETS, _OBJECT, _NULL = 0x30, 0x02, 0x04, 0x06, b"\x05\x00"
_PBES2 = bytes.fromhex("2a864886f70d01050d")
_PBKDF2 = bytes.fromhex("2a864886f70d01050c")
_HMAC_SHA256 = bytes.fromhex("2a864886f70d0209")
_AES256_CBC = bytes.fromhex("60864801650304012a")


def plain(key: PrivateKey) -> bytes:
    """Return a key as unencrypted PEM: only for a machine that starts without a person."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def encrypted(key: PrivateKey, passphrase: str) -> bytes:
    """Return a key as encrypted PEM."""
    content = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    salt, start = os.urandom(_BLOCK), os.urandom(_BLOCK)
    secret = PBKDF2HMAC(SHA256(), 32, salt, ROUNDS).derive(passphrase.encode())
    return _pem(_envelope(salt, start, _seal(content, secret, start)))


def read_ed25519(path: Path, passphrase: str) -> Ed25519PrivateKey:
    """Return the Ed25519 key in an encrypted file.

    Raises:
        BadPassphrase: the passphrase does not open it (or the file is damaged).
        Unusable: it is missing, not encrypted, or another kind of key.

    """
    key = _read(path, passphrase)
    if not isinstance(key, Ed25519PrivateKey):
        raise Unusable(f"{path} is no Ed25519 key.")
    return key


def read_p256(path: Path, passphrase: str) -> EllipticCurvePrivateKey:
    """Return the P-256 key in an encrypted file; raises as `read_ed25519`."""
    key = _read(path, passphrase)
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise Unusable(f"{path} is no P-256 key.")
    return key


def read_encrypted(path: Path) -> bytes:
    """Return the PEM of an encrypted key, before anybody is asked for its passphrase.

    Raises:
        Unusable: it is missing or not encrypted.

    """
    pem = files.read(path, "an encrypted private key")
    if f"BEGIN {_ENCRYPTED}".encode() not in pem:
        raise Unusable(f"{path} is not an encrypted PKCS#8 file.")
    return pem


def _read(path: Path, passphrase: str) -> object:
    pem = read_encrypted(path)
    try:
        return load_pem_private_key(pem, passphrase.encode())
    except ValueError as error:  # also when the file is damaged: OpenSSL cannot tell them apart
        raise BadPassphrase(
            f"The passphrase does not open {path} (or the file is damaged)."
        ) from error
    except (TypeError, UnsupportedAlgorithm) as error:
        raise Unusable(f"{path} cannot be read: {error}.") from error


def _seal(content: bytes, secret: bytes, start: bytes) -> bytes:
    padder, encryptor = PKCS7(AES.block_size).padder(), Cipher(AES(secret), CBC(start)).encryptor()
    padded = padder.update(content) + padder.finalize()
    return encryptor.update(padded) + encryptor.finalize()


def _envelope(salt: bytes, start: bytes, sealed: bytes) -> bytes:
    rounds = ROUNDS.to_bytes(ROUNDS.bit_length() // 8 + 1)
    prf = _der(_SEQUENCE, _der(_OBJECT, _HMAC_SHA256), _NULL)
    derivation = _der(_SEQUENCE, _der(_OCTETS, salt), _der(_INTEGER, rounds), prf)
    derive = _der(_SEQUENCE, _der(_OBJECT, _PBKDF2), derivation)
    encrypt = _der(_SEQUENCE, _der(_OBJECT, _AES256_CBC), _der(_OCTETS, start))
    scheme = _der(_SEQUENCE, _der(_OBJECT, _PBES2), _der(_SEQUENCE, derive, encrypt))
    return _der(_SEQUENCE, scheme, _der(_OCTETS, sealed))


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    short = 0x80  # from here on a length says first how many bytes it has
    head = bytes([size]) if size < short else bytes([short + 1, size])
    if size > 0xFF:  # noqa: PLR2004 - one byte
        head = bytes([short + 2]) + size.to_bytes(2)
    return bytes([tag]) + head + content


def _pem(der: bytes) -> bytes:
    lines = textwrap.fill(base64.b64encode(der).decode(), 64)
    return f"-----BEGIN {_ENCRYPTED}-----\n{lines}\n-----END {_ENCRYPTED}-----\n".encode()
