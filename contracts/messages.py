"""MQTT payloads that are not documents by themselves: state, health, birth."""

from typing import Annotated, Any

from pydantic import StringConstraints

from contracts.bodies import Body, Code, Digest, HexId, Number, Version
from contracts.clock import ClockTrust
from contracts.modes import DoorMode
from contracts.reasons import Fault


class UnitState(Body):
    """On `up/state`, retained: birth with the signed statement, or the will without one."""

    v: Version = 1
    online: bool
    session: Number
    """Rises with every connection, so that a late will is not taken for the newest word."""
    birth: str | None = None
    """Statement of type BIRTH."""


class Birth(Body):
    """Body of the unit's signed statement at connect."""

    session: Number
    boot: HexId
    software: Annotated[str, StringConstraints(max_length=40)]
    epoch: HexId
    seq: Number
    hash: Digest
    state_lost: bool = False
    """Nothing opens until a freshness answer came."""
    acked: Number = 0
    """Central proved to hold everything up to here; left out when it proved nothing yet.

    A central that holds less was restored from a backup, and asks for the rest.
    """

    def to_json(self) -> dict[str, Any]:
        """Return the value to sign."""
        said = super().to_json()
        if not self.acked:
            del said["acked"]
        return said


class CentralState(Body):
    """On `central/state`, retained: birth or will of central."""

    v: Version = 1
    online: bool
    session: Number


class Health(Body):
    """On `up/health`, unsigned and only a hint: how the unit is now."""

    v: Version = 1
    mode: DoorMode
    leaf: Code
    """`open`, `closed` or `unknown`."""
    strike: Code
    """`secured` or `released`."""
    trust: ClockTrust
    faults: tuple[Fault, ...] = ()
    unacked: Number
    lists_age: Number | None
    """Seconds since a freshness answer, if there was one."""
    temperature: int | None = None
    """Degrees Celsius."""
    disk_free_percent: int | None = None
