"""What people search for in a journal entry, taken out of its event. Pure, and believes no length.

Only codes and ids of the agreed form become columns; whatever else an event says stays in its bytes.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.bodies import U32
from contracts.documents import DocumentType
from contracts.journal import Event, EventKind
from contracts.modes import DoorMode
from contracts.reasons import Fault

_CODE = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_HEX_ID = re.compile(r"[0-9a-f]{16}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_LONGEST_DETAIL = 500
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_MS = 253_402_300_799_000  # the end of the year 9999


@dataclass(frozen=True, slots=True)
class Facts:
    """The searchable part of an entry."""

    wall: datetime | None
    outcome: str | None
    reason: str | None
    credential: str | None
    grant_id: int | None
    is_use: bool


@dataclass(frozen=True, slots=True)
class FaultChange:
    """A fault that began or ended."""

    code: Fault
    is_raised: bool
    detail: str


@dataclass(frozen=True, slots=True)
class ListNamed:
    """A list or setting that a unit accepted or refused."""

    kind: DocumentType
    number: int | None
    """None where the unit could not tell: it was not readable."""


def facts(event: Event) -> Facts:
    """Return the searchable part of an event."""
    data = event.data
    return Facts(
        wall=_moment(event.wall),
        outcome=_matching(_CODE, data.get("outcome")),
        reason=_matching(_CODE, data.get("reason")),
        credential=_matching(_HEX_ID, data.get("credential")),
        grant_id=_number(data.get("grant")),
        is_use=event.kind is EventKind.DECIDED and data.get("use") is True,
    )


def fault_change(event: Event) -> FaultChange | None:
    """Return which fault an event raised or cleared, if it is one that this release knows."""
    if event.kind not in {EventKind.FAULT_RAISED, EventKind.FAULT_CLEARED}:
        return None
    try:
        code = Fault(event.data.get("fault", ""))
    except ValueError:
        return None
    return FaultChange(code, event.kind is EventKind.FAULT_RAISED, plain(event.data.get("detail")))


def mode_of(event: Event) -> DoorMode | None:
    """Return the mode that a door changed to, if it is one that this release knows."""
    if event.kind is not EventKind.MODE_CHANGED:
        return None
    try:
        return DoorMode(event.data.get("mode", ""))
    except ValueError:
        return None


def mode_cause(event: Event) -> str:
    """Return who or what asked for the mode that a door changed to, by its code; empty: not said."""
    is_change = event.kind is EventKind.MODE_CHANGED
    return (_matching(_CODE, event.data.get("cause")) or "") if is_change else ""


def list_named(event: Event) -> ListNamed | None:
    """Return which list or setting a unit accepted or refused, if it is one that this release knows."""
    if event.kind not in {EventKind.DOCUMENT_ACCEPTED, EventKind.DOCUMENT_REFUSED}:
        return None
    try:
        kind = DocumentType(event.data.get("type", ""))
    except ValueError:
        return None
    return ListNamed(kind, _number(event.data.get("number")))


def plain(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return text that a database and a page can show, of a bounded length."""
    return _CONTROL.sub(" ", value).strip()[:_LONGEST_DETAIL] if isinstance(value, str) else ""


def _matching(pattern: re.Pattern[str], value: Any) -> str | None:  # noqa: ANN401 - any JSON value
    return value if isinstance(value, str) and pattern.fullmatch(value) else None


def _number(value: Any) -> int | None:  # noqa: ANN401 - any JSON value
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= U32
    return value if fits else None


def _moment(wall_ms: int | None) -> datetime | None:
    if wall_ms is None or wall_ms > _MOST_MS:
        return None
    return _UNIX + timedelta(milliseconds=wall_ms)
