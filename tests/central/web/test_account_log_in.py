"""A renter logs in by mail, and comes back to where they were with all that was typed."""

import logging
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from central.accounts.cookies import ASKING, RENTER
from central.accounts.mail_models import StoredMail
from central.accounts.models import Person, RenterSession
from central.accounts.renter_sessions import SHORT_IDLE
from central.database import Database
from central.main import create_app
from central.settings import Settings
from tests.central.a_city import NOW, City, Time
from tests.central.in_process import client_of
from tests.central.some_people import People
from tests.central.web.readers import (
    OWN,
    code_in,
    link_in,
    log_in,
    newest_mail,
    problems,
    value,
    way_back,
)

ANNA = "anna@example.org"


@pytest.fixture(autouse=True)
def _some(people: People) -> None:
    assert people.anna


def test_a_link_in_the_mail_logs_in_and_the_name_is_on_every_page(
    client: httpx.Client, database: Database
) -> None:
    answer = log_in(client, database, " Anna@Example.org ")
    assert answer.headers["location"] == "/account"
    for path in ("/account", "/", "/book"):
        page = client.get(path).text
        assert "U huurt als:" in page
        assert "<strong>Anna</strong>" in page


def test_who_is_new_gets_an_account_by_logging_in(client: httpx.Client, database: Database) -> None:
    log_in(client, database, "new@example.org")
    with database.read() as session:
        person = session.scalars(select(Person).where(Person.email == "new@example.org")).one()
    assert person.email_proven_at == NOW
    assert "new@example.org" in client.get("/account").text


def test_known_and_unknown_addresses_get_the_same_answer_and_the_same_mail(
    client: httpx.Client, database: Database
) -> None:
    answers = []
    for email in (ANNA, "nobody@example.org"):
        answer = client.post("/account/log-in", data={"email": email}, headers=OWN)
        page = client.get("/account/log-in/mail")
        mail = newest_mail(database, email)
        answers.append(
            (answer.status_code, answer.headers["location"], page.text.replace(email, ""))
        )
        assert mail.subject == "Aanmelden bij Stad Test"
    assert answers[0] == answers[1]


def test_the_mail_says_what_it_is_for_in_text_and_html(
    client: httpx.Client, database: Database
) -> None:
    client.post("/account/log-in", data={"email": ANNA}, headers=OWN)
    mail = newest_mail(database, ANNA)
    assert "http://testserver/account/log-in/link/" in mail.text
    assert link_in(mail) in mail.html
    assert code_in(mail)[:3] in mail.html
    assert "niemand" in mail.text
    assert mail.is_secret


def test_the_digits_log_in_where_the_mail_is_read_on_another_device(
    client: httpx.Client, database: Database
) -> None:
    client.post("/account/log-in", data={"email": ANNA}, headers=OWN)
    assert ANNA in client.get("/account/log-in/mail").text
    wrong = client.post("/account/log-in/code", data={"code": "x"}, headers=OWN)
    assert (wrong.status_code, list(problems(wrong))) == (422, ["code"])
    code = code_in(newest_mail(database, ANNA))
    right = client.post(
        "/account/log-in/code", data={"code": f"{code[:3]} {code[3:]}"}, headers=OWN
    )
    assert right.status_code == 303
    assert "Anna" in client.get("/account").text


def test_the_link_opened_elsewhere_explains_and_lets_nobody_in(
    application: FastAPI, client: httpx.Client, settings: Settings, database: Database
) -> None:
    client.post("/account/log-in", data={"email": ANNA}, headers=OWN)
    link = link_in(newest_mail(database, ANNA))
    with client_of(application, settings.base_url) as phone:
        page = phone.get(link)
        assert page.status_code == 403
        assert "hoort bij een andere browser" in page.text
        assert RENTER not in phone.cookies
        assert ANNA not in page.text
    assert client.get(link).status_code == 303, "and it still works for who asked"


