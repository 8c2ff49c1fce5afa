"""Administration: accounts, rights, services, organisations, target groups, callers, the log book."""

import re

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from central.accounts import mailer, organisations, service
from central.accounts.capacities import FOREVER, Source
from central.accounts.mailer import Attachment, Mail
from central.accounts.models import (
    CityService,
    Mandate,
    Organisation,
    OrganisationKind,
    Person,
    TargetGroupRow,
    TargetGroupRuleRow,
)
from central.accounts.organisations import OrganisationData
from central.accounts.roles import Right, Role
from central.accounts.staff_models import Staff
from central.audit.service import Sought, entries
from central.database import Database
from central.errors import NotFound
from central.main import create_app
from central.settings import Settings
from central.web import mailbox
from tests.central.a_city import NOW, City
from tests.central.in_process import client_of
from tests.central.some_people import PASSWORD, People, the_hash
from tests.central.web.readers import OWN, log_in, log_in_staff, problems, value

MIA = "mia@stad.be"


@pytest.fixture
def admin(client: httpx.Client, database: Database, people: People) -> httpx.Client:
    """A browser in which the administrator is logged in."""
    assert people.kim
    with database.write() as session:
        service.add_staff(session, MIA, "Mia", the_hash(), [Role.ADMIN], NOW)
    log_in_staff(client, MIA, PASSWORD)
    return client


@pytest.fixture
def kim(client: httpx.Client, people: People) -> httpx.Client:
    """A browser in which somebody of the contact centre is logged in."""
    assert people.kim
    log_in_staff(client, "kim@stad.be", PASSWORD)
    return client


def rights_of(database: Database, staff_id: int) -> frozenset[Right]:
    with database.read() as session:
        return session.get_one(Staff, staff_id).rights


def test_rights_are_given_and_taken_with_their_scope_and_a_reason(
    admin: httpx.Client, database: Database, people: People, city: City
) -> None:
    page = f"/desk/staff/{people.kim}"
    for scope in (f"service:{people.culture}", f"hall:{city.a}", "city"):
        data = {"role": "hall_manager", "scope": scope, "reason": "vervangt Els"}
        assert admin.post(f"{page}/rights", data=data, headers=OWN).headers["location"] == page
    shown = admin.get(page).text
    for words in ("de dienst Cultuur", "de zaal Zaal A", "de hele stad"):
        assert words in shown
    data = {"role": "contact_centre", "scope": "city"}
    admin.post(f"{page}/rights/end", data=data, headers=OWN)
    assert rights_of(database, people.kim) == {
        Right(Role.HALL_MANAGER, service=people.culture),
        Right(Role.HALL_MANAGER, hall=city.a),
        Right(Role.HALL_MANAGER),
    }
    with database.read() as session:
        found = entries(session, Sought(subject=f"staff:{people.kim}", action="staff.changed"))
    assert found[-1].reason == "vervangt Els"
    assert found[-1].after == {
        "roles": ["contact_centre", f"hall_manager of service:{people.culture}"]
    }


@pytest.mark.parametrize(
    ("role", "scope"),
    [("", "city"), ("king", "city"), ("auditor", ""), ("auditor", "service:999"),
     ("auditor", "hall:x"), ("auditor", "service:٣"), ("auditor", "planet:1")],
)  # fmt: skip
def test_a_right_that_is_none_is_said_beside_the_field(
    admin: httpx.Client, database: Database, people: People, role: str, scope: str
) -> None:
    before = rights_of(database, people.kim)
    data = {"role": role, "scope": scope}
    page = admin.post(f"/desk/staff/{people.kim}/rights", data=data, headers=OWN)
    assert (page.status_code, list(problems(page))) == (422, ["role"])
    assert rights_of(database, people.kim) == before
    taken = admin.post(f"/desk/staff/{people.kim}/rights/end", data=data, headers=OWN)
    assert taken.status_code == 404


