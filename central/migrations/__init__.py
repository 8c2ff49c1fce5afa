"""The database's structure, step by step (Alembic); run by `hallpass-central migrate`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from central.database import Database

_TURN = 0x4A11  # any number that nobody else locks


def configuration(connection: Connection) -> Config:
    """Return Alembic's configuration for one open connection; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(database: Database) -> None:
    """Bring the structure up to this release, in one transaction; the data stays."""
    with database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # Several processes may start at once; on SQLite there is one writer anyhow.
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_TURN})"))
        command.upgrade(configuration(connection), "head")


def is_current(database: Database) -> bool:
    """Tell whether the structure is the one that this release needs."""
    with database.engine.connect() as connection:
        script = ScriptDirectory.from_config(configuration(connection))
        found = MigrationContext.configure(connection).get_current_heads()
    return set(found) == set(script.get_heads())
