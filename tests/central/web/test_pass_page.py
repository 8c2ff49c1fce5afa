"""The pass as its holder sees it: on the phone, on paper, and before a door that stays shut."""

import re
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from httpx import Client

from central.accounts.links import LinkPurpose
from central.booking.actors import RENTER
from central.booking.models import Reservation
from central.credentials import named
from central.database import Database
from central.fleet.models import DoorUnit, Entry
from central.halls.access_type import AccessType
from central.halls.models import Hall, HallAccess
from central.settings import Settings
from contracts.clock import ClockTrust
from contracts.journal import EventKind
from contracts.reasons import DenyReason
from tests.central.a_city import NOW, City, use
from tests.central.a_town import Town

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"duty_phone": "09 123 45 67"})


@pytest.fixture
def reservation(town: Town, city: City) -> Reservation:
    """Anna's, of hall A, on Saturday from 15:00 on the wall."""
    return town.book(city.a)


def way(application: FastAPI, reservation: Reservation) -> str:
    until = NOW + timedelta(days=90)
    link = application.state.links.make(LinkPurpose.PASS, reservation.reference, until)
    return f"/pass/{link}"


@pytest.fixture
def page(application: FastAPI, reservation: Reservation) -> str:
    return way(application, reservation)


def test_a_pass_that_is_being_made_is_looked_for_again_by_hand(
    client: Client, application: FastAPI, reservation: Reservation, town: Town
) -> None:
    with town.database.write() as session:
        reference = named.give(session, reservation.id, "Lies", NOW, RENTER).reference
    until = NOW + timedelta(days=90)
    path = f"/pass/{application.state.links.make(LinkPurpose.PASS, reference, until)}"
    coming = client.get(path)
    assert "refresh" not in coming.headers, "whoever reads it slowly is not interrupted"
    assert "http-equiv" not in coming.text
    again = f'<a class="button" href="{path}">Kijk opnieuw</a>'
    assert again in coming.text
    town.settle()
    made = client.get(path).text
    assert again not in made
    assert 'class="pass-code"' in made


def happened(
    town: Town, reservation: Reservation, outcome: str, reason: DenyReason | None = None
) -> None:
    """Write that a door decided about the pass, as ingest would."""
    (made, *_) = town.passes(reservation)
    unit = town.add_unit("Straatdeur") if not _units(town) else None
    name = unit.id if unit else _units(town)[0]
    with town.database.write() as session:
        seq = session.query(Entry).count() + 1000
        session.add(
            Entry(
                unit_id=name,
                epoch="00" * 8,
                seq=seq,
                door_id=town.door("Straatdeur"),
                raw=b"{}",
                hash=bytes(32),
                received_at=town.time(),
                kind=EventKind.DECIDED,
                wall=town.time() - timedelta(seconds=2),
                trust=ClockTrust.SIGNED,
                outcome=outcome,
                reason=reason,
                credential=made.id,
                grant_id=made.grant_id,
            )
        )


def _units(town: Town) -> list[str]:
    with town.database.read() as session:
        return [one.id for one in session.query(DoorUnit)]


def test_the_page_shows_the_way_the_window_and_how_long_it_takes(client: Client, page: str) -> None:
    text = client.get(page).text
    for says in (
        "De deur gaat open van 15.00 tot 17.15 uur.",
        "Nog 11 dagen tot de deur opengaat.",
        "<li>Straatdeur</li>",
        "Bel 09 123 45 67",
        "pass.pdf",
        "card.pdf",
    ):
        assert says in text
    assert "<svg" in text


def test_what_the_door_said_last_stands_on_the_page_with_what_to_do(
    client: Client, town: Town, reservation: Reservation, page: str
) -> None:
    town.time.now = use().start - timedelta(minutes=40)
    assert "Wat de deur het laatst zei" not in client.get(page).text
    happened(town, reservation, "denied", DenyReason.NOT_YET_VALID)
    text = client.get(page).text
    assert "Wat de deur het laatst zei" in text
    assert "Straatdeur, zaterdag 5 december 2026 om 14.19 uur" in text
    assert "zaterdag 5 december 2026, 15.00" in text, "from when it opens"
    happened(town, reservation, "granted")
    assert "Wat de deur het laatst zei" not in client.get(page).text, "it let the holder in"


