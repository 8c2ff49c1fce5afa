from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from central.accounts import service
from central.accounts.cookies import STAFF as SESSION_COOKIE
from central.accounts.roles import Role
from central.database import Database
from central.events import ReservationConfirmed
from central.outbox.service import Reaction, announce
from central.outbox.worker import Worker
from tests.central.a_city import NOW, Time

PASSWORD = "correct horse battery"
MIA = {"email": "mia@stad.be", "password": PASSWORD}


@pytest.fixture(autouse=True)
def mia(database: Database, client: httpx.Client) -> None:
    assert not client.is_closed
    password_hash = service.checked_hash(PASSWORD)
    with database.write() as session:
        service.add_staff(session, MIA["email"], "Mia", password_hash, [Role.ADMIN], NOW)


def test_logging_in_leads_to_where_one_wanted_to_be(client: httpx.Client) -> None:
    sent = client.get("/desk")
    assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=/desk")
    assert 'name="next" value="/desk"' in client.get("/login?next=/desk").text
    answer = client.post("/login", data={**MIA, "next": "/desk/undelivered"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/undelivered")
    assert "Aangemeld als Mia" in client.get("/desk").text


def test_the_cookie_is_only_for_http_and_this_site(client: httpx.Client) -> None:
    cookie = client.post("/login", data=MIA).headers["set-cookie"]
    assert cookie.startswith(SESSION_COOKIE)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


@pytest.mark.parametrize(
    "where", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/\r\nx: y"]
)
def test_logging_in_never_leads_to_another_website(client: httpx.Client, where: str) -> None:
    answer = client.post("/login", data={**MIA, "next": where})
    assert answer.headers["location"] == "/desk"


def test_a_wrong_password_keeps_the_address_and_not_the_password(client: httpx.Client) -> None:
    page = client.post("/login", data={**MIA, "password": "wrong and long"})
    assert page.status_code == 401
    assert "horen niet bij elkaar" in page.text
    assert 'value="mia@stad.be"' in page.text
    assert "wrong and long" not in page.text


def test_guessing_is_slowed_down_even_for_who_guesses_right_at_last(
    client: httpx.Client, time: Time
) -> None:
    for _ in range(10):
        assert client.post("/login", data={**MIA, "password": "wrong"}).status_code == 401
    assert client.post("/login", data=MIA).status_code == 429
    time.now = NOW.replace(hour=NOW.hour + 1)
    assert client.post("/login", data=MIA).status_code == 303


def test_logging_out_works(client: httpx.Client) -> None:
    client.post("/login", data=MIA, headers={"Sec-Fetch-Site": "same-origin"})
    client.post("/logout", headers={"Sec-Fetch-Site": "same-origin"})
    assert client.get("/desk").status_code == 303


def test_what_failed_is_seen_and_tried_again(
    client: httpx.Client,
    database: Database,
    staff: Callable[..., dict[str, str]],
) -> None:
    with database.write() as session:
        announce(session, ReservationConfirmed(1), NOW)

    def fail(*_: object) -> None:
        message = "drukker staat uit"
        raise RuntimeError(message)

    now = Time()
    worker = Worker(database, {ReservationConfirmed: [Reaction("print", outside=fail)]}, now)
    for _ in range(20):
        worker.drain()
        now.now += timedelta(hours=3)
    admin = staff(Role.ADMIN)
    page = client.get("/desk/undelivered", headers=admin)
    assert "RuntimeError: drukker staat uit" in page.text
    listed = client.get("/api/v1/dead-letters", headers=admin).json()
    assert [(one["reaction"], one["event_id"]) for one in listed] == [("print", 1)]
    answer = client.post(
        "/desk/undelivered", data={"event": "1", "reaction": "print"}, headers=admin
    )
    assert answer.status_code == 303
    assert "Alles is uitgevoerd" in client.get("/desk/undelivered", headers=admin).text
