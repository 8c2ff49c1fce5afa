"""What the REST interface of halls takes and tells."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from central.halls.access_type import AccessType
from central.halls.day_parts import PARTS
from central.halls.hall_data import HallData
from central.halls.models import (
    AREA_BITS,
    LARGEST_SITE,
    MOST_NAMED_PASSES,
    Door,
    Hall,
    Site,
    SpecialDay,
)
from central.halls.photo_schemas import HallPhotoOut

_DAY = 24 * 60
_MOST = 100_000


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
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
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
    latitude: float | None
    longitude: float | None
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
            latitude=site.latitude,
            longitude=site.longitude,
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


class SpecialHours(BaseModel):
    """A day with other hours than usual on that weekday; a day may stand here several times."""

    day: date
    opens: int | None = Field(default=None, ge=0, lt=_DAY)
    """Empty: closed that day."""
    closes: int | None = Field(default=None, gt=0, le=2 * _DAY)

    @model_validator(mode="after")
    def _closes_after_it_opens(self) -> Self:
        if (self.opens is None) != (self.closes is None):
            message = "both hours, or none: then the hall is closed that day"
            raise ValueError(message)
        if self.opens is not None and self.closes is not None and self.closes <= self.opens:
            message = "a hall closes after it opens; add 1440 for the day after"
            raise ValueError(message)
        return self


class AccessSince(BaseModel):
    """From which day on a hall is entered in which way."""

    model_config = ConfigDict(from_attributes=True)
    first: date
    access: AccessType
    instructions: str = Field(default="", max_length=2000)
    """Where the key is, whom to call: what renters read beside it."""


class HallFacts(BaseModel):
    """What is told of a hall, and within what it can be booked; the same in both directions."""

    name: Name
    description: str = Field(default="", max_length=4000)
    capacity: int = Field(ge=1, le=_MOST)
    """Most people at once, standing."""
    seated: int | None = Field(default=None, ge=1, le=_MOST)
    """Most people on chairs; empty: as many as standing."""
    kind: str = Field(default="polyvalent", max_length=40)
    """Code of the list of kinds; `/api/v1/hall-facts` tells them."""
    surface: int | None = Field(default=None, ge=1, le=1_000_000)
    """Square metres."""
    house_rules: str = Field(default="", max_length=8000)
    arriving: str = Field(default="", max_length=4000)
    leaving: str = Field(default="", max_length=4000)
    cents_per_hour: int | None = Field(default=None, ge=0, le=10_000_000)
    setup_minutes: Minutes = 0
    turnaround_minutes: Minutes = 30
    early_minutes: Minutes = 0
    """A pass opens this much earlier; at most the set-up time."""
    late_minutes: Minutes = 15
    """A pass opens this much longer; at most the turn-around time."""
    is_offered: bool = True
    live_from: date | None = None
    """First day of use that is booked here; before it the old way holds."""
    named_passes: int = Field(default=3, ge=0, le=MOST_NAMED_PASSES)
    """How many passes a renter may give to others at a time."""
    may_hold_open: bool = False
    """Whether renters may let its doors stand open for their guests."""
    closes_on_holidays: bool = False
    grid_minutes: int = Field(default=1, ge=1, le=_DAY)
    """Uses start and end on wall times that this divides, counted from midnight."""
    shortest_minutes: int = Field(default=1, ge=1, le=14 * _DAY)
    longest_minutes: int | None = Field(default=None, ge=1, le=14 * _DAY)
    notice_hours: int = Field(default=0, ge=0, le=24 * 366)
    horizon_days: int | None = Field(default=None, ge=0, le=3660)
    parts: dict[str, tuple[int, int]] = Field(default={}, max_length=len(PARTS))
    """Own hours of `morning`, `afternoon` and `evening`, in minutes after midnight; else the usual."""


class HallIn(HallFacts):
    """All that staff set of a hall."""

    site: int
    service: int | None = None
    """The city service whose hall it is; empty: of the city."""
    features: list[str] = Field(default=[], max_length=100)
    """Codes of facilities and accessibility; `/api/v1/hall-facts` tells them."""
    spaces: list[int] = Field(min_length=1)
    route: list[Bit] = []
    """Areas on the way in, in walking order; a pass opens exactly these."""
    openings: list[OpeningHours] = []
    """None: open day and night."""
    special_days: list[SpecialHours] = Field(default=[], max_length=2000)
    access: list[AccessSince] = Field(default=[], max_length=100)
    """None: by pass."""

    @model_validator(mode="after")
    def _passes_stay_inside_the_buffers(self) -> Self:
        if self.early_minutes > self.setup_minutes or self.late_minutes > self.turnaround_minutes:
            message = (
                "a pass may open earlier only within the set-up time, and later only within the "
                "turn-around time, so that two renters never have one open at once"
            )
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _limits_agree(self) -> Self:
        if self.longest_minutes is not None and self.longest_minutes < self.shortest_minutes:
            message = "the longest use may not be shorter than the shortest"
            raise ValueError(message)
        if self.seated is not None and self.seated > self.capacity:
            message = "more people cannot sit than stand"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _parts_are_times(self) -> Self:
        for name, (opens, closes) in self.parts.items():
            if name not in PARTS or not 0 <= opens < closes <= 2 * _DAY:
                message = "morning, afternoon and evening each begin before they end"
                raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _days_are_said_once(self) -> Self:
        days = [(one.day, one.opens) for one in self.special_days]
        closed = {one.day for one in self.special_days if one.opens is None}
        if len(set(days)) < len(days) or any(
            day in closed and opens is not None for day, opens in days
        ):
            message = "a special day is closed, or has each of its hours once"
            raise ValueError(message)
        if len({one.first for one in self.access}) < len(self.access):
            message = "one way in begins on a day"
            raise ValueError(message)
        return self

    def data(self) -> HallData:
        """Return it as the service wants it."""
        listed = {"site", "service", "openings", "special_days", "access"}
        return HallData(
            site_id=self.site,
            service_id=self.service,
            openings=[(one.weekday, one.opens, one.closes) for one in self.openings],
            special_days=[(one.day, one.opens, one.closes) for one in self.special_days],
            access=[(one.first, one.access, one.instructions) for one in self.access],
            **self.model_dump(exclude=listed),
        )


class HallOut(HallFacts):
    """A hall as everybody may see it."""

    id: int
    site: int
    service: int | None
    service_name: str
    site_name: str
    address: str
    latitude: float | None
    longitude: float | None
    zone: str
    features: list[str]
    spaces: list[SpaceOut]
    route: list[AreaOut]
    openings: list[OpeningHours]
    special_days: list[SpecialHours]
    access: list[AccessSince]
    photos: list[HallPhotoOut]

    @classmethod
    def of(cls, hall: Hall) -> Self:
        """Return what is told of a hall."""
        names = {area.bit: area.name for area in hall.site.areas}
        return cls(
            id=hall.id,
            site=hall.site_id,
            service=hall.service_id,
            service_name=hall.service.name if hall.service else "",
            site_name=hall.site.name,
            address=hall.site.address,
            latitude=hall.site.latitude,
            longitude=hall.site.longitude,
            zone=hall.site.zone,
            features=[one.code for one in hall.features],
            spaces=[SpaceOut.model_validate(one) for one in hall.spaces],
            route=[AreaOut(bit=step.bit, name=names[step.bit]) for step in hall.route],
            openings=[OpeningHours.model_validate(one) for one in hall.openings],
            special_days=_special(hall.special_days),
            access=[AccessSince.model_validate(one) for one in hall.access],
            photos=[HallPhotoOut.of(one) for one in hall.photos if one.is_shown],
            **{name: getattr(hall, name) for name in HallFacts.model_fields if name != "parts"},
            parts={name: (opens, closes) for name, (opens, closes) in (hall.parts or {}).items()},
        )


def _special(days: Sequence[SpecialDay]) -> list[SpecialHours]:
    return [SpecialHours(day=one.day, opens=one.opens, closes=one.closes) for one in days]


class FactOut(BaseModel):
    """A code of a list, with its words by language and its name at OSLO."""

    model_config = ConfigDict(from_attributes=True)
    subject: str
    code: str
    oslo: str
    words: dict[str, str]
