from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from central import migrations
from central.database import Database
from central.migrations.models import metadata
from tests.central import postgresql


def test_migrations_make_exactly_the_tables_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    migrations.upgrade(database)
    assert migrations.is_current(database)


def test_several_may_migrate_an_empty_database_at_once(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server: postgresql.Cluster = request.getfixturevalue("server")
    for url in (f"sqlite:///{tmp_path / 'new.db'}", server.url(server.create())):
        databases = [Database(url) for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(migrations.upgrade, databases))
        assert migrations.is_current(databases[0])
        for one in databases:
            one.close()


def test_an_empty_database_is_not_current(tmp_path: Path) -> None:
    assert not migrations.is_current(Database(f"sqlite:///{tmp_path / 'empty.db'}"))
