"""Logging in, accounts and staff pages in a real browser: phone and desk, without JavaScript, by keyboard."""

from base64 import b32decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from central.accounts import organisations, service, totp
from central.accounts.organisations import OrganisationData
from central.accounts.roles import Role
from central.database import Database
from central.main import create_app
from central.settings import Settings
from tests.central.a_city import NOW, Time, found
from tests.central.some_people import PASSWORD, People, meet, the_hash
from tests.central.web.test_in_browser import (
    a_page,
    must_be_accessible,
    must_fit,
    running,
)


@dataclass(frozen=True)
class Served:
    """A city with people, behind a real server."""

    url: str
    people: People


@pytest.fixture(scope="module")
def served(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "central.db").write_bytes(sqlite_template.read_bytes())
    settings = Settings(demo=True, data=folder, city="Stad Test", worker=False)
    database = Database(settings.database)
    found(database)
    people = meet(database)
    with database.write() as session:
        for name in ("mia", "els"):
            email = f"{name}@stad.be"
            service.add_staff(session, email, name.title(), the_hash(), [Role.ADMIN], NOW)
        choir = OrganisationData("Koor De Lijster", "culture", postcode="9000")
        organisations.declare(session, people.bram, choir, NOW)
    database.close()
    with running(create_app(settings, Time())) as url:
        yield Served(url, people)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield opened
        opened.close()


def the_link(page: Page, url: str) -> str:
    """Read the newest mail in the demo's mailbox, in another tab; return where its link leads."""
    mailbox = page.context.new_page()
    mailbox.goto(f"{url}/demo/mailbox")
    address = mailbox.locator("article a").first.get_attribute("href")
    mailbox.close()
    assert address
    return url + urlsplit(address).path


def log_in(page: Page, url: str, email: str = "anna@example.org") -> None:
    page.goto(f"{url}/account/log-in")
    page.fill("#email", email)
    page.press("#email", "Enter")
    page.wait_for_url("**/account/log-in/mail")
    page.goto(the_link(page, url))
    page.wait_for_url("**/account")


def log_in_staff(page: Page, url: str, name: str = "mia", where: str = "/desk") -> None:
    page.goto(f"{url}/login?next={where}")
    page.fill("#email", f"{name}@stad.be")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(f"**{where}")


def must_be_good(page: Page) -> None:
    must_be_accessible(page)
    must_fit(page)


def test_every_page_of_logging_in_is_accessible_and_fits_a_phone(
    browser: Browser, served: Served
) -> None:
    page = a_page(browser)
    page.goto(f"{served.url}/account/log-in")
    must_be_good(page)
    page.fill("#email", "anna")
    page.press("#email", "Enter")
    page.wait_for_selector(".summary")
    must_be_good(page)
    page.fill("#email", "anna@example.org")
    page.press("#email", "Enter")
    page.wait_for_url("**/mail")
    must_be_good(page)
    page.press("#code", "Enter")
    page.wait_for_selector(".summary")
    must_be_good(page)
    other = a_page(browser)
    other.goto(the_link(page, served.url))
    must_be_good(other)
    other.goto(f"{served.url}/account/log-in/link/x")
    must_be_good(other)
    other.goto(f"{served.url}/demo/mailbox")
    must_be_good(other)
    for one in (page, other):
        one.context.close()


def test_every_account_page_is_accessible_and_fits_a_phone(
    browser: Browser, served: Served
) -> None:
    page = a_page(browser)
    log_in(page, served.url)
    for path in (
        "/account",
        "/account/details",
        "/account/acting",
        "/account/devices",
        "/account/organisations/new",
        f"/account/organisations/{served.people.scouts}",
        "/",
    ):
        page.goto(served.url + path)
        must_be_good(page)
    page.context.close()


