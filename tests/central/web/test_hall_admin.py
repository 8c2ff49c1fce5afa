import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from central.accounts import service
from central.accounts.roles import Right, Role
from central.accounts.sessions import new_token
from central.database import Database
from central.halls.access_type import AccessType
from central.halls.hall_data import HallData
from central.halls.models import Hall
from central.web.hall_admin_parts import FORMS, Part, ranges
from central.web.language import languages
from central.web.typed_fields import Fields, Reader
from tests.central.a_city import NOW, City
from tests.central.some_people import People
from tests.central.web.readers import OWN, problems

TODAY = date(2026, 11, 24)
ONE_DAY = timedelta(days=1)
CLOSED = (None, None)
RICH = HallData(
    site_id=3,
    name="De Grote Zaal",
    capacity=120,
    description="Parket en hoge ramen.",
    cents_per_hour=2550,
    setup_minutes=30,
    turnaround_minutes=45,
    early_minutes=15,
    late_minutes=30,
    seated=80,
    kind="concert",
    surface=210,
    house_rules="Geen vuurwerk.\nGeen lijm.",
    arriving="Licht links.",
    leaving="Stoelen stapelen.",
    live_from=date(2027, 1, 1),
    closes_on_holidays=True,
    grid_minutes=30,
    shortest_minutes=60,
    longest_minutes=600,
    notice_hours=0,
    horizon_days=365,
    named_passes=5,
    may_hold_open=True,
    features=["kitchen", "stage", "wheelchair"],
    spaces=[1, 2],
    route=[0, 2],
    openings=[(0, 480, 720), (0, 780, 1320), (4, 1080, 1560), (6, 0, 1440)],
    special_days=[
        (TODAY - ONE_DAY, *CLOSED),
        *((date(2026, 12, 24) + after * ONE_DAY, *CLOSED) for after in range(9)),
        (date(2027, 1, 4), 600, 720),
        (date(2027, 1, 4), 840, 1500),
        (date(2027, 1, 5), 600, 720),
    ],
    access=[
        (date(2026, 1, 1), AccessType.KEY_PICKUP, "Bij het onthaal."),
        (date(2027, 1, 1), AccessType.DOOR_UNIT, ""),
    ],
    parts={"evening": [1080, 1380]},
)


def read(part: Part, fields: Fields, data: HallData = RICH) -> tuple[HallData, dict[str, str]]:
    reader = Reader(fields, languages()["nl"], TODAY)
    return FORMS[part].read(reader, data), reader.problems


def as_known(data: HallData) -> HallData:
    """With lists in one order, and parts of the day in one form."""
    return replace(
        data,
        special_days=sorted(data.special_days, key=lambda one: (one[0], one[1] or 0)),
        access=sorted(data.access),
        spaces=sorted(data.spaces),
        parts={name: list(hours) for name, hours in data.parts.items()},
    )


@pytest.mark.parametrize("part", Part)
def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(part: Part) -> None:
    changed, wrong = read(part, FORMS[part].fill(RICH, TODAY))
    assert wrong == {}
    assert as_known(changed) == as_known(RICH)


def test_special_days_in_a_row_with_the_same_hours_are_one_line() -> None:
    assert list(ranges(RICH.special_days, TODAY)) == [
        (date(2026, 12, 24), date(2027, 1, 1), *CLOSED),
        (date(2027, 1, 4), date(2027, 1, 5), 600, 720),
        (date(2027, 1, 4), date(2027, 1, 4), 840, 1500),
    ]


