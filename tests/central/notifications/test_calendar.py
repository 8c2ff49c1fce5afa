"""Appointments as calendars read them: RFC 5545, with its zone, in both nights that change the clock."""

import re
from datetime import UTC, datetime

import pytest

from central.notifications.calendar import Appointment, Method, Organiser, calendar
from tests.central.a_city import NOW

CITY = Organiser('Stad "Test"', "zalen@stad.example")


def appointment(
    start: datetime, end: datetime, zone: str = "Europe/Brussels", title: str = "Zaal A"
) -> Appointment:
    return Appointment("ABC@stad.example", 2, start, end, zone, title, "Markt 1", "Nummer: ABC")


def lines(one: Appointment, method: Method = Method.PUBLISH) -> list[str]:
    raw = calendar([one], CITY, NOW, method)
    assert raw.endswith(b"\r\n")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75
    return raw.decode().replace("\r\n ", "").split("\r\n")


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [
        (
            datetime(2026, 12, 5, 14, tzinfo=UTC),
            datetime(2026, 12, 5, 16, tzinfo=UTC),
            [
                "DTSTART;TZID=Europe/Brussels:20261205T150000",
                "DTEND;TZID=Europe/Brussels:20261205T170000",
            ],
        ),
        (  # the night that has an hour less
            datetime(2026, 3, 28, 20, tzinfo=UTC),
            datetime(2026, 3, 29, 2, tzinfo=UTC),
            [
                "DTSTART;TZID=Europe/Brussels:20260328T210000",
                "DTEND;TZID=Europe/Brussels:20260329T040000",
            ],
        ),
        (  # ends when the clock shows 2:30 for the second time: no wall time says that
            datetime(2026, 10, 24, 22, tzinfo=UTC),
            datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
            ["DTSTART:20261024T220000Z", "DTEND:20261025T013000Z"],
        ),
    ],
)
def test_start_and_end_are_what_the_clock_on_the_wall_shows(
    start: datetime, end: datetime, says: list[str]
) -> None:
    found = lines(appointment(start, end))
    event = found[found.index("BEGIN:VEVENT") :]
    assert [one for one in event if one.startswith(("DTSTART", "DTEND"))] == says


def test_the_zone_comes_with_its_transitions_around_the_use() -> None:
    found = "\n".join(lines(appointment(datetime(2026, 6, 1, tzinfo=UTC), NOW)))
    daylight = "BEGIN:DAYLIGHT\nDTSTART:20260329T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:DAYLIGHT"
    standard = "BEGIN:STANDARD\nDTSTART:20261025T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD"
    assert daylight in found
    assert standard in found


def test_a_zone_that_never_changes_is_told_once() -> None:
    found = lines(appointment(NOW, datetime(2026, 12, 1, tzinfo=UTC), "Africa/Lagos"))
    assert [one for one in found if "OFFSET" in one] == ["TZOFFSETFROM:+0100", "TZOFFSETTO:+0100"]


def test_a_cancellation_takes_the_same_appointment_away() -> None:
    one = appointment(NOW, datetime(2026, 12, 1, tzinfo=UTC))
    published, cancelled = lines(one), lines(one, Method.CANCEL)
    same = {"UID:ABC@stad.example", "SEQUENCE:2"}
    assert same <= set(published) & set(cancelled)
    assert {"METHOD:PUBLISH", "STATUS:CONFIRMED"} <= set(published)
    assert {"METHOD:CANCEL", "STATUS:CANCELLED"} <= set(cancelled)


def test_words_cannot_add_properties_and_long_lines_are_folded_between_letters() -> None:
    title = "Fête; zaal, A\\B\nATTENDEE:mailto:x@y" + "é" * 100
    found = lines(appointment(NOW, datetime(2026, 12, 1, tzinfo=UTC), title=title))
    (summary,) = (one for one in found if one.startswith("SUMMARY:"))
    assert summary == r"SUMMARY:Fête\; zaal\, A\\B\nATTENDEE:mailto:x@y" + "é" * 100
    assert not any(re.match("ATTENDEE", one) for one in found)
    assert "ORGANIZER;CN=\"Stad 'Test'\":mailto:zalen@stad.example" in found