def test_an_old_refusal_explains_nothing_any_more(
    client: Client, town: Town, reservation: Reservation, page: str
) -> None:
    happened(town, reservation, "denied", DenyReason.WRONG_ACCESS_POINT)
    assert "Wat de deur het laatst zei" in client.get(page).text
    town.time.now += timedelta(hours=13)
    assert "Wat de deur het laatst zei" not in client.get(page).text


def test_nobody_is_told_what_another_pass_did(
    application: FastAPI, client: Client, town: Town, city: City, reservation: Reservation
) -> None:
    other = town.book(city.a, use(day=8))
    happened(town, other, "denied", DenyReason.EXPIRED)
    assert "Wat de deur het laatst zei" not in client.get(way(application, reservation)).text
    assert "Wat de deur het laatst zei" in client.get(way(application, other)).text


@pytest.mark.parametrize(
    ("access", "says"),
    [
        (AccessType.KEY_PICKUP, "een sleutel die u vooraf afhaalt"),
        (AccessType.OPENED_BY_STAFF, "Een medewerker opent de zaal voor u."),
        (AccessType.ALWAYS_OPEN, "De deur van deze zaal is open."),
    ],
)
def test_another_way_in_stands_in_the_same_place(
    application: FastAPI,
    client: Client,
    town: Town,
    city: City,
    database: Database,
    access: AccessType,
    says: str,
) -> None:
    with database.write() as session:
        session.add(HallAccess(hall_id=city.a, first=NOW.date(), access=access))
        hall = session.get_one(Hall, city.a)
        hall.arriving, hall.leaving, hall.house_rules = "Licht links.", "Sluit af.", "Rook niet."
    reservation = town.book(city.a)
    assert town.passes(reservation) == [], "nothing is signed that no door asks for"
    page = way(application, reservation)
    text = client.get(page).text
    for one in (says, "Licht links.", "Sluit af.", "Rook niet."):
        assert one in text
    assert "<svg viewBox" not in text
    assert client.get(f"{page}/pass.png").status_code == 404


def plain(pdf: bytes) -> bytes:
    """What a PDF says of itself, unpacked."""
    packed = re.findall(rb"/FlateDecode.*?stream\n(.*?)\nendstream", pdf, re.DOTALL)
    return b"\n".join(zlib.decompress(one) for one in packed)


@pytest.mark.parametrize("paper", ["pass.pdf", "card.pdf"])
def test_the_pass_goes_on_paper_in_one_tagged_page(client: Client, page: str, paper: str) -> None:
    answer = client.get(f"{page}/{paper}?lang=en")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    objects = plain(answer.content)
    assert len(re.findall(rb"/Type ?/Page\b", objects)) == 1
    assert b"/MarkInfo" in objects
    assert client.get(page.replace("/pass/", "/pass/x") + f"/{paper}").status_code == 403


def test_a_cancelled_reservation_has_no_paper(
    client: Client, town: Town, reservation: Reservation, page: str
) -> None:
    town.cancel(reservation)
    assert client.get(f"{page}/pass.pdf").status_code == 404
    assert "geannuleerd" in client.get(page).text


def test_the_script_that_keeps_passes_reaches_nothing_else(client: Client) -> None:
    answer = client.get("/pass/worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert "service-worker-allowed" not in answer.headers
    assert "connect-src 'self'" in answer.headers["content-security-policy"]


def test_the_newest_moment_is_on_the_page(client: Client, page: str) -> None:
    at = datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert at == NOW
    assert "Bijgewerkt op dinsdag 24 november 2026 om 11.00 uur." in client.get(page).text