def test_whose_rights_change_is_logged_out(
    admin: httpx.Client, application: FastAPI, settings: Settings, people: People
) -> None:
    with client_of(application, settings.base_url) as other:
        log_in_staff(other, "kim@stad.be", PASSWORD)
        data = {"role": "auditor", "scope": "city"}
        admin.post(f"/desk/staff/{people.kim}/rights", data=data, headers=OWN)
        assert other.get("/desk").status_code == 303


def test_an_administrator_logs_somebody_out_of_one_browser(
    admin: httpx.Client, application: FastAPI, settings: Settings, people: People
) -> None:
    with client_of(application, settings.base_url) as other:
        log_in_staff(other, "kim@stad.be", PASSWORD)
        page = admin.get(f"/desk/staff/{people.kim}").text
        (number,) = re.findall(r"/sessions/(\d+)/end", page)
        admin.post(f"/desk/staff/{people.kim}/sessions/{number}/end", headers=OWN)
        assert other.get("/desk").status_code == 303


def test_the_last_administrator_stays(admin: httpx.Client, database: Database) -> None:
    with database.read() as session:
        (mia,) = session.scalars(select(Staff.id).where(Staff.email == MIA))
    data = {"role": "admin", "scope": "city"}
    taken = admin.post(f"/desk/staff/{mia}/rights/end", data=data, headers=OWN)
    ended = admin.post(f"/desk/staff/{mia}/use", data={"is_active": ""}, headers=OWN)
    for page in (taken, ended):
        assert page.status_code == 422
        assert "laatste beheerder" in page.text
    assert admin.get("/desk/staff").status_code == 200


def test_an_account_is_taken_out_of_use_and_back(
    admin: httpx.Client, people: People, database: Database
) -> None:
    page = f"/desk/staff/{people.kim}"
    admin.post(f"{page}/use", data={"is_active": ""}, headers=OWN)
    assert "buiten gebruik" in admin.get(page).text
    admin.post(f"{page}/use", data={"is_active": "1"}, headers=OWN)
    with database.read() as session:
        assert session.get_one(Staff, people.kim).is_active


def test_resetting_an_app_logs_out_and_is_written_down(
    admin: httpx.Client, people: People, database: Database
) -> None:
    answer = admin.post(f"/desk/staff/{people.kim}/reset-app", headers=OWN)
    assert answer.status_code == 303
    with database.read() as session:
        assert entries(session, Sought(action="staff.factor_reset"))


@pytest.mark.parametrize("path", ["/desk/staff/999", "/desk/staff/99999999999999999999999"])
def test_an_account_that_is_not_there(admin: httpx.Client, path: str) -> None:
    assert admin.get(path).status_code in {404, 422}


def test_inviting_the_same_address_twice_is_said_beside_it(admin: httpx.Client) -> None:
    data = {"name": "K", "email": "KIM@stad.be", "role": "auditor", "scope": "city"}
    page = admin.post("/desk/staff", data=data, headers=OWN)
    assert (page.status_code, list(problems(page))) == (422, ["email"])
    empty = admin.post("/desk/staff", data={}, headers=OWN)
    assert list(problems(empty)) == ["name", "email", "role"]


def test_services_are_added_and_changed(
    admin: httpx.Client, database: Database, people: People
) -> None:
    data = {"name": "Jeugd", "email": "jeugd@stad.be", "phone": "09 1", "is_active": "1"}
    assert admin.post("/desk/services", data=data, headers=OWN).status_code == 303
    taken = admin.post("/desk/services", data=data, headers=OWN)
    assert (taken.status_code, list(problems(taken))) == (422, ["name"])
    wrong = admin.post("/desk/services", data={"name": "", "email": "x"}, headers=OWN)
    assert list(problems(wrong)) == ["name", "email"]
    page = f"/desk/services/{people.sport}"
    assert value(admin.get(page), "name") == "Sport"
    admin.post(page, data={"name": "Sport en bewegen"}, headers=OWN)
    with database.read() as session:
        sport = session.get_one(CityService, people.sport)
        assert (sport.name, sport.is_active) == ("Sport en bewegen", False)
    assert admin.get("/desk/services/999").status_code == 404


