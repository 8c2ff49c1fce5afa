"""The pages in a real browser: phone and desk, without JavaScript, by keyboard, and their accessibility."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect, sync_playwright

from central.accounts import service
from central.accounts.roles import Role
from central.database import Database
from central.main import create_app
from central.settings import Settings
from contracts.journal import EventKind
from contracts.topics import Up
from tests.central.a_city import NOW, City, Time, found
from tests.central.a_town import Town
from tests.central.in_process import share_routes
from tests.simulators.city import City as Keys

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
PASSWORD = "correct horse battery"


class Served:
    """A city behind a real server."""

    def __init__(self, url: str, city: City, town: Town) -> None:
        self.url = url
        self.city = city
        self.town = town


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """Serve an application on a free port for the length of the block."""
    share_routes(app)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        deadline = monotonic() + 10
        while not server.started:
            assert monotonic() < deadline
            sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


@pytest.fixture(scope="module")
def served(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "central.db").write_bytes(sqlite_template.read_bytes())
    settings = Settings(demo=True, data=folder, city="Stad Test", worker=False)
    database = Database(settings.database)
    city = found(database)
    password_hash = service.checked_hash(PASSWORD)
    with database.write() as session:
        service.add_staff(session, "mia@stad.be", "Mia", password_hash, [Role.ADMIN], NOW)
    with running(create_app(settings, Time())) as url:
        yield Served(url, city, Town(database, city, Keys(), Time()))
    database.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield opened
        opened.close()


def a_page(browser: Browser, *, phone: bool = True, javascript: bool = True) -> Page:
    page = browser.new_context(
        viewport=PHONE if phone else DESK,  # type: ignore[arg-type]
        java_script_enabled=javascript,
        locale="nl-BE",
    ).new_page()
    page.set_default_timeout(10_000)
    return page


def fill_in(page: Page, day: str, see: Callable[[Page], object] = lambda _: None) -> None:
    """Book from the first screen on, answering by the keyboard; `see` each screen on the way."""
    screens = (
        {"day": day, "start": "14:00", "end": "18:00"},
        {"attendees": "40"},
        {"name": "Anna Peeters", "email": "anna@example.org"},
    )
    for answers in screens:
        for name, value in answers.items():
            page.fill(f"#{name}", value)
        see(page)
        page.press(f"#{name}", "Enter")
    page.check("#agree")
    see(page)
    page.press("#agree", "Enter")
    page.wait_for_url(re.compile(r"/check(#|$)"))
    see(page)
    page.locator("main form[action$='/confirm'] button").press("Enter")
    page.wait_for_url(re.compile(r"/orders/[^/]+(/pay)?$"))


def must_be_accessible(page: Page) -> None:
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def must_fit(page: Page) -> None:
    """Nothing sticks out to the right, where a phone would have to scroll."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= page.viewport_size["width"]  # type: ignore[index]


def must_be_good(page: Page) -> None:
    must_be_accessible(page)
    must_fit(page)


def test_every_renter_page_is_accessible_and_fits_a_phone(browser: Browser, served: Served) -> None:
    page = a_page(browser)
    book = f"{served.url}/book?hall={served.city.a}&day=2026-12-12"
    asked = "having=kitchen&day=2026-12-12&start=14:00&end=18:00&attendees=30"
    search = [f"{served.url}{path}" for path in (f"/?{asked}", "/?day=x&start=1", "/?kind=outdoor")]
    hall = f"{served.url}/halls/{served.city.a}?{asked}"
    for address in (
        served.url, *search, hall, book, f"{served.url}/orders/x", f"{served.url}/login",
    ):  # fmt: skip
        page.goto(address)
        must_be_accessible(page)
        must_fit(page)
    page.goto(book)
    page.press("#end", "Enter")
    page.wait_for_selector(".summary")
    must_be_accessible(page)
    must_fit(page)
    fill_in(page, "2026-12-12", must_be_good)
    must_be_good(page)
    page.click("text=Annuleren")
    page.wait_for_url("**/cancel/**")
    must_be_accessible(page)
    page.context.close()