@pytest.mark.parametrize(
    ("part", "typed", "beside"),
    [
        (Part.FACTS, {"name": " "}, "name"),
        (Part.FACTS, {"name": "x" * 121}, "name"),
        (Part.FACTS, {"name": "Zaal\x00"}, "name"),
        (Part.FACTS, {"capacity": "0"}, "capacity"),
        (Part.FACTS, {"capacity": ""}, "capacity"),
        (Part.FACTS, {"capacity": "1e9"}, "capacity"),
        (Part.FACTS, {"seated": "121"}, "seated"),
        (Part.FACTS, {"kind": "castle"}, "kind"),
        (Part.FACTS, {"spaces": ""}, "spaces"),
        (Part.HOURS, {"from-0-0": "25:00"}, "from-0-0"),
        (Part.HOURS, {"to-0-0": ""}, "to-0-0"),
        (Part.HOURS, {"from-0-1": "11:00"}, "from-0-1"),
        (Part.HOURS, {"from-evening": ""}, "from-evening"),
        (Part.HOURS, {"day-0": "31-2-2027"}, "day-0"),
        (Part.HOURS, {"day-0": ""}, "day-0"),
        (Part.HOURS, {"last-0": "2026-12-23"}, "last-0"),
        (Part.HOURS, {"last-0": "9999-12-31"}, "last-0"),
        (Part.HOURS, {"closed-0": ""}, "from-s0"),
        (Part.HOURS, {"closed-1": "1"}, "from-s1"),
        (Part.HOURS, {"day-1": "2026-12-26", "last-1": ""}, "day-1"),
        (Part.LIMITS, {"price": "gratis"}, "price"),
        (Part.LIMITS, {"grid_minutes": "0"}, "grid_minutes"),
        (Part.LIMITS, {"longest_minutes": "30"}, "longest_minutes"),
        (Part.LIMITS, {"early_minutes": "31"}, "early_minutes"),
        (Part.LIMITS, {"late_minutes": "46"}, "late_minutes"),
        (Part.LIMITS, {"notice_hours": "-1"}, "notice_hours"),
        (Part.LIMITS, {"named_passes": "21"}, "named_passes"),
        (Part.WAY_IN, {"first-0": ""}, "first-0"),
        (Part.WAY_IN, {"first-1": "2026-01-01"}, "first-1"),
        (Part.WAY_IN, {"way-0": "ladder"}, "way-0"),
        (Part.OFFER, {"live_from": "morgen"}, "live_from"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    part: Part, typed: dict[str, str], beside: str
) -> None:
    changed = {name: (value,) if value else ("",) for name, value in typed.items()}
    _, wrong = read(part, {**FORMS[part].fill(RICH, TODAY), **changed})
    assert list(wrong) == [beside]


def test_a_day_emptied_removes_its_line_and_empty_lines_are_no_days() -> None:
    filled = FORMS[Part.HOURS].fill(RICH, TODAY)
    emptied = {"day-0": ("",), "last-0": ("",), "closed-0": (), "day-3": ("",)}
    changed, wrong = read(Part.HOURS, {**filled, **emptied})
    assert wrong == {}
    assert date(2026, 12, 25) not in {one[0] for one in changed.special_days}
    assert TODAY - ONE_DAY in {one[0] for one in changed.special_days}, "what is past stays"


# --- the pages

Staff = Callable[..., dict[str, str]]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def fields_of(page: str) -> dict[str, list[str]]:
    """What a browser sends of the main form of a page."""
    found: dict[str, list[str]] = {}
    (form,) = re.findall(r"<form method=\"post\" action=\"/desk/halls/.*?</form>", page, re.DOTALL)
    for tag in re.findall(r"<(?:input|textarea|select)[^>]*>", form):
        name = re.search(r'name="([^"]*)"', tag)
        if name is None or ('type="checkbox"' in tag and " checked" not in tag):
            continue
        value = re.search(r'value="([^"]*)"', tag)
        found.setdefault(name[1], []).append(value[1] if value else "")
    for name, body in re.findall(
        r'<textarea id="([^"]*)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL
    ):
        found[name] = [body]
    for name, body in re.findall(r'<select id="([^"]*)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body) or re.search(r'value="(.*?)"', body)
        found[name] = [chosen[1] if chosen else ""]
    return found


def test_each_page_is_saved_unchanged_and_then_changed(
    client: httpx.Client, city: City, staff: Staff
) -> None:
    headers = staff(Role.HALL_MANAGER) | OWN
    where = f"/desk/halls/{city.whole}"

    def told() -> dict[str, Any]:
        found: dict[str, Any] = client.get(f"/api/v1/halls/{city.whole}").json()
        return found

    before = told()
    for part, changes, field, value in (
        ("facts", {"seated": "150", "features": ["kitchen", "wheelchair"]}, "seated", 150),
        ("hours", {"from-4-0": "18:00", "to-4-0": "02:00"}, "openings",
         [{"weekday": 4, "opens": 1080, "closes": 1560}]),
        ("limits", {"price": "12,50"}, "cents_per_hour", 1250),
        ("way-in", {"first-0": "1-12-2026", "way-0": "key_pickup", "says-0": "Balie."}, "access",
         [{"first": "2026-12-01", "access": "key_pickup", "instructions": "Balie."}]),
        ("offer", {"live_from": "2026-12-01"}, "live_from", "2026-12-01"),
    ):  # fmt: skip
        page = client.get(f"{where}/{part}", headers=headers)
        assert page.status_code == 200
        typed = fields_of(page.text)
        answer = client.post(f"{where}/{part}", data=typed, headers=headers)
        assert answer.status_code == 303, problems(answer)
        assert told() == before, part
        answer = client.post(f"{where}/{part}", data={**typed, **changes}, headers=headers)
        assert answer.status_code == 303, problems(answer)
        assert told()[field] == value
        before = told()
    shown = client.get(where, headers=headers).text
    assert "Balie." not in shown, "it counts from December on"
    for day, is_read in (("2026-11-30", False), ("2026-12-01", True)):
        page = client.get(f"/halls/{city.whole}?day={day}")
        assert ("Balie." in page.text) is is_read
    assert client.get("/desk/halls", headers=headers).text.count(f'href="{where}"') == 1


@on_sqlite
def test_a_mistake_loses_nothing_that_was_typed(
    client: httpx.Client, city: City, staff: Staff
) -> None:
    headers = staff(Role.HALL_MANAGER) | OWN
    typed = {"name": "Zaal B", "description": "<b>Mooi</b>", "capacity": "x", "spaces": "1"}
    page = client.post(f"/desk/halls/{city.a}/facts?lang=nl", data=typed, headers=headers)
    assert page.status_code == 422
    assert set(problems(page)) == {"capacity", "kind"}
    assert "&lt;b&gt;Mooi&lt;/b&gt;" in page.text
    fixed = fields_of(client.get(f"/desk/halls/{city.a}/facts", headers=headers).text)
    page = client.post(
        f"/desk/halls/{city.a}/facts", data={**fixed, "name": "Zaal B"}, headers=headers
    )
    assert (page.status_code, list(problems(page))) == (422, ["name"])


@on_sqlite
def test_no_pass_is_promised_where_no_door_of_ours_is(client: httpx.Client, city: City) -> None:
    for hall, says in (
        (city.a, "Met uw toegangspas aan de deur."),
        (city.b, "Iemand van de stad doet voor u open."),
    ):
        assert says in client.get(f"/halls/{hall}", params={"lang": "nl"}).text


@on_sqlite
def test_a_manager_of_one_service_keeps_only_its_halls(
    client: httpx.Client, city: City, database: Database, people: People
) -> None:
    with database.write() as session:
        session.get_one(Hall, city.a).service_id = people.culture
        session.get_one(Hall, city.b).service_id = people.sport
        right = Right(Role.HALL_MANAGER, service=people.sport)
        one = service.add_staff(session, f"{uuid4().hex}@stad.be", "Mia", "x", [right], NOW)
        token = new_token(session, one.id, "t", ONE_DAY, NOW)
    headers = {"Authorization": f"Bearer {token}"} | OWN
    for path in ("", *(f"/{part}" for part in Part)):
        answer = client.get(f"/desk/halls/{city.a}{path}", headers=headers)
        assert answer.status_code == 403, path
        if path:
            answer = client.post(f"/desk/halls/{city.a}{path}", data={"x": "1"}, headers=headers)
            assert answer.status_code == 403, path
    mine = f"/desk/halls/{city.b}/facts"
    typed = fields_of(client.get(mine, headers=headers).text)
    for name, other in (("service_id", str(people.culture)), ("spaces", str(city.spaces[0]))):
        answer = client.post(mine, data={**typed, name: other}, headers=headers)
        assert (answer.status_code, list(problems(answer))) == (422, [name])
    assert client.post(mine, data=typed, headers=headers).status_code == 303


def test_a_new_hall_is_hidden_until_it_is_offered(
    client: httpx.Client, city: City, staff: Staff
) -> None:
    assert city.a
    headers = staff(Role.HALL_MANAGER) | OWN
    typed = {"name": "Foyer", "site": "3", "capacity": "40", "kind": "meeting", "service_id": ""}
    wrong = client.post("/desk/halls/new", data={**typed, "site": "", "name": ""}, headers=headers)
    assert list(problems(wrong)) == ["name", "site"]
    made = client.post("/desk/halls/new", data=typed, headers=headers)
    assert made.status_code == 303, problems(made)
    where = made.headers["location"]
    assert "Foyer" not in client.get("/").text
    assert client.post(f"{where}/offer", data={"is_offered": "1"}, headers=headers).is_redirect
    assert "Foyer" in client.get("/").text
    again = client.post("/desk/halls/new", data=typed, headers=headers)
    assert (again.status_code, list(problems(again))) == (422, ["name"])
