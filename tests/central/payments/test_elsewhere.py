"""Paying where the bank is on another site, is down, or is none at all."""

import pytest
from fastapi import FastAPI
from httpx import Client
from sqlalchemy import select

from central.accounts.cookies import STAFF
from central.accounts.sessions import act_for, member_of_session, open_session
from central.database import Database
from central.main import create_app
from central.payments.models import PaymentChange
from central.payments.provider import Charge, ProviderUnreachable, Report, Started
from central.settings import Settings
from tests.central.a_city import NOW, City, Time
from tests.central.in_process import client_of
from tests.central.payments.a_till import pays_first
from tests.central.payments.test_pages import chosen, ordered, title
from tests.central.some_people import People

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def paid_first(database: Database, city: City) -> None:
    pays_first(database, city.a)


class Elsewhere:
    """A provider on another site, which may be down."""

    name = "simulated-bank"

    def __init__(self, *, is_up: bool) -> None:
        self.is_up = is_up

    def start(self, charge: Charge) -> Started:
        if not self.is_up:
            raise ProviderUnreachable
        return Started("e-1", f"https://bank.example/pay?r={charge.reference}")

    def read(self, reference: str) -> Report:
        raise ProviderUnreachable(field=reference)


def test_to_a_bank_on_another_site_leads_a_link_since_a_form_may_not(
    client: Client, city: City, application: FastAPI
) -> None:
    application.state.cashier._providers = {"simulated-bank": Elsewhere(is_up=True)}
    order = ordered(client, city)
    where = chosen(client, order, "simulated-bank")
    assert where.startswith(f"{order}/payments/")
    page = client.get(where)
    assert title(page) == "We wachten op uw betaling"
    assert 'href="https://bank.example/pay?r=' in page.text
    assert chosen(client, order, "simulated-bank") == where, "begun twice it is one payment"


def test_a_bank_that_is_down_leaves_the_other_ways(
    client: Client, city: City, application: FastAPI
) -> None:
    application.state.cashier._providers = {"simulated-bank": Elsewhere(is_up=False)}
    order = ordered(client, city, day="2026-12-12")
    page = client.post(f"{order}/pay", data={"way": "simulated-bank"})
    assert page.status_code == 502
    assert 'href="#way">Online betalen lukt nu niet.' in page.text
    assert title(client.get(chosen(client, order, "transfer"))) == "We wachten op uw betaling"


def test_a_real_city_has_no_simulated_bank_and_without_an_account_only_its_desk(
    settings: Settings, time: Time, city: City
) -> None:
    real = settings.model_copy(update={"demo": False})
    with client_of(create_app(real, time), real.base_url) as client:
        assert client.get("/demo/bank/ABC").status_code == 404
        assert client.post("/payments/callbacks/simulated-bank").status_code == 404
        order = ordered(client, city)
        page = client.get(f"{order}/pay")
        assert "Betaal aan de balie" in page.text
        assert "<button" not in page.text[page.text.index("<main") :]
        assert client.post(f"{order}/pay", data={"way": "simulated-bank"}).status_code == 409


def test_staff_who_pays_for_a_caller_is_named_with_the_caller(
    client: Client, city: City, people: People, database: Database
) -> None:
    order = ordered(client, city, day="2026-12-12")
    with database.write() as session:
        secret = open_session(session, people.kim, NOW)
    helper = member_of_session(database, secret, NOW)
    assert helper
    assert helper.session
    with database.write() as session:
        act_for(session, helper.session, people.anna)
    client.cookies.set(STAFF, secret)
    sent = {"way": "transfer"}
    headers = {"Sec-Fetch-Site": "same-origin"}
    assert client.post(f"{order}/pay", data=sent, headers=headers).status_code == 303
    with database.read() as session:
        actors = session.scalars(select(PaymentChange.actor)).all()
    assert actors == [f"staff:{people.kim} for person:{people.anna}"]
