import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest

from central.accounts.links import LinkPurpose
from central.accounts.roles import Right, Role
from central.booking import queries, rules
from central.booking import service as booking
from central.booking.rules import Policy
from central.errors import CentralError
from central.events import FeedbackGiven
from central.feedback import answers, who
from central.feedback.answers import Given
from central.feedback.models import Feedback
from central.feedback.trends import Question
from central.halls.models import Hall
from tests.central.a_city import NOW, use
from tests.central.feedback.a_report import Reporting
from tests.central.some_people import People

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DAY_AFTER = use(9, day=6).start


def told_by(reporting: Reporting, day: int, overall: int, remark: str = "") -> None:
    """Somebody rents hall A on a day of December and answers the form the day after."""
    reporting.time.now = NOW
    reservation = reporting.book(period=use(10, 2, day))
    with reporting.database.write() as session:
        at = reservation.ends_at + timedelta(days=1)
        answers.give(session, reservation.reference, Given({Question.OVERALL: overall}, remark), at)


def test_the_form_is_answered_once_the_day_after(
    client: httpx.Client, reporting: Reporting
) -> None:
    link = reporting.use()
    path = f"/api/v1/uses/{link}/feedback"
    body = {"overall": 4, "entering": 5, "remark": " Fijne zaal. "}
    early = client.post(path, json=body)
    assert (early.status_code, early.json()["code"]) == (409, "use_not_begun")
    reporting.time.now = DAY_AFTER
    assert client.post(path, json={**body, "overall": 6}).status_code == 422
    assert client.post(path, json=body).status_code == 204
    again = client.post(path, json={"overall": 1})
    assert (again.status_code, again.json()["code"]) == (409, "already_told")
    with reporting.database.read() as session:
        (row,) = session.query(Feedback)
    assert (row.overall, row.entering, row.cleanliness, row.remark) == (4, 5, None, "Fijne zaal.")
    assert reporting.events(FeedbackGiven) == [FeedbackGiven(row.id)]
    assert client.get(f"/api/v1/uses/{link}").json()["feedback"] is True


def test_two_answers_at_once_are_one(reporting: Reporting) -> None:
    reservation = reporting.book()
    given = Given({Question.OVERALL: 3})

    def give(_: int) -> str:
        try:
            with reporting.database.write() as session:
                answers.give(session, reservation.reference, given, DAY_AFTER)
        except CentralError as error:
            return error.code
        return "given"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(give, range(4))) == ["already_told"] * 3 + ["given"]


def test_the_state_of_the_hall_is_noted_once_before_and_once_after(
    client: httpx.Client, reporting: Reporting
) -> None:
    link = reporting.use()
    path = f"/api/v1/uses/{link}/states"
    before = {"clean": False, "furniture": True, "equipment": True, "undamaged": True}
    after = dict.fromkeys(["clean", "furniture", "waste", "lights", "windows"], True)
    assert client.post(f"{path}/before", json={"items": before}).status_code == 204
    prettier = client.post(f"{path}/before", json={"items": {**before, "clean": True}})
    assert prettier.json()["code"] == "already_told"
    assert client.post(f"{path}/after", json={"items": before}).json()["code"] == "state_incomplete"
    reporting.time.now = DAY_AFTER
    assert client.post(f"{path}/after", json={"items": after}).status_code == 204
    caretaker = reporting.headers(Right(Role.FACILITY_STAFF))
    found = client.get(f"/api/v1/halls/{reporting.city.a}/states", headers=caretaker).json()
    assert [(one["moment"], one["items"]) for one in found] == [
        ("after", after),
        ("before", before),
    ]


def test_a_cancelled_use_has_no_form(client: httpx.Client, reporting: Reporting) -> None:
    reservation = reporting.book()
    link = who.use_link(reporting.links, reservation)
    with reporting.database.write() as session:
        booking.cancel(session, reservation.id, NOW)
    reporting.time.now = DAY_AFTER
    assert client.get(f"/uses/{link}").status_code == 404
    assert client.get(f"/uses/{link}/form").status_code == 404


