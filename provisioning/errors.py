"""What can go wrong while provisioning: one base, and an exit code for what a script can act on."""

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """How the program ends."""

    DONE = 0
    FAILED = 1
    """It could not be done; the sentence says why and what to do."""
    USAGE = 2
    """The command line is wrong."""
    PASSPHRASE = 3
    """A passphrase is missing, too weak or does not open the file."""
    EXISTS = 4
    """Something is there already, and nothing was overwritten."""
    UNUSABLE = 5
    """A file is missing, unreadable or not what it should be."""
    CENTRAL = 6
    """Central refused or could not be reached."""


class ProvisioningError(Exception):
    """Something could not be done; the message says what to do about it. Never holds a secret."""

    exit_code: ClassVar[ExitCode] = ExitCode.FAILED


class BadPassphrase(ProvisioningError):
    """A passphrase is missing, too weak or wrong."""

    exit_code = ExitCode.PASSPHRASE


class AlreadyThere(ProvisioningError):
    """A file is there already; it stays as it is."""

    exit_code = ExitCode.EXISTS


class Unusable(ProvisioningError):
    """A file is missing, unreadable or not what it should be."""

    exit_code = ExitCode.UNUSABLE
