"""Commands to one unit: exact, for one nonce, and by a pseudonymous id."""

from typing import Any

import pytest

from contracts.commands import Command, CommandName, CommandResult, NonceGiven, NonceRequest
from contracts.errors import Malformed

ID, NONCE = "0123456789abcdef", "ab" * 16
COMMAND = {"id": ID, "command": "unlock_once", "nonce": NONCE, "actor": "staff-1"}


def test_a_command_names_what_for_whom_and_once() -> None:
    command = Command.read(COMMAND)
    assert (command.command, command.nonce) == (CommandName.UNLOCK_ONCE, NONCE)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "1"},
        {"command": "unlock_forever"},
        {"command": "UNLOCK_ONCE"},
        {"nonce": "ab" * 15},
        {"nonce": "AB" * 16},
        {"nonce": None},
        {"actor": "Anna Peeters"},
        {"actor": "anna@example.org"},
        {"until": 5},
    ],
    ids=repr,
)
def test_a_command_that_is_not_exact_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        Command.read({**COMMAND, **change})


def test_a_request_for_a_nonce_and_its_answer_name_each_other() -> None:
    assert NonceRequest.read({"ask": ID}).ask == NonceGiven.read({"ask": ID, "nonce": NONCE}).ask
    wrongs: tuple[dict[str, Any], ...] = (
        {},
        {"ask": ""},
        {"ask": ID, "v": 2},
        {"ask": ID, "nonce": NONCE},
    )
    for wrong in wrongs:
        with pytest.raises(Malformed):
            NonceRequest.read(wrong)


@pytest.mark.parametrize("outcome", ["", "Done", "it worked", "x" * 65, None])
def test_a_result_is_a_code_and_no_prose(outcome: object) -> None:
    with pytest.raises(Malformed):
        CommandResult.read({"id": ID, "outcome": outcome})
