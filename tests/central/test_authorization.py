"""No route without a principal, and what each principal may call, as one list to read."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import Mount

from central.accounts import invitations, renter_sessions, service
from central.accounts.cookies import RENTER, STAFF
from central.accounts.links import LinkPurpose, Links
from central.accounts.principals import HolderOf, Requirement
from central.accounts.renter_sessions import Opening
from central.accounts.roles import Role
from central.accounts.sessions import act_for, member_of_session, open_session
from central.accounts.staff_models import AccountLinkPurpose
from central.database import Database
from central.main import PUBLIC_MOUNTS
from tests.central.a_city import NOW
from tests.central.some_people import People

SNAPSHOT = Path(__file__).with_name("authorization.txt")
REFUSED = {401, 403}
TO_LOG_IN = ("/login?", "/account/log-in?")
# Lets everybody in, and tells who proves nothing that it proves nothing.
TELLS_SO = frozenset({"/login", "/account/log-in/code", "/account/log-in/link/{secret}"})
ROLES = {
    "h": Role.HALL_MANAGER,
    "f": Role.FACILITY_STAFF,
    "c": Role.CONTACT_CENTRE,
    "l": Role.LOGISTICS,
    "a": Role.AUDITOR,
    "A": Role.ADMIN,
}


def routes(app: FastAPI) -> list[RouteContext]:
    return list(iter_route_contexts(app.routes))


def requirements(dependant: Dependant) -> Iterator[Requirement]:
    for one in dependant.dependencies:
        if isinstance(one.call, Requirement):
            yield one.call
        yield from requirements(one)


def test_every_route_has_exactly_one_requirement(application: FastAPI) -> None:
    found = {}
    for route in routes(application):
        if isinstance(route.original_route, APIRoute):
            found[f"{route.methods} {route.path}"] = len(list(requirements(route.dependant)))
        else:
            assert isinstance(route.original_route, Mount), route.path
            assert route.path in PUBLIC_MOUNTS
    assert {path: count for path, count in found.items() if count != 1} == {}
    assert len(found) > 20


def test_a_route_without_a_requirement_is_found(application: FastAPI) -> None:
    @application.get("/forgotten")
    def forgotten() -> None: ...

    with pytest.raises(AssertionError, match="/forgotten"):
        test_every_route_has_exactly_one_requirement(application)


def path_of(route: RouteContext, link: str) -> str:
    """The route's path with something in each place; numbers that exist nowhere."""
    values = {name: link if name == "link" else "999999" for name in route.param_convertors}
    assert route.path_format
    return route.path_format.format(**values)


@dataclass(frozen=True)
class Asker:
    """How somebody asks: with headers, and with a link where the path has one."""

    headers: dict[str, str]
    link: str = "x.y"


class Askers:
    """Everybody who may ask, new each time: asking may log them out."""

    def __init__(self, app: FastAPI, database: Database, people: People) -> None:
        self.links: Links = app.state.links
        self.database = database
        self.people = people

    def order(self) -> Asker:
        return Asker({}, self._link(LinkPurpose.ORDER))

    def its_pass(self) -> Asker:
        return Asker({}, self._link(LinkPurpose.PASS))

    def holder(self, requirement: Requirement) -> Asker:
        """Somebody with a link of the purpose that the route asks for."""
        if isinstance(requirement, HolderOf):
            return Asker({}, self._link(requirement.purpose))
        return Asker({})

    def _link(self, purpose: LinkPurpose) -> str:
        return self.links.make(purpose, "NOBODYS", NOW + timedelta(days=1))

    def renter(self, organisation: int | None = None) -> Asker:
        with self.database.write() as session:
            secret = renter_sessions.open_session(session, self.people.anna, Opening("email"), NOW)
            row = renter_sessions.session_of(session, secret, NOW)
            assert row
            row.organisation_id = organisation
        return Asker({"Cookie": f"{RENTER}={secret}", "Sec-Fetch-Site": "same-origin"})

    def association(self) -> Asker:
        return self.renter(self.people.scouts)

    def helped(self) -> Asker:
        """A renter whom somebody of the contact centre helps."""
        asker = self._staff_browser(self.people.kim)
        secret = asker.headers["Cookie"].partition("=")[2]
        member = member_of_session(self.database, secret, NOW)
        assert member
        assert member.session
        with self.database.write() as session:
            act_for(session, member.session, self.people.anna)
        return asker

    def half(self) -> Asker:
        return self._staff_browser(self.people.kim, is_half=True)

    def _staff_browser(self, staff_id: int, *, is_half: bool = False) -> Asker:
        with self.database.write() as session:
            secret = open_session(session, staff_id, NOW, is_half=is_half)
        return Asker({"Cookie": f"{STAFF}={secret}", "Sec-Fetch-Site": "same-origin"})

    def invited(self) -> Asker:
        with self.database.write() as session:
            kim = service.staff_of(session, self.people.kim)
            purpose = AccountLinkPurpose.PASSWORD_RESET
            return Asker({}, invitations.make(session, kim.id, purpose, NOW))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both
