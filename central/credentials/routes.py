"""REST: staff make passes by hand, make them again, revoke them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from central.accounts.principals import Admin, AnyStaff, staff_with
from central.accounts.roles import Role
from central.accounts.sessions import StaffMember
from central.credentials import qr, service, views
from central.credentials.models import Credential, Grant
from central.credentials.schemas import (
    EmergencyPassIn,
    NewPassOut,
    PassIn,
    PassOut,
    ReasonIn,
    RevokedOut,
)
from central.credentials.texts import text_of
from central.credentials.validity import bits_of
from central.dependencies import Now, TheDatabase
from central.documents.dependencies import TheAuthority
from central.halls.scope import check_areas

router = APIRouter(prefix="/api/v1", tags=["passes"])
_ISSUERS = (Role.FACILITY_STAFF, Role.HALL_MANAGER)
_REVOKERS = (*_ISSUERS, Role.CONTACT_CENTRE)
Issuer = Annotated[StaffMember, Depends(staff_with(*_ISSUERS))]
"""Who gives passes to crews and colleagues, and takes them away."""
Revoker = Annotated[StaffMember, Depends(staff_with(*_REVOKERS))]
"""Who is called when a pass is lost."""


@router.get("/passes")
def list_passes(
    _staff: AnyStaff,
    database: TheDatabase,
    grant: int | None = None,
    reservation: Annotated[str | None, Query(max_length=16)] = None,
) -> list[PassOut]:
    """List passes, the newest first: all, of a grant, or of a reservation."""
    with database.read() as session:
        found = views.passes(session, grant=grant, reservation=reservation)
        return [PassOut.of(one) for one in found]


@router.post("/passes", status_code=201)
def add_pass(
    new: PassIn, staff: Issuer, database: TheDatabase, authority: TheAuthority, now: Now
) -> NewPassOut:
    """Make a pass for a crew or for staff."""
    with database.write() as session:
        check_areas(session, staff, new.site, new.areas, *_ISSUERS)
        made = service.issue_by_hand(
            session, new.entitlement(), new.label, authority, now, staff.actor
        )
        return _new(session, made)


@router.post("/passes/emergency", status_code=201)
def add_emergency_pass(
    new: EmergencyPassIn, staff: Admin, database: TheDatabase, authority: TheAuthority, now: Now
) -> NewPassOut:
    """Make a pass that opens also in a lock-down: for the fire service, sealed."""
    with database.write() as session:
        made = service.issue_by_hand(
            session, new.entitlement(), new.label, authority, now, staff.actor
        )
        return _new(session, made)


@router.get("/passes/{pass_id}")
def get_pass(pass_id: str, _staff: AnyStaff, database: TheDatabase) -> PassOut:
    """Tell about a pass; not its text."""
    with database.read() as session:
        return PassOut.of(views.pass_by_id(session, pass_id))


@router.get("/passes/{pass_id}/pass.png", response_class=Response)
def get_picture(pass_id: str, staff: Issuer, database: TheDatabase) -> Response:
    """Give the QR code of a pass as a picture, to hand it over. Whoever has it can enter."""
    with database.read() as session:
        found = views.pass_by_id(session, pass_id)
        _check_grant(session, staff, found.grant, *_ISSUERS)
        text = text_of(found)
    return Response(qr.png(text), media_type="image/png")


@router.post("/passes/{pass_id}/revoke")
def revoke_pass(
    pass_id: str,
    why: ReasonIn,
    staff: Revoker,
    database: TheDatabase,
    authority: TheAuthority,
    now: Now,
) -> RevokedOut:
    """Let a pass open nothing any more, as soon as each door has heard."""
    with database.write() as session:
        number = service.revoke(session, pass_id, why.reason, authority, now, staff.actor)
        revoked = views.pass_by_id(session, pass_id)
        _check_grant(session, staff, revoked.grant, *_REVOKERS)
        return RevokedOut(site=revoked.site_id, list=number)


@router.post("/grants/{grant_id}/passes", status_code=201)
def replace_pass(
    grant_id: int, staff: Revoker, database: TheDatabase, authority: TheAuthority, now: Now
) -> PassOut:
    """Replace a pass that was lost or seen by others; the ones before it stop opening."""
    with database.write() as session:
        made = service.issue_again(session, grant_id, authority, now, staff.actor)
        found = views.pass_by_id(session, made.id)
        _check_grant(session, staff, found.grant, *_REVOKERS)
        return PassOut.of(found)


def _check_grant(session: Session, staff: StaffMember, grant: Grant, *roles: Role) -> None:
    """Let pass who reaches all that a grant opens; else nothing of this transaction stays."""
    check_areas(session, staff, grant.site_id, bits_of(grant.areas), *roles)


def _new(session: Session, made: Credential) -> NewPassOut:
    told = PassOut.of(views.pass_by_id(session, made.id))
    return NewPassOut(**told.model_dump(), text=text_of(made))