def test_a_spent_link_says_how_to_get_a_new_one(
    client: httpx.Client, database: Database, time: Time
) -> None:
    log_in(client, database, ANNA)
    page = client.get(link_in(newest_mail(database, ANNA)))
    assert page.status_code == 403
    assert 'href="/account/log-in"' in page.text
    time.now = NOW + timedelta(minutes=16)
    client.post("/account/log-in", data={"email": ANNA}, headers=OWN)
    link = link_in(newest_mail(database, ANNA))
    time.now += timedelta(minutes=16)
    assert client.get(link).status_code == 403
    assert client.get("/account/log-in/mail").headers["location"] == "/account/log-in"


def test_logging_in_gives_a_new_session_and_ends_the_one_that_was_there(
    client: httpx.Client, database: Database
) -> None:
    client.cookies.set(RENTER, "planted-by-somebody-else", domain="testserver.local")
    log_in(client, database, ANNA)
    first = client.cookies[RENTER]
    assert first != "planted-by-somebody-else"
    client.post("/account/log-in", data={"email": ANNA}, headers=OWN)
    client.get(link_in(newest_mail(database, ANNA)))
    assert client.cookies[RENTER] != first
    assert ASKING not in client.cookies
    with database.read() as session:
        assert len(session.scalars(select(RenterSession)).all()) == 1


def test_the_cookies_are_only_for_http_and_this_site(
    client: httpx.Client, database: Database
) -> None:
    asked = client.post("/account/log-in", data={"email": ANNA}, headers=OWN)
    entered = client.get(link_in(newest_mail(database, ANNA)))
    for answer, name in ((asked, ASKING), (entered, RENTER)):
        (cookie,) = (one for one in answer.headers.get_list("set-cookie") if one.startswith(name))
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
    assert "Max-Age" not in entered.headers.get_list("set-cookie")[0], "until the window closes"


def test_over_https_no_other_host_or_path_can_set_the_cookie(
    settings: Settings, database: Database, time: Time
) -> None:
    safe = settings.model_copy(update={"base_url": "https://testserver"})
    app = create_app(safe, time)
    with client_of(app, safe.base_url) as client:
        client.post("/account/log-in", data={"email": ANNA, "stays": "1"}, headers=OWN)
        answer = client.get(link_in(newest_mail(database, ANNA)))
        cookie = answer.headers.get_list("set-cookie")[0]
        assert cookie.startswith(f"__Host-{RENTER}=")
        for part in ("Secure", "Path=/", "HttpOnly", "Max-Age="):
            assert part in cookie
        assert "Domain" not in cookie
        assert "Anna" in client.get("/account").text
    app.state.database.close()


def test_a_session_ends_when_idle_or_stays_as_was_chosen(
    client: httpx.Client, database: Database, time: Time
) -> None:
    log_in(client, database, ANNA)
    time.now = NOW + SHORT_IDLE + timedelta(minutes=1)
    assert client.get("/account").headers["location"].startswith("/account/log-in?then=")
    log_in(client, database, ANNA, stays="1")
    time.now += timedelta(days=3)
    assert client.get("/account").status_code == 200


def test_who_must_log_in_comes_back_with_the_whole_address(
    client: httpx.Client, database: Database
) -> None:
    sent = client.get("/account/details?lang=en&x=1")
    assert sent.status_code == 303
    assert sent.headers["location"].startswith("/account/log-in?then=")
    page = client.get(sent.headers["location"])
    answer = log_in(client, database, ANNA, value(page, "then"))
    assert answer.headers["location"] == "/account/details?lang=en&x=1"


def test_what_was_typed_before_logging_in_is_there_again_afterwards(
    client: httpx.Client, database: Database, city: City
) -> None:
    typed = {"hall": str(city.a), "day": "2026-12-05", "start": "14:00", "postcode": "90 & 00"}
    sent = client.post(
        "/account/log-in/keep", data={**typed, "keep": "/book", "password": "x"}, headers=OWN
    )
    assert sent.status_code == 303
    page = client.get(sent.headers["location"])
    answer = log_in(client, database, ANNA, value(page, "then"))
    form = client.get(answer.headers["location"])
    for name in ("day", "start", "postcode"):
        assert value(form, name) == typed[name]
    assert "password" not in answer.headers["location"]