@SQLITE
def test_managers_see_what_many_said_in_their_halls_and_never_who(
    client: httpx.Client, reporting: Reporting, people: People
) -> None:
    with reporting.database.write() as session:
        session.get_one(Hall, reporting.city.a).service_id = people.culture
        session.get_one(Hall, reporting.city.b).service_id = people.sport
        bills_afterwards = Policy(pays_first=False)
        rules.put_policy(session, people.culture, bills_afterwards, "system", NOW)
    mine = reporting.headers(Right(Role.HALL_MANAGER, service=people.culture))
    others = reporting.headers(Right(Role.HALL_MANAGER, service=people.sport))
    path = f"/api/v1/halls/{reporting.city.a}/feedback"
    for day, mark in ((1, 5), (2, 4)):
        told_by(reporting, day, mark, f"opmerking {day}")
    reporting.time.now = use(9, day=20).start
    few = client.get(path, headers=mine).json()
    assert (few["count"], few["averages"]["overall"], few["remarks"]) == (2, None, [])
    told_by(reporting, 3, 3, "andere opmerking")
    reporting.time.now = use(9, day=20).start
    many = client.get(path, headers=mine).json()
    assert (many["count"], many["averages"]["overall"]) == (3, 4)
    assert many["remarks"] == ["andere opmerking", "opmerking 1", "opmerking 2"]
    assert client.get(path, headers=others).status_code == 403
    assert client.get(f"/desk/feedback/{reporting.city.a}", headers=others).status_code == 403
    page = client.get("/desk/feedback", headers=mine).text
    assert "Zaal A" in page
    assert "Zaal B" not in page
    one = client.get(f"/desk/feedback/{reporting.city.a}", headers=mine).text
    assert "4,0" in one
    assert "december 2026" in one
    for text in (page, one, client.get(path, headers=mine).text):
        assert "Anna" not in text
        assert "anna@" not in text


def problems(page: httpx.Response) -> dict[str, str]:
    summary = re.search(r'<div class="summary".*?</div>', page.text, re.DOTALL)
    found = re.findall(r'<a href="#(\w+)">(.*?)</a>', summary[0]) if summary else []
    return {name: html.unescape(says) for name, says in found}


@SQLITE
def test_the_page_of_a_use_leads_to_everything_at_its_time(
    client: httpx.Client, reporting: Reporting
) -> None:
    link = reporting.use()
    path = f"/uses/{link}"

    def ways() -> list[str]:
        found = re.findall(rf'href="{path}/([\w/]+)"', client.get(path).text)
        return list(found)

    assert ways() == ["state/before", "state/after", "defect"]
    reporting.time.now = DAY_AFTER
    assert ways() == ["state/after", "defect", "form"]
    page = client.post(f"{path}/form", data={"cleanliness": "2", "remark": "Mooi.\nKoud."})
    assert list(problems(page)) == ["overall"]
    assert 'name="cleanliness" value="2" checked' in page.text
    assert "Mooi.\nKoud.</textarea>" in page.text
    done = client.post(f"{path}/form", data={"overall": "4", "remark": "Mooi."})
    assert done.status_code == 303
    assert "Bedankt" in client.get(done.headers["location"]).text
    assert ways() == ["state/after", "defect"]
    assert client.get(f"{path}/form").status_code == 409


@SQLITE
def test_what_is_not_in_order_leads_to_reporting_it(
    client: httpx.Client, reporting: Reporting
) -> None:
    path = f"/uses/{reporting.use()}"
    some = {"clean": "no", "furniture": "yes"}
    page = client.post(f"{path}/state/before", data=some)
    assert list(problems(page)) == ["equipment", "undamaged"]
    assert 'name="clean" value="no" checked' in page.text
    whole = {**some, "equipment": "yes", "undamaged": "yes"}
    done = client.post(f"{path}/state/before", data=whole)
    assert done.headers["location"] == f"{path}/defect"
    assert client.get(f"{path}/state/before").status_code == 409
    assert client.get(f"{path}/state/never").status_code == 422


@SQLITE
def test_the_order_s_page_leads_to_the_use_from_its_beginning_on(
    client: httpx.Client, reporting: Reporting
) -> None:
    reservation = reporting.book()
    with reporting.database.read() as session:
        reference = queries.reservation_of(session, reservation.reference).order.reference
    until = reservation.ends_at + timedelta(days=90)
    path = f"/orders/{reporting.links.make(LinkPurpose.ORDER, reference, until)}"
    assert "/uses/" not in client.get(path).text
    reporting.time.now = reservation.starts_at
    (way,) = re.findall(r'href="(/uses/[^"]+)"', client.get(path).text)
    assert "Uw gebruik van Zaal A" in client.get(way).text
    reporting.time.now = reservation.ends_at + timedelta(days=31)
    assert "/uses/" not in client.get(path).text
