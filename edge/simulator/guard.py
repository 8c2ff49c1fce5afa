"""Keeps everybody out of the virtual door's page but this machine's own browser, and keeps it small."""

from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SAFE = frozenset({"GET", "HEAD"})
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=()",
    "Cache-Control": "no-store",
}


class Guard:
    """Answers only for loopback names (no DNS rebinding), and takes acts only from its own pages."""

    def __init__(self, app: ASGIApp, *, largest: int) -> None:
        """Stand before an application; a body may have `largest` bytes."""
        self._app, self._largest = app, largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or refuse."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if refusal := self._refusal(scope["method"], Headers(scope=scope)):
            await refusal(scope, receive, send_protected)
            return
        await self._app(scope, self._counting(receive), send_protected)

    def _refusal(self, method: str, headers: Headers) -> ASGIApp | None:
        if _host_of(headers.get("host", "")) not in LOOPBACK:
            return PlainTextResponse("This page is only for this computer.", 421)
        if method not in _SAFE and _is_foreign(headers):
            says = "This was sent from another website. Open the page here and try again."
            return PlainTextResponse(says, 403)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self._largest:
            return PlainTextResponse("This is too large.", 413)
        return None

    def _counting(self, receive: Receive) -> Receive:
        received = 0

        async def receive_counting() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._largest:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        return receive_counting


def _is_foreign(headers: Headers) -> bool:
    """Tell whether a browser says that another website sent this; a program says nothing."""
    if site := headers.get("sec-fetch-site"):
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def _host_of(header: str) -> str | None:
    try:
        return urlsplit(f"//{header}").hostname
    except ValueError:
        return None