def test_who_may_call_what(
    application: FastAPI,
    client: httpx.Client,
    database: Database,
    people: People,
    staff: Callable[..., dict[str, str]],
) -> None:
    """Calls every route as everybody. A letter says who was let in, a dot who was refused."""
    some = Askers(application, database, people)
    tokens = {mark: Asker(staff(role)) for mark, role in ROLES.items()}
    askers: dict[str, Callable[[Requirement], Asker]] = {
        "-": lambda _: Asker({}),
        "k": some.holder,
        "O": lambda _: some.order(),
        "P": lambda _: some.its_pass(),
        "r": lambda _: some.renter(),
        "v": lambda _: some.association(),
        "b": lambda _: some.helped(),
        "w": lambda _: some.invited(),
        "n": lambda _: some.half(),
        **{mark: lambda _, mark=mark: tokens[mark] for mark in tokens},  # type: ignore[misc]
    }
    lines = []
    for route in routes(application):
        if not isinstance(route.original_route, APIRoute):
            continue
        (requirement,) = requirements(route.dependant)
        for method in sorted(route.methods or ()):
            marks = ""
            for mark, asker in askers.items():
                marks += mark if is_let_in(client, route, method, asker(requirement)) else "."
            lines.append(f"{marks}  {method:<6} {route.path}  [{requirement}]")
    text = "\n".join([LEGEND, *sorted(lines, key=lambda line: line[len(askers) :])]) + "\n"
    if "HALLPASS_ACCEPT" in os.environ:
        SNAPSHOT.write_text(text)
    assert SNAPSHOT.read_text() == text, (
        "who may call what has changed; if it is meant: HALLPASS_ACCEPT=1 and run this again"
    )


def is_let_in(client: httpx.Client, route: RouteContext, method: str, asker: Asker) -> bool:
    client.cookies.clear()
    answer = client.request(method, path_of(route, asker.link), headers=asker.headers)
    if route.path in TELLS_SO:
        return True
    to_log_in = answer.headers.get("location", "").startswith(TO_LOG_IN)
    return answer.status_code not in REFUSED and not (to_log_in and not is_open(route))


def is_open(route: RouteContext) -> bool:
    """Whether the route is itself a step of logging in, which may lead to another step."""
    return str(route.path).startswith(("/account/log-in", "/login"))


LEGEND = """\
# Written by test_authorization.py. Every route called by: - nobody, k holder of a link of the purpose
# that the route asks for, O holder of an order's link, P of a pass's link; r a renter as citizen, v the
# same for an association, b the same helped by the contact centre; w holder of a link to choose a
# password, n staff before the second factor; with a token: h hall manager, f facility staff, c contact
# centre, l logistics, a auditor, A admin. A dot: refused. Over whose halls a role counts:
# test_scopes.py."""
