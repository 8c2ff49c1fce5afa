"""The city's root: a few Ed25519 keys that sign key sets, of which no single one is enough.

Each private key is a file of its own with its own passphrase, `root-<number>.pem`, for its own
holder. `root.json` holds the public keys and goes into every door unit and to central.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.errors import Malformed
from contracts.keys import SoftwareSigner
from contracts.keyset import RootKeys, root_key_id
from provisioning import files
from provisioning.errors import ProvisioningError, Unusable
from provisioning.passphrases import Source
from provisioning.private_keys import encrypted, read_ed25519, read_encrypted

ROOT = "root.json"
MOST_KEYS = 9
VARIABLE = "HALLPASS_ROOT_PASSPHRASE"
_NUMBERED = re.compile(r"root-([1-9])\.pem")


def key_name(number: int) -> str:
    """Return the name of a private key's file, counted from 1."""
    return f"root-{number}.pem"


def variables(path: Path) -> tuple[str, ...]:
    """Return the environment variables that may hold the passphrase of a root key's file."""
    numbered = _NUMBERED.fullmatch(path.name)
    return (*([f"{VARIABLE}_{numbered[1]}"] if numbered else []), VARIABLE)


def require_possible(folders: Sequence[Path], public: Path, threshold: int) -> None:
    """Return when a root can be made there, before anybody is asked for passphrases.

    Raises:
        AlreadyThere: one of the files exists.
        ProvisioningError: too many keys, or a threshold that they cannot reach.

    """
    if not 1 <= threshold <= len(folders) <= MOST_KEYS:
        raise ProvisioningError(
            f"A root has 1 to {MOST_KEYS} keys and needs 1 to all of them, not {threshold} of"
            f" {len(folders)}."
        )
    files.require_absent([*_paths(folders), public / ROOT])


def create(
    folders: Sequence[Path], public: Path, threshold: int, passphrases: Sequence[str]
) -> RootKeys:
    """Make a root; raises as `require_possible`.

    Args:
        folders: where each private key goes, such as a stick per holder.
        public: the folder that gets root.json.
        threshold: how many keys must sign.
        passphrases: one per key.

    """
    require_possible(folders, public, threshold)
    keys = [Ed25519PrivateKey.generate() for _ in folders]
    for path, key, passphrase in zip(_paths(folders), keys, passphrases, strict=True):
        files.write_new(path, encrypted(key, passphrase))
    known = tuple(key.public_key().public_bytes_raw().hex() for key in keys)
    root = RootKeys(keys=known, threshold=threshold)
    files.write_new(public / ROOT, root.to_bytes())
    return root


def read(path: Path) -> RootKeys:
    """Return the root's public keys.

    Raises:
        Unusable: the file is missing or holds something else.

    """
    try:
        root = RootKeys.parse(files.read(path, "the root's public keys"))
        root.loaded()
    except Malformed as error:
        raise Unusable(f"{path} does not hold the root's public keys: {error}.") from error
    return root


def open_keys(
    paths: Sequence[Path], sources: Sequence[Source], roots: Sequence[RootKeys]
) -> list[SoftwareSigner]:
    """Return root keys to sign with, each opened by its passphrase.

    Raises:
        BadPassphrase: one does not open its file.
        Unusable: a file is no key, stands twice, or its key belongs to none of the roots.

    """
    for path in paths:
        read_encrypted(path)
    known = {key for root in roots for key in root.keys}
    found: dict[str, SoftwareSigner] = {}
    for path, source in zip(paths, sources, strict=True):
        signer = SoftwareSigner(read_ed25519(path, source.of_existing()))
        public = signer.public.hex()
        if public not in known:
            raise Unusable(f"{path} holds {root_key_id(public)}, which is no key of this root.")
        if public in found:
            raise Unusable(f"{path} holds a key that was given already; one key signs once.")
        found[public] = signer
    return list(found.values())


def _paths(folders: Sequence[Path]) -> list[Path]:
    return [folder / key_name(number) for number, folder in enumerate(folders, 1)]
