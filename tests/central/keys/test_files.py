from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from central.keys.errors import Exposed, KeysError, WrongPassphrase
from central.keys.files import load_folder, read_root
from contracts.keys import KeyPurpose
from tests.central.keys.key_files import PASSPHRASE, pem, write, write_keys
from tests.simulators.city import KEY_IDS, City


def test_every_key_of_a_folder_signs_for_its_number_and_purpose(tmp_path: Path) -> None:
    city = City()
    held = load_folder(write_keys(tmp_path / "keys", city), PASSPHRASE)
    assert {key.purpose: key.id for key in held} == KEY_IDS
    for key in held:
        city.keys[key.purpose].verify_key.verify(key.signer.sign(b"words"), b"words")


def test_a_wrong_passphrase_is_said_and_names_the_file(tmp_path: Path) -> None:
    write(tmp_path / "1-credential.pem", pem(Ed25519PrivateKey.generate()))
    with pytest.raises(WrongPassphrase, match=r"1-credential\.pem"):
        load_folder(tmp_path, "something else")


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    content = pem(Ed25519PrivateKey.generate())
    write(tmp_path / "1-credential.pem", content[:100] + content[120:])
    with pytest.raises(KeysError):
        load_folder(tmp_path, PASSPHRASE)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_key_file_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    write(tmp_path / "1-credential.pem", pem(Ed25519PrivateKey.generate()), mode)
    with pytest.raises(Exposed, match="chmod 600"):
        load_folder(tmp_path, PASSPHRASE)


def test_a_key_that_is_not_encrypted_is_refused(tmp_path: Path) -> None:
    plain = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    write(tmp_path / "1-credential.pem", plain)
    with pytest.raises(KeysError, match="not an encrypted"):
        load_folder(tmp_path, PASSPHRASE)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE.encode())
    )
    write(tmp_path / "1-credential.pem", other)
    with pytest.raises(KeysError, match="no Ed25519 key"):
        load_folder(tmp_path, PASSPHRASE)


@pytest.mark.parametrize(
    "name", ["key.pem", "01-credential.pem", "1-money.pem", "x-credential.pem"]
)
def test_a_file_with_a_name_of_no_key_is_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, pem(Ed25519PrivateKey.generate()))
    with pytest.raises(KeysError, match="not named"):
        load_folder(tmp_path, PASSPHRASE)


def test_one_number_for_two_keys_is_refused(tmp_path: Path) -> None:
    for purpose in (KeyPurpose.CREDENTIAL, KeyPurpose.ACK):
        write(tmp_path / f"7-{purpose}.pem", pem(Ed25519PrivateKey.generate()))
    with pytest.raises(KeysError, match="number 7"):
        load_folder(tmp_path, PASSPHRASE)


def test_a_missing_folder_names_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(KeysError, match="hallpass-provision"):
        load_folder(tmp_path / "nothing", PASSPHRASE)


def test_the_root_is_read_and_anything_else_refused(tmp_path: Path) -> None:
    city = City()
    path = write(tmp_path / "root.json", city.root_keys.to_bytes())
    assert read_root(path) == city.root_keys
    with pytest.raises(KeysError):
        read_root(write(tmp_path / "other.json", b"{}"))
    with pytest.raises(KeysError):
        read_root(tmp_path / "nothing.json")
