"""Staff log in: password, second factor, invitation, forgotten password, proof once more."""

import logging
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from central.accounts import service, totp
from central.accounts.cookies import STAFF
from central.accounts.mail_models import StoredMail
from central.accounts.models import Attempt
from central.accounts.roles import Role
from central.accounts.sessions import FRESH
from central.accounts.staff_models import Staff, StaffSession
from central.database import Database
from central.main import create_app
from central.settings import Settings
from tests.central.a_city import NOW, City, Time
from tests.central.in_process import client_of
from tests.central.some_people import PASSWORD, the_hash
from tests.central.web.readers import OWN, link_in, log_in_staff, newest_mail, problems, value

MIA = "mia@stad.be"


def hired(database: Database, *roles: Role, email: str = MIA) -> int:
    with database.write() as session:
        return service.add_staff(session, email, "Mia", the_hash(), roles, NOW).id


@pytest.fixture
def real(settings: Settings, city: City, time: Time) -> Iterator[httpx.Client]:
    """A browser before a real city, where an admin needs a second factor."""
    assert city.spaces
    real = settings.model_copy(update={"demo": False})
    app = create_app(real, time)
    with client_of(app, real.base_url) as client:
        yield client
    app.state.database.close()


def secret_on(page: httpx.Response) -> bytes:
    """The secret that the page shows for typing, as an app would take it."""
    from base64 import b32decode  # noqa: PLC0415 - what the app does, not this test

    shown = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)
    assert shown
    return b32decode(shown[1].replace(" ", ""))


def code_of(secret: bytes, time: Time) -> str:
    return totp.code_at(secret, totp.step_of(time.now))


def enrol(client: httpx.Client, time: Time) -> tuple[bytes, list[str]]:
    page = client.get("/login/app?next=/desk/staff")
    secret = secret_on(page)
    assert "<svg" in page.text
    done = client.post(
        "/login/app", data={"code": code_of(secret, time), "next": "/desk/staff"}, headers=OWN
    )
    assert done.status_code == 200, done.text
    codes = re.findall(r"<code>([0-9A-Z-]{19})</code>", done.text)
    assert len(codes) == 10
    assert 'href="/desk/staff"' in done.text
    return secret, codes


def test_an_admin_of_a_real_city_enrols_an_app_before_anything_else(
    real: httpx.Client, database: Database, time: Time
) -> None:
    hired(database, Role.ADMIN)
    sent = log_in_staff(real, MIA, PASSWORD, "/desk/staff")
    assert sent.headers["location"] == "/login/app?next=%2Fdesk%2Fstaff"
    assert real.get("/desk").status_code == 303, "half logged in is not logged in"
    assert real.get("/api/v1/me").status_code == 401
    enrol(real, time)
    assert real.get("/desk/staff").status_code == 200


def test_then_each_log_in_asks_for_a_code_that_counts_once(
    real: httpx.Client, database: Database, time: Time
) -> None:
    hired(database, Role.ADMIN)
    log_in_staff(real, MIA, PASSWORD)
    secret, codes = enrol(real, time)
    used = code_of(secret, time)
    real.post("/logout", headers=OWN)
    sent = log_in_staff(real, MIA, PASSWORD, "/desk/me")
    assert sent.headers["location"] == "/login/code?next=%2Fdesk%2Fme"
    assert real.get("/login/app").headers["location"] == "/login/code", "no second app"
    again = real.post("/login/code", data={"code": used, "next": "/desk/me"}, headers=OWN)
    assert (again.status_code, list(problems(again))) == (422, ["code"])
    assert value(again, "next") == "/desk/me"
    time.now += timedelta(seconds=60)
    data = {"code": code_of(secret, time), "next": "/desk/me"}
    assert real.post("/login/code", data=data, headers=OWN).headers["location"] == "/desk/me"
    real.post("/logout", headers=OWN)
    log_in_staff(real, MIA, PASSWORD)
    lost = real.post("/login/code", data={"code": codes[0].lower()}, headers=OWN)
    assert lost.headers["location"] == "/desk"
    assert "nog 9 herstelcodes" in real.get("/desk/me").text


