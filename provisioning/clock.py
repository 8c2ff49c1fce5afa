"""The one place where provisioning reads the time."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return this computer's time."""
    return datetime.now(UTC)  # noqa: TID251 - this is the place