def test_a_renter_logs_in_from_a_half_filled_form_without_javascript_by_keyboard(
    browser: Browser, served: Served
) -> None:
    page = a_page(browser, javascript=False)
    page.goto(f"{served.url}/book?day=2026-12-05")
    page.locator(".log-in").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/log-in*")
    page.focus("#email")
    page.keyboard.type("anna@example.org")
    page.keyboard.press("Enter")
    page.wait_for_url("**/mail")
    page.goto(the_link(page, served.url))
    page.wait_for_url("**/book?day=2026-12-05")
    assert page.input_value("#day") == "2026-12-05"
    page.locator(".acting a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/acting*")
    page.check(f"#as-{served.people.scouts}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/book?day=2026-12-05")
    assert page.locator(".acting strong").inner_text() == "Scouts Sint-Jan"
    page.context.close()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_every_staff_page_is_accessible_in_light_and_dark(
    browser: Browser, served: Served, colours: str
) -> None:
    page = a_page(browser, phone=False)
    page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
    log_in_staff(page, served.url)
    tried = "capacity=association&kind=youth&recognised_until=2026-12-31&proven=1&day=2027-01-01"
    for path in (
        "/desk/staff",
        f"/desk/staff/{served.people.kim}",
        "/desk/me",
        "/desk/me/app",
        "/desk/services",
        f"/desk/services/{served.people.sport}",
        "/desk/organisations",
        "/desk/organisations/new",
        f"/desk/organisations/{served.people.scouts}",
        f"/desk/target-groups?{tried}",
        "/desk/callers?q=a",
        "/desk/audit",
        "/login/again",
        "/login/forgot",
    ):
        page.goto(served.url + path)
        must_be_accessible(page)
    page.context.close()


def test_staff_pages_fit_a_phone(browser: Browser, served: Served) -> None:
    page = a_page(browser)
    log_in_staff(page, served.url)
    for path in ("/desk/me", "/desk/callers?q=a", "/desk/organisations", "/desk/target-groups"):
        page.goto(served.url + path)
        must_be_good(page)
    page.context.close()


def test_an_app_is_linked_and_then_asked_for(browser: Browser, served: Served) -> None:
    page = a_page(browser)
    log_in_staff(page, served.url, "els", "/desk/me")
    page.click("text=Koppel een verificatie-app")
    page.wait_for_selector(".code-to-scan svg")
    must_be_good(page)
    secret = b32decode(page.locator("code").first.inner_text().replace(" ", ""))
    page.fill("#code", totp.code_at(secret, totp.step_of(NOW)))
    page.press("#code", "Enter")
    page.wait_for_selector(".codes")
    must_be_good(page)
    recovery = page.locator(".codes code").first.inner_text()
    page.click("text=Ik heb ze bewaard")
    page.click("text=Afmelden")
    page.wait_for_url(f"{served.url}/")
    page.goto(f"{served.url}/login")
    page.fill("#email", "els@stad.be")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/login/code*")
    must_be_good(page)
    page.fill("#code", "000000")
    page.press("#code", "Enter")
    page.wait_for_selector(".summary")
    must_be_good(page)
    page.fill("#code", recovery)
    page.press("#code", "Enter")
    page.wait_for_url("**/desk")
    page.context.close()


def test_whoever_helps_a_caller_sees_it_on_every_page(browser: Browser, served: Served) -> None:
    page = a_page(browser, phone=False)
    log_in_staff(page, served.url, where="/desk/callers")
    page.fill("#q", "anna")
    page.press("#q", "Enter")
    page.click("text=Help voor Scouts Sint-Jan")
    page.wait_for_url("**/account")
    assert "U helpt Anna" in page.locator(".helping").inner_text()
    must_be_accessible(page)
    page.goto(f"{served.url}/desk")
    assert "U helpt Anna" in page.locator(".helping").inner_text()
    must_be_accessible(page)
    page.click("text=Stop met helpen")
    page.wait_for_url("**/desk/callers")
    assert page.locator(".helping").count() == 0
    page.context.close()
