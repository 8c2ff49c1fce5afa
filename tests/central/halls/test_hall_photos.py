import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from PIL import Image

from central.accounts import service
from central.accounts.roles import Right, Role
from central.accounts.sessions import new_token
from central.database import Database
from central.halls.jobs import PhotoTidying
from central.halls.models import Hall
from central.halls.photos import LONGEST_WORDS, MOST_PHOTOS, WIDTHS, store_in
from tests.central.a_city import NOW, City, Time
from tests.central.pictures import a_photo
from tests.central.some_people import People
from tests.central.web.readers import OWN, problems

Staff = Callable[..., dict[str, str]]
COLOURS = [f"#{shade:02x}8040" for shade in range(0, 256, 16)]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass
class Manager:
    """A hall manager of the whole city, who sends photos of hall A."""

    client: httpx.Client
    headers: dict[str, str]
    hall: int

    @property
    def rest(self) -> str:
        return f"/api/v1/hall-photos/{self.hall}"

    @property
    def page(self) -> str:
        return f"/desk/hall-photos/{self.hall}"

    def sends(self, content: bytes) -> httpx.Response:
        return self.client.post(self.rest, content=content, headers=self.headers)

    def adds(self, colour: str = COLOURS[0]) -> dict[str, Any]:
        answer = self.sends(a_photo(colour=colour))
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def describes(self, photo: object, **words: str) -> httpx.Response:
        return self.client.put(f"{self.rest}/{photo}", json=words, headers=self.headers)

    def seen(self) -> list[dict[str, Any]]:
        """What everybody is told of the photos."""
        found: list[dict[str, Any]] = self.client.get(f"/api/v1/halls/{self.hall}").json()["photos"]
        return found

    def posts(self, path: str, **more: object) -> httpx.Response:
        return self.client.post(path, headers=self.headers | OWN, **more)  # type: ignore[arg-type]

    def looks(self) -> str:
        answer = self.client.get(self.page, headers=self.headers)
        assert answer.status_code == 200
        return answer.text


@pytest.fixture
def manager(client: httpx.Client, city: City, staff: Staff) -> Manager:
    return Manager(client, staff(Role.HALL_MANAGER), city.a)


def test_renters_see_a_photo_once_it_is_described_in_any_width(manager: Manager) -> None:
    photo = manager.adds()
    assert manager.seen() == [], "nobody meets a picture without words"
    assert manager.describes(photo["id"], nl=" Zaal  met podium ", de="Saal").is_success
    (seen,) = manager.seen()
    assert seen["words"] == {"nl": "Zaal met podium", "de": "Saal"}
    for width in WIDTHS:
        answer = manager.client.get(seen["addresses"][str(width)])
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert b"Geheimtoestel" not in answer.content
        with Image.open(io.BytesIO(answer.content)) as picture:
            assert picture.width == min(width, 480), "never larger than it was sent, upright"
            assert dict(picture.getexif()) == {}


def test_a_removed_photo_is_gone_at_once_and_its_file_later(
    manager: Manager, database: Database, time: Time, tmp_path: Path
) -> None:
    kept, gone = (manager.adds(one) for one in COLOURS[:2])
    address = gone["addresses"]["320"]
    assert manager.client.get(address).status_code == 404, "renters see it once it is described"
    assert manager.client.get(address, headers=manager.headers).status_code == 200
    path = f"{manager.rest}/{gone['id']}"
    assert manager.client.delete(path, headers=manager.headers).status_code == 204
    assert manager.client.get(address, headers=manager.headers).status_code == 404
    address = kept["addresses"]["320"]
    assert manager.client.get(address, headers=manager.headers).status_code == 200
    files = list((tmp_path / "hall-photos").rglob("*.jpg"))
    assert len(files) == 2 * (1 + len(WIDTHS))
    for one in files:
        os.utime(one, (NOW.timestamp(), NOW.timestamp()))
    tidying = PhotoTidying(database, store_in(tmp_path), time)
    tidying.tidy()
    assert all(one.exists() for one in files), "a request may be between file and row"
    time.now = NOW + timedelta(days=1)
    tidying.tidy()
    assert sum(one.exists() for one in files) == 1 + len(WIDTHS)


@on_sqlite
@pytest.mark.parametrize("path", ["/hall-photos/321/{0}.jpg", "/hall-photos/320/{1}.jpg"])
def test_other_widths_and_names_are_not_there(manager: Manager, path: str) -> None:
    address = str(manager.adds()["addresses"]["320"])
    name = address.rpartition("/")[2].removesuffix(".jpg")
    assert (
        manager.client.get(
            path.format(name, "../" * 3 + "etc/passwd"), headers=manager.headers
        ).status_code
        == 404
    )


