"""A reservation as an appointment for somebody's calendar: iCalendar (RFC 5545, RFC 5546); pure.

The zone travels along as its transitions around the use, so any zone is right at every reader.
Moving raises `sequence` and keeps the UID, so the old appointment moves too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from central.halls.zone_tables import zone_from
from contracts.moments import moment_of

_LONGEST_LINE = 75  # octets
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})
_BEFORE_ALL = datetime(1970, 1, 1)  # noqa: DTZ001 - wall time


class Method(StrEnum):
    """What the reader's calendar is to do."""

    PUBLISH = "PUBLISH"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Appointment:
    """One use of a hall."""

    uid: str
    """The same for ever."""
    sequence: int
    """Higher each time something changed."""
    starts_at: datetime
    ends_at: datetime
    zone: str
    """IANA name."""
    title: str
    place: str
    says: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Organiser:
    """Who publishes the appointment; RFC 5546 wants one."""

    name: str
    email: str


def calendar(
    appointments: Sequence[Appointment], organiser: Organiser, now: datetime, method: Method
) -> bytes:
    """Return the file, for a mail with `text/calendar; method=...`."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Hallpass//Hallpass//NL",
        "CALSCALE:GREGORIAN",
        f"METHOD:{method}",
    ]
    for name in sorted({one.zone for one in appointments}):
        lines += _zone(name, [one for one in appointments if one.zone == name])
    for one in appointments:
        lines += _event(one, organiser, now, method)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def _event(one: Appointment, organiser: Organiser, now: datetime, method: Method) -> Iterable[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{one.uid}"
    yield f"SEQUENCE:{one.sequence}"
    yield f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield from _moments(one)
    yield f"SUMMARY:{_text(one.title)}"
    if one.place:
        yield f"LOCATION:{_text(one.place)}"
    if one.says:
        yield f"DESCRIPTION:{_text(one.says)}"
    if one.url:
        yield f"URL:{one.url}"
    name = organiser.name.replace('"', "'")
    yield f'ORGANIZER;CN="{name}":mailto:{organiser.email}'
    yield "STATUS:CANCELLED" if method is Method.CANCEL else "STATUS:CONFIRMED"
    yield "TRANSP:OPAQUE"
    yield "END:VEVENT"


def _zone(name: str, appointments: Sequence[Appointment]) -> Iterable[str]:
    """Yield the VTIMEZONE: each transition from the year before the first use on."""
    table = zone_from(name, min(one.starts_at for one in appointments))
    yield "BEGIN:VTIMEZONE"
    yield f"TZID:{name}"
    before = timedelta(minutes=table.first_offset)
    yield from _observance(_BEFORE_ALL, before, _BEFORE_ALL.replace(tzinfo=UTC), name, before)
    for minute, minutes in table.transitions:
        at, offset = moment_of(minute), timedelta(minutes=minutes)
        # Its wall time is told by the offset that ends.
        yield from _observance((at + before).replace(tzinfo=None), before, at, name, offset)
        before = offset
    yield "END:VTIMEZONE"


def _observance(
    since: datetime, before: timedelta, at: datetime, name: str, offset: timedelta
) -> Iterable[str]:
    kind = "DAYLIGHT" if at.astimezone(ZoneInfo(name)).dst() else "STANDARD"
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{since:%Y%m%dT%H%M%S}"
    yield f"TZOFFSETFROM:{_signed(before)}"
    yield f"TZOFFSETTO:{_signed(offset)}"
    yield f"END:{kind}"


def _signed(offset: timedelta) -> str:
    minutes = offset // timedelta(minutes=1)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"


def _moments(one: Appointment) -> tuple[str, str]:
    """Return start and end as properties: wall times; UTC where the clock shows one of them twice."""
    zone = ZoneInfo(one.zone)
    local = [moment.astimezone(zone) for moment in (one.starts_at, one.ends_at)]
    if any(moment.fold for moment in local):
        utc = [moment.astimezone(UTC) for moment in local]
        return f"DTSTART:{utc[0]:%Y%m%dT%H%M%SZ}", f"DTEND:{utc[1]:%Y%m%dT%H%M%SZ}"
    start, end = (f"{moment:%Y%m%dT%H%M%S}" for moment in local)
    return f"DTSTART;TZID={one.zone}:{start}", f"DTEND;TZID={one.zone}:{end}"


def _text(text: str) -> str:
    return text.translate(_ESCAPES)


def _folded(line: str) -> Iterable[str]:
    """Yield a line in pieces of at most 75 octets; no letter is cut in two."""
    piece, size = "", 0
    for letter in line:
        width = len(letter.encode())
        if size + width > _LONGEST_LINE:
            yield piece
            piece, size = " ", 1
        piece, size = piece + letter, size + width
    yield piece
