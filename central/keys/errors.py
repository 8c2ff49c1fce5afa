"""What can be wrong with the keys, said so that whoever runs central knows what to do next."""

from typing import ClassVar

from central.errors import CentralError


class KeysError(CentralError):
    """The keys do not allow to sign."""

    code: ClassVar[str] = "keys_unusable"
    sentence: ClassVar[str] = "The signing keys cannot be used: {what}"

    def __init__(self, what: str) -> None:
        super().__init__(what=what)


class WrongPassphrase(KeysError):
    """The passphrase opens no key file."""

    code = "wrong_passphrase"


class Exposed(KeysError):
    """Others than central may read a key file."""

    code = "key_file_exposed"


class NoKeyFor(KeysError):
    """No key may sign this now."""

    code = "no_signing_key"


class KeySetRefused(KeysError):
    """A key set does not come from this city's root, or is older than the one in force."""

    code = "key_set_refused"