def test_passes_for_others_are_given_and_withdrawn_without_javascript_and_by_who_cannot_see(
    browser: Browser, served: Served
) -> None:
    plain = a_page(browser, javascript=False)
    plain.goto(f"{served.url}/book?hall={served.city.a}&day=2026-12-19")
    fill_in(plain, "2026-12-19")
    plain.click("text=Passen voor anderen")
    plain.get_by_label("Voor wie is hij?").fill("Lies")
    plain.keyboard.press("Enter")
    expect(plain.get_by_label("Link om door te sturen Lies")).to_be_editable(editable=False)
    plain.get_by_label("Voor wie is hij?").fill("lies")
    plain.keyboard.press("Enter")
    expect(plain.locator(".summary")).to_contain_text("gaf al een pas aan deze naam")
    page = a_page(browser)
    page.goto(plain.url)
    must_be_accessible(page)
    must_fit(page)
    page.get_by_role("link", name="Trek in Lies").click()
    must_be_accessible(page)
    page.context.close()
    plain.context.close()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_desk_is_accessible_in_light_and_dark(
    browser: Browser, served: Served, colours: str
) -> None:
    page = a_page(browser, phone=False)
    page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
    page.goto(f"{served.url}/desk?since=2026-12-01")
    page.fill("#email", "mia@stad.be")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_selector("text=Aangemeld als Mia")
    must_be_accessible(page)
    hall = f"/desk/halls/{served.city.a}"
    for path in ("/desk/undelivered", "/desk/halls", hall, f"{hall}/facts", f"{hall}/hours"):
        page.goto(f"{served.url}{path}")
        must_be_accessible(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    must_fit(page)
    page.context.close()


def test_new_entries_come_by_themselves_until_somebody_pauses_that(
    browser: Browser, served: Served
) -> None:
    unit = served.town.add_unit("Zaal A")

    def happens(kind: EventKind) -> None:
        unit.note(kind, {}, NOW)
        served.town.say(unit, Up.EVENTS, unit.batch())

    page = a_page(browser, phone=False)
    page.clock.install()
    page.goto(f"{served.url}/login?next=/desk/entries")
    page.fill("#email", "mia@stad.be")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    follow = page.locator("#follow")
    expect(follow).to_have_text("Pauzeer")
    must_be_accessible(page)
    happens(EventKind.OPENED)
    page.clock.run_for(5000)
    expect(page.locator("td", has_text="deur open")).to_be_visible()

    follow.press("Enter")
    expect(follow).to_have_text("Toon nieuwe regels vanzelf")
    page.reload()
    expect(follow).to_have_text("Toon nieuwe regels vanzelf")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    happens(EventKind.CLOSED)
    page.clock.run_for(60_000)
    assert asked == []
    must_be_accessible(page)
    page.click("text=Toon nieuwe regels >> nth=0")
    expect(page.locator("td", has_text="deur dicht")).to_be_visible()
    page.context.close()


def test_booking_works_without_javascript_and_with_the_keyboard_only(
    browser: Browser, served: Served
) -> None:
    page = a_page(browser, javascript=False)
    page.goto(f"{served.url}/book?hall={served.city.a}&day=2026-12-13")
    page.fill("#start", "14:00")
    page.keyboard.press("Enter")
    page.wait_for_selector(".summary")
    problems = page.locator(".summary a")
    assert problems.all_inner_texts() == ["Vul in tot welk uur, zoals 18:00."]
    problems.first.click()
    assert page.locator("#end:focus").count() == 1
    page.fill("#end", "18:00")
    page.keyboard.press("Enter")
    for label, text in (("Met hoeveel personen?", "40"), ("Uw naam", "Anna Peeters")):
        page.get_by_label(label).focus()
        page.keyboard.type(text)
        if text == "40":
            page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("anna@example.org")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.locator("#agree").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Bevestigen").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".panel.confirmed")
    assert page.locator("h1").inner_text() == "Uw reservatie is bevestigd"
    page.context.close()


def test_focus_is_always_to_be_seen(browser: Browser, served: Served) -> None:
    page = a_page(browser)
    page.goto(f"{served.url}/book")
    for _ in range(12):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            "[document.activeElement.outerHTML, getComputedStyle(document.activeElement).outline]"
        )
        assert "solid 3px" in outline, name
    page.context.close()
