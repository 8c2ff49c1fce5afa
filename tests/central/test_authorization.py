"""No route without a principal, and what each principal may call, as one list to read."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import Mount

from central.accounts.links import LinkPurpose, Links
from central.accounts.principals import Requirement
from central.accounts.roles import Role
from central.main import PUBLIC_MOUNTS
from tests.central.a_city import NOW

SNAPSHOT = Path(__file__).with_name("authorization.txt")
REFUSED = {401, 403}


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


def test_who_may_call_what(
    application: FastAPI,
    client: httpx.Client,
    staff: Callable[..., dict[str, str]],
) -> None:
    """Calls every route as everybody. A letter says who was let in, a dot who was refused."""
    links: Links = application.state.links
    order, its_pass = (
        links.make(purpose, "NOBODYS", NOW + timedelta(days=1)) for purpose in LinkPurpose
    )
    callers = {
        "-": ({}, "x.y"),
        "O": ({}, order),
        "P": ({}, its_pass),
        "h": (staff(Role.HALL_MANAGER), "x.y"),
        "f": (staff(Role.FACILITY_STAFF), "x.y"),
        "c": (staff(Role.CONTACT_CENTRE), "x.y"),
        "a": (staff(Role.AUDITOR), "x.y"),
        "A": (staff(Role.ADMIN), "x.y"),
    }
    lines = []
    for route in routes(application):
        if not isinstance(route.original_route, APIRoute):
            continue
        for method in sorted(route.methods or ()):
            marks = ""
            for mark, (headers, link) in callers.items():
                path = path_of(route, link)
                answer = client.request(method, path, headers=headers)
                asked_to_log_in = answer.headers.get("location", "").startswith("/login?")
                wrong_password = path == "/login"  # let in, and told so
                refused = answer.status_code in REFUSED and not wrong_password
                refused = refused or asked_to_log_in
                marks += "." if refused else mark
            (requirement,) = requirements(route.dependant)
            lines.append(f"{marks}  {method:<6} {route.path}  [{requirement}]")
    text = "\n".join([LEGEND, *sorted(lines, key=lambda line: line[len(callers) :])]) + "\n"
    if "HALLPASS_ACCEPT" in os.environ:
        SNAPSHOT.write_text(text)
    assert SNAPSHOT.read_text() == text, (
        "who may call what has changed; if it is meant: HALLPASS_ACCEPT=1 and run this again"
    )


LEGEND = """\
# Written by test_authorization.py. Every route called by: - nobody, O holder of an order's link,
# P holder of a pass's link, staff: h hall manager, f facility staff, c contact centre, a auditor,
# A admin. A dot: refused."""
