"""Who may call a route. Every route names exactly one requirement; a test walks all of them.

    @router.get("/halls", dependencies=[Public("renters look around before they log in")])
    def list_halls(...): ...

    @router.post("/halls")
    def add_hall(new: NewHall, staff: HallManager, ...): ...

A requirement is checked before the request's fields are, and answers with what it found.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, cast

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from central.accounts import invitations
from central.accounts.cookies import STAFF, cookie_of
from central.accounts.invitations import LinkedAccount
from central.accounts.links import LinkHolder, LinkPurpose, Links
from central.accounts.logging_in import LogIns
from central.accounts.refusals import (
    NotAllowed,
    NotInScope,
    NotLoggedIn,
    OnlyInPerson,
    ProveAgain,
)
from central.accounts.roles import Role
from central.accounts.sealing import Sealer
from central.accounts.second_factor import SecondFactor
from central.accounts.sessions import StaffMember, member_of_session, member_of_token
from central.accounts.throttle import Throttle
from central.accounts.visitors import Visitor, visitor_of
from central.dependencies import Now, TheDatabase


class Requirement(ABC):
    """Who may pass; an instance is the callable of a FastAPI dependency."""

    @abstractmethod
    def __str__(self) -> str:
        """Say it in words, for the list of routes."""


@dataclass(frozen=True, slots=True)
class _Anybody(Requirement):
    reason: str

    def __call__(self) -> None:
        """Let anybody pass."""

    def __str__(self) -> str:
        return f"public: {self.reason}"


def Public(reason: str) -> Any:  # noqa: ANN401, N802 - a marker that reads like the others
    """Return the dependency of a route that anybody may call, with the reason why."""
    return Depends(_Anybody(reason))


@dataclass(frozen=True, slots=True)
class StaffWith(Requirement):
    """Somebody of staff with one of these roles; an admin has them all.

    A role may count for one city service or hall only. A route about one of them asks what it found:
    `staff.may(Role.HALL_MANAGER, service=..., hall=...)` (see central/halls/scope.py).
    """

    roles: frozenset[Role]
    everywhere: bool = False
    """The role must count for the whole city."""
    fresh: bool = False
    """Password or code were shown in the last minutes: for what is dangerous."""

    def __call__(self, request: Request, database: TheDatabase, now: Now) -> StaffMember:
        """Return who it is, by bearer token or by the browser's session."""
        member = self.member(request, database, now)
        if member is None:
            raise NotLoggedIn
        if member.scope(*self.roles).is_empty:
            raise NotAllowed(roles=", ".join(sorted(self.roles | {Role.ADMIN})))
        if self.everywhere and not member.may(*self.roles):
            raise NotInScope
        if self.fresh and not member.is_fresh(now):
            raise ProveAgain
        return member

    @staticmethod
    def member(request: Request, database: TheDatabase, now: Now) -> StaffMember | None:
        """Return who of staff asks, if somebody does; for pages that are open to all."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            with database.read() as session:
                return member_of_token(session, token, now)
        cookie = cookie_of(request, STAFF)
        return member_of_session(database, cookie, now) if cookie else None

    def __str__(self) -> str:
        words = f"staff: {', '.join(sorted(self.roles | {Role.ADMIN}))}"
        words += " of the whole city" if self.everywhere else ""
        return words + (", just proven" if self.fresh else "")


@dataclass(frozen=True, slots=True)
class HalfLoggedIn(Requirement):
    """Somebody of staff who showed the right password, and has the second factor still to show."""

    def __call__(self, request: Request, database: TheDatabase, now: Now) -> StaffMember:
        """Return who it is; worth nothing anywhere else."""
        cookie = cookie_of(request, STAFF)
        member = member_of_session(database, cookie, now, half=True) if cookie else None
        if member is None:
            raise NotLoggedIn
        return member

    def __str__(self) -> str:
        return "staff who showed the password and not yet the second factor"


@dataclass(frozen=True, slots=True)
class HolderOfAccountLink(Requirement):
    """Somebody of staff with a link to choose a password, given in the path as `{link}`."""

    def __call__(self, link: str, database: TheDatabase, now: Now) -> LinkedAccount:
        """Return whose link it is."""
        with database.read() as session:
            return invitations.account_of(session, link, now)

    def __str__(self) -> str:
        return "holder of an invitation, or of a link for a new password"


@dataclass(frozen=True, slots=True)
class Renting(Requirement):
    """A person who rents and is logged in, or staff who helps that person on the phone."""

    in_person: bool = False
    """Staff who helps may not do this."""

    def __call__(self, request: Request, database: TheDatabase, now: Now) -> Visitor:
        """Return who it is, and in what capacity."""
        visitor = visitor_of(request, database, now)
        if visitor is None:
            raise NotLoggedIn(as_renter=True)
        if self.in_person and visitor.helper is not None:
            raise OnlyInPerson
        return visitor

    def __str__(self) -> str:
        return "renter, logged in" + (", in person" if self.in_person else " or helped by staff")


@dataclass(frozen=True, slots=True)
class HolderOf(Requirement):
    """Somebody with a signed link, given in the path as `{link}`."""

    purpose: LinkPurpose

    def __call__(self, request: Request, link: str, now: Now) -> LinkHolder:
        """Return what the link is for."""
        return provided_links(request).read(self.purpose, link, now)

    def __str__(self) -> str:
        return f"holder of a link: {self.purpose}"


@dataclass(frozen=True, slots=True)
class Unit:
    """A door unit that signed the request's body."""

    id: str
    body: bytes
    """What it said, the signature checked."""


