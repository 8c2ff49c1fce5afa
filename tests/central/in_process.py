"""An ordinary httpx client whose requests go to an ASGI application in this process."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from starlette.routing import BaseRoute
from starlette.types import ASGIApp


class InProcess(httpx.BaseTransport):
    """Answers each request by running the application in an event loop of its own thread."""

    def __init__(self, app: ASGIApp, portal: BlockingPortal) -> None:
        self._asgi = httpx.ASGITransport(app, client=("192.0.2.7", 50000))
        self._portal = portal

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._portal.call(self._answer, request)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        asked = httpx.Request(
            request.method, request.url, headers=request.headers, content=request.read()
        )
        answer = await self._asgi.handle_async_request(asked)
        content = await answer.aread()
        return httpx.Response(answer.status_code, headers=answer.headers, content=content)


def share_routes(app: FastAPI) -> None:
    """Give an application the routers of the first one: they hold nothing of an application's own.

    FastAPI works every route out at an application's first request: more than half of the time of a
    test of a page.
    """
    for place, route in enumerate(app.router.routes):
        original = getattr(route, "original_router", None)
        if original is not None:
            app.router.routes[place] = _KNOWN.setdefault(id(original), route)


_KNOWN: dict[int, BaseRoute] = {}  # by the identity of the module's own router


@contextmanager
def client_of(app: ASGIApp, base_url: str) -> Iterator[httpx.Client]:
    """A client with a cookie jar, like a browser; it follows no redirects by itself."""
    if isinstance(app, FastAPI):
        share_routes(app)
    with (
        start_blocking_portal() as portal,
        httpx.Client(transport=InProcess(app, portal), base_url=base_url) as client,
    ):
        yield client
