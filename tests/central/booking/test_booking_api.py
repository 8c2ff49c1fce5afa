from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from central.accounts.roles import Role
from central.booking import terms
from central.booking.jobs import Housekeeping
from central.database import Database
from central.events import ReservationConfirmed, load
from central.outbox.models import StoredEvent
from tests.central.a_city import NOW, City, Time, use

Staff = Callable[..., dict[str, str]]


def a_reservation(hall: int, start: int = 14, hours: float = 2, day: int = 5) -> dict[str, Any]:
    period = use(start, hours, day)
    return {
        "hall": hall,
        "starts_at": period.start.isoformat(),
        "ends_at": period.end.isoformat(),
        "attendees": 30,
    }


def order(client: httpx.Client, *reservations: dict[str, Any]) -> httpx.Response:
    renter = {"email": "anna@example.org", "name": "Anna"}
    return client.post(
        "/api/v1/orders", json={"renter": renter, "reservations": list(reservations)}
    )


def booked(client: httpx.Client, *reservations: dict[str, Any]) -> tuple[str, list[str]]:
    """Book; return the order's path and the references."""
    made = order(client, *reservations)
    assert made.status_code == 201, made.text
    path = f"/api/v1/orders/{made.json()['link']}"
    agreed = {"terms": made.json()["terms"]}
    assert client.post(f"{path}/confirm", json=agreed).status_code == 200
    return path, [one["reference"] for one in made.json()["reservations"]]


def test_hold_then_confirm(client: httpx.Client, database: Database, city: City) -> None:
    made = order(client, a_reservation(city.a), a_reservation(city.whole, day=6)).json()
    assert [one["state"] for one in made["reservations"]] == ["held", "held"]
    assert made["cents"] == 2 * 2550 + 2 * 5000
    path = f"/api/v1/orders/{made['link']}"
    done = client.post(f"{path}/confirm", json={"terms": made["terms"]}).json()
    assert [one["state"] for one in done["reservations"]] == ["confirmed", "confirmed"]
    assert client.get(path).json() == done
    with database.read() as session:
        rows = session.query(StoredEvent).order_by(StoredEvent.id).all()
    assert all(isinstance(load(row.name, row.fields), ReservationConfirmed) for row in rows)
    assert len(rows) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_is_confirmed_without_the_terms_that_count(
    client: httpx.Client, city: City, database: Database
) -> None:
    made = order(client, a_reservation(city.a)).json()
    path = f"/api/v1/orders/{made['link']}"
    with database.write() as session:
        terms.put(session, {"nl": "Nieuwe afspraken."}, "staff:1", NOW)
    for said in (None, {}, {"terms": None}, {"terms": made["terms"]}):
        answer = client.post(f"{path}/confirm", json=said)
        assert (answer.status_code, answer.json()["code"]) == (409, "terms_open")
        assert answer.json()["version"] == 2
    assert client.get(path).json()["reservations"][0]["state"] == "held"
    assert client.get(path).json()["terms"] == 2
    assert client.post(f"{path}/confirm", json={"terms": 2}).json()["terms"] is None
    with database.read() as session:
        kept = session.scalars(select(terms.TermsAccepted)).one()
    assert (kept.version, kept.language, kept.actor, kept.at) == (2, "nl", "renter", NOW)


def test_confirming_twice_is_refused_and_changes_nothing(client: httpx.Client, city: City) -> None:
    path, _ = booked(client, a_reservation(city.a))
    again = client.post(f"{path}/confirm")
    assert (again.status_code, again.json()["code"]) == (409, "not_possible")
    assert client.get(path).json()["reservations"][0]["state"] == "confirmed"


def test_a_hold_that_ran_out_cannot_be_confirmed(
    client: httpx.Client, city: City, time: Time, database: Database
) -> None:
    made = order(client, a_reservation(city.a)).json()
    time.now = NOW + timedelta(minutes=15)
    answer = client.post(f"/api/v1/orders/{made['link']}/confirm")
    assert (answer.status_code, answer.json()["code"]) == (409, "hold_ran_out")
    assert order(client, a_reservation(city.a)).status_code == 201
    Housekeeping(database, time).tidy()


