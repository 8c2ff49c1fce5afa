"""The pages after a use in a real browser: phone and desk, without JavaScript, and their accessibility."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

from central.accounts import service
from central.accounts.roles import Role
from central.database import Database
from central.feedback import answers, who
from central.feedback.answers import Given
from central.feedback.trends import Question
from central.main import create_app
from central.settings import Settings
from tests.central.a_city import NOW, Time, found, use
from tests.central.feedback.a_report import Reporting
from tests.central.pictures import a_photo
from tests.central.web.test_in_browser import a_page, must_be_accessible, must_fit, running

PASSWORD = "correct horse battery"


class Served:
    """A city behind a real server, with the links of a use that is over and of a hall's sheet."""

    def __init__(self, url: str, use_link: str, sheet: str, hall: int) -> None:
        self.use = f"{url}/uses/{use_link}"
        self.sheet = f"{url}/hall-sheets/{sheet}"
        self.url, self.hall = url, hall


@pytest.fixture(scope="module")
def served(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "central.db").write_bytes(sqlite_template.read_bytes())
    settings = Settings(demo=True, data=folder, city="Stad Test", worker=False)
    database, time = Database(settings.database), Time()
    city = found(database)
    app = create_app(settings, time)
    reporting = Reporting(app, database, city, time)
    password_hash = service.checked_hash(PASSWORD)
    with database.write() as session:
        service.add_staff(session, "mia@stad.be", "Mia", password_hash, [Role.ADMIN], NOW)
    for day in (1, 2, 3):
        reservation = reporting.book(period=use(10, 2, day))
        given = Given(dict.fromkeys(Question, day + 1), f"Opmerking {day}: het was er fris.")
        with database.write() as session:
            at = reservation.ends_at + timedelta(hours=1)
            answers.give(session, reservation.reference, given, at)
    over = reporting.book(period=use(14, 2, 5))
    use_link = who.use_link(reporting.links, over)
    time.now = over.ends_at - timedelta(minutes=5)
    database.close()
    with running(app) as url:
        yield Served(url, use_link, reporting.sheet(), city.a)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield opened
        opened.close()


def must_be_fine(page: Page) -> None:
    must_be_accessible(page)
    must_fit(page)


def report(page: Page, address: str) -> None:
    page.goto(address)
    page.select_option("#kind", "safety")
    page.fill("#description", "De nooduitgang achteraan klemt.\nEr staan stoelen voor.")
    page.check("#is_urgent")
    photo: FilePayload = {"name": "deur.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}
    page.set_input_files("#photos", [photo])
    page.click("main button.button")
    page.wait_for_url("**/reports/**")


def test_every_page_of_a_use_is_accessible_and_fits_a_phone(
    browser: Browser, served: Served
) -> None:
    page = a_page(browser)
    for address in (served.sheet, served.use, f"{served.use}/state/before"):
        page.goto(address)
        must_be_fine(page)
        if address != served.use:
            page.click("main button.button")
            page.wait_for_selector(".summary")
            must_be_fine(page)
    report(page, served.sheet)
    must_be_fine(page)
    page.context.close()


def test_a_defect_is_reported_and_handled_without_javascript(
    browser: Browser, served: Served
) -> None:
    phone = a_page(browser, javascript=False)
    report(phone, f"{served.use}/defect")
    assert phone.locator(".photos img").count() == 1
    assert phone.locator("h1").inner_text() == "Bedankt, we hebben uw melding"
    desk = a_page(browser, phone=False, javascript=False)
    log_in(desk, f"{served.url}/desk/defects")
    desk.click("text=De nooduitgang achteraan klemt.")
    desk.fill("#note", "De stoelen zijn weg, de deur wordt nagezien.")
    desk.click("text=In herstelling")
    phone.reload()
    assert "De stoelen zijn weg" in phone.locator("main").inner_text()
    phone.context.close()
    desk.context.close()


def log_in(page: Page, address: str) -> None:
    page.goto(address)
    page.fill("#email", "mia@stad.be")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_selector("text=Aangemeld als Mia")


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_desk_of_defects_and_answers_is_accessible(
    browser: Browser, served: Served, colours: str
) -> None:
    phone = a_page(browser)
    report(phone, served.sheet)
    phone.context.close()
    page = a_page(browser, phone=False)
    page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
    log_in(page, f"{served.url}/desk/defects")
    must_be_accessible(page)
    page.click("text=De nooduitgang achteraan klemt. >> nth=0")
    must_be_accessible(page)
    for path in ("feedback", f"feedback/{served.hall}", f"hall-sheets/{served.hall}"):
        page.goto(f"{served.url}/desk/{path}")
        must_be_accessible(page)
    page.context.close()
