import html
import re
from datetime import timedelta

import httpx
import pytest

from central.accounts.roles import Right, Role
from central.feedback.models import DefectPhoto
from tests.central.a_city import NOW
from tests.central.feedback.a_report import Reporting
from tests.central.pictures import a_photo

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TYPED = {"kind": "light", "description": "De lamp flikkert.\nAchteraan links."}


def problems(page: httpx.Response) -> dict[str, str]:
    summary = re.search(r'<div class="summary".*?</div>', page.text, re.DOTALL)
    found = re.findall(r'<a href="#(\w+)">(.*?)</a>', summary[0]) if summary else []
    return {name: html.unescape(says) for name, says in found}


def files(*contents: bytes) -> list[tuple[str, tuple[str, bytes, str]]]:
    return [("photos", (f"foto{at}.jpg", one, "image/jpeg")) for at, one in enumerate(contents, 1)]


def kept(page: httpx.Response) -> dict[str, str]:
    found = re.search(r'name="kept" value="([^"]+)"', page.text)
    return {"kept": found[1]} if found else {}


def test_a_guest_scans_the_sheet_reports_with_a_photo_and_follows_it(
    client: httpx.Client, reporting: Reporting
) -> None:
    path = f"/hall-sheets/{reporting.sheet()}"
    assert "Wat is er mis in Zaal A?" in client.get(path).text
    typed = {**TYPED, "email": "gast@example.org", "is_urgent": "1"}
    answer = client.post(path, data=typed, files=files(a_photo(), a_photo("PNG", colour="#00ff00")))
    assert answer.status_code == 303, problems(answer)
    page = client.get(answer.headers["location"])
    assert "Bedankt" in page.text
    assert "Achteraan links." in page.text
    (photo, *others) = sorted(set(re.findall(r'src="(/reports/[^"]+)"', page.text)))
    assert len(others) == 1
    assert client.get(photo).headers["content-type"] == "image/jpeg"
    assert "Wat is er mis in Zaal A?" not in client.get(path + "x").text


def test_nothing_typed_or_sent_is_lost(client: httpx.Client, reporting: Reporting) -> None:
    path = f"/hall-sheets/{reporting.sheet()}"
    typed = {"kind": "light", "email": "gast", "is_urgent": "1", "description": ""}
    sent = files(a_photo(), b"no photo", a_photo(colour="#00ff00"))
    page = client.post(path, data=typed, files=sent)
    assert page.status_code == 422
    assert list(problems(page)) == ["description", "email", "photos"]
    assert problems(page)["photos"].startswith("foto2.jpg: Dit is geen foto")
    assert 'value="gast"' in page.text
    assert re.search(r'name="is_urgent"[^>]* checked', page.text)
    assert '<option value="light" selected' in page.text
    assert page.text.count("data:image/jpeg;base64") == 2
    drop = re.findall(r'name="drop" value="(\w+)"', page.text)[0]
    answer = client.post(path, data={**TYPED, **kept(page), "drop": drop})
    assert answer.status_code == 303
    (photo,) = photos_of(reporting)
    assert photo != drop


def photos_of(reporting: Reporting) -> list[str]:
    with reporting.database.read() as session:
        return [one.hash for one in session.query(DefectPhoto)]


def test_an_empty_form_says_all_that_is_missing(client: httpx.Client, reporting: Reporting) -> None:
    page = client.post(f"/hall-sheets/{reporting.sheet()}", data={})
    assert list(problems(page)) == ["kind", "description"]
    many = files(*(a_photo(colour=f"#{one}0{one}0ff") for one in range(6)))
    page = client.post(f"/hall-sheets/{reporting.sheet()}", data=TYPED, files=many)
    assert problems(page) == {"photos": "Er gaan hoogstens 5 foto’s mee."}
    page = client.post(f"/hall-sheets/{reporting.sheet()}", data=TYPED, files=many * 5)
    assert page.status_code == 400
    nul = {**TYPED, "description": "lamp\0kapot"}
    assert list(problems(client.post(f"/hall-sheets/{reporting.sheet()}", data=nul))) == [
        "description"
    ]


def test_photos_that_somebody_else_sent_cannot_be_claimed(
    client: httpx.Client, reporting: Reporting
) -> None:
    path = f"/hall-sheets/{reporting.sheet()}"
    forged = {**TYPED, "kept": "0" * 64}
    assert client.post(path, data=forged).status_code == 303
    assert photos_of(reporting) == []


