"""The large city of the demo: believable, the same each time, and nobody in two uses at once."""

import io
import tomllib
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, cast
from zlib import crc32

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image
from sqlalchemy import func, select

from central.accounts.capacities import ActingAs, Capacity, picked
from central.accounts.roles import Role
from central.accounts.service import add_staff
from central.accounts.sessions import new_token
from central.booking.models import Occupancy, Reservation
from central.booking.rights_and_prices import rule_book
from central.database import Database
from central.halls.models import Hall
from central.main import create_app
from central.migrations import upgrade
from central.settings import Settings
from demo import city, founding
from demo.central import Central
from demo.city import CITY, MANAGER, fill
from demo.drawn.pictures import SCENES, picture
from demo.past import Habit, Let, Use, uses
from tests.central.a_city import NOW, Time
from tests.central.in_process import client_of
from tests.central.pictures import a_photo
from tests.central.web.readers import log_in_staff

TODAY = date(2026, 11, 24)
QUARTER = timedelta(minutes=15)
EVENING = Habit((0, 1, 2, 3, 4), 19 * 60, 22 * 60, 0.9, is_weekly=True, activity="training")
NIGHT = Habit((4, 5), 18 * 60, 26 * 60, 0.8, is_weekly=False, activity="party")
HALLS = (
    Let(1, (1, 2), QUARTER, QUARTER, 200, (NIGHT,)),
    Let(2, (1,), timedelta(0), QUARTER, 80, (EVENING, NIGHT)),
    Let(3, (2,), timedelta(0), QUARTER, 40, (EVENING, NIGHT)),
)
WHO = {"training": (0, 1), "party": (1, 2)}
PASSWORD = "a password of the demo"


def test_no_two_uses_meet_in_a_space() -> None:
    found = uses(HALLS, WHO, TODAY, "seed")
    whole = {one.hall: one for one in HALLS}
    taken: dict[int, list[Use]] = {}
    for one in found:
        for space in whole[one.hall].spaces if not one.is_cancelled else ():
            taken.setdefault(space, []).append(one)
    for there in taken.values():
        in_order = sorted(there, key=lambda one: one.start)
        assert len(in_order) > 300, "dense enough to look real"
        for one, two in pairwise(in_order):
            assert one.end + whole[one.hall].after <= two.start - whole[two.hall].before


def test_the_past_is_the_same_for_the_same_day_and_thins_out_ahead() -> None:
    found = uses(HALLS, WHO, TODAY, "seed")
    assert found == uses(HALLS, WHO, TODAY, "seed")
    assert found != uses(HALLS, WHO, TODAY, "another seed")
    parties = [one.start.date() for one in found if one.activity == "party"]
    past = sum(day < TODAY for day in parties)
    assert 0 < len(parties) - past < past / 2


@pytest.mark.parametrize("scene", SCENES)
def test_each_scene_is_drawn_the_same_each_time_and_otherwise_for_each_hall(scene: str) -> None:
    drawn = picture(scene, "De Linde")
    with Image.open(io.BytesIO(drawn)) as seen:
        assert (seen.format, seen.size) == ("JPEG", (960, 720))
        colours = seen.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).getcolors()
        assert len(colours or ()) > 40, "more than an empty wall"
    assert len(drawn) < 200_000
    if scene == "party":
        assert drawn == picture(scene, "De Linde")
        assert drawn != picture(scene, "De Eik")
        assert drawn != picture(scene, "De Linde", 1)


class Rest:
    """What founding asks of central, in this process."""

    def __init__(self, client: httpx.Client, token: str) -> None:
        self._client, self._headers = client, {"Authorization": f"Bearer {token}"}

    def post(self, path: str, **fields: object) -> Any:  # noqa: ANN401 - JSON
        answer = self._client.post(f"/api/v1/{path}", json=fields, headers=self._headers)
        assert answer.is_success, answer.text
        return answer.json()

    def add_service(self, name: str) -> None:
        sent = {"name": name, "is_active": "1"}
        answer = self._client.post("/desk/services", data=sent, headers=self._headers)
        assert answer.is_redirect, answer.text


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(demo=True, data=tmp_path_factory.mktemp("city"), city="Teststad", worker=False)


@pytest.fixture(scope="module")
def app(settings: Settings) -> FastAPI:
    """The application over the large city, with one small picture instead of drawings."""
    database = Database(settings.database)
    upgrade(database)
    with database.write() as session:
        one = add_staff(session, "admin@stad.be", "Mia", "x", [Role.ADMIN], NOW)
        token = new_token(session, one.id, "t", timedelta(days=1), NOW)
    made = create_app(settings, Time())
    with client_of(made, settings.base_url) as client, pytest.MonkeyPatch.context() as patch:
        founding.build_town(cast("Central", Rest(client, token)), lambda _: None)
        Image.init()  # its formats are loaded once, and not by two threads at a time
        patch.setattr(
            city,
            "picture",
            lambda _, name, view: a_photo(size=(64, 48), colour=colour_of(name, view)),
        )
        count = fill(database, settings.data, NOW, PASSWORD)
    database.close()
    assert count > 10_000
    return made


def colour_of(name: str, view: int) -> str:
    return f"#{crc32(f'{name}{view}'.encode()) & 0xFFFFFF:06x}"


@pytest.mark.timeout(180)
def test_the_city_has_halls_of_every_service_with_pictures_hours_and_people(app: FastAPI) -> None:
    database: Database = app.state.database
    with database.read() as session:
        halls = session.execute(select(Hall.id, Hall.service_id)).all()
        assert len(halls) >= 44
        assert len({one.service_id for one in halls}) == 6
        used = dict(
            session.execute(
                select(Reservation.hall_id, func.count()).group_by(Reservation.hall_id)
            ).all()
        )
        assert sum(count > 100 for count in used.values()) > 25
        assert (session.scalar(select(func.count()).select_from(Occupancy)) or 0) > 10_000
    toml = tomllib.loads(CITY.read_text(encoding="utf-8"))
    with client_of(app, "http://testserver") as client:
        listed = {one["name"]: one for one in client.get("/api/v1/halls").json()}
        for site in toml["sites"]:
            for hall in site["halls"]:
                if hall["name"] in listed:
                    photos = listed[hall["name"]]["photos"]
                    assert len(photos) == 2, hall["name"]
                    assert set(photos[0]["words"]) == {"nl", "en"}
        page = client.get("/?day=2026-12-12&start=14:00&end=18:00&attendees=60&lang=nl")
        assert page.status_code == 200
        log_in_staff(client, MANAGER, PASSWORD, "/desk/halls")
        mine = client.get("/desk/halls").text
        assert "De Linde, theaterzaal" in mine
        assert "De Molen, deel A" not in mine, "another service's"


def test_each_service_has_its_rules(app: FastAPI) -> None:
    database: Database = app.state.database
    with database.read() as session:
        book = rule_book(session)
        halls = dict(session.execute(select(Hall.name, Hall.id)).all())
    citizen = ActingAs(Capacity.CITIZEN)
    company = ActingAs(Capacity.COMPANY)
    scouts = picked(Capacity.ASSOCIATION, kind="youth", is_recognised=True)
    for who, hall, may in (
        (citizen, "Stadhuis, raadzaal", False),
        (scouts, "Stadhuis, raadzaal", True),
        (company, "De Regenboog, refter", False),
        (citizen, "De Regenboog, refter", True),
        (company, "De Linde, theaterzaal", True),
    ):
        assert book.may_ever(who, halls[hall], TODAY) is may, (who.capacity, hall)
