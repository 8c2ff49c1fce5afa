"""An ordinary httpx client whose requests go to an ASGI application in this process."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
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


@contextmanager
def client_of(app: ASGIApp, base_url: str) -> Iterator[httpx.Client]:
    """A client with a cookie jar, like a browser; it follows no redirects by itself."""
    with (
        start_blocking_portal() as portal,
        httpx.Client(transport=InProcess(app, portal), base_url=base_url) as client,
    ):
        yield client
