"""What a reservation costs, in integer cents; pure. Prices as data per target group come later."""

from datetime import timedelta

from central.booking.times import Period

_HOUR = timedelta(hours=1)


def price(period: Period, cents_per_hour: int | None) -> int:
    """Return the price of the real hours, half a cent up; a hall without a price is free."""
    if not cents_per_hour:
        return 0
    return (2 * period.length * cents_per_hour + _HOUR) // (2 * _HOUR)
