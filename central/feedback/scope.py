"""Whether somebody of staff may do something with a defect of a hall."""

from sqlalchemy.orm import Session

from central.accounts.refusals import NotAllowed
from central.accounts.roles import Role, Scope
from central.accounts.sessions import StaffMember
from central.feedback import defects
from central.feedback.defect import MAY, DefectNotPossible, Transition
from central.feedback.models import Defect
from central.halls.scope import check_hall


def seen_by(session: Session, staff: StaffMember, reference: str, *roles: Role) -> Defect:
    """Return a defect of a hall that one reaches with these roles.

    Raises:
        NotFound: there is none.
        NotInScope: of another service's hall.

    """
    defect = defects.defect_of(session, reference)
    check_hall(session, staff, defect.hall_id, *roles)
    return defect


def check_may(session: Session, staff: StaffMember, reference: str, transition: Transition) -> None:
    """Let pass who may make a transition of this defect.

    Raises:
        NotFound: there is no such defect.
        NotAllowed: that is for other roles.
        NotInScope: of another service's hall.
        DefectNotPossible: nobody makes it (a defect is reported only once).

    """
    roles = MAY.get(transition)
    if roles is None:
        state = defects.defect_of(session, reference).state
        raise DefectNotPossible(state=state.value, transition=transition.value)
    scope: Scope = staff.scope(*roles)
    if scope.is_empty:
        raise NotAllowed(roles=", ".join(sorted(roles | {Role.ADMIN})))
    seen_by(session, staff, reference, *roles)


def roles_at(staff: StaffMember, defect: Defect) -> frozenset[Role]:
    """Return the roles that count for the hall of a defect."""
    service, hall = defect.hall.service_id, defect.hall_id
    return frozenset(one.role for one in staff.rights if one.covers(service, hall))