CHOIR = OrganisationData("Koor De Lijster", "culture", postcode="9000")


def test_what_renters_declare_is_checked_and_then_counts(
    kim: httpx.Client, database: Database, people: People
) -> None:
    with database.write() as session:
        choir = organisations.declare(session, people.bram, CHOIR, NOW).id
    page = kim.get("/desk/organisations").text
    assert "zegt te huren voor" in page
    (confirm,) = re.findall(r'action="([^"]+/confirm)"', page)
    assert kim.post(confirm, headers=OWN).headers["location"] == f"/desk/organisations/{choir}"
    data = {
        "name": "Koor De Lijster",
        "kind": "culture",
        "postcode": "9000",
        "recognised_until": "31-12-2027",
        "reason": "collegebesluit",
    }
    answer = kim.post(f"/desk/organisations/{choir}", data=data, headers=OWN)
    assert answer.status_code == 303
    with database.read() as session:
        found = session.get_one(Organisation, choir)
        (mandate,) = session.scalars(select(Mandate).where(Mandate.organisation_id == choir))
    assert (found.source, str(found.recognised_until)) == (Source.CITY_LIST, "2027-12-31")
    assert (found.checked_at, mandate.source) == (NOW, Source.CITY_LIST)
    shown = kim.get(f"/desk/organisations/{choir}").text
    assert "collegebesluit" in shown


def test_staff_put_an_organisation_on_the_list_and_let_somebody_act_for_it(
    kim: httpx.Client, database: Database
) -> None:
    data = {"name": "Chiro", "kind": "youth", "recognised_until": "31-12-9999"}
    page = kim.post("/desk/organisations/new", data=data, headers=OWN).headers["location"]
    wrong = kim.post(f"{page}/mandates", data={"email": "x"}, headers=OWN)
    assert list(problems(wrong)) == ["email"]
    kim.post(f"{page}/mandates", data={"email": "lotte@example.org"}, headers=OWN)
    with database.read() as session:
        (chiro,) = session.scalars(select(Organisation).where(Organisation.name == "Chiro"))
        mandates = session.scalars(select(Mandate).where(Mandate.organisation_id == chiro.id)).all()
    assert chiro.recognised_until == FOREVER
    assert "Erkend door de stad" in kim.get("/desk/organisations?q=chiro").text
    assert [one.source for one in mandates] == [Source.CITY_LIST]
    kim.post(f"{page}/mandates/{mandates[0].id}/end", headers=OWN)
    assert "Nog niemand" in kim.get(page).text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": "guild"}, "kind"),
        ({"recognised_until": "ooit"}, "recognised_until"),
        ({"register_number": "V0001001"}, "register_number"),
        ({"reason": "x" * 501}, "reason"),
        ({"address": "a\x00"}, "address"),
    ],
)
def test_what_is_wrong_about_an_organisation_stands_beside_its_field(
    kim: httpx.Client, changes: dict[str, str], field: str
) -> None:
    data = {"name": "Chiro", "kind": "youth", "postcode": "9000", **changes}
    page = kim.post("/desk/organisations/new", data=data, headers=OWN)
    assert (page.status_code, list(problems(page))) == (422, [field])
    assert value(page, "postcode") == "9000"


def test_target_groups_are_shown_in_words_and_tried(admin: httpx.Client) -> None:
    page = admin.get("/desk/target-groups").text
    assert "verenigingen, soort: Jeugd, School, erkend door de stad, nagekeken" in page
    tried = {
        "capacity": "association",
        "kind": "youth",
        "recognised_until": "31-12-2026",
        "proven": "1",
        "day": "2026-12-05",
    }
    page = admin.get("/desk/target-groups", params=tried).text
    assert "<strong>Jeugd en scholen</strong>" in page.split('class="panel')[1]
    assert "van de soort Jeugd" in page
    later = admin.get("/desk/target-groups", params=tried | {"day": "2027-01-01"}).text
    assert "de erkenning loopt maar tot en met donderdag 31 december 2026" in later
    unchecked = admin.get("/desk/target-groups", params=tried | {"proven": ""}).text
    assert "nog niet nagekeken" in unchecked.split('class="panel')[1]


