"""Requests in a real browser: what the renter sees on a phone, and the hall manager at the desk."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from central.accounts import service
from central.accounts.roles import Role
from central.booking import rules
from central.booking.priority import Effect, PriorityRule
from central.database import Database
from central.main import create_app
from central.settings import Settings
from tests.central.a_city import NOW, City, Time, found
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


@dataclass
class Served:
    """A city where every reservation is asked for, behind a real server."""

    url: str
    city: City


@pytest.fixture(scope="module")
def by_approval(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("approvals")
    (folder / "central.db").write_bytes(sqlite_template.read_bytes())
    settings = Settings(demo=True, data=folder, city="Stad Test", worker=False)
    database = Database(settings.database)
    city = found(database)
    password_hash = service.checked_hash(PASSWORD)
    with database.write() as session:
        service.add_staff(session, "mia@stad.be", "Mia", password_hash, [Role.ADMIN], NOW)
        rules.put_priority(session, None, PriorityRule(0, Effect.APPROVE), "system", NOW)
    database.close()
    with running(create_app(settings, Time())) as url:
        yield Served(url, city)


def test_a_request_is_accessible_for_who_asks_and_for_who_answers(
    browser: Browser,
    by_approval: Served,
) -> None:
    page = a_page(browser)
    page.goto(f"{by_approval.url}/book?hall={by_approval.city.a}&day=2026-12-05")
    fill_in(page, "2026-12-05")
    page.locator("details.lines summary").click()
    must_be_accessible(page)
    must_fit(page)
    page.get_by_role("link", name="Annuleren").click()
    must_be_accessible(page)
    desk = a_page(browser, phone=False)
    desk.goto(f"{by_approval.url}/login?then=/desk/approvals")
    desk.fill("#email", "mia@stad.be")
    desk.fill("#password", PASSWORD)
    desk.get_by_role("button").last.click()
    desk.goto(f"{by_approval.url}/desk/approvals")
    desk.get_by_role("button", name="Niet goedkeuren").click()
    must_be_accessible(desk)
    desk.get_by_label("Waarom niet?").fill("Er is kermis.")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("text=Er wacht geen aanvraag")
    page.go_back()
    page.reload()
    assert page.get_by_text("Er is kermis.").is_visible(), "Enter in the reason never approves"
    page.context.close()
    desk.context.close()
