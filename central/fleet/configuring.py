"""Sign what units are configured to be, and the modes of their doors. Never commits."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from central.documents import service as documents
from central.documents.authority import Authority
from central.documents.service import body_of
from central.fleet.models import DoorUnit
from central.fleet.units import KnownUnit, in_service
from central.halls.models import Door, Site
from central.halls.zone_tables import zone_from
from contracts.bodies import Body
from contracts.documents import DocumentType, unit_audience
from contracts.door_config import DoorConfig, Policy
from contracts.modes import DoorMode, Modes
from contracts.moments import minute_of

RENEW_BEFORE = 30 * 1440
"""Minutes before a document's key stops verifying at which it is signed anew."""


@dataclass(frozen=True, slots=True)
class CityWide:
    """What the city's settings say of every door."""

    duty_phone: str = ""
    """Stands on the display of a door that cannot help; empty: it names nobody to call."""
    policy: Policy = field(default_factory=Policy)


def configure(
    session: Session, unit_id: str, authority: Authority, now: datetime, city: CityWide
) -> int:
    """Bring a unit's configuration up to date; return the number in force.

    Raises:
        UnknownUnit: it is not in service.
        NoKeyFor: no key may sign it.

    """
    unit = in_service(session, unit_id)
    number = documents.next_number(session, DocumentType.CONFIG, unit_audience(unit.id))
    body = config_of(session, unit, now, city)
    return _keep_if_new(session, unit, DocumentType.CONFIG, body, number, authority, now)


def config_of(session: Session, unit: KnownUnit, now: datetime, city: CityWide) -> DoorConfig:
    """Return what a unit should be configured to be."""
    door = session.get_one(Door, unit.door)
    site = session.get_one(Site, door.site_id)
    return DoorConfig(
        door=door.id,
        name=door.name[:80],
        site=site.id,
        areas=door.areas,
        zone=zone_from(site.zone, now),
        duty_phone=city.duty_phone,
        commissioned=session.get_one(DoorUnit, unit.id).is_commissioned,
        policy=city.policy,
    )


def set_mode(
    session: Session,
    unit_id: str,
    mode: DoorMode,
    until: datetime | None,
    cause: str,
    authority: Authority,
    now: datetime,
) -> int:
    """Sign the mode of a unit's door; return its number.

    Raises:
        UnknownUnit: it is not in service.
        NoKeyFor: no key may sign it.

    """
    unit = in_service(session, unit_id)
    number = documents.next_number(session, DocumentType.MODES, unit_audience(unit.id))
    ends = int(until.timestamp()) if until else None
    body = Modes(mode=mode, until=ends, cause=cause)
    return _keep_if_new(session, unit, DocumentType.MODES, body, number, authority, now)


def renew(
    session: Session, unit_id: str, authority: Authority, now: datetime, city: CityWide
) -> None:
    """Sign anew what is still in force but whose key, or year of zone changes, is running out.

    What the city's settings say otherwise than before is signed too.
    """
    configure(session, unit_id, authority, now, city)
    modes = documents.current(session, DocumentType.MODES, unit_audience(unit_id))
    if modes is not None:
        unit = in_service(session, unit_id)
        number = documents.next_number(session, DocumentType.MODES, unit_audience(unit.id))
        body = body_of(modes.raw, Modes)
        _keep_if_new(session, unit, DocumentType.MODES, body, number, authority, now)


def _keep_if_new(
    session: Session,
    unit: KnownUnit,
    kind: DocumentType,
    body: Body,
    number: int,
    authority: Authority,
    now: datetime,
) -> int:
    audience = unit_audience(unit.id)
    before = documents.current(session, kind, audience)
    if before is not None and body_of(before.raw, type(body)) == body:
        lasts = before.verify_until
        if lasts is None or lasts - RENEW_BEFORE > minute_of(now):
            return before.number
    new = authority.sign(session, kind, audience, body, now, site=unit.site, number=number)
    documents.keep(session, new, now)
    return number