def test_rules_are_added_and_dropped_and_written_down(
    admin: httpx.Client, database: Database
) -> None:
    page = admin.get("/desk/target-groups").text
    group = re.findall(r'<option value="(\d+)">Particulieren</option>', page)[0]
    rule = {
        "group": group,
        "position": "1",
        "capacities": ["citizen", "king"],
        "kinds": ["guild"],
        "postcodes": "9000, 9030",
        "recognised": "",
        "valid_from": "2027-01-01",
    }
    assert admin.post("/desk/target-groups/rules", data=rule, headers=OWN).status_code == 303
    assert "particulieren, postcode: 9000, 9030" in admin.get("/desk/target-groups").text
    with database.read() as session:
        first = session.scalars(
            select(TargetGroupRuleRow).order_by(TargetGroupRuleRow.position)
        ).first()
        assert first
        assert entries(session, Sought(action="target_rule.added"))
    answer = admin.post(f"/desk/target-groups/rules/{first.id}/end", headers=OWN)
    assert answer.status_code == 303


def test_wrong_rules_stand_beside_their_field_and_the_last_rule_stays(
    admin: httpx.Client, database: Database
) -> None:
    data = {"group": "x", "position": "", "postcodes": "!!", "valid_from": "x", "valid_until": "y"}
    page = admin.post("/desk/target-groups/rules", data=data, headers=OWN)
    fields = ["group", "position", "postcodes", "valid_from", "valid_until"]
    assert (page.status_code, list(problems(page))) == (422, fields)
    assert value(page, "postcodes") == "!!"
    with database.read() as session:
        last = session.scalars(
            select(TargetGroupRuleRow.id).order_by(TargetGroupRuleRow.position.desc())
        ).first()
    kept = admin.post(f"/desk/target-groups/rules/{last}/end", headers=OWN)
    assert kept.status_code == 422
    assert "blijft" in kept.text


def test_a_caller_is_found_however_the_number_was_written_and_helped(
    kim: httpx.Client, database: Database, people: People
) -> None:
    with database.write() as session:
        session.get_one(Person, people.anna).phone = "+32470123456"
    for words in ("ann", "anna@ex", "0470 12 34 56", "0470/12.34.56"):
        assert "anna@example.org" in kim.get("/desk/callers", params={"q": words}).text, words
    for words in ("%", "_", "12", "zzz", "'"):
        assert "Niemand gevonden" in kim.get("/desk/callers", params={"q": words}).text, words
    data = {"person": str(people.anna), "organisation": str(people.scouts)}
    assert kim.post("/desk/callers/help", data=data, headers=OWN).headers["location"] == "/account"
    page = kim.get("/").text
    assert "U helpt Anna" in page
    assert "<strong>Scouts Sint-Jan</strong>" in page
    assert "U helpt Anna" in kim.get("/desk").text, "also on the desk's pages"


def test_what_is_done_for_a_caller_is_kept_with_both_names(
    kim: httpx.Client, database: Database, people: People
) -> None:
    kim.post("/desk/callers/help", data={"person": str(people.anna)}, headers=OWN)
    typed = {"name": "Anna Peeters", "phone": "", "language": "nl"}
    kim.post("/account/details", data=typed, headers=OWN)
    kim.post("/desk/callers/stop", headers=OWN)
    with database.read() as session:
        found = entries(session, Sought(actor=f"person:{people.anna}"))
    assert [(one.actor, one.acting_for, one.action) for one in found] == [
        (f"staff:{people.kim}", f"person:{people.anna}", "person.changed"),
        (f"staff:{people.kim}", f"person:{people.anna}", "person.help_begun"),
    ]
    assert "U helpt" not in kim.get("/").text


