"""The whole way of a renter on a phone: search, log in on the way, book two dates, move, cancel."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from central.accounts.grouping import groups
from central.booking.price_rules import PriceRule, PriceUnit
from central.booking.priority import Effect, PriorityRule
from central.booking.rules import ExtraData, put_extra, put_price, put_priority
from central.database import Database
from central.main import create_app
from central.settings import Settings
from tests.central.a_city import NOW, Time, found
from tests.central.some_people import meet
from tests.central.web.test_accounts_in_browser import the_link
from tests.central.web.test_in_browser import PHONE, browser, must_be_accessible, must_fit, running

__all__ = ["browser"]
TEXTS = {
    "nl": ("Vrij", "Hierdoor verandert er iets", "€\u00a010,00", "Uw reservatie is bevestigd"),
    "en": ("Free", "This changes something", "€10.00", "Your reservation is confirmed"),
}


@pytest.fixture(scope="module")
def renting(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A city where the scouts pay 10 euro and all others 60, with chairs to be had."""
    folder = tmp_path_factory.mktemp("renting")
    (folder / "central.db").write_bytes(sqlite_template.read_bytes())
    settings = Settings(demo=True, data=folder, city="Stad Test", worker=False)
    database = Database(settings.database)
    city = found(database)
    meet(database)
    with database.write() as session:
        youth = frozenset(one.id for one in groups(session) if one.code == "youth")
        put_price(session, None, PriceRule(0, PriceUnit.USE, 1000, groups=youth), "system", NOW)
        put_price(session, None, PriceRule(0, PriceUnit.USE, 6000, position=1), "system", NOW)
        deny = PriorityRule(0, Effect.DENY, halls=frozenset({city.whole}))
        put_priority(session, None, deny, "system", NOW)
        chairs = ExtraData("chair", PriceUnit.PIECE, 0, {"nl": "Stoel", "en": "Chair"}, stock=9)
        put_extra(session, chairs, "system", NOW)
    database.close()
    with running(create_app(settings, Time())) as url:
        yield url


@pytest.mark.parametrize(("language", "javascript"), [("nl", True), ("en", False)])
def test_a_renter_does_the_whole_way_on_a_phone(
    browser: Browser, renting: str, language: str, javascript: object
) -> None:
    free, changes, for_scouts, confirmed = TEXTS[language]
    page = browser.new_context(
        viewport=PHONE,  # type: ignore[arg-type]
        java_script_enabled=bool(javascript),
        locale=f"{language}-BE",
    ).new_page()
    page.set_default_timeout(30_000)

    def good(where: str) -> None:
        page.wait_for_url(re.compile(where))
        must_fit(page) if javascript else None
        must_be_accessible(page) if javascript else None

    day = "2026-12-12" if javascript else "2026-12-13"
    page.goto(f"{renting}/")
    for name, value in {"day": day, "start": "14:00", "end": "18:00", "attendees": "40"}.items():
        page.fill(f"#{name}", value)
    page.press("#attendees", "Enter")
    good(r"attendees=40")
    expect(page.locator(".hall-card", has_text="Zaal A").locator(".answer")).to_have_text(free)
    page.locator(".hall-card", has_text="Zaal A").locator("a.button").press("Enter")
    good(r"/book\?")
    page.press("#end", "Enter")
    good(r"/details/")
    assert page.input_value("#attendees") == "40"
    page.fill("#extra-chair", "10")
    page.press("#extra-chair", "Enter")
    expect(page.locator("#extra-chair-problem")).to_be_visible()
    page.fill("#extra-chair", "9")
    page.press("#extra-chair", "Enter")
    good(r"/who")
    _log_in_as_scouts(page, renting)
    good(r"/who")
    page.locator("main form button.button").first.press("Enter")
    expect(page.get_by_text(changes)).to_be_visible()
    page.locator("main form button.button").first.press("Enter")
    good(r"/terms")
    page.locator("#agree").press("Space")
    page.locator("#agree").press("Enter")
    good(r"/check")
    expect(page.locator(".price")).to_contain_text(for_scouts)
    expect(page.locator(".reservation")).to_contain_text("9 ×")
    _add_another_date(page, "2026-12-19" if javascript else "2026-12-20")
    good(r"/check")
    expect(page.locator(".reservation")).to_have_count(2)
    page.locator("form[action*='/remove/'] button").last.press("Enter")
    expect(page.locator(".reservation")).to_have_count(1)
    page.locator("form[action$='/confirm'] button").press("Enter")
    page.wait_for_selector(".panel.confirmed")
    assert page.locator("h1").inner_text() == confirmed
    _move_and_cancel(page)
    page.context.close()


def _add_another_date(page: Page, day: str) -> None:
    page.locator("a[href^='/book?order=']").press("Enter")
    for name, value in {"day": day, "start": "09:00", "end": "10:00"}.items():
        page.fill(f"#{name}", value)
    page.press("#end", "Enter")
    page.fill("#attendees", "12")
    page.press("#attendees", "Enter")


def _move_and_cancel(page: Page) -> None:
    page.locator("a[href*='/move/']").press("Enter")
    page.fill("#start", "15:00")
    page.press("#start", "Enter")
    page.locator(".attention-box button").press("Enter")
    page.wait_for_selector(".panel.confirmed")
    page.locator("a[href*='/cancel/']").press("Enter")
    page.locator("button.danger").press("Enter")
    page.wait_for_selector(".panel.cancelled")


def _log_in_as_scouts(page: Page, url: str) -> None:
    """By the link of a mail, from the middle of the booking; then for the association."""
    page.locator("button[name=keep]").press("Enter")
    page.fill("#email", "anna@example.org")
    page.press("#email", "Enter")
    page.wait_for_url("**/mail")
    page.goto(the_link(page, url))
    page.wait_for_url(re.compile(r"/who"))
    page.locator("main a[href^='/account/acting']").press("Enter")
    page.locator("input[name=capacity]:not([value=self])").check()
    page.keyboard.press("Enter")
