"""Time on the wire: whole minutes since 2025-01-01T00:00Z, which fit three bytes until 2056."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(2025, 1, 1, tzinfo=UTC)
MINUTES_PER_DAY = 1440


def minute_of(moment: datetime) -> int:
    """Return the whole minutes from EPOCH to an aware moment, rounded down."""
    return (moment - EPOCH) // timedelta(minutes=1)


def moment_of(minute: int) -> datetime:
    """Return the aware UTC moment at which a minute begins."""
    return EPOCH + timedelta(minutes=minute)
