"""What is refused from and about door units, and why."""

from http import HTTPStatus

from central.errors import CentralError


class UnknownUnit(CentralError):
    """Nobody registered such a unit, or it was retired: nothing it says counts."""

    status = HTTPStatus.FORBIDDEN
    code = "unknown_unit"
    sentence = "No door unit {unit} is in service."

    def __init__(self, unit: str) -> None:
        super().__init__(unit=unit)


class BadMessage(CentralError):
    """A unit's message is malformed, or not signed by it."""

    status = HTTPStatus.FORBIDDEN
    code = "bad_message"
    sentence = "This message was not believed: {why}"

    def __init__(self, why: str) -> None:
        super().__init__(why=why[:500])


class Forked(CentralError):
    """A unit signed two different histories: its key is in two boxes, or its medium went back."""

    status = HTTPStatus.CONFLICT
    code = "journal_forked"
    sentence = (
        "Entry {seq} of journal {epoch} is another one than central holds."
        " Two units share a key, or an older copy of the unit's medium came back."
    )

    def __init__(self, epoch: str, seq: int) -> None:
        super().__init__(epoch=epoch, seq=seq)


class DoorTaken(CentralError):
    """The door has a unit in service."""

    status = HTTPStatus.CONFLICT
    code = "door_has_unit"
    sentence = "This door has unit {unit}. Retire that one first."


class AlreadyRegistered(CentralError):
    """The unit, or one of its keys, is known."""

    status = HTTPStatus.CONFLICT
    code = "already_registered"
    sentence = "This unit, or a unit with one of its keys, was registered before."


class UnusableKey(CentralError):
    """The public key proves nothing."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "unusable_key"
    sentence = "This is not a usable Ed25519 public key."
