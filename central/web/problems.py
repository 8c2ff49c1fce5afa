"""Every refusal as an answer: problem+json (RFC 9457) for programs, a page for people."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Scope

from central.accounts.principals import NotLoggedIn
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
    if isinstance(error, NotLoggedIn) and request.method == "GET":
        return RedirectResponse(f"/login?next={request.url.path}", HTTPStatus.SEE_OTHER)
    pages: Pages = request.app.state.pages
    says = explain(request, error)
    page = pages.show(request, "error.html", error.status, says=says)
    page.headers.update(error.headers)
    return page


def explain(request: Request, error: CentralError) -> str:
    """Return a refusal in the visitor's words."""
    return language_of(request)(f"error.{error.code}", **error.details)


def unforeseen(scope: Scope, _error: Exception) -> ASGIApp:
    """Return the answer to an error that nobody foresaw."""
    return answer(Request(scope), CentralError())


def too_large(scope: Scope) -> ASGIApp:
    """Return the answer to a body that is too large."""
    return answer(Request(scope), TooLarge())


def install(app: FastAPI) -> None:
    """Let the application answer every refusal."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, CentralError)  # noqa: S101 - registered for nothing else
        return answer(request, error)

    async def malformed(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
        return answer(request, BadRequest(), [_field(one) for one in error.errors()])

    async def by_the_framework(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
        return answer(request, _ours(error))

    app.add_exception_handler(CentralError, refused)
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
