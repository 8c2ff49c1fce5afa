"""Desk pages for hall managers: the halls that one keeps, a new one, and one subject at a time of each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload
from starlette.responses import RedirectResponse, Response

from central.accounts import services
from central.accounts.principals import HallManager
from central.accounts.roles import Role
from central.accounts.sessions import StaffMember
from central.booking.times import to_wall
from central.database import Database
from central.dependencies import Now, TheDatabase, TheSettings
from central.errors import CentralError
from central.halls import service
from central.halls.access_type import AccessType
from central.halls.day_parts import PARTS
from central.halls.facts import Fact, Subject, facts, kinds
from central.halls.hall_data import HallData, data_of
from central.halls.holidays import Holiday, holidays
from central.halls.models import Hall
from central.halls.scope import check_hall, in_scope, spaces_to_take
from central.settings import Settings
from central.web.hall_admin_parts import FORMS, GRIDS, NEW_DAYS, Part
from central.web.language import Words, language_of
from central.web.pages import Pages, ThePages
from central.web.typed import Problems, beside, zone_of
from central.web.typed_fields import Fields, Reader, first, lines, provided_fields

router = APIRouter(prefix="/desk/halls", include_in_schema=False)
TheFields = Annotated[Fields, Depends(provided_fields)]
_NEXT_HOLIDAYS = 4


@dataclass(frozen=True, slots=True)
class Keeping:
    """Who keeps halls now, and what the pages need."""

    request: Request
    pages: Pages
    database: Database
    settings: Settings
    staff: StaffMember
    now: datetime

    @property
    def words(self) -> Words:
        """The words of the visitor's language."""
        return language_of(self.request)

    @property
    def today(self) -> date:
        """The local day."""
        return to_wall(self.now, zone_of(self.settings)).date()

    def hall(self, session: Session, hall_id: int) -> Hall:
        """Return a hall that one keeps.

        Raises:
            NotInScope: another service's.
            NotFound: there is none.

        """
        check_hall(session, self.staff, hall_id, Role.HALL_MANAGER)
        return service.hall_of(session, hall_id)

    def may_give(self, service_id: int | None) -> bool:
        """Tell whether one keeps the halls of a service."""
        return self.staff.may(Role.HALL_MANAGER, service=service_id)


def provided_keeping(
    request: Request,
    staff: HallManager,
    pages: ThePages,
    database: TheDatabase,
    settings: TheSettings,
    now: Now,
) -> Keeping:
    """Return what the pages need; asks who it is first."""
    return Keeping(request, pages, database, settings, staff, now)


TheKeeping = Annotated[Keeping, Depends(provided_keeping)]


@router.get("")
def show_all(keeping: TheKeeping) -> Response:
    """List the halls that one keeps."""
    scope = keeping.staff.scope(Role.HALL_MANAGER)
    mine = select(Hall).where(in_scope(scope)).order_by(Hall.name)
    loaded = mine.options(
        joinedload(Hall.site), joinedload(Hall.service), selectinload(Hall.photos)
    )
    with keeping.database.read() as session:
        halls = list(session.scalars(loaded))
    return keeping.pages.show(
        keeping.request,
        "hall_admin_list.html",
        staff=keeping.staff,
        halls=halls,
        kinds=_said(kinds(), keeping.words),
        today=keeping.today,
        may_add=bool(scope.everything or scope.services),
    )


@router.get("/new")
def ask_new(keeping: TheKeeping) -> Response:
    """Ask what a new hall is."""
    return _new_page(keeping, {}, {})


@router.post("/new")
def add(keeping: TheKeeping, fields: TheFields) -> Response:
    """Make a new hall, hidden until somebody offers it."""
    reader = Reader(fields, keeping.words, keeping.today)
    name = reader.text("name", 120, "hall_admin.problem_name")
    site = reader.number("site", 1, 65_535)
    if site is None:
        reader.wrong("site", "hall_admin.problem_site")
    capacity = reader.needed_number("capacity", 1, 100_000)
    kind = reader.one_of("kind", kinds(), "hall_admin.problem_kind")
    owner = reader.number("service_id", 1, 9_999_999)
    if not keeping.may_give(owner):
        reader.wrong("service_id", "hall_admin.problem_service")
    if not reader.problems and site is not None:
        try:
            with keeping.database.write() as session:
                space = service.add_space(session, site, name)
                data = HallData(site, name, capacity, owner, kind=kind, is_offered=False)
                hall = service.add_hall(session, replace(data, spaces=[space.id]))
            return RedirectResponse(f"/desk/halls/{hall.id}", HTTPStatus.SEE_OTHER)
        except CentralError as error:
            reader.problems |= beside(keeping.words, error, "site")
    return _new_page(keeping, fields, reader.problems)


