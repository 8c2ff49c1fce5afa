"""Turn a template and its values into a page."""

from functools import cache
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from central.accounts.continuing import Continuing
from central.accounts.visitors import visitor_of
from central.settings import Settings
from central.web.language import COOKIE, Words, language_of, languages

HERE = Path(__file__).parent
_YEAR = 366 * 24 * 3600


class Pages:
    """Renders templates; a value that is missing is an error, not an empty place."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._templates = _templates()

    @staticmethod
    def static_folder() -> Path:
        """Where style sheets and pictures are."""
        return HERE / "static"

    def show(
        self, request: Request, template: str, status: int = 200, **values: object
    ) -> HTMLResponse:
        """Return the page in the visitor's language."""
        words = language_of(request)
        html = self._templates.get_template(template).render(
            t=words,
            languages=languages().values(),
            city=self._settings.city,
            path=request.url.path,
            in_language=lambda code: _in_language(request, code),
            visitor=visitor_of(request, request.app.state.database, request.app.state.clock()),
            here=_here(request),
            **values,
        )
        page = HTMLResponse(html, status)
        page.headers["Content-Language"] = words.code
        if request.query_params.get("lang") == words.code:
            page.set_cookie(
                COOKIE,
                words.code,
                max_age=_YEAR,
                secure=self._settings.is_https,
                httponly=True,
                samesite="lax",
            )
        return page

    def render(self, words: Words, template: str, **values: object) -> str:
        """Return what is no page: the HTML of a mail."""
        return self._templates.get_template(template).render(
            t=words, city=self._settings.city, **values
        )


@cache
def _templates() -> Environment:
    """The templates, each read once; they hold nothing of an application's own."""
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _here(request: Request) -> str:
    """Return what a log-in or a choice of capacity carries along to come back to this page."""
    continuing = cast("Continuing", request.app.state.continuing)
    if request.method != "GET":
        return continuing.make("/account")
    query = f"?{request.url.query}" if request.url.query else ""
    return continuing.make(f"{request.url.path}{query}")


def _in_language(request: Request, code: str) -> str:
    """Return the address of the same page in another language."""
    address = request.url.include_query_params(lang=code)
    return f"{address.path}?{address.query}"


class Static(StaticFiles):
    """Style sheets and pictures; the same for everybody, so they may be kept for an hour."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response


def provided_pages(request: Request) -> Pages:
    """Return the application's pages."""
    return cast("Pages", request.app.state.pages)


def provided_continuing(request: Request) -> Continuing:
    """Return what makes and reads the way back after a log-in."""
    return cast("Continuing", request.app.state.continuing)


TheContinuing = Annotated[Continuing, Depends(provided_continuing)]
ThePages = Annotated[Pages, Depends(provided_pages)]
