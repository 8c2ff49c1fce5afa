"""The one place where central reads the time."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the aware UTC time of now; `create_app` takes one, so that a test can be at any moment."""


def utc_now() -> datetime:
    """Return this computer's time."""
    return datetime.now(UTC)  # noqa: TID251 - this is the place
