"""What renters see and change of themselves, and as whom they rent."""

import re

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from central.accounts import mandates, renter_sessions
from central.accounts.capacities import Source
from central.accounts.models import Mandate, Organisation, Person
from central.audit.service import Sought, entries
from central.database import Database
from central.settings import Settings
from tests.central.a_city import NOW, City
from tests.central.in_process import client_of
from tests.central.some_people import People
from tests.central.web.readers import OWN, link_in, log_in, newest_mail, problems, value

ANNA, BRAM = "anna@example.org", "bram@example.org"


@pytest.fixture
def anna(client: httpx.Client, database: Database, people: People) -> httpx.Client:
    assert people.anna
    log_in(client, database, ANNA)
    return client


def test_one_sees_who_one_is_and_as_whom_one_can_rent(anna: httpx.Client) -> None:
    page = anna.get("/account").text
    assert ANNA in page
    assert "Scouts Sint-Jan" in page
    assert "vereniging, nagekeken door de stad" in page
    assert "voor uzelf, als burger" in page


def test_choosing_a_capacity_shows_on_every_page_until_it_is_changed(
    anna: httpx.Client, people: People
) -> None:
    chosen = anna.post("/account/acting", data={"capacity": str(people.scouts)}, headers=OWN)
    assert chosen.headers["location"] == "/account"
    assert "<strong>Scouts Sint-Jan</strong>" in anna.get("/").text
    anna.post("/account/acting", data={"capacity": "self"}, headers=OWN)
    assert "<strong>Anna</strong>" in anna.get("/").text


@pytest.mark.parametrize("capacity", ["999999", "9" * 19, "-1", "x", "", "٣"])
def test_nobody_acts_for_whom_they_have_no_mandate(
    anna: httpx.Client, people: People, capacity: str
) -> None:
    anna.post("/account/acting", data={"capacity": str(people.scouts)}, headers=OWN)
    answer = anna.post("/account/acting", data={"capacity": capacity}, headers=OWN)
    assert answer.status_code in {303, 403, 422}
    shown = re.search(r"U huurt als: <strong>(.*?)</strong>", anna.get("/").text.replace("\n", " "))
    assert shown
    assert shown[1] in {"Anna", "Scouts Sint-Jan"}


def test_everything_chosen_survives_a_change_of_capacity(
    anna: httpx.Client, people: People, city: City
) -> None:
    typed = {"hall": str(city.a), "day": "2026-12-05", "start": "14:00", "postcode": "90 & 00"}
    sent = anna.post("/account/acting/keep", data={**typed, "keep": "/book"}, headers=OWN)
    page = anna.get(sent.headers["location"])
    assert "Als wie wilt u huren?" in page.text
    chosen = anna.post(
        "/account/acting",
        data={"capacity": str(people.scouts), "then": value(page, "then")},
        headers=OWN,
    )
    form = anna.get(chosen.headers["location"])
    assert "<strong>Scouts Sint-Jan</strong>" in form.text
    for name in ("day", "start", "postcode"):
        assert value(form, name) == typed[name]


def test_the_link_in_the_bar_leads_back_to_the_page_one_was_on(
    anna: httpx.Client, people: People
) -> None:
    page = anna.get("/book?day=2026-12-05")
    link = re.search(r'href="(/account/acting\?then=[^"]+)"', page.text)
    assert link
    then = value(anna.get(link[1]), "then")
    data = {"capacity": str(people.scouts), "then": then}
    answer = anna.post("/account/acting", data=data, headers=OWN)
    assert answer.headers["location"] == "/book?day=2026-12-05"


def test_an_ended_mandate_ends_acting_at_once(
    anna: httpx.Client, people: People, database: Database
) -> None:
    anna.post("/account/acting", data={"capacity": str(people.scouts)}, headers=OWN)
    with database.write() as session:
        (mandate,) = session.scalars(select(Mandate))
        mandates.end(session, mandate.id, "staff:1", NOW)
    assert "<strong>Anna</strong>" in anna.get("/").text