def test_the_log_book_shows_both_names(
    admin: httpx.Client, application: FastAPI, settings: Settings, people: People
) -> None:
    with client_of(application, settings.base_url) as helper:
        log_in_staff(helper, "kim@stad.be", PASSWORD)
        helper.post("/desk/callers/help", data={"person": str(people.anna)}, headers=OWN)
    page = admin.get(f"/desk/audit?who=person:{people.anna}").text
    assert re.search(r"Kim</a><br>voor\s+<a[^>]*>Anna</a>", page)


def test_a_helper_cannot_do_what_only_the_person_may(
    kim: httpx.Client, database: Database, people: People
) -> None:
    kim.post("/desk/callers/help", data={"person": str(people.anna)}, headers=OWN)
    assert kim.get("/account/devices").status_code == 403
    assert kim.post("/account/devices/end-others", headers=OWN).status_code == 403
    chosen = kim.post("/account/acting", data={"capacity": str(people.scouts)}, headers=OWN)
    assert chosen.status_code == 303
    other = kim.post("/desk/callers/help", data={"person": "999"}, headers=OWN)
    assert other.status_code == 404
    wrong = {"person": str(people.bram), "organisation": str(people.scouts)}
    assert kim.post("/desk/callers/help", data=wrong, headers=OWN).status_code == 403
    with database.read() as session:
        found = entries(session, Sought(action="person.help_begun"))
    assert len(found) == 1


def test_a_new_caller_is_added_and_helped_at_once(kim: httpx.Client, database: Database) -> None:
    wrong = kim.post("/desk/callers", data={"name": "", "email": "x", "q": "lot"}, headers=OWN)
    assert list(problems(wrong)) == ["name", "email"]
    assert value(wrong, "q") == "lot"
    data = {"name": "Lotte", "email": "lotte@example.org"}
    assert kim.post("/desk/callers", data=data, headers=OWN).headers["location"] == "/account"
    assert "U helpt Lotte" in kim.get("/account").text
    with database.read() as session:
        lotte = session.scalars(select(Person).where(Person.email == "lotte@example.org")).one()
    assert lotte.email_proven_at is None, "nobody has shown to read that mailbox"


def test_helping_ends_with_the_role(kim: httpx.Client, database: Database, people: People) -> None:
    kim.post("/desk/callers/help", data={"person": str(people.anna)}, headers=OWN)
    with database.write() as session:
        account = session.get_one(Staff, people.kim)
        account.roles[0].role = Role.AUDITOR
    assert "U helpt" not in kim.get("/").text
    assert kim.get("/account").status_code == 303


def test_staff_who_rent_for_themselves_are_two_people(
    kim: httpx.Client, database: Database, people: People
) -> None:
    log_in(kim, database, "bram@example.org")
    assert "<strong>Bram</strong>" in kim.get("/").text
    assert "U huurt als" not in kim.get("/desk").text
    kim.post("/desk/callers/help", data={"person": str(people.anna)}, headers=OWN)
    assert "U helpt Anna" in kim.get("/").text, "what one does for a caller comes first"


def test_each_sees_the_pages_of_their_roles_in_the_bar(kim: httpx.Client) -> None:
    page = kim.get("/desk").text
    assert 'href="/desk/callers"' in page
    for path in ("/desk/staff", "/desk/services", "/desk/audit"):
        assert f'href="{path}"' not in page


def test_the_demo_s_mailbox_shows_every_mail_with_its_links_and_files(
    client: httpx.Client, database: Database
) -> None:
    assert "Nog geen berichten" in client.get("/demo/mailbox").text
    file = Attachment("x.ics", "text/calendar", b"BEGIN")
    with database.write() as session:
        words = "Dag <b>Anna</b>\nhttp://testserver/account\njavascript:alert(1)"
        number = mailer.post(session, Mail("a@b.be", "Uw <i>zaal</i>", words, "", [file]), NOW)
    page = client.get("/demo/mailbox").text
    assert '<a href="http://testserver/account">' in page
    assert 'href="javascript' not in page
    assert "<b>Anna" not in page
    assert "<i>zaal" not in page
    got = client.get(f"/demo/mailbox/{number}/0")
    assert (got.content, got.headers["content-type"][:13]) == (b"BEGIN", "text/calendar")
    assert got.headers["content-disposition"].startswith("attachment")
    assert client.get(f"/demo/mailbox/{number}/1").status_code == 404


