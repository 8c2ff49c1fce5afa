"""A fresh, migrated database of each kind, a city to book in, and a client to talk to central."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from central.accounts.roles import Role
from central.accounts.service import add_staff
from central.accounts.sessions import new_token
from central.database import Database
from central.main import create_app
from central.migrations import upgrade
from central.settings import Settings
from tests.central import postgresql
from tests.central.a_city import NOW, City, Time, found
from tests.central.a_town import Town
from tests.central.in_process import client_of
from tests.central.some_people import People, meet
from tests.simulators.city import City as Keys


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


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        path = tmp_path / "central.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: postgresql.Cluster = request.getfixturevalue("server")
    name = server.create(request.getfixturevalue("postgresql_template"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def city(database: Database) -> City:
    return found(database)


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
def people(database: Database) -> People:
    """People who rent, for themselves and for an association, and staff of two city services."""
    return meet(database)


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
