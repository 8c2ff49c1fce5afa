"""Halls, spaces, sites, areas and doors: what staff keep up to date. Never commits."""

from collections.abc import Collection
from datetime import date, datetime
from http import HTTPStatus

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from central.accounts import services
from central.errors import CentralError, NotFound
from central.events import HallWayChanged
from central.halls import facts
from central.halls.access_type import AccessType
from central.halls.hall_data import PLAIN, HallData, data_of
from central.halls.models import (
    AREA_BITS,
    Area,
    Door,
    Hall,
    HallAccess,
    HallFeature,
    Opening,
    RouteStep,
    Site,
    Space,
    SpecialDay,
)
from central.outbox.service import announce


class NameInUse(CentralError):
    """Something else of the same kind has this name."""

    status = HTTPStatus.CONFLICT
    code = "name_in_use"
    sentence = "There is a {what} with this name or number already."


class NoAreaLeft(CentralError):
    """A credential has 32 bits for the areas of a site; none is ever given to another area."""

    status = HTTPStatus.CONFLICT
    code = "no_area_left"
    sentence = (
        "A site has at most {most} areas. Use one area for several doors, or make a new site."
    )


class NotOfThisSite(CentralError):
    """A hall, its spaces and its areas belong to one site."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "not_of_this_site"
    sentence = "These {what} do not belong to the site: {numbers}."


def add_site(
    session: Session,
    id: int,
    name: str,
    address: str,
    zone: str,
    latitude: float | None = None,
    longitude: float | None = None,
) -> Site:
    """Register a building or campus; the place in degrees (WGS 84).

    Raises:
        NameInUse: number or name is taken.

    """
    taken = select(Site.id).where((Site.id == id) | (Site.name == name))
    if session.scalar(taken) is not None:
        raise NameInUse(what="site")
    site = Site(id=id, name=name, address=address, zone=zone)
    site.latitude, site.longitude = latitude, longitude
    session.add(site)
    session.flush()
    return site


def site_of(session: Session, site_id: int) -> Site:
    """Return a site with its areas and doors.

    Raises:
        NotFound: there is none.

    """
    site = session.scalar(_sites().where(Site.id == site_id))
    if site is None:
        raise NotFound("site")
    return site


def all_sites(session: Session) -> list[Site]:
    """Return every site with its areas and doors, by name."""
    return list(session.scalars(_sites().order_by(Site.name)))


def add_area(session: Session, site_id: int, name: str) -> Area:
    """Give a site one more area, on the next bit that was never used.

    Raises:
        NotFound: there is no such site.
        NoAreaLeft: all bits are given away.

    """
    _lock_site(session, site_id)
    highest = session.scalar(select(func.max(Area.bit)).where(Area.site_id == site_id))
    bit = 0 if highest is None else highest + 1
    if bit >= AREA_BITS:
        raise NoAreaLeft(most=AREA_BITS)
    area = Area(site_id=site_id, bit=bit, name=name)
    session.add(area)
    session.flush()
    return area


def add_door(session: Session, site_id: int, name: str, bits: Collection[int]) -> Door:
    """Register a door and the areas that one enters through it.

    Raises:
        NotFound: there is no such site.
        NotOfThisSite: an area is not.

    """
    _lock_site(session, site_id)
    _check_areas(session, site_id, bits)
    door = Door(site_id=site_id, name=name, areas=mask_of(bits))
    session.add(door)
    session.flush()
    return door


def add_space(session: Session, site_id: int, name: str) -> Space:
    """Register a leaf space.

    Raises:
        NotFound: there is no such site.

    """
    _lock_site(session, site_id)
    space = Space(site_id=site_id, name=name)
    session.add(space)
    session.flush()
    return space


def spaces_at(session: Session, site_id: int) -> list[Space]:
    """Return the leaf spaces of a site."""
    return list(session.scalars(select(Space).where(Space.site_id == site_id).order_by(Space.id)))


def offered_halls(session: Session, people: int = 1) -> list[Hall]:
    """Return the halls that can be booked for so many people, by name."""
    wanted = (Hall.is_offered, Hall.capacity >= people)
    return list(session.scalars(_halls().where(*wanted).order_by(Hall.name)))


def hall_of(session: Session, hall_id: int) -> Hall:
    """Return a hall with its site, spaces, route and opening hours.

    Raises:
        NotFound: there is none.

    """
    hall = session.scalar(_halls().where(Hall.id == hall_id))
    if hall is None:
        raise NotFound("hall")
    return hall


def way_in(session: Session, hall_id: int, day: date) -> tuple[AccessType, str]:
    """Return how one enters a hall on a local day, and what renters read beside it.

    No pass opens a hall on whose way lies no door of ours: somebody of staff does.
    """
    wanted = select(HallAccess).where(HallAccess.hall_id == hall_id, HallAccess.first <= day)
    row = session.scalar(wanted.order_by(HallAccess.first.desc()).limit(1))
    way, says = (row.access, row.instructions) if row else (AccessType.DOOR_UNIT, "")
    step = session.scalar(select(RouteStep.bit).where(RouteStep.hall_id == hall_id).limit(1))
    is_promised = way is AccessType.DOOR_UNIT and step is None
    return (AccessType.OPENED_BY_STAFF if is_promised else way), says


def add_hall(session: Session, data: HallData) -> Hall:
    """Put a hall on offer.

    Raises:
        NotFound, NameInUse, NotOfThisSite: the data contradict what is there.

    """
    hall = Hall()
    _fill(session, hall, data)
    session.add(hall)
    session.flush()
    return hall_of(session, hall.id)


def change_hall(session: Session, hall_id: int, data: HallData, now: datetime) -> Hall:
    """Give a hall new data. What is booked keeps the times and price it was booked with.

    Who booked gets in the way that holds then: that it changed is announced.

    Raises:
        NotFound, NameInUse, NotOfThisSite: the data contradict what is there.

    """
    hall = hall_of(session, hall_id)
    if _ways_in(data_of(hall)) != _ways_in(data):
        announce(session, HallWayChanged(hall_id), now)
    for rows in (hall.route, hall.features, hall.access, hall.special_days):
        rows.clear()  # rows with the same keys come back
    session.flush()
    _fill(session, hall, data)
    session.flush()
    session.expire(hall)
    return hall_of(session, hall_id)


def _ways_in(data: HallData) -> tuple[object, ...]:
    """Return what decides how one gets in, and whether one may leave doors open behind oneself."""
    access = sorted((first, way) for first, way, _ in data.access)
    return list(data.route), access, data.may_hold_open


def mask_of(bits: Collection[int]) -> int:
    """Return the mask with these bits."""
    return sum(1 << bit for bit in set(bits))


def _fill(session: Session, hall: Hall, data: HallData) -> None:
    hall.site = _lock_site(session, data.site_id)
    if data.service_id is not None:
        services.service_of(session, data.service_id)
    same = session.scalar(select(Hall.id).where(Hall.name == data.name, Hall.id != hall.id))
    if same is not None:
        raise NameInUse(field="name", what="hall")
    _check_areas(session, data.site_id, data.route)
    facts.check(data.kind, data.features)
    for name in PLAIN:
        setattr(hall, name, getattr(data, name))
    hall.spaces = _spaces(session, data)
    hall.route = [RouteStep(position=place, bit=bit) for place, bit in enumerate(data.route)]
    hall.openings = [
        Opening(weekday=weekday, opens=opens, closes=closes)
        for weekday, opens, closes in data.openings
    ]
    hall.special_days = [
        SpecialDay(day=day, opens=opens, closes=closes) for day, opens, closes in data.special_days
    ]
    hall.features = [HallFeature(code=code) for code in sorted(set(data.features))]
    hall.access = [
        HallAccess(first=first, access=way, instructions=says) for first, way, says in data.access
    ]
    hall.parts = {name: list(hours) for name, hours in data.parts.items()} or None


def _spaces(session: Session, data: HallData) -> list[Space]:
    wanted = set(data.spaces)
    there = [one for one in spaces_at(session, data.site_id) if one.id in wanted]
    missing = wanted - {one.id for one in there}
    if missing:
        raise NotOfThisSite(field="spaces", what="spaces", numbers=_listed(missing))
    return there


def _check_areas(session: Session, site_id: int, bits: Collection[int]) -> None:
    there = set(session.scalars(select(Area.bit).where(Area.site_id == site_id)))
    if missing := set(bits) - there:
        raise NotOfThisSite(field="areas", what="areas", numbers=_listed(missing))


def _lock_site(session: Session, site_id: int) -> Site:
    site = session.get(Site, site_id, with_for_update=True)
    if site is None:
        raise NotFound("site")
    return site


def _listed(numbers: Collection[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))


def _sites() -> Select[Site]:
    return select(Site).options(selectinload(Site.areas), selectinload(Site.doors))


def _halls() -> Select[Hall]:
    return select(Hall).options(
        selectinload(Hall.site).selectinload(Site.areas),
        selectinload(Hall.spaces),
        selectinload(Hall.route),
        selectinload(Hall.openings),
        selectinload(Hall.special_days),
        selectinload(Hall.features),
        selectinload(Hall.access),
        selectinload(Hall.photos),
        selectinload(Hall.service),
    )