@router.get("/{hall_id}")
def show(hall_id: int, keeping: TheKeeping) -> Response:
    """Show what is set of a hall, and where it is changed."""
    with keeping.database.read() as session:
        hall = keeping.hall(session, hall_id)
        way, says = service.way_in(session, hall_id, keeping.today)
    return keeping.pages.show(
        keeping.request,
        "hall_admin_one.html",
        staff=keeping.staff,
        hall=hall,
        parts=list(Part),
        way=way,
        says=says,
        kind=_said(kinds(), keeping.words).get(hall.kind, ""),
        today=keeping.today,
    )


@router.get("/{hall_id}/{part}")
def ask(hall_id: int, part: Part, keeping: TheKeeping) -> Response:
    """Show one subject of a hall to be changed."""
    with keeping.database.read() as session:
        hall = keeping.hall(session, hall_id)
        filled = FORMS[part].fill(data_of(hall), keeping.today)
        return _page(keeping, session, hall, part, filled, {})


@router.post("/{hall_id}/{part}")
def change(hall_id: int, part: Part, keeping: TheKeeping, fields: TheFields) -> Response:
    """Change one subject of a hall, or say what is wrong."""
    reader = Reader(fields, keeping.words, keeping.today)
    with keeping.database.read() as session:
        hall = keeping.hall(session, hall_id)
        changed = FORMS[part].read(reader, data_of(hall))
        if changed.service_id != hall.service_id and not keeping.may_give(changed.service_id):
            reader.wrong("service_id", "hall_admin.problem_service")
        theirs = set(changed.spaces) - {one.id for one in hall.spaces}
        if theirs - {one.id for one in spaces_to_take(session, keeping.staff, hall.site_id)}:
            reader.wrong("spaces", "hall_admin.problem_spaces")
    if not reader.problems:
        try:
            with keeping.database.write() as session:
                keeping.hall(session, hall_id)
                service.change_hall(session, hall_id, changed, keeping.now)
            return RedirectResponse(f"/desk/halls/{hall_id}", HTTPStatus.SEE_OTHER)
        except CentralError as error:
            reader.problems |= beside(keeping.words, error, "name")
    with keeping.database.read() as session:
        return _page(
            keeping, session, keeping.hall(session, hall_id), part, fields, reader.problems
        )


def _page(
    keeping: Keeping,
    session: Session,
    hall: Hall,
    part: Part,
    fields: Fields,
    problems: Problems,
) -> Response:
    words, today = keeping.words, keeping.today
    there = {
        one.id: one for one in (*hall.spaces, *spaces_to_take(session, keeping.staff, hall.site_id))
    }
    return keeping.pages.show(
        keeping.request,
        f"hall_admin_{part.name.lower()}.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        staff=keeping.staff,
        hall=hall,
        part=part,
        problems=problems,
        fields=fields,
        typed=lambda name: first(fields, name),
        kinds=_said(kinds(), words).items(),
        facilities=_said(facts(Subject.FACILITY), words).items(),
        accessibility=_said(facts(Subject.ACCESSIBILITY), words).items(),
        services=_services(keeping, session, hall.service_id),
        spaces=[(one.id, one.name) for one in there.values()],
        grids=GRIDS,
        weekdays=words("days").split(),
        spans=[max(2, len(lines(fields, f"from-{day}", 0))) for day in range(7)],
        day_parts=list(PARTS),
        special=lines(fields, "day", NEW_DAYS),
        ways=lines(fields, "first", 1),
        access=list(AccessType),
        holidays=_next_holidays(today),
        today=today,
    )


def _new_page(keeping: Keeping, fields: Fields, problems: Problems) -> Response:
    with keeping.database.read() as session:
        return keeping.pages.show(
            keeping.request,
            "hall_admin_new.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
            staff=keeping.staff,
            problems=problems,
            typed=lambda name: first(fields, name),
            kinds=_said(kinds(), keeping.words).items(),
            services=_services(keeping, session, None),
            sites=[(one.id, one.name) for one in service.all_sites(session)],
        )


def _services(keeping: Keeping, session: Session, own: int | None) -> list[tuple[object, str]]:
    """Return the services to which one may give a hall, with the one that it belongs to."""
    named: list[tuple[object, str]] = [
        (one.id, one.name)
        for one in services.all_services(session)
        if one.id == own or keeping.may_give(one.id)
    ]
    if own is None or keeping.may_give(None):
        named.insert(0, ("", keeping.words("hall_admin.of_the_city")))
    return named


def _said(listed: Mapping[str, Fact], words: Words) -> dict[str, str]:
    return {code: one.said(words.code) for code, one in listed.items()}


def _next_holidays(today: date) -> list[tuple[date, Holiday]]:
    coming = {**holidays(today.year), **holidays(today.year + 1)}
    return sorted((day, name) for day, name in coming.items() if day >= today)[:_NEXT_HOLIDAYS]
