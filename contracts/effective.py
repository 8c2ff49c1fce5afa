"""What a pass allows after amendment: its windows and areas as they are now."""

from collections.abc import Iterable

from contracts.amendments import GrantAmendment
from contracts.credential import Claims
from contracts.windows import Window, local_day, occurrences
from contracts.zone import ZoneTable


def effective_windows(
    claims: Claims, amended: GrantAmendment | None, zone: ZoneTable
) -> tuple[Window, ...]:
    """Return the windows in which a pass opens, in rising order; none when its grant was cancelled.

    Raises:
        Malformed: as `windows.occurrences`.

    """
    signed = occurrences(claims, zone)
    if amended is None:
        return signed
    base = signed if amended.windows is None else _windows(amended.windows)
    kept = (window for window in base if local_day(window, zone) not in amended.cancelled)
    return tuple(sorted((*kept, *_windows(amended.added))))


def cancelled_windows(
    claims: Claims, amended: GrantAmendment | None, zone: ZoneTable
) -> tuple[Window, ...]:
    """Return the signed windows that an amendment took away by their date."""
    if amended is None or not amended.cancelled:
        return ()
    return tuple(
        window
        for window in occurrences(claims, zone)
        if local_day(window, zone) in amended.cancelled
    )


def effective_areas(claims: Claims, amended: GrantAmendment | None) -> int:
    """Return the areas that a pass opens."""
    return claims.areas if amended is None or amended.areas is None else amended.areas


def span(windows: Iterable[Window]) -> int:
    """Return the minutes from the first start to the last end."""
    found = tuple(windows)
    return (
        max(window.end for window in found) - min(window.start for window in found) if found else 0
    )


def _windows(spans: Iterable[tuple[int, int]]) -> tuple[Window, ...]:
    return tuple(Window(start, end) for start, end in spans)
