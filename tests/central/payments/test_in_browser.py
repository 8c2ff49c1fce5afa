"""Paying in a real browser: on a phone with and without JavaScript, and at the desk."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from central.accounts import service
from central.accounts.roles import Role
from central.booking import rules
from central.booking.price_rules import LineKind, PriceRule, PriceUnit
from central.database import Database
from central.main import create_app
from central.settings import Settings
from tests.central.a_city import NOW, Time, found
from tests.central.payments.a_till import pays_first
from tests.central.web.test_in_browser import (
    PASSWORD,
    a_page,
    browser,
    fill_in,
    must_be_accessible,
    must_fit,
    running,
)

__all__ = ["browser"]


@dataclass(frozen=True)
class Paid:
    """A city that is paid first, behind a real server."""

    url: str
    hall: int


@pytest.fixture(scope="module")
def paid_first(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paid]:
    folder = tmp_path_factory.mktemp("paid")
    (folder / "central.db").write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{folder / 'central.db'}")
    city = found(database)
    password_hash = service.checked_hash(PASSWORD)
    with database.write() as session:
        service.add_staff(session, "mia@stad.be", "Mia", password_hash, [Role.ADMIN], NOW)
        deposit = PriceRule(0, PriceUnit.USE, 12500, LineKind.DEPOSIT)
        rules.put_price(session, None, deposit, "system", NOW)
    pays_first(database, city.a)
    database.close()
    settings = Settings(demo=True, data=folder, city="Stad Test", worker=False)
    with running(create_app(settings, Time())) as url:
        yield Paid(url, city.a)


def looked_at(page: Page) -> None:
    must_be_accessible(page)
    must_fit(page)


def ordered(page: Page, city: Paid, day: str) -> str:
    page.goto(f"{city.url}/book?hall={city.hall}&day={day}")
    fill_in(page, day)
    return page.url.split("#")[0].removesuffix("/pay")


def test_a_renter_pays_on_a_phone_and_sees_the_receipt(browser: Browser, paid_first: Paid) -> None:
    page = a_page(browser)
    order = ordered(page, paid_first, "2026-12-12")
    page.goto(f"{order}/pay")
    looked_at(page)
    page.get_by_role("button", name="Overschrijven").click()
    page.wait_for_selector(".code-to-scan svg")
    looked_at(page)
    page.get_by_role("link", name="Anders betalen").click()
    page.get_by_role("button", name="bank-app").click()
    page.wait_for_url("**/demo/bank/**")
    looked_at(page)
    page.get_by_role("button", name="De bank weigert").click()
    page.wait_for_selector("text=Uw betaling is niet gelukt")
    looked_at(page)
    page.get_by_role("link", name="Anders betalen").click()
    page.get_by_role("button", name="bank-app").click()
    page.get_by_role("button", name="Betalen", exact=True).click()
    page.wait_for_selector("text=Uw betaling is gelukt")
    looked_at(page)
    page.get_by_role("link", name="Betalingsbewijs").click()
    page.wait_for_url("**/receipt")
    looked_at(page)
    page.context.close()


def test_paying_works_without_javascript_by_keyboard_and_in_english(
    browser: Browser, paid_first: Paid
) -> None:
    page = a_page(browser, javascript=False)
    order = ordered(page, paid_first, "2026-12-13")
    page.goto(f"{order}/pay?lang=en")
    page.get_by_role("button", name="Pay now").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/demo/bank/**")
    page.get_by_role("button", name="Let the time run out").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Your payment succeeded")
    assert page.get_by_text("We received €227.00. Your reservation is certain.").is_visible()
    page.context.close()


def test_the_desk_books_money_accessibly(browser: Browser, paid_first: Paid) -> None:
    phone = a_page(browser)
    order = ordered(phone, paid_first, "2026-12-14")
    phone.goto(f"{order}/pay")
    phone.get_by_role("button", name="Overschrijven").click()
    phone.context.close()
    desk = a_page(browser, phone=False)
    desk.goto(f"{paid_first.url}/desk/payments")
    desk.fill("#email", "mia@stad.be")
    desk.fill("#password", PASSWORD)
    desk.press("#password", "Enter")
    desk.wait_for_selector("h1:has-text('Betalingen')")
    looked_at(desk)
    desk.locator("tbody a").last.click()
    desk.fill("#cents", "veel")
    desk.press("#cents", "Enter")
    desk.wait_for_selector(".summary")
    looked_at(desk)
    desk.fill("#cents", "250,00")
    desk.press("#cents", "Enter")
    desk.wait_for_selector("text=Waarborg helemaal teruggeven")
    looked_at(desk)
    desk.goto(f"{paid_first.url}/desk/payments")
    looked_at(desk)
    desk.get_by_role("button", name="Teruggestort").click()
    desk.wait_for_selector("text=te veel betaald, teruggestort")
    desk.context.close()