def test_guessing_codes_is_slowed_down_also_over_several_log_ins(
    real: httpx.Client, database: Database, time: Time
) -> None:
    hired(database, Role.ADMIN)
    log_in_staff(real, MIA, PASSWORD)
    secret, _ = enrol(real, time)
    answers: list[httpx.Response] = []
    for _ in range(3):
        real.post("/logout", headers=OWN)
        log_in_staff(real, MIA, PASSWORD)
        wrong = {"code": "000000"}
        answers += [real.post("/login/code", data=wrong, headers=OWN) for _ in range(2)]
    assert [one.status_code for one in answers] == [422] * 5 + [429]
    time.now += timedelta(seconds=60)
    right = real.post("/login/code", data={"code": code_of(secret, time)}, headers=OWN)
    assert right.status_code == 429


def test_others_and_the_demo_need_no_app(
    client: httpx.Client, real: httpx.Client, database: Database
) -> None:
    hired(database, Role.ADMIN)
    hired(database, Role.AUDITOR, email="jan@stad.be")
    assert log_in_staff(client, MIA, PASSWORD).headers["location"] == "/desk"
    assert log_in_staff(real, "jan@stad.be", PASSWORD).headers["location"] == "/desk"


def test_a_half_session_ends_soon_and_becomes_another_one(
    real: httpx.Client, database: Database, time: Time
) -> None:
    hired(database, Role.ADMIN)
    log_in_staff(real, MIA, PASSWORD)
    half = real.cookies[STAFF]
    enrol(real, time)
    assert real.cookies[STAFF] != half, "what was planted or seen before is worth nothing"
    with database.read() as session:
        assert [one.is_half for one in session.scalars(select(StaffSession))] == [False]
    real.post("/logout", headers=OWN)
    log_in_staff(real, MIA, PASSWORD)
    time.now += timedelta(minutes=11)
    assert real.get("/login/code").headers["location"].startswith("/login?next=")


def test_an_invitation_ends_in_an_account(
    client: httpx.Client, database: Database, time: Time
) -> None:
    hired(database, Role.ADMIN)
    log_in_staff(client, MIA, PASSWORD)
    data = {"name": "Jan", "email": " Jan@Stad.be ", "role": "auditor", "scope": "city"}
    made = client.post("/desk/staff", data=data, headers=OWN)
    assert made.status_code == 303
    assert "uitgenodigd" in client.get(made.headers["location"]).text
    mail = newest_mail(database, "jan@stad.be")
    assert mail.subject == "Uitnodiging van Stad Test"
    client.post("/logout", headers=OWN)
    link = link_in(mail)
    assert "Dag Jan" in client.get(link).text
    for wrong, field in (
        ({"password": "short", "again": "short"}, "password"),
        ({"password": PASSWORD, "again": "x"}, "again"),
        ({}, "password"),
    ):
        page = client.post(link, data=wrong, headers=OWN)
        assert (page.status_code, list(problems(page))) == (422, [field])
        assert PASSWORD not in page.text
    typed = {"password": PASSWORD, "again": PASSWORD}
    assert client.post(link, data=typed, headers=OWN).headers["location"] == "/desk"
    assert "Aangemeld als Jan" in client.get("/desk").text
    assert client.get(link).status_code == 403, "once"
    client.post("/logout", headers=OWN)
    assert log_in_staff(client, "jan@stad.be", PASSWORD).headers["location"] == "/desk"
    assert time.now == NOW


def test_a_late_invitation_is_refused_and_can_be_sent_again(
    client: httpx.Client, database: Database, time: Time
) -> None:
    hired(database, Role.ADMIN)
    log_in_staff(client, MIA, PASSWORD)
    data = {"name": "Jan", "email": "jan@stad.be", "role": "auditor", "scope": "city"}
    page = client.post("/desk/staff", data=data, headers=OWN).headers["location"]
    old = link_in(newest_mail(database, "jan@stad.be"))
    assert client.post(f"{page}/invite-again", headers=OWN).status_code == 303
    new = link_in(newest_mail(database, "jan@stad.be"))
    assert old != new
    assert client.get(old).status_code == 403
    assert client.get(new).status_code == 200
    time.now = NOW + timedelta(days=7)
    assert client.get(new).status_code == 403


