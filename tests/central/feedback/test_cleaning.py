import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from central.accounts.roles import Right, Role
from central.feedback import answers
from central.feedback.answers import Given
from central.feedback.jobs import ANSWERS_KEPT_FOR, DEFECTS_KEPT_FOR, STATES_KEPT_FOR, Cleaning
from central.feedback.models import Defect, DefectPhoto, Feedback, RoomState
from central.feedback.room_state import ITEMS, Moment
from central.feedback.trends import Question
from central.photos import PhotoStore
from tests.central.a_city import NOW, use
from tests.central.feedback.a_report import Reporting
from tests.central.pictures import a_photo


def files(folder: Path) -> list[str]:
    return sorted(one.stem for one in folder.rglob("*.jpg"))


def count(reporting: Reporting, *tables: type) -> list[int]:
    with reporting.database.read() as session:
        return [session.query(one).count() for one in tables]


def test_what_is_long_over_is_forgotten_with_its_photos(
    client: httpx.Client, reporting: Reporting, tmp_path: Path
) -> None:
    store = PhotoStore(tmp_path)
    cleaning = Cleaning(reporting.database, store, reporting.time)
    staff = reporting.headers(Right(Role.ADMIN))
    body = {"hall": reporting.city.a, "description": "lamp"}
    reference = client.post("/api/v1/defects", json=body, headers=staff).json()["reference"]
    with reporting.database.write() as session:
        row = session.query(Defect).one()
        session.add(DefectPhoto(defect_id=row.id, position=1, hash=store.keep(a_photo())))
    os.utime(next(tmp_path.rglob("*.jpg")), (0, 0))
    reporting.time.now = NOW + DEFECTS_KEPT_FOR + timedelta(days=1)
    cleaning.clean()
    assert count(reporting, Defect, DefectPhoto) == [1, 1], "somebody still has to do something"
    assert len(files(tmp_path)) == 1
    reporting.time.now = NOW
    path = f"/api/v1/defects/{reference}/changes"
    assert client.post(path, json={"transition": "solve"}, headers=staff).is_success
    cleaning.clean()
    assert count(reporting, Defect) == [1]
    reporting.time.now = NOW + DEFECTS_KEPT_FOR + timedelta(days=1)
    cleaning.clean()
    assert count(reporting, Defect, DefectPhoto) == [0, 0]
    assert files(tmp_path) == []


def test_answers_and_states_are_forgotten_at_their_age(
    client: httpx.Client, reporting: Reporting, tmp_path: Path
) -> None:
    del client
    reservation = reporting.book()
    at = use(9, day=6).start
    with reporting.database.write() as session:
        answers.give(session, reservation.reference, Given({Question.OVERALL: 4}), at)
        fine = dict.fromkeys(ITEMS[Moment.AFTER], True)
        answers.note_state(session, reservation.reference, Moment.AFTER, fine, at)
    cleaning = Cleaning(reporting.database, PhotoStore(tmp_path), reporting.time)
    for age, left in (
        (timedelta(0), [1, 1]),
        (STATES_KEPT_FOR, [1, 0]),
        (ANSWERS_KEPT_FOR, [0, 0]),
    ):
        reporting.time.now = at + age + timedelta(minutes=1)
        cleaning.clean()
        assert count(reporting, Feedback, RoomState) == left


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_photo_that_no_report_came_with_goes_after_two_days_unless_it_is_sent_again(
    reporting: Reporting, tmp_path: Path
) -> None:
    store = PhotoStore(tmp_path)
    names = [store.keep(a_photo(colour=one)) for one in ("#ff0000", "#00ff00", "#0000ff")]
    sent = next(tmp_path.rglob("*.jpg")).stat().st_mtime
    reporting.time.now = datetime.fromtimestamp(sent, UTC)
    old, new = (sent - timedelta(days=days).total_seconds() for days in (3, 1))
    for name, at in zip(names, (old, new, old), strict=True):
        os.utime(next(tmp_path.rglob(f"{name}.jpg")), (at, at))
    store.keep(a_photo(colour="#0000ff"))
    Cleaning(reporting.database, store, reporting.time).clean()
    assert files(tmp_path) == sorted(names[1:])
