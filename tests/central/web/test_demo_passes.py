"""The demo's list of passes: each opens a door of the demo, now or later."""

from datetime import timedelta

import pytest
from httpx import Client

from central.credentials.models import Credential, CredentialState, Grant
from central.halls.access_type import AccessType
from central.halls.models import HallAccess
from tests.central.a_city import NOW, City, use
from tests.central.a_town import Town

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def offered(client: Client) -> list[str]:
    """Fetch every pass on offer; return the labels."""
    found = client.get("/demo/passes").json()
    for one in found:
        answer = client.get(one["png_url"])
        assert (answer.status_code, answer.content[:4]) == (200, b"\x89PNG"), one
    return [one["label"] for one in found]


def test_each_pass_on_offer_can_be_held_up_and_the_soonest_comes_first(
    client: Client, town: Town, city: City
) -> None:
    town.add_unit("Straatdeur")
    town.book(city.a, use(day=7))
    town.book(city.a, use(day=5))
    assert offered(client) == ["Zaal A, 05/12 15:00-17:00", "Zaal A, 07/12 15:00-17:00"]
    town.time.now = use(day=5).end + timedelta(minutes=15)
    assert offered(client) == ["Zaal A, 07/12 15:00-17:00"], "the other is over"


def test_a_reservation_that_never_got_a_pass_is_not_on_offer(
    client: Client, town: Town, city: City
) -> None:
    town.add_unit("Straatdeur")
    reservation = town.book(city.a)
    (made,) = town.passes(reservation)
    with town.database.write() as session:
        session.delete(session.get_one(Credential, made.id))
        session.flush()
        session.delete(session.get_one(Grant, made.grant_id))
    assert offered(client) == []


def test_a_pass_that_is_revoked_is_not_on_offer(client: Client, town: Town, city: City) -> None:
    town.add_unit("Straatdeur")
    (made,) = town.passes(town.book(city.a))
    with town.database.write() as session:
        session.get_one(Credential, made.id).state = CredentialState.REVOKED
    assert offered(client) == []


def test_a_pass_of_a_hall_that_changed_to_a_key_is_not_on_offer(
    client: Client, town: Town, city: City
) -> None:
    town.add_unit("Straatdeur")
    town.book(city.a)
    with town.database.write() as session:
        session.add(HallAccess(hall_id=city.a, first=NOW.date(), access=AccessType.KEY_PICKUP))
    assert offered(client) == []


def test_a_pass_without_a_door_of_the_demo_is_not_on_offer(
    client: Client, town: Town, city: City
) -> None:
    town.book(city.a)
    assert offered(client) == [], "no door of its way in has a unit"
    town.add_unit("Zaal B")
    assert offered(client) == []
    town.add_unit("Straatdeur")
    assert len(offered(client)) == 1
