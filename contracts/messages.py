"""MQTT payloads that are not documents by themselves: state, health, birth."""

from typing import Annotated, Any, Self

from pydantic import StringConstraints, model_validator

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
    base: Number = 0
    """Entries up to here are not on the unit any more; left out while all are."""
    base_hash: Digest | None = None
    """The chain's hash at `base`: a central that holds less can only go on from there."""

    @model_validator(mode="after")
    def _is_one_journal(self) -> Self:
        if not self.base <= self.acked or (self.base > 0) != (self.base_hash is not None):
            msg = "only what was acknowledged can be gone, and its hash stays"
            raise ValueError(msg)
        return self

    def to_json(self) -> dict[str, Any]:
        """Return the value to sign."""
        said = super().to_json()
        if not self.acked:
            del said["acked"]
        if not self.base:
            del said["base"], said["base_hash"]
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
