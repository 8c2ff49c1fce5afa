"""REST: what can be said of a hall; sites, areas, doors, spaces and halls for staff to keep."""

from fastapi import APIRouter

from central.accounts.principals import (
    AnyStaff,
    CityFacilityStaff,
    FacilityStaff,
    HallManager,
    Public,
)
from central.accounts.refusals import NotInScope
from central.accounts.roles import Role
from central.dependencies import Now, TheDatabase
from central.halls import service
from central.halls.facts import features, kinds
from central.halls.schemas import (
    AreaOut,
    DoorOut,
    FactOut,
    HallIn,
    HallOut,
    Named,
    NewDoor,
    NewSite,
    SiteOut,
    SpaceOut,
)
from central.halls.scope import check_hall, check_site

router = APIRouter(prefix="/api/v1", tags=["halls"])
_LOOKING_AROUND = Public("renters look around before they say who they are")


@router.get("/hall-facts", dependencies=[_LOOKING_AROUND])
def list_facts() -> list[FactOut]:
    """List what can be said of a hall: kinds, facilities, accessibility."""
    return [FactOut.model_validate(one) for one in (*kinds().values(), *features().values())]


@router.post("/halls", status_code=201)
def add_hall(new: HallIn, staff: HallManager, database: TheDatabase) -> HallOut:
    """Put a hall on offer."""
    if not staff.may(Role.HALL_MANAGER, service=new.service):
        raise NotInScope
    with database.write() as session:
        return HallOut.of(service.add_hall(session, new.data()))


@router.put("/halls/{hall_id}")
def change_hall(
    hall_id: int, changed: HallIn, staff: HallManager, database: TheDatabase, now: Now
) -> HallOut:
    """Give a hall new data; what is booked keeps the times and price it was booked with."""
    with database.write() as session:
        check_hall(session, staff, hall_id, Role.HALL_MANAGER)
        before = service.hall_of(session, hall_id).service_id
        if changed.service != before and not staff.may(Role.HALL_MANAGER, service=changed.service):
            raise NotInScope  # a hall is given away only by who may keep it there too
        return HallOut.of(service.change_hall(session, hall_id, changed.data(), now))


@router.get("/sites")
def list_sites(_staff: AnyStaff, database: TheDatabase) -> list[SiteOut]:
    """List the sites with their areas and doors."""
    with database.read() as session:
        return [SiteOut.of(site) for site in service.all_sites(session)]


@router.post("/sites", status_code=201)
def add_site(new: NewSite, _staff: CityFacilityStaff, database: TheDatabase) -> SiteOut:
    """Register a building or campus."""
    with database.write() as session:
        service.add_site(session, **new.model_dump())
        return SiteOut.of(service.site_of(session, new.id))


@router.post("/sites/{site_id}/areas", status_code=201)
def add_area(site_id: int, new: Named, staff: FacilityStaff, database: TheDatabase) -> AreaOut:
    """Give a site one more area, on the next bit that was never used."""
    with database.write() as session:
        check_site(session, staff, site_id, Role.FACILITY_STAFF)
        return AreaOut.model_validate(service.add_area(session, site_id, new.name))


@router.post("/sites/{site_id}/doors", status_code=201)
def add_door(site_id: int, new: NewDoor, staff: FacilityStaff, database: TheDatabase) -> DoorOut:
    """Register a door and the areas that one enters through it."""
    with database.write() as session:
        check_site(session, staff, site_id, Role.FACILITY_STAFF)
        return DoorOut.of(service.add_door(session, site_id, new.name, new.areas))


@router.get("/sites/{site_id}/spaces")
def list_spaces(site_id: int, _staff: AnyStaff, database: TheDatabase) -> list[SpaceOut]:
    """List the leaf spaces of a site."""
    with database.read() as session:
        spaces = service.spaces_at(session, service.site_of(session, site_id).id)
        return [SpaceOut.model_validate(one) for one in spaces]


@router.post("/sites/{site_id}/spaces", status_code=201)
def add_space(site_id: int, new: Named, staff: FacilityStaff, database: TheDatabase) -> SpaceOut:
    """Register a leaf space: what can be occupied once at a time."""
    with database.write() as session:
        check_site(session, staff, site_id, Role.FACILITY_STAFF)
        return SpaceOut.model_validate(service.add_space(session, site_id, new.name))
