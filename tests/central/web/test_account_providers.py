"""The seam for other identity providers: a stand-in vouches for people, and may lie about addresses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from central.accounts.capacities import Capacity
from central.accounts.cookies import ASKING
from central.accounts.identities import ClaimedCapacity, Identity, LogInFailed, Started
from central.database import Database
from tests.central.some_people import People
from tests.central.web.readers import OWN, link_in, log_in, newest_mail, value

ISSUER = "https://idp.example"
IDENTITY = Identity(
    ISSUER,
    "s-1",
    name="Anna Peeters",
    email="anna@example.org",
    postcode="9000",
    capacities=(ClaimedCapacity(Capacity.ASSOCIATION, "V0001001", "Scouts", "youth"),),
)


@dataclass
class Provider:
    """Vouches for whomever it is told to."""

    name: str = "idp"
    label: str = "Mijn Burgerprofiel"
    issuer: str = ISSUER
    vouches_for: Identity = IDENTITY
    is_down: bool = False

    def start(self, state: str) -> Started:
        return Started(f"{ISSUER}/authorize?state={state}", "verifier")

    def finish(self, state: str, answer: Mapping[str, str], remembered: str) -> Identity:
        if self.is_down or answer.get("code") != "good":
            raise LogInFailed
        assert (answer["state"], remembered) == (state, "verifier")
        return self.vouches_for


@pytest.fixture(autouse=True)
def provider(application: FastAPI, people: People) -> Provider:
    assert people.anna
    made = Provider()
    application.state.identity_providers = {made.name: made}
    return made


def go(client: httpx.Client, **query: str) -> str:
    """Go to the provider; returns the state it was given."""
    sent = client.get("/account/log-in/with/idp", params=query)
    assert sent.headers["location"].startswith(f"{ISSUER}/authorize?")
    (state,) = parse_qs(urlsplit(sent.headers["location"]).query)["state"]
    return state


def come_back(client: httpx.Client, state: str, code: str = "good") -> httpx.Response:
    query: dict[str, Any] = {"state": state, "code": code}
    return client.get("/account/log-in/with/idp/back", params=query)


def test_the_log_in_page_offers_it(client: httpx.Client) -> None:
    assert "Aanmelden met Mijn Burgerprofiel" in client.get("/account/log-in").text


def test_the_first_time_one_proves_a_mailbox_and_never_again(
    client: httpx.Client, database: Database
) -> None:
    page = client.get("/account/log-in?then=" + then_of(client))
    state = go(client, then=value(page, "then"))
    asked = come_back(client, state)
    assert "Waar mogen we u schrijven?" in asked.text
    assert value(asked, "email") == "anna@example.org"
    assert client.get("/account").status_code == 303, "not logged in by the provider's word"
    data = {"email": "anna@example.org", "identity": value(asked, "identity")}
    client.post("/account/log-in", data=data | {"then": value(asked, "then")}, headers=OWN)
    entered = client.get(link_in(newest_mail(database, "anna@example.org")))
    assert entered.headers["location"] == "/book?day=2026-12-05"
    shown = client.get("/account").text
    for words in ("Anna Peeters", "9000", "uit een officieel register"):
        assert words in shown
    client.post("/account/log-out", headers=OWN)
    again = come_back(client, go(client))
    assert again.headers["location"] == "/account"
    assert "Gekoppeld met Mijn Burgerprofiel" in client.get("/account").text


def then_of(client: httpx.Client) -> str:
    page = client.get("/book?day=2026-12-05").text
    return page.split("/account/log-in?then=")[1].split('"')[0]


def test_who_has_another_mailbox_gets_another_account(
    client: httpx.Client, database: Database
) -> None:
    asked = come_back(client, go(client))
    data = {"email": "other@example.org", "identity": value(asked, "identity")}
    client.post("/account/log-in", data=data, headers=OWN)
    client.get(link_in(newest_mail(database, "other@example.org")))
    assert "other@example.org" in client.get("/account").text


def test_an_identity_carried_to_another_browser_is_not_linked(
    client: httpx.Client, database: Database
) -> None:
    identity = value(come_back(client, go(client)), "identity")
    client.cookies.clear()
    go(client)  # another browser, with a cookie of its own
    data = {"email": "bram@example.org", "identity": identity}
    client.post("/account/log-in", data=data, headers=OWN)
    client.get(link_in(newest_mail(database, "bram@example.org")))
    assert "Gekoppeld met" not in client.get("/account").text


def test_linking_begins_with_a_form_and_a_page_and_ends_at_the_account(
    client: httpx.Client, database: Database
) -> None:
    log_in(client, database, "bram@example.org")
    page = client.post("/account/providers/idp", headers=OWN)
    assert page.status_code == 200
    state = client.cookies[ASKING]
    assert f'href="{ISSUER}/authorize?state={state}"' in page.text
    assert come_back(client, state).headers["location"] == "/account"
    assert "Gekoppeld met Mijn Burgerprofiel" in client.get("/account").text


def test_being_logged_in_is_not_asking_to_link(client: httpx.Client, database: Database) -> None:
    """Another website can send a visitor to the provider, logged in there as somebody else."""
    log_in(client, database, "bram@example.org")
    asked = come_back(client, go(client))
    assert "Waar mogen we u schrijven?" in asked.text
    assert "Gekoppeld met" not in client.get("/account").text
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/account/providers/idp", headers=foreign).status_code == 403


def test_an_identity_of_somebody_else_is_not_linked_twice(
    client: httpx.Client, database: Database
) -> None:
    for email, status in (("anna@example.org", 303), ("bram@example.org", 409)):
        client.cookies.clear()
        log_in(client, database, email)
        client.post("/account/providers/idp", headers=OWN)
        assert come_back(client, client.cookies[ASKING]).status_code == status


@pytest.mark.parametrize("state", ["", "x", "é"])
def test_an_answer_that_this_browser_did_not_ask_for_is_refused(
    client: httpx.Client, state: str
) -> None:
    good = go(client)
    assert come_back(client, state).status_code == 403
    client.cookies.clear()
    assert come_back(client, good).status_code == 403


def test_an_answer_counts_once(client: httpx.Client) -> None:
    state = go(client)
    assert come_back(client, state).status_code == 200
    assert come_back(client, state).status_code == 403


def test_a_provider_that_vouches_for_nobody_lets_nobody_in(
    client: httpx.Client, provider: Provider
) -> None:
    page = come_back(client, go(client), code="bad")
    assert (page.status_code, "Aanmelden lukte niet" in page.text) == (401, True)
    provider.is_down = True
    assert come_back(client, go(client)).status_code == 401


def test_an_unknown_provider_is_not_there(client: httpx.Client) -> None:
    assert client.get("/account/log-in/with/other").status_code == 404
    assert client.get("/account/log-in/with/other/back").status_code == 404