def test_a_forgotten_password_is_replaced_by_mail(client: httpx.Client, database: Database) -> None:
    hired(database, Role.AUDITOR)
    page = client.post("/login/forgot", data={"email": " MIA@stad.be"}, headers=OWN)
    assert "een bericht onderweg" in page.text
    link = link_in(newest_mail(database, MIA))
    new = "another long password"
    answer = client.post(link, data={"password": new, "again": new}, headers=OWN)
    assert answer.headers["location"] == "/desk"
    client.post("/logout", headers=OWN)
    old = client.post("/login", data={"email": MIA, "password": PASSWORD}, headers=OWN)
    assert old.status_code == 401
    assert log_in_staff(client, MIA, new).headers["location"] == "/desk"


def test_a_new_password_does_not_replace_the_second_factor(
    real: httpx.Client, database: Database, time: Time
) -> None:
    hired(database, Role.ADMIN)
    log_in_staff(real, MIA, PASSWORD)
    enrol(real, time)
    real.post("/logout", headers=OWN)
    real.post("/login/forgot", data={"email": MIA}, headers=OWN)
    link = link_in(newest_mail(database, MIA))
    answer = real.post(link, data={"password": PASSWORD, "again": PASSWORD}, headers=OWN)
    assert answer.headers["location"].startswith("/login/code?")
    assert real.get("/desk").status_code == 303


def test_asking_for_a_link_tells_nothing_about_who_has_an_account(
    client: httpx.Client, database: Database
) -> None:
    hired(database, Role.AUDITOR)
    pages = [
        client.post("/login/forgot", data={"email": email}, headers=OWN)
        for email in (MIA, "nobody@stad.be", "<b>", "a\x00b", "")
    ]
    assert {one.status_code for one in pages} == {200}
    assert pages[0].text.replace(MIA, "") == pages[1].text.replace("nobody@stad.be", "")
    assert "<b>" not in pages[2].text
    with database.read() as session:
        assert len(session.scalars(select(StoredMail)).all()) == 1


def test_nobody_is_mailed_links_without_end(client: httpx.Client, database: Database) -> None:
    hired(database, Role.AUDITOR)
    codes = [
        client.post("/login/forgot", data={"email": MIA}, headers=OWN).status_code for _ in range(4)
    ]
    assert codes == [200, 200, 200, 429]


def test_dangerous_things_ask_once_more_who_it_is(
    client: httpx.Client, database: Database, time: Time
) -> None:
    mia = hired(database, Role.ADMIN)
    log_in_staff(client, MIA, PASSWORD)
    time.now = NOW + FRESH
    use = f"/desk/staff/{mia}/rights"
    data = {"role": "auditor", "scope": "city"}
    came_from = {**OWN, "Referer": f"http://testserver/desk/staff/{mia}"}
    asked = client.post(use, data=data, headers=came_from)
    assert asked.headers["location"] == f"/login/again?next=/desk/staff/{mia}"
    page = client.get(asked.headers["location"])
    wrong = client.post(
        "/login/again", data={"password": "x", "next": value(page, "next")}, headers=OWN
    )
    assert (wrong.status_code, list(problems(wrong))) == (422, ["password"])
    right = client.post(
        "/login/again", data={"password": PASSWORD, "next": value(wrong, "next")}, headers=OWN
    )
    assert right.headers["location"] == f"/desk/staff/{mia}"
    assert (
        client.post(use, data=data, headers=came_from).headers["location"] == f"/desk/staff/{mia}"
    )


def test_with_an_app_its_code_is_asked_and_not_the_password(
    real: httpx.Client, database: Database, time: Time
) -> None:
    hired(database, Role.ADMIN)
    log_in_staff(real, MIA, PASSWORD)
    secret, _ = enrol(real, time)
    time.now += FRESH
    assert real.get("/desk/me/app").headers["location"] == "/login/again?next=/desk/me/app"
    with_password = real.post("/login/again", data={"password": PASSWORD}, headers=OWN)
    assert with_password.status_code == 422
    with_code = real.post("/login/again", data={"code": code_of(secret, time)}, headers=OWN)
    assert with_code.status_code == 303


