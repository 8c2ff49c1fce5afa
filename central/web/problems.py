"""Every refusal as an answer: problem+json (RFC 9457) for programs, a page for people."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Scope

from central.accounts.continuing import Continuing, own_path
from central.accounts.refusals import NotLoggedIn, ProveAgain
from central.errors import CentralError, NotFound
from central.web.language import language_of
from central.web.pages import Pages

PROGRAMS = ("/api/", "/health/")
"""Paths that answer programs; all others answer people."""


class BadRequest(CentralError):
    """The request has not the agreed form."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "bad_request"
    sentence = "The request does not have the agreed form; `fields` says where."


class TooLarge(CentralError):
    """The body is larger than it may be."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "too_large"
    sentence = "The request is larger than it may be."


def answer(request: Request, error: CentralError, fields: Sequence[object] = ()) -> Response:
    """Return a refusal in the form that the asker understands."""
    if request.url.path.startswith(PROGRAMS):
        members = error.problem() | ({"fields": list(fields)} if fields else {})
        media = "application/problem+json"
        return JSONResponse(members, error.status, error.headers, media_type=media)
    if way := _way_to_log_in(request, error):
        return RedirectResponse(way, HTTPStatus.SEE_OTHER)
    pages: Pages = request.app.state.pages
    says = explain(request, error)
    page = pages.show(request, "error.html", error.status, says=says)
    page.headers.update(error.headers)
    return page


def _way_to_log_in(request: Request, error: CentralError) -> str | None:
    """Return where somebody of staff shows who they are, and comes back from."""
    if isinstance(error, ProveAgain):
        # What was sent is not kept: it was dangerous. The page it was sent from is.
        came_from = urlsplit(request.headers.get("referer", ""))
        where = _whole(request) if request.method == "GET" else _path(came_from)
        return f"/login/again?next={quote(where)}"
    if isinstance(error, NotLoggedIn) and not error.as_renter and request.method == "GET":
        return f"/login?next={quote(_whole(request))}"
    return None


def _whole(request: Request) -> str:
    return _path(urlsplit(str(request.url)))


def _path(address: SplitResult) -> str:
    return own_path(f"{address.path}?{address.query}".removesuffix("?"), "/desk")


async def _renter_logs_in(request: Request) -> Response:
    """Send a renter to log in, with all that was typed."""
    typed: dict[str, str] = {}
    if request.method == "POST":
        form = await request.form()
        typed = {name: value for name, value in form.items() if isinstance(value, str)}
    continuing: Continuing = request.app.state.continuing
    then = continuing.make(_whole(request), typed)
    return RedirectResponse(f"/account/log-in?then={then}", HTTPStatus.SEE_OTHER)


def explain(request: Request, error: CentralError) -> str:
    """Return a refusal in the visitor's words."""
    return language_of(request)(f"error.{error.code}", **error.details)


def unforeseen(scope: Scope, _error: Exception) -> ASGIApp:
    """Return the answer to an error that nobody foresaw."""
    request = Request(scope)
    request.state.visitor = None  # whatever broke may be what tells who it is
    return answer(request, CentralError())


def too_large(scope: Scope) -> ASGIApp:
    """Return the answer to a body that is too large."""
    request = Request(scope)
    request.state.visitor = None  # the database is not asked for who sends too much
    return answer(request, TooLarge())


def install(app: FastAPI) -> None:
    """Let the application answer every refusal."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, CentralError)  # noqa: S101 - registered for nothing else
        is_page = not request.url.path.startswith(PROGRAMS)
        if is_page and isinstance(error, NotLoggedIn) and error.as_renter:
            return await _renter_logs_in(request)
        return await run_in_threadpool(answer, request, error)

    async def malformed(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
        fields = [_field(one) for one in error.errors()]
        return await run_in_threadpool(answer, request, BadRequest(), fields)

    async def by_the_framework(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
        return await run_in_threadpool(answer, request, _ours(error))

    async def not_to_be_stored(request: Request, _error: Exception) -> Response:
        """Answer what no field may hold: a NUL, a number that no row has."""
        return await run_in_threadpool(answer, request, BadRequest())

    app.add_exception_handler(CentralError, refused)
    app.add_exception_handler(DataError, not_to_be_stored)
    app.add_exception_handler(OverflowError, not_to_be_stored)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, by_the_framework)


def _field(error: Mapping[str, Any]) -> dict[str, str]:
    """Return where and what; never what was typed, which may be a password."""
    where = "/".join(str(part) for part in error["loc"])
    return {"field": where, "detail": str(error["msg"])}


def _ours(error: HTTPException) -> CentralError:
    if error.status_code == HTTPStatus.NOT_FOUND:
        return NotFound()
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return TooLarge()
    ours = BadRequest()
    ours.status = HTTPStatus(error.status_code)
    ours.headers = dict(error.headers or {})
    return ours
