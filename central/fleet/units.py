"""Door units come into service and go out of it. Never commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from central.errors import NotFound
from central.events import DoorUnitEnrolled, DoorUnitRetired
from central.fleet.errors import AlreadyRegistered, DoorTaken, UnknownUnit, UnusableKey
from central.fleet.models import DoorUnit, UnitState, UnitStatus
from central.halls.models import Door
from central.outbox.service import announce
from contracts.documents import site_audience, unit_audience
from contracts.errors import Malformed
from contracts.keys import VerifyKey
from contracts.keyset import CITY


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit in service, and where it is."""

    id: str
    door: int
    site: int
    statement_key: bytes

    @property
    def key(self) -> VerifyKey:
        """The key that its statements must be signed with."""
        return VerifyKey.from_bytes(self.statement_key)

    @property
    def audiences(self) -> tuple[str, str, str]:
        """Whom documents for this unit are addressed to."""
        return CITY, site_audience(self.site), unit_audience(self.id)


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit to register."""

    unit: str
    door: int
    statement_key: bytes
    certificate_sha256: str
    is_commissioned: bool


def register(session: Session, new: NewUnit, now: datetime) -> DoorUnit:
    """Take a unit into service at a door.

    Raises:
        NotFound: there is no such door.
        DoorTaken: it has a unit.
        AlreadyRegistered: the unit or one of its keys is known, also when it was retired.
        UnusableKey: its public key is none.

    """
    try:
        VerifyKey.from_bytes(new.statement_key)
    except Malformed as error:
        raise UnusableKey from error
    door = session.get(Door, new.door, with_for_update=True)
    if door is None:
        raise NotFound("door")
    _require_new(session, new)
    unit = DoorUnit(
        id=new.unit,
        door_id=door.id,
        statement_key=new.statement_key,
        certificate_sha256=new.certificate_sha256,
        status=UnitStatus.ENROLLED,
        is_commissioned=new.is_commissioned,
        enrolled_at=now,
    )
    session.add(unit)
    session.flush()
    session.add(UnitState(unit_id=unit.id))
    announce(session, DoorUnitEnrolled(unit.id), now)
    return unit


def retire(session: Session, unit_id: str, now: datetime) -> DoorUnit:
    """Take a unit out of service: what it says from now on does not count.

    Raises:
        NotFound: it is not in service.

    """
    unit = session.get(DoorUnit, unit_id, with_for_update=True)
    if unit is None or unit.status is not UnitStatus.ENROLLED:
        raise NotFound("door unit")
    unit.status, unit.retired_at = UnitStatus.RETIRED, now
    session.flush()
    announce(session, DoorUnitRetired(unit.id), now)
    return unit


def in_service(session: Session, unit_id: str, *, lock: bool = False) -> KnownUnit:
    """Return a unit that is in service.

    Args:
        session: any.
        unit_id: which.
        lock: keep others from changing it, and from taking in its journal, until this commits.

    Raises:
        UnknownUnit: it is not in service.

    """
    query = _known().where(DoorUnit.id == unit_id)
    if lock:
        query = query.with_for_update(of=DoorUnit, key_share=True)
    row = session.execute(query).first()
    if row is None:
        raise UnknownUnit(unit_id)
    return KnownUnit(*row)


def all_in_service(session: Session, audience: str = CITY) -> Sequence[KnownUnit]:
    """Return the units in service that a document for this audience is for."""
    query = _known().order_by(DoorUnit.id)
    whom, _, which = audience.partition(":")
    if whom == "site":
        query = query.where(Door.site_id == int(which))
    elif whom == "unit":
        query = query.where(DoorUnit.id == which)
    return [KnownUnit(*row) for row in session.execute(query)]


def _known() -> Select[str, int, int, bytes]:
    return (
        select(DoorUnit.id, DoorUnit.door_id, Door.site_id, DoorUnit.statement_key)
        .join(Door, Door.id == DoorUnit.door_id)
        .where(DoorUnit.status == UnitStatus.ENROLLED)
    )


def _require_new(session: Session, new: NewUnit) -> None:
    taken = session.scalar(
        select(DoorUnit.id).where(
            DoorUnit.door_id == new.door, DoorUnit.status == UnitStatus.ENROLLED
        )
    )
    if taken == new.unit:
        raise AlreadyRegistered
    if taken is not None:
        raise DoorTaken(unit=taken)
    same = or_(
        DoorUnit.id == new.unit,
        DoorUnit.statement_key == new.statement_key,
        DoorUnit.certificate_sha256 == new.certificate_sha256,
    )
    if session.scalar(select(DoorUnit.id).where(same)) is not None:
        raise AlreadyRegistered
