"""Key files as provisioning writes them, and a city whose keys central holds."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from contracts.keys import KeyPurpose, SoftwareSigner
from contracts.keyset import KeyEntry
from tests.simulators.city import KEY_IDS, City

PASSPHRASE = "correct horse battery staple"


def pem(key: Ed25519PrivateKey, passphrase: str = PASSPHRASE) -> bytes:
    encryption = BestAvailableEncryption(passphrase.encode())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def write(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def write_keys(folder: Path, city: City) -> Path:
    """Write every signing key of a city, and the root's public keys beside the folder."""
    folder.mkdir(mode=0o700)
    for purpose, signer in city.keys.items():
        write(folder / f"{KEY_IDS[purpose]}-{purpose}.pem", pem(signer._key))
    write(folder.parent / "root.json", city.root_keys.to_bytes())
    return folder


def entry_of(
    city: City, purpose: KeyPurpose, signer: SoftwareSigner, **changes: object
) -> KeyEntry:
    """The entry of another key with the limits of the city's one of that purpose."""
    like = next(one for one in city.entries if one.purpose is purpose)
    values = {**like.model_dump(), "public": signer.public.hex(), **changes}
    return KeyEntry(**values)
