"""The virtual doors' web application."""

import re
import unicodedata
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import Response

from edge.simulator import routes
from edge.simulator.bench import VirtualDoor
from edge.simulator.guard import Guard
from edge.simulator.news import News
from edge.simulator.pages import STATIC, Pages
from edge.simulator.passes import Passes
from edge.simulator.pictures import LARGEST_UPLOAD

_AROUND_A_PICTURE = 100_000
"""Bytes that a form may have besides its picture."""


def create_app(doors: Mapping[str, VirtualDoor], passes: Passes | None = None) -> FastAPI:
    """Return the application for doors that are started, by their part of the address.

    Args:
        doors: `slug_of` a name -> door.
        passes: what can be held up with one click, if the demo offers that.

    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        if passes is not None:
            await passes.close()

    app = FastAPI(
        title="Virtual door", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan
    )
    app.state.doors = doors
    app.state.passes = passes
    app.state.pages = Pages(many_doors=len(doors) > 1)
    app.state.news = News()
    app.include_router(routes.router)
    app.mount("/static", StaticFiles(directory=STATIC))
    app.add_exception_handler(HTTPException, _not_here)
    app.add_middleware(Guard, largest=LARGEST_UPLOAD + _AROUND_A_PICTURE)
    return app


def slug_of(name: str) -> str:
    """Return a name as it stands in an address: small letters, digits, dashes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "door"


async def _not_here(request: Request, error: Exception) -> Response:
    pages: Pages = request.app.state.pages
    status = error.status_code if isinstance(error, HTTPException) else 500
    return pages.show(request, "error.html", status)