def test_photos_are_put_in_order_and_only_all_of_them(manager: Manager) -> None:
    one, two, three = (manager.adds(colour)["id"] for colour in COLOURS[:3])

    def order(*photos: object) -> httpx.Response:
        return manager.client.put(
            manager.rest, json={"photos": list(photos)}, headers=manager.headers
        )

    assert [photo["id"] for photo in order(three, one, two).json()] == [three, one, two]
    for wrong in ((one, two), (one, one, two), (one, two, three, 999)):
        answer = order(*wrong)
        assert (answer.status_code, answer.json()["code"]) == (409, "other_photos")
    listed = manager.client.get(manager.rest, headers=manager.headers).json()
    assert [photo["id"] for photo in listed] == [three, one, two]


@on_sqlite
def test_a_hall_has_a_photo_once_and_at_most_so_many(manager: Manager) -> None:
    there = [manager.adds(colour)["id"] for colour in COLOURS[:MOST_PHOTOS]]
    assert manager.adds(COLOURS[0])["id"] == there[0]
    answer = manager.sends(a_photo(colour="#ffffff"))
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_hall_photos")
    assert manager.sends(b"<svg onload='alert(1)'/>").json()["code"] == "photo_unreadable"
    assert manager.describes(there[0], nl="x" * (LONGEST_WORDS + 1)).status_code == 422


@on_sqlite
def test_no_other_service_touches_the_photos_of_a_hall(
    manager: Manager, database: Database, people: People, city: City
) -> None:
    photo = manager.adds()["id"]
    with database.write() as session:
        session.get_one(Hall, city.a).service_id = people.culture
        session.get_one(Hall, city.b).service_id = people.sport
        right = Right(Role.HALL_MANAGER, service=people.sport)
        one = service.add_staff(session, f"{uuid4().hex}@stad.be", "Mia", "x", [right], NOW)
        token = new_token(session, one.id, "t", timedelta(days=1), NOW)
    headers = {"Authorization": f"Bearer {token}"}
    for method, path in (
        ("GET", manager.rest),
        ("POST", manager.rest),
        ("PUT", f"{manager.rest}/{photo}"),
        ("DELETE", f"{manager.rest}/{photo}"),
        ("GET", manager.page),
        ("POST", manager.page),
        ("POST", f"{manager.page}/{photo}"),
        ("GET", f"{manager.page}/{photo}/remove"),
        ("POST", f"{manager.page}/{photo}/remove"),
    ):
        body = {"json": {"nl": "x"}} if method == "PUT" else {"data": {"nl": "x"}}
        sent = {} if method in {"GET", "DELETE"} else body
        answer = manager.client.request(method, path, headers=headers | OWN, **sent)  # type: ignore[arg-type]
        assert answer.status_code == 403, (method, path, answer.status_code)
    of_b = f"/api/v1/hall-photos/{city.b}/{photo}"
    answer = manager.client.delete(of_b, headers=headers)
    assert answer.status_code == 404, "not through a hall that one does keep"
    listed = manager.client.get("/desk/halls", headers=headers).text
    assert ("Zaal B" in listed, "Zaal A" in listed) == (True, False)


@on_sqlite
def test_the_page_keeps_what_can_be_read_and_names_what_cannot(manager: Manager) -> None:
    files = [
        ("photos", ("zaal.jpg", a_photo(), "image/jpeg")),
        ("photos", ("contract.jpg", b"%PDF-1.7", "image/jpeg")),
    ]
    page = manager.posts(manager.page, files=files)
    assert page.status_code == 422
    assert problems(page)["photos"].startswith("contract.jpg: ")
    assert manager.looks().count("<li id=") == 1, "the one that can be read is kept"
    nothing = manager.posts(manager.page, files=[("photos", ("", b"", "image/jpeg"))])
    assert list(problems(nothing)) == ["photos"]


@on_sqlite
def test_the_page_loses_no_words_and_puts_photos_in_order(manager: Manager) -> None:
    one, two = (manager.adds(colour)["id"] for colour in COLOURS[:2])
    page = manager.posts(f"{manager.page}/{two}", data={"nl": " ", "fr": "grande salle"})
    assert list(problems(page)) == [f"nl-{two}"]
    assert 'value="grande salle"' in page.text
    moved = {"nl": "De zaal", "fr": "grande salle", "do": "earlier"}
    assert manager.posts(f"{manager.page}/{two}", data=moved).status_code == 303
    listed = manager.client.get(manager.rest, headers=manager.headers).json()
    assert [photo["id"] for photo in listed] == [two, one]
    assert listed[0]["words"] == {"nl": "De zaal", "fr": "grande salle"}
    for path in ("/", f"/halls/{manager.hall}"):
        assert 'alt="De zaal"' in manager.client.get(path, params={"lang": "nl"}).text


@on_sqlite
def test_a_photo_goes_after_one_was_asked(manager: Manager) -> None:
    photo = manager.adds()["id"]
    path = f"{manager.page}/{photo}/remove"
    asked = manager.client.get(path, headers=manager.headers)
    assert f'action="{path}"' in asked.text
    assert len(manager.client.get(manager.rest, headers=manager.headers).json()) == 1
    assert manager.posts(path).status_code == 303
    assert manager.client.get(manager.rest, headers=manager.headers).json() == []
    assert manager.posts(path).status_code == 404
