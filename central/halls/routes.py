"""REST: halls for everybody; sites, areas, doors, spaces and halls for staff to keep."""

from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import APIRouter, Query
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from central.accounts.principals import (
    AnyStaff,
    CityFacilityStaff,
    FacilityStaff,
    HallManager,
    Public,
)
from central.accounts.refusals import NotInScope
from central.accounts.roles import Role
from central.dependencies import TheDatabase
from central.halls import service
from central.halls.models import AREA_BITS, LARGEST_SITE, Door, Hall, Site
from central.halls.scope import check_hall, check_site
from central.halls.service import HallData

router = APIRouter(prefix="/api/v1", tags=["halls"])
_LOOKING_AROUND = Public("renters look around before they say who they are")
_DAY = 24 * 60


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        message = "there is no such time zone; an example: Europe/Brussels"
        raise ValueError(message) from error


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Bit = Annotated[int, Field(ge=0, lt=AREA_BITS)]
Minutes = Annotated[int, Field(ge=0, le=_DAY)]
Zone = Annotated[str, AfterValidator(_zone)]


class NewSite(BaseModel):
    """A building or campus."""

    id: int = Field(ge=1, le=LARGEST_SITE)
    """Stands in every pass; never give it to another site."""
    name: Name
    address: str = Field(default="", max_length=240)
    zone: Zone = "Europe/Brussels"


class AreaOut(BaseModel):
    """A part of a site that passes may open."""

    model_config = ConfigDict(from_attributes=True)
    bit: int
    name: str


class DoorOut(BaseModel):
    """A door and the areas that one enters through it."""

    id: int
    name: str
    areas: list[int]

    @classmethod
    def of(cls, door: Door) -> Self:
        """Return what is told of a door."""
        bits = [bit for bit in range(AREA_BITS) if door.areas >> bit & 1]
        return cls(id=door.id, name=door.name, areas=bits)


class SiteOut(BaseModel):
    """A site with its areas and doors."""

    id: int
    name: str
    address: str
    zone: str
    areas: list[AreaOut]
    doors: list[DoorOut]

    @classmethod
    def of(cls, site: Site) -> Self:
        """Return what is told of a site."""
        return cls(
            id=site.id,
            name=site.name,
            address=site.address,
            zone=site.zone,
            areas=[AreaOut.model_validate(one) for one in site.areas],
            doors=[DoorOut.of(one) for one in site.doors],
        )


class Named(BaseModel):
    """Something that only has a name."""

    name: Name


class NewDoor(Named):
    """A door to be registered."""

    areas: list[Bit] = Field(min_length=1)


class SpaceOut(BaseModel):
    """A leaf space."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    name: str


class OpeningHours(BaseModel):
    """Hours of a weekday, in minutes after local midnight."""

    model_config = ConfigDict(from_attributes=True)
    weekday: int = Field(ge=0, le=6)
    """0 is Monday."""
    opens: int = Field(ge=0, lt=_DAY)
    closes: int = Field(gt=0, le=2 * _DAY)
    """1560 is two o'clock in the night after."""

    @model_validator(mode="after")
    def _closes_after_it_opens(self) -> Self:
        if self.closes <= self.opens:
            message = "a hall closes after it opens; add 1440 for the day after"
            raise ValueError(message)
        return self


class HallIn(BaseModel):
    """All that staff set of a hall."""

    site: int
    service: int | None = None
    """The city service whose hall it is; empty: of the city."""
    name: Name
    description: str = Field(default="", max_length=4000)
    capacity: int = Field(ge=1, le=100_000)
    cents_per_hour: int | None = Field(default=None, ge=0)
    setup_minutes: Minutes = 0
    turnaround_minutes: Minutes = 30
    early_minutes: Minutes = 0
    """A pass opens this much earlier; at most the set-up time."""
    late_minutes: Minutes = 15
    """A pass opens this much longer; at most the turn-around time."""
    is_offered: bool = True
    spaces: list[int] = Field(min_length=1)
    route: list[Bit] = []
    """Areas on the way in, in walking order; a pass opens exactly these."""
    openings: list[OpeningHours] = []
    """None: open day and night."""

    @model_validator(mode="after")
    def _passes_stay_inside_the_buffers(self) -> Self:
        if self.early_minutes > self.setup_minutes or self.late_minutes > self.turnaround_minutes:
            message = (
                "a pass may open earlier only within the set-up time, and later only within the "
                "turn-around time, so that two renters never have one open at once"
            )
            raise ValueError(message)
        return self

    def data(self) -> HallData:
        """Return it as the service wants it."""
        values = self.model_dump(exclude={"site", "service", "openings"})
        hours = [(one.weekday, one.opens, one.closes) for one in self.openings]
        return HallData(site_id=self.site, service_id=self.service, openings=hours, **values)


