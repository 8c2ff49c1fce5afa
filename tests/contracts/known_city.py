"""A city whose keys are known to everybody: the same in every run, and so never for a real door."""

import hashlib

from contracts.keys import KeyPurpose, SoftwareSigner
from tests.simulators.city import City


def known_seed(name: str) -> bytes:
    """Return the secret that everybody can calculate for a name."""
    return hashlib.sha256(f"hallpass test vectors: {name}".encode()).digest()


def known_signer(name: str) -> SoftwareSigner:
    """Return the key of a name."""
    return SoftwareSigner.from_seed(known_seed(name))


def a_known_city() -> City:
    """Return a city of three known root keys and one known key per purpose."""
    return City(
        root=[known_signer(f"root {number}") for number in (1, 2, 3)],
        keys={purpose: known_signer(purpose) for purpose in KeyPurpose},
    )
