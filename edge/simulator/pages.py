"""Turns a door and a language into a page."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from edge.drivers.indicator import Scene
from edge.simulator.words import COOKIE, language_of, languages

HERE = Path(__file__).parent
STATIC = HERE / "static"
LABEL = (
    Scene.READY,
    Scene.CODE_SEEN,
    Scene.OPEN,
    Scene.COME_CLOSER,
    Scene.REFUSED,
    Scene.FAULT,
)
"""The lines of the label beside the door."""
_YEAR = 366 * 24 * 3600


class Pages:
    """Renders templates; a value that is missing is an error, not an empty place."""

    def __init__(self, *, many_doors: bool) -> None:
        """Make pages for one door, or for several."""
        self._many_doors = many_doors
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def show(
        self, request: Request, template: str, status: int = 200, **values: object
    ) -> HTMLResponse:
        """Return a page in the visitor's language."""
        words = language_of(request)
        html = self._templates.get_template(template).render(
            t=words,
            languages=languages().values(),
            many_doors=self._many_doors,
            label=LABEL,
            in_language=lambda code: str(request.url.include_query_params(lang=code).query),
            **values,
        )
        page = HTMLResponse(html, status)
        page.headers["Content-Language"] = words.code
        if request.query_params.get("lang") == words.code:
            page.set_cookie(COOKIE, words.code, max_age=_YEAR, httponly=True, samesite="lax")
        return page
