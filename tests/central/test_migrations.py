from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from central import migrations
from central.database import Database
from central.migrations.models import metadata


def test_migrations_make_exactly_the_tables_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    migrations.upgrade(database)
    assert migrations.is_current(database)


def test_an_empty_database_is_not_current(tmp_path: Path) -> None:
    assert not migrations.is_current(Database(f"sqlite:///{tmp_path / 'empty.db'}"))