@pytest.mark.parametrize("came_from", ["https://evil.example//evil", "//evil.example/x", "", "x"])
def test_proving_again_never_leads_to_another_website(
    client: httpx.Client, database: Database, time: Time, came_from: str
) -> None:
    mia = hired(database, Role.ADMIN)
    log_in_staff(client, MIA, PASSWORD)
    time.now = NOW + FRESH
    headers = {**OWN, "Referer": came_from}
    asked = client.post(f"/desk/staff/{mia}/rights", data={}, headers=headers)
    where = value(client.get(asked.headers["location"]), "next")
    assert where.startswith("/")
    assert not where.startswith("//")
    sent = client.post("/login/again", data={"password": PASSWORD, "next": "//evil"}, headers=OWN)
    assert sent.headers["location"] == "/desk"


def test_a_program_s_token_is_as_it_is(
    client: httpx.Client, staff: Callable[..., dict[str, str]], time: Time
) -> None:
    headers = staff(Role.ADMIN)
    time.now = NOW + timedelta(hours=3)
    data = {"name": "Jan", "email": "jan@stad.be", "role": "auditor", "scope": "city"}
    assert client.post("/desk/staff", data=data, headers=headers).status_code == 303
    assert client.post("/login/again", data={"password": "x"}, headers=headers).status_code == 422


def test_staff_keep_their_own_account(
    client: httpx.Client, application: FastAPI, settings: Settings, database: Database, time: Time
) -> None:
    hired(database, Role.AUDITOR)
    log_in_staff(client, MIA, PASSWORD)
    page = client.get("/desk/me").text
    assert "Niet gekoppeld" in page
    secret = secret_on(client.get("/desk/me/app"))
    done = client.post("/desk/me/app", data={"code": code_of(secret, time)}, headers=OWN)
    assert "Uw herstelcodes" in done.text
    assert client.get("/desk/me/app").headers["location"] == "/desk/me", "there is one already"
    new = client.post("/desk/me/recovery-codes", headers=OWN)
    assert len(re.findall(r"<code>[0-9A-Z-]{19}</code>", new.text)) == 10
    assert client.post("/desk/me/app/replace", headers=OWN).headers["location"] == "/desk/me/app"
    assert secret_on(client.get("/desk/me/app")) != secret
    with client_of(application, settings.base_url) as other:
        log_in_staff(other, MIA, PASSWORD)
        numbers = re.findall(r"/desk/me/sessions/(\d+)/end", client.get("/desk/me").text)
        assert len(numbers) == 2
        typed = {"password": "another long password", "again": "another long password"}
        changed = client.post("/desk/me/password", data=typed, headers=OWN)
        assert changed.headers["location"] == "/desk/me"
        assert other.get("/desk").status_code == 303, "other browsers are logged out"
    assert client.get("/desk/me").status_code == 200, "this one is not"


def test_no_secret_is_logged(
    real: httpx.Client, database: Database, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hired(database, Role.ADMIN)
    log_in_staff(real, MIA, PASSWORD)
    secret, codes = enrol(real, time)
    real.post("/login/forgot", data={"email": MIA}, headers=OWN)
    link = link_in(newest_mail(database, MIA)).rpartition("/")[2]
    real.get(f"/welcome/{link}")
    ours = [one for one in caplog.records if one.name != "httpx"]  # the test's own browser
    written = "".join(str(one.__dict__) for one in ours)
    for word in (PASSWORD, codes[0], link, totp.spoken(secret), real.cookies[STAFF], MIA):
        assert word not in written
    with database.read() as session:
        assert session.get_one(Staff, 1).has_second_factor
        assert all(MIA.encode() not in one for one in session.scalars(select(Attempt.subject)))


def test_an_old_log_in_makes_no_lasting_token_and_no_account(
    client: httpx.Client, database: Database, time: Time
) -> None:
    mia = hired(database, Role.ADMIN)
    log_in_staff(client, MIA, PASSWORD)
    asked = {
        "/api/v1/tokens": {"name": "script"},
        "/api/v1/staff": {"name": "Jan", "email": "j@stad.be", "password": PASSWORD, "roles": []},
    }
    for path, body in asked.items():
        assert client.post(path, json=body, headers=OWN).status_code == 201
    time.now = NOW + FRESH
    for path, body in asked.items():
        refused = client.post(path, json=body, headers=OWN)
        assert (refused.status_code, refused.json()["code"]) == (401, "prove_again")
    change = {"password": "another long password"}
    refused = client.patch(f"/api/v1/staff/{mia}", json=change, headers=OWN)
    assert (refused.status_code, refused.json()["code"]) == (401, "prove_again")