def test_details_are_changed_and_a_new_residence_is_only_declared(
    anna: httpx.Client, people: People, database: Database
) -> None:
    with database.write() as session:
        session.get_one(Person, people.anna).residence_source = Source.REGISTER
    typed = {
        "name": " Anna Peeters ",
        "phone": "0470 12.34/56",
        "address": "Kerkstraat 1",
        "postcode": "9000",
        "language": "en",
    }
    assert anna.post("/account/details", data=typed, headers=OWN).status_code == 303
    with database.read() as session:
        person = session.get_one(Person, people.anna)
        (change,) = entries(session, Sought(action="person.changed"))
    assert (person.name, person.phone, person.language) == ("Anna Peeters", "0470123456", "en")
    assert (person.postcode, person.residence_source) == ("9000", Source.DECLARED)
    assert change.after
    assert set(change.after["fields"]) == {"name", "phone", "address", "postcode", "language"}
    assert "Kerkstraat" not in str(change.after), "the audit keeps which, not what"
    assert "Your details" in anna.get("/account/details").text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"phone": "1" * 41}, "phone"),
        ({"address": "a\x00b"}, "address"),
        ({"postcode": "x" * 11}, "postcode"),
        ({"language": "xx"}, "language"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    anna: httpx.Client, changes: dict[str, str], field: str
) -> None:
    typed = {"name": "Anna <b>", "phone": "0470123456", "language": "nl", **changes}
    page = anna.post("/account/details", data=typed, headers=OWN)
    assert (page.status_code, list(problems(page))) == (422, [field])
    assert value(page, "phone") == typed["phone"]
    assert "<b>" not in page.text


def test_one_sees_where_one_is_logged_in_and_logs_out_there(
    anna: httpx.Client, application: FastAPI, settings: Settings, database: Database
) -> None:
    with client_of(application, settings.base_url) as phone:
        phone.headers["User-Agent"] = "Mozilla/5.0 (iPhone) Safari/604.1"
        log_in(phone, database, ANNA)
        page = anna.get("/account/devices").text
        assert "Safari, iPhone" in page
        assert "dit toestel" in page
        numbers = re.findall(r"/account/devices/(\d+)/end", page)
        assert len(numbers) == 2
        answer = anna.post("/account/devices/end-others", headers=OWN)
        assert answer.status_code == 303
        assert phone.get("/account").status_code == 303, "logged out"
    assert anna.get("/account").status_code == 200


def test_nobody_logs_somebody_else_s_browser_out(
    anna: httpx.Client, application: FastAPI, settings: Settings, database: Database
) -> None:
    with client_of(application, settings.base_url) as other:
        log_in(other, database, BRAM)
        theirs = re.findall(r"/account/devices/(\d+)/end", other.get("/account/devices").text)
        assert anna.post(f"/account/devices/{theirs[0]}/end", headers=OWN).status_code == 404
        assert other.get("/account").status_code == 200


CHOIR = {"name": "Koor De Lijster", "kind": "culture", "register_number": "", "postcode": "9000"}


def test_one_declares_an_organisation_and_goes_on_where_one_was(
    anna: httpx.Client, database: Database
) -> None:
    page = anna.get("/account/organisations/new?then=" + way_back_to(anna, "/book?day=2026-12-05"))
    data = {**CHOIR, "then": value(page, "then")}
    answer = anna.post("/account/organisations/new", data=data, headers=OWN)
    assert answer.headers["location"] == "/book?day=2026-12-05"
    with database.read() as session:
        choir = session.scalars(
            select(Organisation).where(Organisation.name == "Koor De Lijster")
        ).one()
    assert (choir.source, choir.recognised_until) == (Source.DECLARED, None)
    shown = anna.get(f"/account/organisations/{choir.id}").text
    assert "De stad keek dit nog niet na" in shown
    assert "Iemand toegang geven" not in shown, "not before the city checked it"


def way_back_to(client: httpx.Client, path: str) -> str:
    page = client.get(path)
    found = re.search(r"/account/acting\?then=([^\"]+)", page.text)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("number", "kept"),
    [("V0001234", "V0001234"), ("v 0001234", "V0001234"), ("BE 0428.315.871", "0428315871")],
)
def test_a_register_number_is_read_however_it_is_written(
    anna: httpx.Client, database: Database, number: str, kept: str
) -> None:
    anna.post("/account/organisations/new", data={**CHOIR, "register_number": number}, headers=OWN)
    with database.read() as session:
        assert kept in session.scalars(select(Organisation.register_number)).all()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": ""}, "kind"),
        ({"kind": "guild"}, "kind"),
        ({"register_number": "123"}, "register_number"),
        ({"register_number": "V0001001'; DROP TABLE person;--"}, "register_number"),
        ({"name": "x" * 161}, "name"),
    ],
)
def test_a_wrong_declaration_is_said_beside_the_field(
    anna: httpx.Client, changes: dict[str, str], field: str
) -> None:
    page = anna.post("/account/organisations/new", data={**CHOIR, **changes}, headers=OWN)
    assert (page.status_code, list(problems(page))) == (422, [field])
    assert value(page, "postcode") == "9000"


