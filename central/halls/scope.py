"""Whether somebody of staff reaches a hall, a door or an area with a role that counts only somewhere.

A role may count for the whole city, one city service, or one hall. A door counts as reached when a
hall that one reaches lies behind it: the caretaker of one hall may open the street door of the
building. A pass is made only over areas that all belong to the way into halls that one reaches.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session, selectinload

from central.accounts.refusals import NotInScope
from central.accounts.roles import Role, Scope
from central.accounts.sessions import StaffMember
from central.halls.models import Door, Hall, HallSpace, RouteStep, Space


def in_scope(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a hall is in a scope; for lists."""
    if scope.everything:
        return true()
    return or_(Hall.service_id.in_(scope.services), Hall.id.in_(scope.halls))


def check_hall(session: Session, staff: StaffMember, hall_id: int, *roles: Role) -> None:
    """Let pass who reaches a hall; one that does not exist is found out elsewhere.

    Raises:
        NotInScope: another service's.

    """
    check_halls(session, staff, [hall_id], *roles)


def check_halls(
    session: Session, staff: StaffMember, hall_ids: Collection[int], *roles: Role
) -> None:
    """Let pass who reaches all of these halls.

    Raises:
        NotInScope: one is another service's.

    """
    scope = staff.scope(*roles)
    if scope.everything:
        return
    for number, service in session.execute(
        select(Hall.id, Hall.service_id).where(Hall.id.in_(hall_ids))
    ):
        if not scope.reaches(service=service, hall=number):
            raise NotInScope


def check_spaces(
    session: Session, staff: StaffMember, spaces: Collection[int], *roles: Role
) -> None:
    """Let pass who reaches a hall over each of these spaces.

    Raises:
        NotInScope: one is only under other services' halls.

    """
    scope = staff.scope(*roles)
    if scope.everything:
        return
    mine = select(Hall).where(in_scope(scope))
    reached = {
        space.id
        for hall in session.scalars(mine.options(selectinload(Hall.spaces)))
        for space in hall.spaces
    }
    if not set(spaces) <= reached:
        raise NotInScope


def check_areas(
    session: Session, staff: StaffMember, site_id: int, bits: Collection[int], *roles: Role
) -> None:
    """Let pass who reaches, for each of these areas of a site, a hall on whose way it lies.

    Raises:
        NotInScope: one leads only to other services' halls.

    """
    scope = staff.scope(*roles)
    if not scope.everything and not set(bits) <= _reached(session, scope, site_id):
        raise NotInScope


def check_door(session: Session, staff: StaffMember, door_id: int, *roles: Role) -> None:
    """Let pass who reaches a hall behind a door; one that does not exist is found out elsewhere.

    Raises:
        NotInScope: only other services' halls lie behind it.

    """
    scope = staff.scope(*roles)
    door = session.get(Door, door_id)
    if scope.everything or door is None:
        return
    if not any(door.areas >> bit & 1 for bit in _reached(session, scope, door.site_id)):
        raise NotInScope


def check_site(session: Session, staff: StaffMember, site_id: int, *roles: Role) -> None:
    """Let pass who reaches a hall at a site.

    Raises:
        NotInScope: there are only other services' halls.

    """
    scope = staff.scope(*roles)
    if scope.everything:
        return
    mine = select(Hall.id).where(Hall.site_id == site_id, in_scope(scope)).limit(1)
    if session.scalar(mine) is None:
        raise NotInScope


def _reached(session: Session, scope: Scope, site_id: int) -> set[int]:
    """Return the areas on the way into the halls of a scope."""
    steps = select(RouteStep.bit).join(Hall, Hall.id == RouteStep.hall_id)
    return set(session.scalars(steps.where(Hall.site_id == site_id, in_scope(scope))))


def spaces_to_take(session: Session, staff: StaffMember, site_id: int) -> list[Space]:
    """Return the spaces of a site that somebody may put under a hall: one's own, and nobody's yet."""
    scope = staff.scope(Role.HALL_MANAGER)
    mine = select(HallSpace.space_id).join(Hall, Hall.id == HallSpace.hall_id)
    wanted = select(Space).where(Space.site_id == site_id).order_by(Space.name)
    if not scope.everything:
        in_use = select(HallSpace.space_id)
        wanted = wanted.where(
            or_(Space.id.in_(mine.where(in_scope(scope))), Space.id.not_in(in_use))
        )
    return list(session.scalars(wanted))