def test_a_form_sent_after_the_session_ended_leads_to_the_log_in_with_all_that_was_typed(
    client: httpx.Client, database: Database
) -> None:
    typed = {"name": "Anna Peeters", "phone": "0470 12 34 56"}
    sent = client.post("/account/details", data=typed, headers=OWN)
    answer = log_in(client, database, ANNA, way_back(sent))
    assert answer.headers["location"].startswith("/account/details?name=Anna+Peeters")


@pytest.mark.parametrize(
    "where",
    ["https://evil.example", "//evil.example", "/\\evil", "evil", "/\r\nSet-Cookie: x=y", "x.y.z"],
)
def test_logging_in_never_leads_to_another_website(
    client: httpx.Client, database: Database, where: str
) -> None:
    answer = log_in(client, database, ANNA, where)
    assert answer.headers["location"] == "/account"
    kept = client.post("/account/log-in/keep", data={"keep": where}, headers=OWN)
    page = client.get(kept.headers["location"])
    assert page.headers.get("location", "/account") == "/account"


@pytest.mark.parametrize(
    "email",
    ["", "anna", "anna@", "@example.org", "a b@example.org", "anna@example.org\r\nBcc: x@y.be",
     "a\x00@example.org", "x" * 250 + "@example.org", "<script>alert(1)</script>"],
)  # fmt: skip
def test_what_is_no_address_is_said_beside_the_field_and_sends_nothing(
    client: httpx.Client, database: Database, email: str
) -> None:
    page = client.post("/account/log-in", data={"email": email, "stays": "1"}, headers=OWN)
    assert (page.status_code, list(problems(page))) == (422, ["email"])
    assert value(page, "email") == email.replace("\r\n", "\r\n")
    assert "<script>alert" not in page.text
    assert "checked" in page.text, "nothing that was chosen is lost"
    with database.read() as session:
        assert session.scalars(select(StoredMail)).all() == []


def test_nobody_is_mailed_without_end(client: httpx.Client, database: Database) -> None:
    for _ in range(5):
        assert client.post("/account/log-in", data={"email": ANNA}, headers=OWN).status_code == 303
    page = client.post("/account/log-in", data={"email": ANNA}, headers=OWN)
    assert page.status_code == 429
    assert "Wacht 15 minuten" in problems(page)["email"]
    with database.read() as session:
        assert len(session.scalars(select(StoredMail)).all()) == 5


def test_another_website_cannot_start_or_finish_a_log_in(
    client: httpx.Client, database: Database
) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    refused = client.post("/account/log-in", data={"email": ANNA}, headers=foreign)
    assert refused.status_code == 403
    client.post("/account/log-in", data={"email": ANNA}, headers=OWN)
    code = code_in(newest_mail(database, ANNA))
    refused = client.post("/account/log-in/code", data={"code": code}, headers=foreign)
    assert refused.status_code == 403
    without_a_word = client.post("/account/log-in/code", data={"code": code})
    assert without_a_word.status_code == 403, "a cookie and no word about where it comes from"


def test_logging_out_ends_the_session_also_for_a_copied_cookie(
    client: httpx.Client, database: Database
) -> None:
    log_in(client, database, ANNA)
    copied = client.cookies[RENTER]
    assert client.post("/account/log-out", headers=OWN).status_code == 303
    assert RENTER not in client.cookies
    client.cookies.set(RENTER, copied)
    assert client.get("/account").status_code == 303


def test_neither_link_nor_code_nor_cookie_nor_address_is_logged(
    client: httpx.Client, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    log_in(client, database, ANNA)
    mail = newest_mail(database, ANNA)
    ours = [one for one in caplog.records if one.name != "httpx"]  # the test's own browser
    written = "".join(str(one.__dict__) for one in ours)
    for secret in (link_in(mail).rpartition("/")[2], code_in(mail), client.cookies[RENTER], ANNA):
        assert secret not in written
    assert "/account/log-in/link/{secret}" in written, "the pattern is"


def test_who_is_logged_in_goes_on_at_once(client: httpx.Client, database: Database) -> None:
    log_in(client, database, ANNA)
    assert client.get("/account/log-in").headers["location"] == "/account"