class HallOut(BaseModel):
    """A hall as everybody may see it."""

    id: int
    name: str
    description: str
    site: int
    service: int | None
    site_name: str
    address: str
    zone: str
    capacity: int
    cents_per_hour: int | None
    is_offered: bool
    setup_minutes: int
    turnaround_minutes: int
    early_minutes: int
    late_minutes: int
    spaces: list[SpaceOut]
    route: list[AreaOut]
    openings: list[OpeningHours]

    @classmethod
    def of(cls, hall: Hall) -> Self:
        """Return what is told of a hall."""
        names = {area.bit: area.name for area in hall.site.areas}
        return cls(
            site=hall.site_id,
            service=hall.service_id,
            site_name=hall.site.name,
            address=hall.site.address,
            zone=hall.site.zone,
            spaces=[SpaceOut.model_validate(one) for one in hall.spaces],
            route=[AreaOut(bit=step.bit, name=names[step.bit]) for step in hall.route],
            openings=[OpeningHours.model_validate(one) for one in hall.openings],
            **{
                name: getattr(hall, name)
                for name in (
                    "id", "name", "description", "capacity", "cents_per_hour", "is_offered",
                    "setup_minutes", "turnaround_minutes", "early_minutes", "late_minutes",
                )
            },
        )  # fmt: skip


@router.get("/halls", dependencies=[_LOOKING_AROUND])
def list_halls(
    database: TheDatabase, people: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> list[HallOut]:
    """List the halls on offer for so many people."""
    with database.read() as session:
        return [HallOut.of(hall) for hall in service.offered_halls(session, people)]


@router.get("/halls/{hall_id}", dependencies=[_LOOKING_AROUND])
def get_hall(hall_id: int, database: TheDatabase) -> HallOut:
    """Tell about one hall."""
    with database.read() as session:
        return HallOut.of(service.hall_of(session, hall_id))


@router.post("/halls", status_code=201)
def add_hall(new: HallIn, staff: HallManager, database: TheDatabase) -> HallOut:
    """Put a hall on offer."""
    if not staff.may(Role.HALL_MANAGER, service=new.service):
        raise NotInScope
    with database.write() as session:
        return HallOut.of(service.add_hall(session, new.data()))


@router.put("/halls/{hall_id}")
def change_hall(
    hall_id: int, changed: HallIn, staff: HallManager, database: TheDatabase
) -> HallOut:
    """Give a hall new data; what is booked keeps the times and price it was booked with."""
    with database.write() as session:
        check_hall(session, staff, hall_id, Role.HALL_MANAGER)
        before = service.hall_of(session, hall_id).service_id
        if changed.service != before and not staff.may(Role.HALL_MANAGER, service=changed.service):
            raise NotInScope  # a hall is given away only by who may keep it there too
        return HallOut.of(service.change_hall(session, hall_id, changed.data()))


@router.get("/sites")
def list_sites(_staff: AnyStaff, database: TheDatabase) -> list[SiteOut]:
    """List the sites with their areas and doors."""
    with database.read() as session:
        return [SiteOut.of(site) for site in service.all_sites(session)]


@router.post("/sites", status_code=201)
def add_site(new: NewSite, _staff: CityFacilityStaff, database: TheDatabase) -> SiteOut:
    """Register a building or campus."""
    with database.write() as session:
        service.add_site(session, new.id, new.name, new.address, new.zone)
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