class UnitDoor(Protocol):
    """Checks what units say over HTTP; the fleet implements it, `create_app` provides it."""

    def read(self, body: bytes) -> Unit:
        """Return who signed and what.

        Raises:
            CentralError: nobody whom we know, or not in this form.

        """


@dataclass(frozen=True, slots=True)
class SignedByUnit(Requirement):
    """A door unit: the body is a statement (JWS) with its own key."""

    async def __call__(self, request: Request) -> Unit:
        """Return the unit and what it said."""
        door = cast("UnitDoor", request.app.state.units)
        return await run_in_threadpool(door.read, await request.body())

    def __str__(self) -> str:
        return "door unit: signature in the body"


def provided_links(request: Request) -> Links:
    """Return the application's maker of links."""
    return cast("Links", request.app.state.links)


def staff_with(*roles: Role, everywhere: bool = False, fresh: bool = False) -> StaffWith:
    """Return the requirement of having one of some roles."""
    return StaffWith(frozenset(roles), everywhere, fresh)


def provided_visitor(request: Request, database: TheDatabase, now: Now) -> Visitor | None:
    """Return who rents, if somebody is logged in; for pages that are open to all. No requirement."""
    return visitor_of(request, database, now)


def provided_sealer(request: Request) -> Sealer:
    """Return what seals for this city."""
    return cast("Sealer", request.app.state.sealer)


def provided_log_ins(request: Request) -> LogIns:
    """Return the application's attempts to log in."""
    return cast("LogIns", request.app.state.log_ins)


def provided_second_factor(request: Request) -> SecondFactor:
    """Return the application's second factors."""
    return cast("SecondFactor", request.app.state.second_factor)


def provided_throttle(request: Request) -> Throttle:
    """Return the application's counter of attempts."""
    return cast("Throttle", request.app.state.throttle)


TheThrottle = Annotated[Throttle, Depends(provided_throttle)]
TheLinks = Annotated[Links, Depends(provided_links)]
TheSealer = Annotated[Sealer, Depends(provided_sealer)]
TheLogIns = Annotated[LogIns, Depends(provided_log_ins)]
TheSecondFactor = Annotated[SecondFactor, Depends(provided_second_factor)]
MaybeVisitor = Annotated[Visitor | None, Depends(provided_visitor)]
"""Beside `Public`: who rents, if somebody is logged in."""
MaybeStaff = Annotated[StaffMember | None, Depends(StaffWith.member)]
"""Beside `Public`: who of staff asks, if somebody does."""
LoggedInRenter = Annotated[Visitor, Depends(Renting())]
RenterInPerson = Annotated[Visitor, Depends(Renting(in_person=True))]
Admin = Annotated[StaffMember, Depends(staff_with(Role.ADMIN, everywhere=True))]
AdminJustProven = Annotated[
    StaffMember, Depends(staff_with(Role.ADMIN, everywhere=True, fresh=True))
]
"""For what is dangerous: showed password or code in the last five minutes."""
HallManager = Annotated[StaffMember, Depends(staff_with(Role.HALL_MANAGER))]
CityHallManager = Annotated[StaffMember, Depends(staff_with(Role.HALL_MANAGER, everywhere=True))]
"""For what holds for halls of every service: target groups."""
FacilityStaff = Annotated[StaffMember, Depends(staff_with(Role.FACILITY_STAFF))]
CityFacilityStaff = Annotated[
    StaffMember, Depends(staff_with(Role.FACILITY_STAFF, everywhere=True))
]
"""For buildings that have no hall yet."""
Desk = Annotated[StaffMember, Depends(staff_with(Role.HALL_MANAGER, Role.CONTACT_CENTRE))]
"""Who books, moves and cancels for a caller."""
ContactCentre = Annotated[StaffMember, Depends(staff_with(Role.CONTACT_CENTRE))]
Logistics = Annotated[StaffMember, Depends(staff_with(Role.LOGISTICS))]
OrganisationKeeper = Annotated[
    StaffMember, Depends(staff_with(Role.HALL_MANAGER, Role.CONTACT_CENTRE))
]
"""Who checks organisations and mandates."""
Auditor = Annotated[StaffMember, Depends(staff_with(Role.AUDITOR))]
Watcher = Annotated[
    StaffMember,
    Depends(staff_with(Role.AUDITOR, Role.FACILITY_STAFF, Role.CONTACT_CENTRE)),
]
"""Who looks at what happened at doors."""
AnyStaff = Annotated[StaffMember, Depends(staff_with(*Role))]
AnyStaffJustProven = Annotated[StaffMember, Depends(staff_with(*Role, fresh=True))]
HalfStaff = Annotated[StaffMember, Depends(HalfLoggedIn())]
AccountLinkHolder = Annotated[LinkedAccount, Depends(HolderOfAccountLink())]
OrderHolder = Annotated[LinkHolder, Depends(HolderOf(LinkPurpose.ORDER))]
PassHolder = Annotated[LinkHolder, Depends(HolderOf(LinkPurpose.PASS))]
SignedUnit = Annotated[Unit, Depends(SignedByUnit())]
