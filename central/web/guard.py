"""What every request passes through: headers that protect, who may post, a line in the log.

Plain ASGI, around the whole application, so that nothing can answer without it.
"""

import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from central.accounts.cookies import PRINCIPALS

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN = frozenset({"same-origin", "none"})
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # Links with a signature in them must not travel to other sites.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}

log = logging.getLogger(__name__)
access_log = logging.getLogger("central.access")


class Protected:
    """Adds the headers; nothing is cached unless a route says so."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self._app = app
        self._headers = dict(HEADERS)
        if is_https:
            self._headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the headers set."""

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_protected)


class Unbroken:
    """Turns an error nobody foresaw into an answer like the others, and writes it down."""

    def __init__(self, app: ASGIApp, *, answer: Callable[[Scope, Exception], ASGIApp]) -> None:
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in any case."""
        started = False

        async def send_noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except Exception as error:
            if started or scope["type"] != "http":
                raise
            log.exception("a request failed")
            await self._answer(scope, error)(scope, receive, send)


class Limited:
    """Refuses a body that is too large: at once when it says so, else when it turns out."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        largest: int,
        answer: Callable[[Scope], ASGIApp],
        larger: Mapping[str, int] | None = None,
    ) -> None:
        """Take the limit of every path, and `larger` ones by how a path begins."""
        self._app = app
        self._largest = largest
        self._larger = larger or {}
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 413."""
        largest = self._of(scope.get("path", ""))
        says = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
        if says.isdigit() and int(says) > largest:
            await self._answer(scope)(scope, receive, send)
            return
        received = 0

        async def receive_counting() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > largest:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        await self._app(scope, receive_counting, send)

    def _of(self, path: str) -> int:
        found = (most for start, most in self._larger.items() if path.startswith(start))
        return next(found, self._largest)


class OwnOrigin:
    """Refuses what another website's page sends with our visitor's cookie.

    Browsers say where a request comes from (`Sec-Fetch-Site`, older ones `Origin`); a page cannot
    forge that. Together with the cookie's SameSite=Lax no form needs a hidden token. A program
    sends neither header and has no cookie.
    """

    def __init__(self, app: ASGIApp, *, base_url: str) -> None:
        self._app = app
        self._own_host = urlsplit(base_url).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 403."""
        if scope["type"] == "http" and self._is_foreign(scope["method"], Headers(scope=scope)):
            says = "This was sent from another website. Open the page here and try again."
            await PlainTextResponse(says, 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_foreign(self, method: str, headers: Headers) -> bool:
        if method in _SAFE:
            return False
        if site := headers.get("sec-fetch-site"):
            return site not in _OWN
        if origin := headers.get("origin"):
            return urlsplit(origin).netloc not in {headers.get("host"), self._own_host}
        cookies = headers.get("cookie", "")
        return any(one in cookies for one in PRINCIPALS)


class AccessLog:
    """One JSON line per request. The route's pattern stands in it, not the path: paths hold links."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, then write the line."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began, request_id = 500, time.perf_counter(), uuid4().hex[:12]

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).append("X-Request-Id", request_id)
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        finally:
            route = getattr(scope.get("route"), "path", None)
            line = {
                "method": scope["method"],
                "route": route,
                "status": status,
                "ms": round((time.perf_counter() - began) * 1000, 1),
                "request": request_id,
            }
            access_log.info("request", extra={"fields": line})


class JsonLines(logging.Formatter):
    """Log lines as JSON objects, times in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def log_to_stderr(level: int = logging.INFO, quiet: Iterable[str] = ("uvicorn.access",)) -> None:
    """Write every log line as JSON; for a program, not for tests."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in quiet:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = False
