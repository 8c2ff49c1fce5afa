"""What a pass allows after amendment: its windows and areas as they are now."""

from collections.abc import Iterable

from contracts.amendments import AmendmentIndex, GrantAmendment
from contracts.credential import Claims
from contracts.moments import EPOCH
from contracts.windows import Window, local_day, occurrences
from contracts.zone import ZoneTable


def effective_windows(
    claims: Claims, amended: GrantAmendment | None, zone: ZoneTable
) -> tuple[Window, ...]:
    """Return when a pass opens: rising windows with a pause between them; none when cancelled.

    Raises:
        Malformed: as `windows.occurrences`.

    """
    return amend(occurrences(claims, zone), amended, zone)


def amend(
    signed: tuple[Window, ...], amended: GrantAmendment | None, zone: ZoneTable
) -> tuple[Window, ...]:
    """Return the same as `effective_windows`, from the signed windows."""
    if amended is None:
        return _merged(signed)
    kept = (w for w in _base(signed, amended) if local_day(w, zone) not in amended.cancelled)
    return _merged((*kept, *_windows(amended.added)))


def cancelled(
    signed: tuple[Window, ...], amended: GrantAmendment | None, zone: ZoneTable
) -> tuple[Window, ...]:
    """Return the windows that an amendment took away by their date."""
    if amended is None or not amended.cancelled:
        return ()
    return tuple(w for w in _base(signed, amended) if local_day(w, zone) in amended.cancelled)


def effective_areas(claims: Claims, amended: GrantAmendment | None) -> int:
    """Return the areas that a pass opens."""
    return claims.areas if amended is None or amended.areas is None else amended.areas


def span(windows: Iterable[Window]) -> int:
    """Return the minutes from the first start to the last end."""
    found = tuple(windows)
    return (
        max(window.end for window in found) - min(window.start for window in found) if found else 0
    )


def last_end(claims: Claims, amended: GrantAmendment | None, zone: ZoneTable) -> int:
    """Return the minute from which a pass opens nothing more: its latest end, as signed or as amended.

    Raises:
        Malformed: as `windows.occurrences`.

    """
    signed = occurrences(claims, zone)
    return max(window.end for window in (*signed, *amend(signed, amended, zone)))


def amended_ends_ms(amendments: AmendmentIndex) -> dict[int, int]:
    """Return by grant the latest end that a list names for it, in Unix milliseconds."""
    named = {
        grant: [end for _, end in (*(one.windows or ()), *one.added)]
        for grant, one in (amendments.grants or {}).items()
    }
    epoch_ms = int(EPOCH.timestamp()) * 1000
    return {grant: epoch_ms + max(ends) * 60_000 for grant, ends in named.items() if ends}


def _base(signed: tuple[Window, ...], amended: GrantAmendment) -> tuple[Window, ...]:
    """Return the windows before single dates are cancelled or added."""
    return signed if amended.windows is None else _windows(amended.windows)


def _windows(spans: Iterable[tuple[int, int]]) -> tuple[Window, ...]:
    return tuple(Window(start, end) for start, end in spans)


def _merged(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Join what overlaps or touches, so that a window's end is when the pass really ends."""
    joined: list[Window] = []
    for window in sorted(windows):
        if joined and window.start <= joined[-1].end:
            last = joined.pop()
            joined.append(Window(last.start, max(last.end, window.end)))
        else:
            joined.append(window)
    return tuple(joined)