def test_a_real_city_has_no_mailbox_page(
    settings: Settings,
) -> None:
    real = settings.model_copy(update={"demo": False})
    app = create_app(real)
    with client_of(app, real.base_url) as client:
        assert client.get("/demo/mailbox").status_code == 404
    app.state.database.close()
    with pytest.raises(NotFound):
        mailbox._only_in_demo(real)


def test_a_caller_who_lost_a_telephone_is_logged_out_everywhere(
    kim: httpx.Client, application: FastAPI, settings: Settings, database: Database, people: People
) -> None:
    with client_of(application, settings.base_url) as phone:
        log_in(phone, database, "anna@example.org")
        kim.post(f"/desk/callers/{people.anna}/log-out", headers=OWN)
        assert phone.get("/account").status_code == 303
    assert kim.post("/desk/callers/999/log-out", headers=OWN).status_code == 404


def test_kinds_and_groups_are_named_by_the_city(admin: httpx.Client, database: Database) -> None:
    new = {"what": "association", "nl": "Wandelclub", "en": "Walking club", "is_offered": "1"}
    assert admin.post("/desk/kinds", data=new, headers=OWN).status_code == 303
    admin.post("/desk/kinds", data={"what": "group", "nl": "Senioren"}, headers=OWN)
    page = admin.get("/desk/kinds").text
    assert "Wandelclub" in page
    assert "Senioren" in page
    assert "Walking club" in admin.get("/desk/kinds?lang=en").text
    admin.get("/desk/kinds?lang=nl")
    form = admin.get("/desk/kinds/kind/wandelclub")
    assert value(form, "en") == "Walking club"
    changed = {"nl": "Stappers", "is_offered": ""}
    admin.post("/desk/kinds/kind/wandelclub", data=changed, headers=OWN)
    with database.read() as session:
        kind = session.get_one(OrganisationKind, "wandelclub")
        (group,) = session.scalars(
            select(TargetGroupRow.id).where(TargetGroupRow.code == "senioren")
        )
        done = {one.action for one in entries(session, Sought())}
    assert (kind.names, kind.is_offered) == ({"nl": "Stappers"}, False)
    assert {"kind.added", "kind.changed", "target_group.added"} <= done
    admin.post(f"/desk/kinds/group/{group}", data={"nl": "60+"}, headers=OWN)
    assert "60+" in admin.get("/desk/target-groups").text


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"nl": ""}, ["nl"]),
        ({"nl": "!!!"}, ["nl"]),
        ({"nl": "YOUTH"}, ["nl"]),
        ({"what": "king"}, ["what"]),
        ({"fr": "x" * 81}, ["fr"]),
        ({"what": "", "nl": "a\x00"}, ["nl", "what"]),
    ],
)
def test_a_wrong_name_is_said_beside_its_field(
    admin: httpx.Client, changes: dict[str, str], fields: list[str]
) -> None:
    page = admin.post(
        "/desk/kinds",
        data={"what": "association", "nl": "Club", "de": "Verein"} | changes,
        headers=OWN,
    )
    assert (page.status_code, list(problems(page))) == (422, fields)
    assert value(page, "de") == "Verein"


@pytest.mark.parametrize("path", ["kind/x", "group/x", "group/999", "king/1", "group/" + "9" * 30])
def test_a_kind_or_group_that_is_not_there(admin: httpx.Client, path: str) -> None:
    assert admin.get(f"/desk/kinds/{path}").status_code in {404, 422}
