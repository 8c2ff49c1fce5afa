"""A unit's identity folder: good files load, anything else is said in words."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from contracts.keys import SoftwareSigner
from edge.drivers.identity import BadIdentity, load_identity
from tests.edge.a_unit import write_identity
from tests.simulators.city import City


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_identity(tmp_path / "identity", City(), SoftwareSigner.generate())


def test_loads_keys_and_root(tmp_path: Path) -> None:
    city, signer = City(), SoftwareSigner.generate()
    found = load_identity(write_identity(tmp_path / "identity", city, signer))
    assert found.signer.public == signer.public
    assert found.root == city.root_keys
    assert found.certificate_ends() is None


def test_new_root_is_kept(folder: Path) -> None:
    other = City().root_keys
    load_identity(folder).keep_root(other)
    assert load_identity(folder).root == other


@pytest.mark.parametrize("name", ["signing.key", "root.json"])
def test_missing_file_says_what_to_do(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BadIdentity, match=f"{name}.*enrol"):
        load_identity(folder)


def test_key_that_others_may_read_is_refused(folder: Path) -> None:
    (folder / "signing.key").chmod(0o640)
    with pytest.raises(BadIdentity, match="others may read"):
        load_identity(folder)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_broken_key_is_refused(folder: Path, content: bytes) -> None:
    (folder / "signing.key").write_bytes(content)
    with pytest.raises(BadIdentity, match="no private key"):
        load_identity(folder)


def test_key_of_another_kind_is_refused(folder: Path) -> None:
    pem = generate_private_key(SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    (folder / "signing.key").write_bytes(pem)
    with pytest.raises(BadIdentity, match="no Ed25519 key"):
        load_identity(folder)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"keys": ["00"], "threshold": 1}',
        b'{"keys": [], "threshold": 0}',
        b'{"keys": ["' + b"0" * 64 + b'"], "threshold": 1}',  # a key of small order
    ],
)
def test_broken_root_is_refused(folder: Path, content: bytes) -> None:
    (folder / "root.json").write_bytes(content)
    with pytest.raises(BadIdentity, match="root public keys"):
        load_identity(folder)
