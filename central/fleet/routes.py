"""REST: doors and their units, what happened, what is wrong, what to do at once."""

import time
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from central.accounts.principals import AnyStaff, FacilityStaff, SignedUnit, Watcher
from central.accounts.roles import Role
from central.dependencies import Now, TheDatabase
from central.documents.dependencies import TheAuthority
from central.fleet import commands, configuring, queries, units
from central.fleet.errors import BadMessage
from central.fleet.models import CommandState
from central.fleet.queries import Wanted
from central.fleet.receiving import Receiver
from central.fleet.schemas import (
    CommandIn,
    CommandOut,
    DocumentsOut,
    DoorOut,
    EntryOut,
    FaultOut,
    GapOut,
    ModeIn,
    NumberOut,
    UnitIn,
    UnitOut,
)
from central.halls.scope import check_door
from contracts.journal import EventKind

router = APIRouter(prefix="/api/v1", tags=["fleet"])
_LONGEST_WAIT = 15.0
_LOOK_EVERY = 0.05  # seconds


@router.get("/doors")
def list_doors(_staff: AnyStaff, database: TheDatabase, now: Now) -> list[DoorOut]:
    """List every door as it is known to be now."""
    with database.read() as session:
        return [DoorOut.of(one) for one in queries.doors(session, now)]


@router.get("/doors/{door_id}")
def get_door(door_id: int, _staff: AnyStaff, database: TheDatabase, now: Now) -> DoorOut:
    """Tell about one door."""
    with database.read() as session:
        return DoorOut.of(queries.door(session, door_id, now))


@router.get("/doors/{door_id}/documents")
def get_documents(door_id: int, _staff: AnyStaff, database: TheDatabase) -> DocumentsOut:
    """Tell which lists and settings the door has not confirmed yet."""
    with database.read() as session:
        unit, lacking = queries.unit_of(session, door_id), queries.lacking(session, door_id)
    gaps = [GapOut.of(gap) for gap in lacking]
    return DocumentsOut(unit=unit, is_up_to_date=not gaps, lacking=gaps)


@router.post("/doors/{door_id}/commands", status_code=202)
def command_door(
    door_id: int, asked: CommandIn, staff: FacilityStaff, database: TheDatabase, now: Now
) -> CommandOut:
    """Tell the door to do something at once; `GET /commands/{id}?wait=10` says what became of it."""
    with database.write() as session:
        check_door(session, staff, door_id, Role.FACILITY_STAFF)
        unit = queries.unit_of(session, door_id)
        made = commands.ask(session, unit, asked.command, staff.actor, asked.reason, now)
        return CommandOut.of(made)


@router.get("/commands/{command_id}")
def get_command(
    command_id: str,
    _staff: FacilityStaff,
    database: TheDatabase,
    wait: Annotated[float, Query(ge=0, le=_LONGEST_WAIT)] = 0,
) -> CommandOut:
    """Tell how far a command got; with `wait`, as soon as it is answered."""
    ends = time.monotonic() + wait
    while True:
        with database.read() as session:
            told = CommandOut.of(commands.find(session, command_id))
        is_open = told.state in {CommandState.ASKED, CommandState.SIGNED}
        if not is_open or time.monotonic() >= ends:
            return told
        time.sleep(_LOOK_EVERY)


@router.put("/doors/{door_id}/mode")
def set_mode(
    door_id: int,
    wanted: ModeIn,
    staff: FacilityStaff,
    database: TheDatabase,
    authority: TheAuthority,
    now: Now,
) -> NumberOut:
    """Unlock, lock down or hold open until a moment, or lock again; it survives restarts."""
    with database.write() as session:
        check_door(session, staff, door_id, Role.FACILITY_STAFF)
        unit, cause = queries.unit_of(session, door_id), commands.code_of(staff.actor)
        number = configuring.set_mode(
            session, unit, wanted.mode, wanted.until, cause, authority, now
        )
        return NumberOut(number=number)


@router.post("/units", status_code=201)
def register_unit(new: UnitIn, staff: FacilityStaff, database: TheDatabase, now: Now) -> UnitOut:
    """Take a unit into service; its configuration and lists follow by themselves."""
    with database.write() as session:
        check_door(session, staff, new.door, Role.FACILITY_STAFF)
        unit = units.register(session, new.new(), now)
        return UnitOut(unit=unit.id, door=unit.door_id, status=unit.status)


@router.post("/units/{unit_id}/retire")
def retire_unit(unit_id: str, staff: FacilityStaff, database: TheDatabase, now: Now) -> UnitOut:
    """Take a unit out of service: nothing it says counts from now on."""
    with database.write() as session:
        unit = units.retire(session, unit_id, now)
        check_door(session, staff, unit.door_id, Role.FACILITY_STAFF)
        return UnitOut(unit=unit.id, door=unit.door_id, status=unit.status)


@router.post("/units/{unit_id}/batches", response_class=Response)
def take_batch(
    unit_id: str,
    unit: SignedUnit,
    database: TheDatabase,
    authority: TheAuthority,
    now: Now,
) -> Response:
    """Take in journal entries that the unit signed; answer with the signed acknowledgement."""
    if unit.id != unit_id:
        raise BadMessage(f"{unit_id[:40]} is not who signed it")
    with database.read() as session:
        known = units.in_service(session, unit.id)
    ack = Receiver(database, authority).take_batch(known, unit.body, now)
    return Response(ack, media_type="application/jose")


@router.get("/entries")
def list_entries(
    _staff: Watcher,
    database: TheDatabase,
    door: int | None = None,
    unit: Annotated[str | None, Query(max_length=32)] = None,
    grant: int | None = None,
    credential: Annotated[str | None, Query(max_length=16)] = None,
    kind: EventKind | None = None,
    before: int | None = None,
    limit: Annotated[int, Query(ge=1, le=queries.MOST_ENTRIES)] = 100,
) -> list[EntryOut]:
    """List what happened at doors, what arrived last first; `before` gives the next page."""
    wanted = Wanted(door, unit, grant, credential, kind, before)
    with database.read() as session:
        return [EntryOut.of(one) for one in queries.entries(session, wanted, limit)]


@router.get("/faults")
def list_faults(_staff: AnyStaff, database: TheDatabase) -> list[FaultOut]:
    """List what is wrong with doors and units now."""
    with database.read() as session:
        return [FaultOut.of(fault, door) for fault, door in queries.faults_now(session)]