def test_too_many_tries_lose_nothing_either(client: httpx.Client, reporting: Reporting) -> None:
    path = f"/hall-sheets/{reporting.sheet()}"
    first = client.post(path, data={"kind": "light"}, files=files(a_photo()))
    for _ in range(19):
        client.post(path, data={})
    page = client.post(path, data={**TYPED, **kept(first)})
    assert page.status_code == 429
    assert "Achteraan links." in page.text
    assert kept(page) == kept(first)


def test_typed_text_is_shown_as_text(client: httpx.Client, reporting: Reporting) -> None:
    typed = {**TYPED, "description": "</textarea><script>alert(1)</script>"}
    path = f"/hall-sheets/{reporting.sheet()}"
    pages = [client.post(path, data={**typed, "kind": ""})]
    pages.append(client.get(client.post(path, data=typed).headers["location"]))
    pages.append(client.get("/desk/defects", headers=reporting.headers(Right(Role.ADMIN))))
    for page in pages:
        assert "&lt;script&gt;" in page.text
        assert "<script>" not in page.text


def test_the_renter_is_not_asked_for_an_address(client: httpx.Client, reporting: Reporting) -> None:
    path = f"/uses/{reporting.use()}/defect"
    assert 'name="email"' not in client.get(path).text
    page = client.get(client.post(path, data=TYPED).headers["location"])
    assert "Bedankt" in page.text


def test_staff_handle_a_defect_and_close_the_hall(
    client: httpx.Client, reporting: Reporting
) -> None:
    status = client.post(f"/hall-sheets/{reporting.sheet()}", data=TYPED).headers["location"]
    mia = reporting.headers(Right(Role.HALL_MANAGER, hall=reporting.city.a))
    listed = client.get("/desk/defects", headers=mia)
    (path,) = re.findall(r'href="(/desk/defects/\w+)"', listed.text)
    mute = client.post(path, data={"transition": "decline"}, headers=mia)
    assert list(problems(mute)) == ["note"]
    done = {"transition": "repair", "note": "Maandag komt de elektricien."}
    assert client.post(path, data=done, headers=mia).status_code == 303
    assert "Maandag komt de elektricien." in client.get(status).text
    again = client.post(path, data={"transition": "see"}, headers=mia)
    assert again.status_code == 409
    reporting.book()
    closed = client.post(f"{path}/close-hall", data={"until": "2026-12-05"}, headers=mia)
    assert closed.status_code == 409
    assert "zaterdag 5 december 2026, van 15.00 tot 17.00 uur" in closed.text
    assert client.post(f"{path}/close-hall", data={"until": "x"}, headers=mia).status_code == 422
    done = {"until": "2026-12-04"}
    assert client.post(f"{path}/close-hall", data=done, headers=mia).status_code == 303
    page = client.get(path, headers=mia).text
    assert "afgesloten tot zaterdag 5 december 2026, 00.00 uur" in page
    assert client.post(f"{path}/open-hall", headers=mia).status_code == 303
    assert "afgesloten tot" not in client.get(path, headers=mia).text
    assert "De zaal ging weer open" in client.get(status).text


def test_who_only_looks_is_offered_nothing_to_do(
    client: httpx.Client, reporting: Reporting
) -> None:
    client.post(f"/hall-sheets/{reporting.sheet()}", data=TYPED)
    kim = reporting.headers(Right(Role.CONTACT_CENTRE))
    (path,) = re.findall(
        r'href="(/desk/defects/\w+)"', client.get("/desk/defects", headers=kim).text
    )
    assert 'name="transition"' not in client.get(path, headers=kim).text
    caretaker = reporting.headers(Right(Role.FACILITY_STAFF))
    page = client.get(path, headers=caretaker).text
    assert 'value="solve"' in page
    assert 'value="decline"' not in page
    assert "/close-hall" not in page


def test_the_code_to_print_leads_to_the_form_of_its_hall(
    client: httpx.Client, reporting: Reporting
) -> None:
    mia = reporting.headers(Right(Role.HALL_MANAGER, hall=reporting.city.a))
    page = client.get(f"/desk/hall-sheets/{reporting.city.a}", headers=mia)
    assert "Is er iets stuk in Zaal A?" in page.text
    assert "<svg" in page.text
    assert client.get(f"/desk/hall-sheets/{reporting.city.b}", headers=mia).status_code == 403
    reporting.time.now = NOW + timedelta(days=3 * 366 + 1)
    assert client.get(f"/hall-sheets/{reporting.sheet()}").status_code == 403
