"""Whatever stands in a file that was carried on a stick: a sentence that names it, nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.keyset import RootKeys
from provisioning import ca, crl, csr, floor_resets, keysets, root, signing_keys, units
from provisioning.errors import BadPassphrase, Unusable
from provisioning.private_keys import read_ed25519, read_p256
from tests.provisioning.hostile import NOT_A_DOCUMENT, NOT_PEM
from tests.simulators.city import City

ROOT = City().root_keys


def complete(path: Path) -> object:
    return keysets.read_complete(path, ROOT)


def revocations(path: Path) -> object:
    path.rename(path.parent / "revoked.json")
    return crl.revocations(path.parent)


DOCUMENTS: dict[str, Callable[[Path], object]] = {
    "root": root.read,
    "request": signing_keys.read_request,
    "key set": keysets.read,
    "complete key set": complete,
    "request for a floor reset": floor_resets.read_request,
    "floor reset": lambda path: floor_resets.read(path, ROOT),
    "registration": units.read_registration,
    "revoked": revocations,
}
PEM: dict[str, Callable[[Path], object]] = {
    "certificate": ca.read_certificate,
    "request": csr.read,
    "signing key": lambda path: read_ed25519(path, "a passphrase"),
    "certificate key": lambda path: read_p256(path, "a passphrase"),
}


@pytest.mark.parametrize("damage", NOT_A_DOCUMENT)
@pytest.mark.parametrize("kind", DOCUMENTS)
def test_what_is_no_document_is_refused(tmp_path: Path, kind: str, damage: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(NOT_A_DOCUMENT[damage])
    with pytest.raises(Unusable, match=r"file|revoked\.json") as refused:
        DOCUMENTS[kind](path)
    assert len(str(refused.value)) < 1000


@pytest.mark.parametrize("damage", NOT_PEM)
@pytest.mark.parametrize("kind", PEM)
def test_what_is_no_pem_is_refused(tmp_path: Path, kind: str, damage: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(NOT_PEM[damage])
    with pytest.raises(Unusable, match="file"):
        PEM[kind](path)


@pytest.mark.parametrize(
    "inside", ["", "AAAA", "MIGjMF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAk", "!!!!", "A" * 10_000]
)
def test_what_is_no_encrypted_key_is_refused(tmp_path: Path, inside: str) -> None:
    path = tmp_path / "file"
    label = "ENCRYPTED PRIVATE KEY"
    path.write_text(f"-----BEGIN {label}-----\n{inside}\n-----END {label}-----\n")
    with pytest.raises((BadPassphrase, Unusable), match="file"):
        read_ed25519(path, "a passphrase")


def test_a_root_that_is_right_is_read(tmp_path: Path) -> None:
    path = tmp_path / "root.json"
    path.write_bytes(ROOT.to_bytes())
    assert root.read(path) == RootKeys.parse(ROOT.to_bytes())