def test_free_hours_follow_what_is_booked_moved_and_cancelled(
    client: httpx.Client, city: City
) -> None:
    def free() -> list[str]:
        periods = client.get(f"/api/v1/halls/{city.b}/free?day=2026-12-07").json()
        return [f"{one['start'][11:16]}-{one['end'][11:16]}" for one in periods]

    assert free() == ["07:00-21:00"]
    path, (reference,) = booked(client, a_reservation(city.b, 10, 2, 7))
    assert free() == ["07:00-09:30", "12:30-21:00"]
    moved = client.post(
        f"{path}/reservations/{reference}/move", json=a_reservation(city.b, 12, 2, 7)
    )
    assert moved.status_code == 200, moved.text
    assert free() == ["07:00-11:30", "14:30-21:00"]
    cancelled = client.post(f"{path}/reservations/{reference}/cancel", json={"reason": "ziek"})
    assert cancelled.json()["state"] == "cancelled"
    assert free() == ["07:00-21:00"]


def test_what_is_over_today_is_not_free(client: httpx.Client, city: City) -> None:
    today = client.get(f"/api/v1/halls/{city.b}/free?day=2026-11-24").json()
    assert today[0]["start"] == "2026-11-24T10:00:00Z"
    assert client.get(f"/api/v1/halls/{city.b}/free?day=2026-11-23").json() == []


def test_a_taken_time_is_a_problem_with_a_code(client: httpx.Client, city: City) -> None:
    booked(client, a_reservation(city.whole))
    answer = order(client, a_reservation(city.a))
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:hallpass:problem:taken",
        "title": "Conflict",
        "status": 409,
        "code": "taken",
        "detail": "The hall is taken at that time.",
    }


def test_times_need_their_offset(client: httpx.Client, city: City) -> None:
    naive = {**a_reservation(city.a), "starts_at": "2026-12-05T14:00:00"}
    answer = order(client, naive)
    assert answer.status_code == 422
    assert answer.json()["fields"][0]["field"] == "body/reservations/0/starts_at"


def test_nobody_reaches_another_order_s_reservation(client: httpx.Client, city: City) -> None:
    path, _ = booked(client, a_reservation(city.a))
    _, (other,) = booked(client, a_reservation(city.b, 10, 2, 7))
    assert client.post(f"{path}/reservations/{other}/cancel", json={}).status_code == 404


def test_the_desk_sees_moves_and_cancels_for_a_caller(
    client: httpx.Client, city: City, staff: Staff
) -> None:
    desk = staff(Role.CONTACT_CENTRE)
    _, (reference,) = booked(client, a_reservation(city.a))
    week = {"since": "2026-12-01T00:00:00Z", "until": "2026-12-08T00:00:00Z"}
    (seen,) = client.get("/api/v1/reservations", params=week, headers=desk).json()
    assert (seen["reference"], seen["renter_email"]) == (reference, "anna@example.org")
    path = f"/api/v1/reservations/{reference}"
    moved = client.post(f"{path}/move", json=a_reservation(city.a, 18), headers=desk)
    assert moved.json()["local_start"] == "2026-12-05T19:00:00"
    gone = client.post(f"{path}/cancel", json={"reason": "beller"}, headers=desk)
    assert gone.json()["state"] == "cancelled"


def test_a_closure_is_refused_where_somebody_is_and_keeps_others_out(
    client: httpx.Client, city: City, staff: Staff
) -> None:
    manager = staff(Role.HALL_MANAGER)
    booked(client, a_reservation(city.a))
    closing = {
        "halls": [city.whole],
        "reason": "Verkiezingen",
        "starts_at": "2026-12-05T06:00:00Z",
        "ends_at": "2026-12-05T20:00:00Z",
    }
    assert client.post("/api/v1/closures", json=closing, headers=manager).status_code == 409
    closing |= {"starts_at": "2026-12-06T06:00:00Z", "ends_at": "2026-12-06T20:00:00Z"}
    made = client.post("/api/v1/closures", json=closing, headers=manager)
    assert made.status_code == 201
    assert order(client, a_reservation(city.a, day=6)).status_code == 409
    assert (
        client.delete(f"/api/v1/closures/{made.json()['id']}", headers=manager).status_code == 204
    )
    assert order(client, a_reservation(city.a, day=6)).status_code == 201


@pytest.mark.parametrize("hall", [0, 999])
def test_a_hall_that_is_not_there_has_no_free_hours(client: httpx.Client, hall: int) -> None:
    assert client.get(f"/api/v1/halls/{hall}/free?day=2026-12-05").status_code == 404
