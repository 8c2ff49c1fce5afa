"""A fresh, migrated database of each kind, a city to book in, and a client to talk to central."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select

from central.accounts import sessions
from central.accounts.models import Organisation
from central.accounts.roles import Role
from central.accounts.service import add_staff
from central.accounts.sessions import new_token
from central.database import Database
from central.halls.models import Site
from central.main import create_app
from central.migrations import upgrade
from central.settings import Settings
from tests.central import postgresql
from tests.central.a_city import NOW, SITE, City, Time, found
from tests.central.a_town import Town
from tests.central.in_process import client_of
from tests.central.some_people import SCOUTS, People, meet
from tests.simulators.city import City as Keys

Made = TypeVar("Made")


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Hash passwords the quick way: a real one costs a third of a second, and hundreds log in.

    `test_program.py` sees that the program hashes the slow way.
    """
    quick = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(sessions, "PasswordHasher", quick)
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[postgresql.Cluster]:
    with postgresql.cluster() as running:
        yield running


@pytest.fixture(scope="session")
def postgresql_template(server: postgresql.Cluster) -> str:
    name = server.create()
    database = Database(server.url(name))
    upgrade(database)
    database.close()
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "central.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def sqlite_city(sqlite_template: Path) -> tuple[Path, City]:
    path = sqlite_template.with_name("city.db")
    shutil.copy(sqlite_template, path)
    return path, made_at(f"sqlite:///{path}", found)


@pytest.fixture(scope="session")
def postgresql_city(server: postgresql.Cluster, postgresql_template: str) -> tuple[str, City]:
    name = server.create(postgresql_template)
    return name, made_at(server.url(name), found)


@pytest.fixture(scope="session")
def sqlite_people(sqlite_city: tuple[Path, City]) -> tuple[Path, People]:
    path = sqlite_city[0].with_name("people.db")
    shutil.copy(sqlite_city[0], path)
    return path, made_at(f"sqlite:///{path}", meet)


@pytest.fixture(scope="session")
def postgresql_people(
    server: postgresql.Cluster, postgresql_city: tuple[str, City]
) -> tuple[str, People]:
    name = server.create(postgresql_city[0])
    return name, made_at(server.url(name), meet)


def made_at(url: str, make: Callable[[Database], Made]) -> Made:
    database = Database(url)
    made = make(database)
    database.close()
    return made


def beginning(request: pytest.FixtureRequest) -> str:
    """What a test's database is a copy of: one that already has the city, and perhaps the people."""
    if "city" not in request.fixturenames:
        return "template"
    return "people" if "people" in request.fixturenames else "city"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    kind = beginning(request)
    template = request.getfixturevalue(f"{request.param}_{kind}")
    if kind != "template":
        template, _ = template
    if request.param == "sqlite":
        path = tmp_path / "central.db"
        shutil.copy(template, path)
        yield f"sqlite:///{path}"
        return
    server: postgresql.Cluster = request.getfixturevalue("server")
    name = server.create(template)
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def city(request: pytest.FixtureRequest, database: Database) -> City:
    with database.read() as session:
        is_there = session.get(Site, SITE) is not None
    if not is_there:  # a database of a test's own
        return found(database)
    known: tuple[object, City] = request.getfixturevalue(f"{database.engine.dialect.name}_city")
    return known[1]


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        database_url=SecretStr(database_url),
        secret=SecretStr("a secret that is only for tests, 32+"),
        data=tmp_path,
        city="Stad Test",
        base_url="http://testserver",
        demo=True,
        worker=False,
    )


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def application(settings: Settings, time: Time) -> FastAPI:
    return create_app(settings, time)


@pytest.fixture
def client(application: FastAPI, settings: Settings, city: City) -> Iterator[httpx.Client]:
    """Somebody with a browser or a program, not logged in; the city is there to book in."""
    assert city.spaces
    with client_of(application, settings.base_url) as opened:
        yield opened
    application.state.database.close()


@pytest.fixture
def town(database: Database, city: City, time: Time) -> Town:
    """The city with its keys, its broker and its units."""
    return Town(database, city, Keys(), time)


@pytest.fixture
def people(request: pytest.FixtureRequest, database: Database) -> People:
    """People who rent, for themselves and for an association, and staff of two city services."""
    with database.read() as session:
        are_there = session.scalar(select(Organisation.id).where(Organisation.name == SCOUTS.name))
    if not are_there:
        return meet(database)
    known: tuple[object, People] = request.getfixturevalue(f"{database.engine.dialect.name}_people")
    return known[1]


@pytest.fixture
def staff(database: Database) -> Callable[..., dict[str, str]]:
    """Make a member of staff with some roles; gives the headers that act for them."""

    def make(*roles: Role) -> dict[str, str]:
        with database.write() as session:
            email = f"{'-'.join(roles)}-{uuid4().hex[:6]}@stad.be"
            one = add_staff(session, email, "Mia", "no password", roles, NOW)
            token = new_token(session, one.id, "test", timedelta(days=1), NOW)
        return {"Authorization": f"Bearer {token}"}

    return make