def test_who_holds_a_proven_mandate_lets_others_in_and_out(
    anna: httpx.Client, people: People, database: Database
) -> None:
    page = f"/account/organisations/{people.scouts}"
    given = anna.post(f"{page}/mandates", data={"email": BRAM, "name": "x"}, headers=OWN)
    assert given.headers["location"] == page
    mail = newest_mail(database, BRAM)
    assert mail.subject == "U kunt nu huren voor Scouts Sint-Jan"
    with database.read() as session:
        (bram,) = session.scalars(select(Mandate).where(Mandate.person_id == people.bram))
    assert (bram.source, bram.given_by) == (Source.HOLDER, f"person:{people.anna}")
    assert "bevestigd door de vereniging zelf" in anna.get(page).text
    assert anna.post(f"{page}/mandates/{bram.id}/end", headers=OWN).status_code == 303
    assert BRAM not in anna.get(page).text


def test_an_address_that_is_none_is_said_beside_the_field(
    anna: httpx.Client, people: People
) -> None:
    page = anna.post(
        f"/account/organisations/{people.scouts}/mandates", data={"email": "x"}, headers=OWN
    )
    assert list(problems(page)) == ["email"]


def test_who_only_declared_to_act_sees_nobody_and_lets_nobody_in(
    client: httpx.Client, people: People, database: Database
) -> None:
    log_in(client, database, BRAM)
    pretended = {**CHOIR, "register_number": "V0001001"}
    client.post("/account/organisations/new", data=pretended, headers=OWN)
    page = f"/account/organisations/{people.scouts}"
    assert ANNA not in client.get(page).text
    refused = client.post(f"{page}/mandates", data={"email": "x@y.be"}, headers=OWN)
    assert refused.status_code == 403
    with database.read() as session:
        (hers,) = session.scalars(select(Mandate.id).where(Mandate.person_id == people.anna))
    assert client.post(f"{page}/mandates/{hers}/end", headers=OWN).status_code == 403
    with database.read() as session:
        assert session.get_one(Mandate, hers).ended_at is None


def test_one_can_stop_acting_for_an_organisation(
    anna: httpx.Client, people: People, database: Database
) -> None:
    with database.read() as session:
        (mine,) = session.scalars(select(Mandate.id))
    page = f"/account/organisations/{people.scouts}"
    answer = anna.post(f"{page}/mandates/{mine}/end", headers=OWN)
    assert answer.headers["location"] == "/account"
    assert anna.get(page).status_code == 404


def test_an_organisation_of_others_is_not_there(
    client: httpx.Client, people: People, database: Database
) -> None:
    log_in(client, database, BRAM)
    for number in (people.scouts, 999999, 9**19):
        assert client.get(f"/account/organisations/{number}").status_code in {404, 422}


def test_the_way_to_log_in_stands_on_every_page_and_leads_back(
    client: httpx.Client, database: Database, people: People
) -> None:
    assert people.anna
    page = client.get("/book?day=2026-12-05")
    link = re.search(r'href="(/account/log-in\?then=[^"]+)"', page.text)
    assert link
    answer = log_in(client, database, ANNA, value(client.get(link[1]), "then"))
    assert answer.headers["location"] == "/book?day=2026-12-05"


def test_a_new_address_counts_once_its_mailbox_was_read_and_the_old_one_is_told(
    anna: httpx.Client, database: Database, people: People
) -> None:
    wrong = anna.post("/account/email", data={"email": "x"}, headers=OWN)
    assert (wrong.status_code, list(problems(wrong))) == (422, ["email"])
    sent = anna.post("/account/email", data={"email": " New@example.org "}, headers=OWN)
    assert sent.headers["location"] == "/account/log-in/mail"
    assert ANNA in anna.get("/account").text, "not yet"
    mail = newest_mail(database, "new@example.org")
    assert "Gebruik dit adres" in mail.text
    assert anna.get(link_in(mail)).headers["location"] == "/account"
    assert "new@example.org" in anna.get("/account").text
    told = newest_mail(database, ANNA)
    assert "hoort vanaf nu bij new@example.org" in told.text
    with database.read() as session:
        assert session.get_one(Person, people.anna).email == "new@example.org"


def test_an_address_of_another_account_is_told_only_to_who_reads_it(
    anna: httpx.Client, database: Database, people: People
) -> None:
    answers = [
        anna.post("/account/email", data={"email": email}, headers=OWN)
        for email in ("free@example.org", BRAM)
    ]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    refused = anna.get(link_in(newest_mail(database, BRAM)))
    assert refused.status_code == 409
    with database.read() as session:
        assert session.get_one(Person, people.anna).email == ANNA


def test_who_was_logged_out_meanwhile_changes_no_address(
    anna: httpx.Client, database: Database, people: People
) -> None:
    anna.post("/account/email", data={"email": "new@example.org"}, headers=OWN)
    link = link_in(newest_mail(database, "new@example.org"))
    with database.write() as session:
        renter_sessions.revoke_all(session, people.anna)
    assert anna.get(link).status_code == 403
    with database.read() as session:
        assert session.get_one(Person, people.anna).email == ANNA
