"""Commands to one unit: signed, never retained, good for one nonce that the unit gave moments ago."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from contracts.bodies import Body, Code, HexId, Nonce, Version

NONCE_LIFETIME = 10.0
"""Seconds on the unit's monotonic clock between giving a nonce and taking the command."""


class CommandName(StrEnum):
    """What a unit can be told to do at once."""

    UNLOCK_ONCE = "unlock_once"
    IDENTIFY = "identify"
    SELF_TEST = "self_test"
    SEND_LOGS = "send_logs"


class NonceRequest(Body):
    """Unsigned: asks a unit for a nonce. Harmless, hence believed from anybody and rate-limited."""

    v: Version = 1
    ask: HexId
    """Chosen by the asker, returned with the nonce."""


class NonceGiven(Body):
    """Body of the unit's signed answer."""

    ask: HexId
    nonce: Nonce


class Command(Body):
    """The body of a command document; audience: the unit."""

    id: HexId
    command: CommandName
    nonce: Nonce
    actor: Code
    """Who asked, as a pseudonymous id of central's audit trail."""


class CommandResult(Body):
    """Body of the unit's signed result."""

    id: HexId
    outcome: Code
    """`done`, or why not: a deny reason, `nonce_unknown`, `bad_signature` …"""
    detail: dict[str, Any] = Field(default={})
