"""Staff keep priorities, prices and extras over REST, each service its own."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from httpx import Client
from sqlalchemy import event

from central.accounts import grouping
from central.accounts.capacities import ActingAs, Capacity, picked
from central.accounts.roles import Right as StaffRight
from central.accounts.roles import Role
from central.accounts.service import add_staff
from central.accounts.services import ServiceData, put_service
from central.accounts.sessions import new_token
from central.accounts.target_groups import Conditions
from central.booking.priority import Effect, Reason
from central.booking.rights_and_prices import Asked, quotes, rights, rule_book, usable_halls
from central.database import Database
from central.halls.models import Hall
from tests.central.a_city import NOW, City, use

Staff = Callable[..., dict[str, str]]
CITIZEN = ActingAs(Capacity.CITIZEN)
SCOUTS = picked(Capacity.ASSOCIATION, kind="youth", is_recognised=True)


def service_with(database: Database, *halls: int) -> tuple[int, dict[str, str]]:
    """A city service that owns some halls, and the token of its hall manager."""
    with database.write() as session:
        service = put_service(session, ServiceData("Jeugd"), "system", NOW).id
        for hall in halls:
            session.get_one(Hall, hall).service_id = service
        rights = [StaffRight(Role.HALL_MANAGER, service=service)]
        one = add_staff(session, "jef@stad.be", "Jef", "no password", rights, NOW)
        token = new_token(session, one.id, "test", timedelta(days=1), NOW)
    return service, {"Authorization": f"Bearer {token}"}


def youth_first(database: Database) -> int:
    """Make a target group of recognised associations; everybody else is in another."""
    with database.write() as session:
        group = grouping.add_group(session, "first", {"nl": "Eerst"})
        conditions = Conditions(recognised=True)
        grouping.put_rule(session, grouping.RuleData(group.id, conditions, 0))
        return group.id


def test_a_rule_is_kept_as_it_was_given_and_its_version_goes_up(
    client: Client, city: City, staff: Staff
) -> None:
    manager = staff(Role.HALL_MANAGER)
    given = {
        "effect": "approve",
        "halls": [city.a],
        "activities": ["party"],
        "hours": {"weekdays": [4, 7], "begins": 1140, "ends": 1560},
        "opens": {"months": 6},
        "used_from": "2027-01-01",
        "position": 3,
    }
    made = client.post("/api/v1/priority-rules", json=given, headers=manager).json()
    assert made["rule"]["hours"] == given["hours"]
    assert (made["version"], made["position"]) == (1, 3)
    path = f"/api/v1/priority-rules/{made['id']}"
    changed = client.put(path, json={**given, "effect": "deny"}, headers=manager).json()
    assert (changed["version"], changed["rule"]["effect"]) == (2, "deny")
    assert client.get("/api/v1/priority-rules", headers=manager).json() == [changed]
    assert client.delete(path, headers=manager).status_code == 204
    assert client.get("/api/v1/priority-rules", headers=manager).json() == []


@pytest.mark.parametrize("kind", ["priority-rules", "price-rules"])
def test_a_service_keeps_rules_for_its_own_halls_only(
    client: Client, city: City, database: Database, staff: Staff, kind: str
) -> None:
    service, jef = service_with(database, city.a)
    rule = {"effect": "deny", "unit": "use", "cents": 100}
    path = f"/api/v1/{kind}"
    own = client.post(path, json={**rule, "service": service, "halls": [city.a]}, headers=jef)
    assert own.status_code == 201
    others = client.post(path, json={**rule, "service": service, "halls": [city.b]}, headers=jef)
    assert (others.status_code, others.json()["code"]) == (422, "halls_of_others")
    assert client.post(path, json=rule, headers=jef).status_code == 403, "about every hall"
    citys = client.post(path, json=rule, headers=staff(Role.HALL_MANAGER)).json()
    assert client.delete(f"{path}/{citys['id']}", headers=jef).status_code == 403
    taken = client.put(f"{path}/{citys['id']}", json={**rule, "service": service}, headers=jef)
    assert taken.status_code == 404, "a rule is not taken over"
    assert [one["id"] for one in client.get(path, headers=jef).json()] == [own.json()["id"]]


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("priority-rules", {"effect": "perhaps"}),
        ("priority-rules", {"effect": "deny", "hours": {"weekdays": [8]}}),
        ("priority-rules", {"effect": "deny", "hours": {"begins": 600, "ends": 600}}),
        ("price-rules", {"unit": "use", "cents": -1}),
        ("price-rules", {"unit": "percent", "cents": 10}),
        ("price-rules", {"unit": "percent", "cents": 101, "kind": "discount"}),
        ("extras", {"code": "chair", "names": {}, "unit": "part", "cents": 1}),
        ("extras", {"code": "a chair", "names": {}, "unit": "piece", "cents": 1}),
    ],
)
def test_what_makes_no_sense_is_refused(
    client: Client, staff: Staff, path: str, wrong: dict[str, object]
) -> None:
    answer = client.post(f"/api/v1/{path}", json=wrong, headers=staff(Role.HALL_MANAGER))
    assert answer.status_code == 422


def test_extras_are_listed_for_everybody_and_a_code_stands_for_one(
    client: Client, staff: Staff
) -> None:
    chair = {"code": "chair", "names": {"nl": "Stoel"}, "unit": "piece", "cents": 50, "stock": 80}
    manager = staff(Role.HALL_MANAGER)
    made = client.post("/api/v1/extras", json=chair, headers=manager)
    assert made.status_code == 201
    again = client.post("/api/v1/extras", json=chair, headers=manager)
    assert (again.status_code, again.json()["code"]) == (409, "code_in_use")
    assert [one["code"] for one in client.get("/api/v1/extras").json()] == ["chair"]
    gone = {**chair, "is_offered": False}
    client.put(f"/api/v1/extras/{made.json()['id']}", json=gone, headers=manager)
    assert client.get("/api/v1/extras").json() == []


def test_a_policy_lists_its_tiers_from_early_to_late(
    client: Client, database: Database, city: City
) -> None:
    service, jef = service_with(database, city.a)
    path = f"/api/v1/services/{service}/policy"
    assert client.get(path, headers=jef).json()["refunds"] == []
    client.put(path, json={"pays_first": True, "refunds": [[5, 50], [20, 100]]}, headers=jef)
    kept = client.get(path, headers=jef).json()
    assert (kept["pays_first"], kept["refunds"]) == (True, [[20, 100], [5, 50]])


def test_rules_of_the_database_decide_for_many_halls_at_once(
    client: Client, city: City, database: Database
) -> None:
    group = youth_first(database)
    service, jef = service_with(database, city.a)
    made: list[tuple[str, dict[str, object]]] = [
        ("priority-rules", {"effect": "allow", "groups": [group]}),
        ("priority-rules", {"effect": "deny", "position": 9}),
        ("price-rules", {"unit": "use", "cents": 1000, "groups": [group]}),
        ("price-rules", {"unit": "use", "cents": 7000, "position": 9}),
    ]
    for path, rule in made:
        new = {**rule, "service": service}
        assert client.post(f"/api/v1/{path}", json=new, headers=jef).status_code == 201
    asked = [Asked(city.a, use()), Asked(city.b, use(), cents_per_hour=100)]
    with database.read() as session:
        denied, other_service = rights(session, CITIZEN, asked, NOW)
        assert (denied.effect, denied.reason) == (Effect.DENY, Reason.NOT_THIS_GROUP)
        assert other_service.effect is Effect.ALLOW
        assert [one.effect for one in rights(session, SCOUTS, asked, NOW)] == [Effect.ALLOW] * 2
        assert [one.cents for one in quotes(session, CITIZEN, asked)] == [7000, 200]
        assert [one.cents for one in quotes(session, SCOUTS, asked)] == [1000, 200]
        assert usable_halls(session, CITIZEN, NOW.date()) == {city.whole, city.b}
        assert city.a in usable_halls(session, SCOUTS, NOW.date())


def test_the_rules_are_read_in_as_many_queries_however_many_halls_there_are(
    client: Client, city: City, database: Database
) -> None:
    assert client.get("/api/v1/extras").status_code == 200
    with database.write() as session:
        site = session.get_one(Hall, city.a).site_id
        session.add_all(
            Hall(site_id=site, name=f"Zaal {number}", capacity=9) for number in range(200)
        )
    said: list[str] = []
    with database.read() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda *given: said.append(given[2]))
        book = rule_book(session)
        for hall in range(200):
            book.quote(CITIZEN, Asked(hall, use()))
            book.right(CITIZEN, Asked(hall, use()), NOW)
    assert len(said) <= 5
