"""The pass on a phone: without the internet once it was opened, accessible, and without JavaScript too."""

from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page

from central.accounts.links import LinkPurpose
from central.booking.models import Reservation
from central.database import Database
from central.fleet.models import Entry
from central.halls.models import Hall
from central.main import create_app
from central.settings import Settings
from contracts.clock import ClockTrust
from contracts.journal import EventKind
from contracts.reasons import DenyReason
from tests.central.a_city import NOW, Time, found, use
from tests.central.a_town import Town
from tests.central.web.test_in_browser import (
    a_page,
    browser,
    must_be_accessible,
    must_fit,
    running,
)
from tests.simulators.city import City as Keys

__all__ = ["browser"]


def refuse(town: Town, reservation: Reservation) -> None:
    """Let the street door have said that it is too early."""
    (made,) = town.passes(reservation)
    unit = town.add_unit("Straatdeur")
    with town.database.write() as session:
        session.add(
            Entry(
                unit_id=unit.id,
                epoch="00" * 8,
                seq=1,
                door_id=town.door("Straatdeur"),
                raw=b"{}",
                hash=bytes(32),
                received_at=town.time(),
                kind=EventKind.DECIDED,
                wall=town.time(),
                trust=ClockTrust.SIGNED,
                outcome="denied",
                reason=DenyReason.NOT_YET_VALID,
                credential=made.id,
                grant_id=made.grant_id,
            )
        )


def must_show_the_pass(page: Page) -> None:
    box = page.locator(".pass-code svg").bounding_box()
    assert box
    assert box["width"] > 250, "the code is as large as the phone allows"


def test_a_pass_that_was_opened_once_needs_neither_internet_nor_city(
    browser: Browser, sqlite_template: Path, tmp_path: Path
) -> None:
    (tmp_path / "central.db").write_bytes(sqlite_template.read_bytes())
    settings = Settings(demo=True, data=tmp_path, city="Stad Test", worker=False)
    database, time = Database(settings.database), Time()
    city = found(database)
    with database.write() as session:
        hall = session.get_one(Hall, city.a)
        hall.arriving, hall.leaving = "Licht links van de deur.", "Sluit de ramen."
    town = Town(database, city, Keys(), time)
    reservation = town.book(city.a)
    time.now = use().start - timedelta(minutes=20)
    refuse(town, reservation)
    app = create_app(settings, time)
    until = NOW + timedelta(days=90)
    link = app.state.links.make(LinkPurpose.PASS, reservation.reference, until)
    page, plain = a_page(browser), a_page(browser, javascript=False)
    with running(app) as url:
        way = f"{url}/pass/{link}"
        plain.goto(way)
        must_show_the_pass(plain)
        assert plain.get_by_text("Nog 20 minuten tot de deur opengaat.").is_visible()
        assert plain.get_by_text("Wat de deur het laatst zei").is_visible()
        page.goto(way)
        must_be_accessible(page)
        must_fit(page)
        page.wait_for_selector("html[data-kept]")
        assert page.locator("#offline").is_hidden()
    page.goto("about:blank")
    page.goto(way)
    page.wait_for_selector("#offline:not([hidden])")
    must_show_the_pass(page)
    assert page.get_by_text("Sluit de ramen.").is_visible()
    must_be_accessible(page)
    for one in (page, plain):
        one.context.close()
    database.close()
