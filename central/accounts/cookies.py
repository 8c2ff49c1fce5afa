"""The names of our cookies, and how they are read and set: for HTTP only, this site only, over TLS only."""

from datetime import timedelta

from fastapi import Request
from starlette.responses import Response

from central.dependencies import provided_settings
from central.settings import Settings

STAFF = "hallpass_session"
"""A member of staff is logged in."""
RENTER = "hallpass_renter"
"""A renter is logged in."""
ASKING = "hallpass_asking"
"""This browser asked for a mail to log in, or went to an identity provider."""
PRINCIPALS = (STAFF, RENTER, ASKING)


def name_of(cookie: str, settings: Settings) -> str:
    """Return the name in the browser: with TLS one that no other host or path can set."""
    return f"__Host-{cookie}" if settings.is_https else cookie


def cookie_of(request: Request, cookie: str) -> str | None:
    """Return what a cookie of ours holds."""
    return request.cookies.get(name_of(cookie, provided_settings(request)))


def set_cookie(
    answer: Response, settings: Settings, cookie: str, secret: str, life: timedelta | None
) -> None:
    """Let the browser keep a secret; without `life` until its window closes."""
    answer.set_cookie(
        name_of(cookie, settings),
        secret,
        max_age=None if life is None else int(life.total_seconds()),
        secure=settings.is_https,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(answer: Response, settings: Settings, cookie: str) -> None:
    """Let the browser forget a secret."""
    answer.delete_cookie(
        name_of(cookie, settings), secure=settings.is_https, httponly=True, samesite="lax"
    )
