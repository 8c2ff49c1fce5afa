"""Where the demo keeps its city: keys, certificates, databases, door units; all in one folder."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

_NAMES = ("root", "keys", "ca-root", "ca")
"""Passphrases that a city's people would know by heart; the demo writes them down."""


@dataclass(frozen=True, slots=True)
class Home:
    """Paths in the folder of a demo."""

    folder: Path

    @property
    def root(self) -> Path:
        """The root keys."""
        return self.folder / "root"

    @property
    def ca(self) -> Path:
        """The certificate authority."""
        return self.folder / "ca"

    @property
    def broker(self) -> Path:
        """Mosquitto's configuration, certificates and data."""
        return self.folder / "broker"

    @property
    def central(self) -> Path:
        """Central's database, signing keys and identity."""
        return self.folder / "central"

    @property
    def units(self) -> Path:
        """A folder per door unit, named after its door's number."""
        return self.folder / "units"

    @property
    def logs(self) -> Path:
        """What each program printed."""
        return self.folder / "logs"

    @property
    def token(self) -> Path:
        """The bearer token of the demo's administrator."""
        return self.folder / "secrets" / "token"

    @property
    def pass_for_now(self) -> Path:
        """The link of the order whose pass a start of the demo names."""
        return self.folder / "secrets" / "pass-for-now"

    @property
    def founded(self) -> Path:
        """Stands once the city is complete: a half-made one is made anew."""
        return self.folder / "founded"

    @property
    def enlarged(self) -> Path:
        """Stands once the large city is there."""
        return self.folder / "enlarged"

    def secret(self, name: str) -> Path:
        """Return the file of a passphrase, made when it is not there."""
        path = self.folder / "secrets" / name
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(24) + "\n")
        return path

    def environment(self) -> dict[str, str]:
        """Return how the provisioning program and central find their passphrases."""
        root, keys, ca_root, ca = (str(self.secret(name)) for name in _NAMES)
        return {
            "HALLPASS_ROOT_PASSPHRASE_FILE": root,
            "HALLPASS_KEYS_PASSPHRASE_FILE": keys,
            "HALLPASS_CA_ROOT_PASSPHRASE_FILE": ca_root,
            "HALLPASS_CA_PASSPHRASE_FILE": ca,
        }
