"""What the REST interface of the fleet takes and gives."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, model_validator

from central.fleet.health import Part, Presence
from central.fleet.models import CommandState, FaultSource, UnitCommand, UnitFault
from central.fleet.publishing import Gap
from central.fleet.queries import DoorView, EntryView
from central.fleet.units import NewUnit
from contracts import strict_json
from contracts.bodies import UNIT_ID
from contracts.commands import CommandName
from contracts.documents import DocumentType
from contracts.journal import EventKind
from contracts.modes import DoorMode
from contracts.reasons import Fault

_Hex32 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200)]


class UnitIn(BaseModel):
    """A unit to take into service. Who registers it vouches for it."""

    unit: Annotated[str, StringConstraints(pattern=f"^{UNIT_ID}$")]
    door: int
    statement_key: _Hex32
    """Public Ed25519 key, in hexadecimal."""
    certificate_sha256: _Hex32
    """Of its TLS certificate (DER), in hexadecimal."""
    commissioned: bool = True
    """Whether it may open the door already."""

    def new(self) -> NewUnit:
        """Return it as the service wants it."""
        return NewUnit(
            unit=self.unit,
            door=self.door,
            statement_key=bytes.fromhex(self.statement_key),
            certificate_sha256=self.certificate_sha256,
            is_commissioned=self.commissioned,
        )


class UnitOut(BaseModel):
    """A unit in service, or that was."""

    unit: str
    door: int
    status: str


class DoorOut(BaseModel):
    """A door as it is known to be now. What nobody said is unknown."""

    id: int
    name: str
    site: str
    unit: str | None
    presence: Presence
    since: datetime | None
    mode: str | None
    leaf: Part
    strike: Part
    heard_at: datetime | None
    software: str

    @classmethod
    def of(cls, one: DoorView) -> Self:
        """Return what is told of a door."""
        return cls(
            id=one.id,
            name=one.name,
            site=one.site,
            unit=one.unit,
            presence=one.now.presence,
            since=one.now.since,
            mode=one.now.mode,
            leaf=one.now.leaf,
            strike=one.now.strike,
            heard_at=one.heard_at,
            software=one.software,
        )


class GapOut(BaseModel):
    """A document in force that a unit does not hold yet."""

    kind: DocumentType
    in_force: int
    held: int | None

    @classmethod
    def of(cls, gap: Gap) -> Self:
        """Return what is told of a gap."""
        return cls(kind=gap.kind, in_force=gap.in_force, held=gap.held)


class DocumentsOut(BaseModel):
    """What a door's unit should hold and does not, by its own signed word."""

    unit: str
    is_up_to_date: bool
    lacking: list[GapOut]


class EntryOut(BaseModel):
    """A line of a unit's journal."""

    id: int
    door: int
    door_name: str
    unit: str
    epoch: str
    seq: int
    kind: EventKind
    wall: datetime | None
    trust: str
    received_at: datetime
    outcome: str | None
    reason: str | None
    credential: str | None
    grant: int | None
    data: dict[str, Any]

    @classmethod
    def of(cls, view: EntryView) -> Self:
        """Return what is told of an entry."""
        one = view.entry
        return cls(
            id=one.id,
            door=one.door_id,
            door_name=view.door,
            unit=one.unit_id,
            epoch=one.epoch,
            seq=one.seq,
            kind=one.kind,
            wall=one.wall,
            trust=one.trust,
            received_at=one.received_at,
            outcome=one.outcome,
            reason=one.reason,
            credential=one.credential,
            grant=one.grant_id,
            data=strict_json.loads(one.raw)["data"],
        )


class FaultOut(BaseModel):
    """Something that is wrong now."""

    unit: str
    door: str
    code: Fault
    source: FaultSource
    detail: str
    times: int
    raised_at: datetime
    last_at: datetime

    @classmethod
    def of(cls, fault: UnitFault, door: str) -> Self:
        """Return what is told of a fault."""
        return cls(
            unit=fault.unit_id,
            door=door,
            code=fault.code,
            source=fault.source,
            detail=fault.detail,
            times=fault.times,
            raised_at=fault.raised_at,
            last_at=fault.last_at,
        )


class CommandIn(BaseModel):
    """Something to do at once, and why."""

    command: CommandName
    reason: _Reason


class CommandOut(BaseModel):
    """How far a command got."""

    id: str
    unit: str
    command: CommandName
    state: CommandState
    outcome: str
    asked_at: datetime
    answered_at: datetime | None

    @classmethod
    def of(cls, one: UnitCommand) -> Self:
        """Return what is told of a command."""
        return cls(
            id=one.id,
            unit=one.unit_id,
            command=one.command,
            state=one.state,
            outcome=one.outcome,
            asked_at=one.asked_at,
            answered_at=one.answered_at,
        )


class ModeIn(BaseModel):
    """A mode for a door, always with an end."""

    mode: DoorMode
    until: AwareDatetime | None = Field(default=None)

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if (self.mode is DoorMode.LOCKED) != (self.until is None):
            message = "every mode but locked has an end"
            raise ValueError(message)
        return self


class NumberOut(BaseModel):
    """The number of the document that says so now."""

    number: int
