"""Who may call a route. Every route names exactly one requirement; a test walks all of them.

    @router.get("/halls", dependencies=[Public("renters look around before they log in")])
    def list_halls(...): ...

    @router.post("/halls")
    def add_hall(new: NewHall, staff: HallManager, ...): ...

A requirement is checked before the request's fields are, and answers with what it found.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Protocol, cast

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from central.accounts.links import LinkHolder, LinkPurpose, Links
from central.accounts.roles import Role
from central.accounts.sessions import StaffMember, member_of_session, member_of_token
from central.accounts.throttle import Throttle
from central.dependencies import Now, TheDatabase
from central.errors import CentralError

SESSION_COOKIE = "hallpass_session"


class NotLoggedIn(CentralError):
    """Nobody said who is asking."""

    status = HTTPStatus.UNAUTHORIZED
    code = "not_logged_in"
    sentence = "Log in first."

    def __init__(self) -> None:
        super().__init__()
        self.headers = {"WWW-Authenticate": "Bearer"}


class NotAllowed(CentralError):
    """Who is asking may not do this."""

    status = HTTPStatus.FORBIDDEN
    code = "not_allowed"
    sentence = "Your account may not do this. It needs one of these roles: {roles}."


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
    """Somebody of staff with one of these roles; an admin has them all."""

    roles: frozenset[Role]

    def __call__(self, request: Request, database: TheDatabase, now: Now) -> StaffMember:
        """Return who it is, by bearer token or by the browser's session."""
        member = self._member(request, database, now)
        if member is None:
            raise NotLoggedIn
        if not member.roles & (self.roles | {Role.ADMIN}):
            raise NotAllowed(roles=", ".join(sorted(self.roles | {Role.ADMIN})))
        return member

    @staticmethod
    def _member(request: Request, database: TheDatabase, now: Now) -> StaffMember | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            with database.read() as session:
                return member_of_token(session, token, now)
        cookie = request.cookies.get(SESSION_COOKIE)
        return member_of_session(database, cookie, now) if cookie else None

    def __str__(self) -> str:
        return f"staff: {', '.join(sorted(self.roles | {Role.ADMIN}))}"


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


def staff_with(*roles: Role) -> StaffWith:
    """Return the requirement of having one of some roles."""
    return StaffWith(frozenset(roles))


def provided_throttle(request: Request) -> Throttle:
    """Return the application's counter of attempts."""
    return cast("Throttle", request.app.state.throttle)


TheThrottle = Annotated[Throttle, Depends(provided_throttle)]
TheLinks = Annotated[Links, Depends(provided_links)]
Admin = Annotated[StaffMember, Depends(staff_with(Role.ADMIN))]
HallManager = Annotated[StaffMember, Depends(staff_with(Role.HALL_MANAGER))]
FacilityStaff = Annotated[StaffMember, Depends(staff_with(Role.FACILITY_STAFF))]
Desk = Annotated[StaffMember, Depends(staff_with(Role.HALL_MANAGER, Role.CONTACT_CENTRE))]
"""Who books, moves and cancels for a caller."""
Auditor = Annotated[StaffMember, Depends(staff_with(Role.AUDITOR))]
Watcher = Annotated[
    StaffMember,
    Depends(staff_with(Role.AUDITOR, Role.FACILITY_STAFF, Role.CONTACT_CENTRE)),
]
"""Who looks at what happened at doors."""
AnyStaff = Annotated[StaffMember, Depends(staff_with(*Role))]
OrderHolder = Annotated[LinkHolder, Depends(HolderOf(LinkPurpose.ORDER))]
PassHolder = Annotated[LinkHolder, Depends(HolderOf(LinkPurpose.PASS))]
SignedUnit = Annotated[Unit, Depends(SignedByUnit())]
